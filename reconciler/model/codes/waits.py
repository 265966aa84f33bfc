"""Waits that end without what they waited for, and steps that end in an unexpected way."""

from __future__ import annotations

from reconciler.model.codes.registry import error, notice, warning

MODEL_AWAITED = error(
    "model-awaited",
    "the run has succeeded and its model does not show",
    "The training is paid for. Services name and list a model some time after its run has ended; this one was not "
    "there after the time that a model may take.",
    "Do not train it again: plan later, and ask the vendor's support about the run if its model stays away. Only for "
    "a model that the vendor calls lost raise `generation`.",
    "job.triage: ftjob-5c1f is succeeded, and fine_tuned_model is null 10 minutes later",
)
RUN_GONE = error(
    "run-gone",
    "the run is not there any more",
    "The record of a run that was followed was deleted at the service. The run may have been paid for, and may have "
    "left its model.",
    "Look for the run and its model at the service before anything is trained again. The next apply uses a model that "
    "carries the run's mark, and trains anew where there is neither.",
    "job.triage: GET /fine_tuning/jobs/ftjob-5c1f answers 404",
)
FILE_STUCK = error(
    "file-stuck",
    "the service does not finish checking the training file",
    "A file must have been checked before a run can read it. Its last status is shown.",
    "Apply later: it goes on with the same file. If the status stays, delete the file at the service and apply again, "
    "or ask the vendor's support.",
    "dataset.support@sweden: file-5c1f is pending since 60 min",
)
FILE_GONE = error(
    "file-gone",
    "the training file is not there any more",
    "The file was deleted at the service after it was uploaded.",
    "Run apply again: it is uploaded anew.",
    "dataset.support@sweden: GET /files/file-5c1f answers 404",
)
SERVICE_UNSETTLED = error(
    "service-unsettled",
    "the service does not end what it has begun with the deployment",
    "A write or a delete was taken on and was not done after the time that one may take. What serves goes on serving.",
    "Look at the deployment in the portal, and at who wrote it last; run apply again when it has settled.",
    "deployment.support-chat@sweden: provisioningState is Updating since 30 min",
)
ROOM_AWAITED = error(
    "room-awaited",
    "the account has had no room for the run",
    "The account's queue was full for as long as an apply waits for room.",
    "Run apply again when runs there have ended, or train on another account.",
    "job.triage: sweden's queue is full since 24 h",
)
BASE_GONE = error(
    "base-gone",
    "the model that the run starts from is not there",
    "A run that was followed has failed. To try it again takes the model of the run below it, which is not there.",
    "Run apply again: the plan trains what is missing first, and says what that costs.",
    "job.support/second failed; the model of job.support/first was deleted",
)
TIME_UP = error(
    "time-up",
    "the time is up, and nothing was begun",
    "The `timeout` of a call ended while the targets were still being read.",
    "Give it more time, or look at the services' status.",
    "plan(estate, timeout=10)",
)
STEP_BROKEN = error(
    "step-broken",
    "the step failed in an unexpected way",
    "This is a fault of reconciler, or an answer that it does not understand. Other steps were carried out.",
    "Report it with the text above and the version. Plan before anything else: it shows what is live.",
    "job.triage: KeyError at engine/training.py:42",
)
ANSWER_AWAITED = warning(
    "answer-awaited",
    "the deployment is made and does not answer",
    "The control plane has done its part; the data plane did not give a first answer (of one token) within five "
    "minutes. The service says what it says: not ready, not found yet, paused.",
    "Ask it again in a few minutes; if it stays, delete the deployment and apply again, or ask the vendor's support.",
    "deployment.triage@sweden: 404 DeploymentNotFound, five minutes after it was created",
)
ANSWER_UNASKED = notice(
    "answer-unasked",
    "this identity may deploy, and not ask what it has deployed",
    "A deployment that is new gets one request of one token, to see whether it answers. This identity has no right to "
    "it, which is as it may be: nothing is wrong with the deployment.",
    "Ask it with an identity that has the role Cognitive Services OpenAI User, if you want to know.",
    "deployment.triage@sweden: 401 PermissionDenied to a first question",
)
