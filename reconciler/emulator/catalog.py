"""The base models that the emulated services offer.

Names, versions and methods follow the vendors' pages. Azure's retirement dates are the emulator's own, far enough
ahead not to get in anybody's way before the clock is advanced. The platform's shutdown dates are OpenAI's, and shown
only: a project is closed by its switch, so that nothing stops working on the day.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from reconciler.emulator.errors import Json

SFT = frozenset({"supervised"})
SFT_DPO = frozenset({"supervised", "dpo"})
RFT = frozenset({"reinforcement"})
NOTHING: frozenset[str] = frozenset()

SKUS = ("Standard", "GlobalStandard", "DataZoneStandard", "DeveloperTier", "ProvisionedManaged", "GlobalBatch")


@dataclass(frozen=True)
class BaseModel:
    name: str
    version: str
    methods: frozenset[str] = NOTHING  # what it can be fine-tuned with
    released: str = "2025-04-14"
    fine_tune_until: str = "2029-10-14"
    inference_until: str = "2030-10-14"
    shutdown: str | None = None  # of the OpenAI platform; None where it does not offer the model
    format: str = "OpenAI"
    dated_id: bool = True  # the data plane's id is name-version
    default: bool = True
    embeds: bool = False

    @property
    def id(self) -> str:
        return f"{self.name}-{self.version}" if self.dated_id else self.name

    def retired(self, now: float) -> bool:
        return now >= unix(self.inference_until)

    @property
    def capabilities(self) -> Json:
        return {
            "fine_tune": bool(self.methods),
            "inference": True,
            "completion": False,
            "chat_completion": not self.embeds,
            "embeddings": self.embeds,
        }


MODELS = (
    BaseModel("gpt-4.1", "2025-04-14", SFT_DPO, shutdown="2027-01-14"),
    BaseModel("gpt-4.1-mini", "2025-04-14", SFT_DPO, shutdown="2027-01-14"),
    BaseModel("gpt-4.1-nano", "2025-04-14", SFT_DPO),
    BaseModel("gpt-4o", "2024-08-06", SFT_DPO, "2024-08-06", shutdown="2027-01-14"),
    BaseModel("gpt-4o", "2024-11-20", NOTHING, "2024-11-20", shutdown="2027-01-14", default=False),
    BaseModel("gpt-4o-mini", "2024-07-18", SFT_DPO, "2024-07-18", shutdown="2027-01-14"),
    BaseModel("o4-mini", "2025-04-16", RFT, "2025-04-16"),
    BaseModel("gpt-35-turbo", "0125", NOTHING, "2024-01-25", "2025-04-01", "2025-09-01"),
    BaseModel("text-embedding-3-small", "1", embeds=True, released="2024-01-25", dated_id=False),
    BaseModel("Ministral-3B", "2411", SFT, "2024-11-01", format="Mistral AI", dated_id=False),
    BaseModel("Qwen3-32B", "1", SFT, "2025-06-01", format="Alibaba", dated_id=False),
    BaseModel("Qwen3.6-35B-A3B", "1", SFT, "2026-06-01", format="Alibaba", dated_id=False),
    BaseModel("Qwen3.8-27B", "1", SFT, "2026-09-01", format="Alibaba", dated_id=False),
    BaseModel("Llama-3.3-70B-Instruct", "1", SFT, "2025-06-01", format="Meta", dated_id=False),
    BaseModel("gpt-oss-20b", "1", SFT, "2025-08-05", format="OpenAI-OSS", dated_id=False),
    BaseModel("gpt-oss-120b", "1", SFT, "2025-08-05", format="OpenAI-OSS", dated_id=False),
    BaseModel("Muse-Glimmer-30B", "1", SFT | RFT, "2026-08-01", format="Meta", dated_id=False),
)

_BY_ID = {model.id.lower(): model for model in MODELS}


def by_id(identity: str) -> BaseModel | None:
    """A base model by its data-plane id, in any case."""
    return _BY_ID.get(identity.lower())


def by_name(name: str, version: str | None) -> BaseModel | None:
    """A base model by its Resource Manager name; the default version when none is given."""
    named = [model for model in MODELS if model.name.lower() == name.lower()]
    return next((model for model in named if (model.version == version if version else model.default)), None)


def unix(day: str) -> int:
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp())
