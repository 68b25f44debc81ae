"""Real ECGs that a request names, and what it says of their files."""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from ecgfactory.request.paths import RequestPath


class ReferenceRequest(BaseModel, title="Reference"):
    """Real ECGs that the dataset is compared with, or that `match` follows."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)

    path: RequestPath | None = Field(
        None, min_length=1, description="file or folder of ECGs, or a dataset of ours; absent: none"
    )
    rate_hz: Annotated[float, Field(strict=True, allow_inf_nan=False)] | None = Field(
        None, title="Sampling rate (Hz)", description="sampling rate of its ECGs, instead of the files'"
    )
    unit: str | None = Field(
        None, description="unit of their values, instead of the files': uV, mV, V, 0.1mV or ADC:GAIN:ZERO"
    )
    leads: tuple[str, ...] | None = Field(
        None, description="names of their signals, in the files' order, instead of the files'"
    )
    lead_map: dict[str, str] | None = Field(
        None, title="Lead map", description='the lead that a signal is, by its name in the files: {"X": "II"}'
    )

    @property
    def stated(self) -> dict[str, Any]:
        """What is said of the files, by parameter of `read_ecgs`."""
        return {"rate_hz": self.rate_hz, "unit": self.unit, "lead_names": self.leads, "lead_map": self.lead_map}

    @property
    def stated_keys(self) -> list[str]:
        """The keys by which something is said of the files."""
        return [key for key in ("rate_hz", "unit", "leads", "lead_map") if getattr(self, key) is not None]


def _path_alone(given: Any) -> Any:
    """Take a path for the section that holds nothing else."""
    return {"path": given} if isinstance(given, str) else given


NamedReference: TypeAlias = Annotated[ReferenceRequest, BeforeValidator(_path_alone)]
"""A reference as requests write it: the section, or its path alone."""
