"""A vendor's verdict on training data finds our check, and only where the words say so."""

from __future__ import annotations

import pytest

from reconciler.model.catalog import rejections

FAILED = "invalid_training_file: The job failed due to an invalid training file."


@pytest.mark.parametrize(
    ("words", "check"),
    [
        ("invalid_n_examples: 3 example(s), but must have at least 10 examples.", "dataset-too-few-rows"),
        ("jsonlValidationFailed: Validation of jsonl data failed.", "row-json"),
        (f"{FAILED} Expected file to have JSONL format, where every line is a valid JSON dictionary.", "row-json"),
        (f"{FAILED} Invalid file format. Example 100, message 2 Discriminator 'role' is missing in value", "row-role"),
        (f"{FAILED} Input file file-1 is in the fine-tune-chat format, but the job is not", "dataset-format"),
        (f"{FAILED} Unexpected file format, expected either prompt/completion pairs or chat", "dataset-format"),
        (FAILED, None),
        (f"{FAILED} This file failed moderation safety checks.", None),
        ("AuthorizationFailed: The principal has no role assignment on this scope", None),
        ("internalFailure: The node went away.", None),
    ],
)
def test_which_check_looks_for_it(words: str, check: str | None) -> None:
    found = rejections.check_for(words)
    assert (found.id if found else None) == check
    assert bool(check) == (f"our check {check} " in rejections.in_our_words(words))
