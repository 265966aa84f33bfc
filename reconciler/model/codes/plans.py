"""Plans, runs and deployments; the emulator."""

from __future__ import annotations

from reconciler.model.codes.registry import error, warning

NAME_CLASH = error(
    "name-clash",
    "a deployment of that name belongs to somebody else",
    "It carries another owner's tags, or none. It is never changed or deleted.",
    "Rename the deployment in the specs, or take the live one over: reconciler import ADDRESS ID.",
    "deployment.triage@sweden is live, with the tags of the estate acme-test",
)
RUN_FAILED = error(
    "run-failed",
    "the training run failed",
    "The service ended the run with an error and no attempts are left.",
    "Mend the cause, then raise `retries` (the same training again) or `generation` (a fresh start).",
    "job.triage: ftjob-5c1f failed, invalid_training_file",
)
RUN_CANCELLED = error(
    "run-cancelled",
    "the training run was cancelled",
    "A person, or `prune` or `destroy` of this tool, cancelled the run. The service keeps the record and does not say "
    "who, so the run is not started again by itself. Where the service lets records go (Azure's dated API versions), "
    "`prune` and `destroy` take theirs along.",
    "To train it after all, raise `generation`.",
    "job.triage: ftjob-5c1f was cancelled in the portal",
)
RUN_IMPOSTOR = error(
    "run-impostor",
    "a run carries the mark of a wanted one and is another",
    "Its mark says that it is this run; its base model, method, data, hyperparameters, seed or metadata say that it is "
    "not. Somebody may have started a run again in the portal, suffix and all, or two marks may be equal by chance. It "
    "is never used, cancelled or deleted, and nothing more is trained under that mark.",
    "Raise `generation`, which gives the run a mark of its own; or delete the other one at the service, if nobody "
    "needs it, and plan again.",
    "ftjob-9a2e carries the mark of job.triage and trains gpt-4.1-nano for 9 epochs",
)
RUN_IMITATED = warning(
    "run-imitated",
    "another run carries the same mark",
    "A run that shows other ingredients carries the mark of a wanted one. It is left alone and counts for nothing.",
    "Nothing to do, unless its owner wants to know.",
    "a colleague started job.triage again in the portal, with 9 epochs and the same suffix",
)
ESTATE_CLASH = error(
    "estate-clash",
    "another estate in this account has the same short mark",
    "Runs and models are recognised by a short form of the estate's name. Two names can have the same one, and each "
    "estate would take the other's objects for its own. Nothing is written.",
    "Rename one of the estates, the younger one best: what it owns stays where it is, to be imported or deleted.",
    "estate: team-41027   # beside the estate victim, in one Azure OpenAI account",
)
TRAINING_FULL = error(
    "training-full",
    "as many runs as are allowed are under way",
    "The service takes no more runs until one of those under way ends, this estate's or somebody else's.",
    "Apply again when one has ended; with --wait the apply waits for it.",
    "job.tone: 429 rate_limit_exceeded, the organization has 3 active fine-tuning requests for this model",
)
TRAINING_DAILY = error(
    "training-daily",
    "the day's limit of runs is reached",
    "The service starts no more runs of this model today.",
    "Apply again tomorrow, or have the limit raised by the vendor.",
    "job.tone: 429 daily_rate_limit_exceeded, the maximum of 8 fine-tuning requests per day",
)
SERVICE_BILL = error(
    "service-bill",
    "the account's bill or quota does not allow it",
    "The service refuses for want of payment or credit, or for a spending limit. No repetition helps.",
    "Settle the bill, or have the limit raised, then apply again.",
    "job.tone: 429 insufficient_quota, you exceeded your current quota",
)
MODEL_DELETED = error(
    "model-deleted",
    "the trained model is gone",
    "The run succeeded, but the service no longer has its model.",
    "To train it again, raise `generation`.",
    "job.triage succeeded in May; its model was deleted in June",
)
MODEL_RETIRED = error(
    "model-retired",
    "the model is retired",
    "The service no longer serves it.",
    "Move to a newer model: train on a newer base, or serve one.",
    "job.triage trained on gpt-35-turbo-0613",
)
RUN_PAUSED = warning(
    "run-paused",
    "the training run is paused",
    "Somebody, or a spending cap, paused the run. It costs nothing while paused and does not go on by itself.",
    "Resume or cancel it in the portal or by API.",
    "job.triage: ftjob-5c1f has the status paused",
)
BLOCKED = error(
    "blocked",
    "this waits for something that will not happen by itself",
    "What it depends on is blocked.",
    "Mend the cause, which is reported on its own.",
    "deployment.triage@sweden, whose job.triage has failed",
)
TRAINING_CLOSED = error(
    "training-closed",
    "OpenAI no longer creates fine-tuning jobs",
    "The platform is winding fine-tuning down: 403 training_not_available. Models that exist keep serving until their "
    "base model is shut down.",
    "Train on an Azure target instead: move the job's `target`.",
    "platform: 403 training_not_available when the job was created",
)
TRAINING_CLOSES = warning(
    "training-closes",
    "OpenAI stops creating fine-tuning jobs soon",
    "Self-serve fine-tuning on the OpenAI platform ends on 2027-01-06 for everybody.",
    "Train what you still need before that day, or move the job's `target` to Azure.",
    "jobs:\n  triage:\n    target: platform   # provider: openai",
)
RUN_PAID_TWICE = warning(
    "run-paid-twice",
    "a run was trained twice",
    "The service's lists lagged for longer than the settle time, so two operators did not see each other's run.",
    "Nothing to do: the elder model is used. Delete the other one at the service if its room is needed.",
    "job.triage: two operators applied at the same minute, while the lists lagged by two",
)
CHECKPOINT_MISSING = error(
    "checkpoint-missing",
    "the run has no such checkpoint",
    "The service keeps the checkpoints of a run's last epochs, as long as the run's record is there.",
    "Name one of the steps that are listed, or leave `checkpoint` out for the final model.",
    "jobs:\n  tone:\n    base_model: {job: triage, checkpoint: 5}   # the run kept 20, 40 and 60",
)
PROTECTED = error(
    "protected",
    "the deployment is protected",
    "`protect: true` stands on the live object: it is never deleted, recreated or pruned, whatever the flags.",
    "Lift it on purpose: set `protect: false` on the deployment and apply, then try again.",
    "deployment.support-chat@sweden has `protect: true`, and its entry was removed from the specs",
)
RUN_DUPLICATE = warning(
    "run-duplicate",
    "several runs with one mark were under way",
    "Two operators started the same run at the same time. The eldest stays; the others are cancelled.",
    "Nothing to do. The cancelled runs may have cost something up to then.",
    "job.triage: ftjob-9a2e is one too many; ftjob-5c1f stays",
)
PLAN_STALE = error(
    "plan-stale",
    "the saved plan is stale",
    "The world or the specs have moved since: a new plan would do something that the saved one does not.",
    "Read the difference, plan again and approve that.",
    "reconciler apply plan.json   # after a colleague has merged another month",
)
PLAN_FILE = error(
    "plan-file",
    "this is not a saved plan",
    "The file is not a plan, or was written by an incompatible version.",
    "Write it again: reconciler plan --out FILE.",
    "reconciler apply specs.json",
)
PLAN_PARTS = error(
    "plan-parts",
    "these plans are not parts of one plan",
    "Parts come from the same specs, each made with `--target` for targets of its own, otherwise in the same way.",
    "Plan the parts again from one commit: reconciler targets --format json lists them.",
    "reconciler show monday.json tuesday.json",
)
UNKNOWN_ADDRESS = error(
    "unknown-address",
    "this address names nothing",
    "No dataset, job or deployment of the specs matches.",
    "reconciler plan lists the addresses; quote globs: --select 'deployment.*@chicago'.",
    "reconciler plan --select job.triag",
)
EMULATOR_MISSING = error(
    "emulator-missing",
    "the emulator is not installed",
    "The emulator is an extra, so that production installs stay small.",
    "Install finetune-reconciler[emulator], from where finetune-reconciler itself came.",
    "reconciler plan --emulator   # after an install without the extra",
)
FILE_REFUSED = error(
    "file-refused",
    "the service refused the training file",
    "The file was uploaded, but did not pass the service's own checks.",
    "Correct the data; its digest changes, so the next apply starts anew with it.",
    "dataset.support@sweden: the service reports the file's status as error",
)
EMULATOR_UNREACHABLE = error(
    "emulator-unreachable",
    "the emulator does not answer",
    "RECONCILER_EMULATOR or --emulator-url names an emulator that is not there.",
    "Start it (reconciler emulator --port N), or unset the variable to reach the cloud.",
    "RECONCILER_EMULATOR=http://localhost:8080   # nothing listens there",
)
EMULATOR_STATE = error(
    "emulator-state",
    "the emulator's state file cannot be used",
    "The file is none of this release's, it cannot be read or written, or another emulator holds it. A file that is "
    "not the emulator's is never written.",
    "End the other emulator, or give another file; a state of another release may be deleted to start from nothing.",
    "reconciler emulator --state emulator.json   # in two terminals",
)
APPLY_UNAPPROVED = error(
    "apply-unapproved",
    "nobody approved the plan",
    "Without a terminal nobody can be asked.",
    "Add --auto-approve, or save a plan (--out FILE), have it approved, and apply the file.",
    "reconciler apply < /dev/null",
)
TARGET_LEFT = warning(
    "target-left",
    "a target has left the specs",
    "The specs of the base commit name an account or project that these do not. What the estate owns there is not "
    "looked at any more: no plan, drift report or destroy sees it, and it goes on costing what it costs.",
    "Put the target back with `retired: true` and run `reconciler apply --prune`; remove it when the plan says that it "
    "is empty.",
    "git diff main shows that targets.chicago was removed from the specs",
)
BASE_UNREADABLE = error(
    "base-unreadable",
    "the base cannot be read",
    "`--base` names a commit, branch, tag or folder with which the specs are compared for what has left them.",
    "Name a commit that this clone has with all that lies between (in GitHub Actions `fetch-depth: 0`), or a folder, "
    "which begins with `.` or `/`.",
    "reconciler plan --base origin/main   # in a clone of one commit",
)
BASE_BROKEN = warning(
    "base-broken",
    "the specs of the base have errors",
    "What has left the specs since the base commit cannot be told, for its specs cannot be read.",
    "Compare the targets by hand, or name another base.",
    "reconciler plan --base main   # where somebody merged a file with a typo",
)
