"""Which failures no repetition can mend, and what each of them advises."""

from __future__ import annotations

import pytest

from reconciler.model import codes
from reconciler.model.catalog.failures import Fault, hopeless, way_on
from reconciler.model.observation import JobError

SAFETY = (
    "This model is unable to be deployed. Model evaluation identified that this fine tuned model scores above "
    "acceptable thresholds for [Violence]."
)
ROWS = [
    (JobError("invalid_training_file", "No."), Fault.DATA),
    (JobError("invalid_n_examples", "3 example(s), but must have at least 10."), Fault.DATA),
    (JobError("", "No.", "validation_file"), Fault.DATA),
    (JobError("jsonlValidationFailed", "Validation of jsonl data failed."), Fault.DATA),
    (JobError("", "The training data did not pass the RAI checks."), Fault.DATA),
    (JobError("", SAFETY), Fault.SAFETY),
    (JobError("invalid_training_file", SAFETY), Fault.SAFETY),
    (JobError("exceeded_quota", "Creating this job would exceed your hard limit, please check your plan."), Fault.BILL),
    (JobError("billing_hard_limit_reached", "Billing hard limit has been reached"), Fault.BILL),
    (JobError("", "You exceeded your current quota, please check your plan and billing details."), Fault.BILL),
    (JobError("invalid_hyperparameters", "batch_size is too large"), Fault.REQUEST),
    (JobError("unsupported_model", "It cannot be fine-tuned."), Fault.REQUEST),
    (JobError("", "The specified base model does not support fine-tuning."), Fault.REQUEST),
    (JobError("internalFailure", "The node went away. You are not billed for it."), None),
    (JobError("server_error", "Training failed. Please try again."), None),
    (JobError("", ""), None),
    (None, None),
]


@pytest.mark.parametrize(("error", "fault"), ROWS)
def test_verdicts(error: JobError | None, fault: Fault | None) -> None:
    assert hopeless(error) is fault
    advice = way_on(error)
    assert ("raise `retries`" in advice) is (fault is None), "never advised where it cannot help"
    assert (advice == codes.RUN_FAILED.way_out) is (fault is None)
    assert ".." not in advice


def test_data_at_fault_names_our_check() -> None:
    error = JobError("invalid_n_examples", "3 example(s), but must have at least 10.")
    assert "our check dataset-too-few-rows" in way_on(error)
    assert way_on(error).endswith(codes.FILE_REFUSED.way_out)
