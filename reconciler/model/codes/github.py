"""GitHub: comments, approvals and the issue about drift."""

from __future__ import annotations

from reconciler.model.codes.registry import error, notice, warning

GITHUB_READ_ONLY = notice(
    "github-read-only",
    "the token may not write here",
    "Pull requests from forks run with a token that only reads, and jobs with the permissions that they list. The "
    "result is in the step's summary.",
    "For branches of the repository itself, give the job the permission: pull-requests: write, or issues: write.",
    "a pull request from a fork: 403 Resource not accessible by integration",
)
GITHUB_FAILED = error(
    "github-failed",
    "GitHub did not take the result",
    "The comment or the issue still shows what was there before.",
    "Run the job again; the step's summary has the result.",
    "502 Bad Gateway while the comment was edited, and at every new attempt",
)
APPROVALS_UNREAD = error(
    "approvals-unread",
    "it could not be read what was approved",
    "Approved is what the plan workflow made for the last commits of merged pull requests; its runs and artifacts are "
    "looked up in GitHub's Actions API. Nothing was begun.",
    "Give the job the permissions `actions: read` and `pull-requests: write`, name the workflow with --plan-workflow, "
    "and run the job again.",
    "403 Resource not accessible by integration: the job lacks `actions: read`",
)
GITHUB_OUTSIDE = notice(
    "github-outside",
    "this is no run of GitHub Actions",
    "GITHUB_REPOSITORY and GITHUB_TOKEN name the repository and prove who writes. Without them nothing is written.",
    "Pass the token as `env: GITHUB_TOKEN` or through the action's `token`.",
    "reconciler github plan   # on a laptop",
)
GITHUB_AUTHOR = warning(
    "github-author",
    "the comment has another author than expected",
    "Comments are found again by marker and author, so the next run would write a second one.",
    "Set --author (the action's `author`) to the login that writes with this token.",
    "a token of an app of your own, whose comments come from acme-platform[bot]",
)
CHANGES_LEFT = warning(
    "changes-left",
    "something else would change, and was left alone",
    "A scheduled apply goes on with what was approved. Drift, and specs that no pull request planned, need somebody.",
    "Look at the issue about drift, or run the apply workflow by hand to see the plan and its digest.",
    "reconciler github apply   # on a schedule, after somebody edited a deployment in the portal",
)
PLAN_UNAPPROVED = error(
    "plan-unapproved",
    "nobody approved this plan",
    "Apply does what the plan workflow showed on merged pull requests, and nothing else. A comment alone approves "
    "nothing.",
    "Open a pull request, so that its comment shows the plan; or approve its digest by hand: --approve DIGEST.",
    "reconciler github apply   # a commit pushed to main without a pull request",
)
