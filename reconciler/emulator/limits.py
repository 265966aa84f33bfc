"""The limits that the service documents, each settable through `/_emulator/limits`.

https://learn.microsoft.com/azure/ai-foundry/openai/quotas-limits, read in November 2026.
"""

from dataclasses import asdict, dataclass

from reconciler.emulator.errors import Json

MB = 1024 * 1024


@dataclass
class Limits:
    """Counts are per account (or project), sizes in bytes, times in seconds."""

    files: int = 100
    files_bytes: int = 1024 * MB
    file_bytes: int = 512 * MB
    jobs_total: int = 100
    jobs_running: int = 3
    jobs_running_developer: int = 5
    jobs_queued: int = 20
    deployments: int = 32
    fine_tuned_deployments: int = 10
    quota: int = 10_000  # thousands of tokens a minute, by subscription, region and model, unless set by hand
    idle_seconds: float = 15 * 86400
    developer_seconds: float = 86400

    def changed(self, changes: Json) -> "Limits":
        """Raises TypeError for an unknown name and ValueError for a value that is no number."""
        for name, value in changes.items():
            if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
                raise ValueError(f"{name} must be a number that is not negative")
        return Limits(**(asdict(self) | changes))
