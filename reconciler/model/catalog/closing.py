"""When services stop training.

Source: developers.openai.com/api/docs/deprecations, read 2026-11-21: self-serve fine-tuning closes in steps; from
2027-01-06 nobody can create a job. Inference on fine-tuned models goes on until their base model is shut down.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

AS_OF = "2026-11-21"
OPENAI_TRAINING_CLOSES = date(2027, 1, 6)
WARN_DAYS = 90
"""Days before a closing from which plans and status speak of it."""


def day_of(timestamp: int) -> date:
    return datetime.fromtimestamp(timestamp, UTC).date()


def days_until(closes: date, now: int) -> int:
    """Whole days from the Unix time `now` to a day; negative once it has passed."""
    return (closes - day_of(now)).days
