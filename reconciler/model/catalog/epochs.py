"""How many epochs a service chooses where the job leaves it the choice.

Source: OpenAI's cookbook, chat fine-tuning data preparation ("cost estimation"): an estimate, no promise. Azure's
documents give an example that the rule does not fit, and no rule of their own.
"""

from __future__ import annotations

AS_OF = "2026-11-21"

_TARGET, _FEWEST_ROWS, _MOST_ROWS, _MOST = 3, 100, 25_000, 25


def usual_epochs(service: str, rows: int) -> int | None:
    """None where no rule is known."""
    if service != "openai" or rows < 1:
        return None
    if rows * _TARGET < _FEWEST_ROWS:
        return min(_MOST, _FEWEST_ROWS // rows)
    if rows * _TARGET > _MOST_ROWS:
        return max(1, _MOST_ROWS // rows)
    return _TARGET
