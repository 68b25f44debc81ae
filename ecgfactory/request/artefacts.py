"""The section `artefacts` of a build request: what is put into accepted records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    ValidationInfo,
    field_validator,
    model_validator,
)

from ecgfactory.artefacts import ARTEFACTS
from ecgfactory.artefacts.mixture import HIGHEST_SNR_DB, LOWEST_SNR_DB, USUAL_WEIGHTS, Mixture, kind_named
from ecgfactory.documents.keys import Among, nearest
from ecgfactory.errors import BadInputError, shown
from ecgfactory.quality.rule import PUBLISHED
from ecgfactory.request.range import Range

USUAL_MOST = 3
"""Artefacts in a record at most, unless it is said or there are fewer kinds."""


def _within_reach(snr_db: float) -> float:
    if snr_db < LOWEST_SNR_DB:
        raise ValueError(
            f"{snr_db:g} dB is below {LOWEST_SNR_DB:g} dB, where noise is so large that recorders saturate; "
            f"use {LOWEST_SNR_DB:g} or more"
        )
    if snr_db > HIGHEST_SNR_DB:
        raise ValueError(
            f"{snr_db:g} dB is above {HIGHEST_SNR_DB:g} dB, where noise is below 5 uV, less than amplifiers "
            f"make by themselves; use {HIGHEST_SNR_DB:g} or less"
        )
    return snr_db


def _known(name: str, info: ValidationInfo) -> str:
    if name not in ARTEFACTS and info.context != PUBLISHED:  # perhaps of a package that is gone by now
        meant = nearest(name, ARTEFACTS)
        others = f"choose from {', '.join(ARTEFACTS)}, or install the package that brings it"
        raise ValueError(f"there is no such kind of artefact; {f'did you mean {meant}?' if meant else others}")
    return name


_Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
_Count = Annotated[int, Field(strict=True)]
_Weight = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0)]
_Kind = Annotated[str, Among(lambda: ARTEFACTS), AfterValidator(_known)]
_SnrDb = Annotated[
    float,
    Field(
        strict=True,
        allow_inf_nan=False,
        json_schema_extra={"minimum": LOWEST_SNR_DB, "maximum": HIGHEST_SNR_DB},
    ),
    AfterValidator(_within_reach),
]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)


class ArtefactCount(Range, title="Artefacts per record"):
    """How many artefacts a record has that has some; each is of another kind."""

    min: _Count = Field(1, ge=1, le=16, description="at least")
    max: _Count = Field(USUAL_MOST, ge=1, le=16, description="at most")


class SnrRange(Range, title="Signal-to-noise ratio (dB)"):
    """Between which the signal-to-noise ratio of artefacts that are noise is drawn."""

    min: _SnrDb = Field(-6.0, description="worst, in dB")
    max: _SnrDb = Field(24.0, description="best, in dB")


def _with_usual_count(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return a section with how many artefacts a record has at most, where that is not said: no more than kinds."""
    kinds, count = given.get("kinds"), given.get("per_record", {})
    weights = kinds.values() if isinstance(kinds, Mapping) else ()
    chosen = sum(isinstance(weight, int | float) and weight > 0 for weight in weights)
    if not 0 < chosen < USUAL_MOST or not isinstance(count, Mapping) or "max" in count:
        return dict(given)
    least = count.get("min", 1)
    return {**given, "per_record": {**count, "max": max(chosen, least) if isinstance(least, int) else chosen}}


class ArtefactsRequest(_Section, title="Artefacts"):
    """Artefacts in accepted records."""

    clean_share: _Number = Field(
        0.25,
        ge=0,
        le=1,
        title="Clean (share)",
        description="share of records left as they are: the chance that a record is",
    )
    keep_clean: StrictBool = Field(
        True, title="Keep clean twins", description="store each record without its artefacts too"
    )
    clean_features: StrictBool = Field(
        False,
        title="Keep clean features",
        description="what was measured on the record without artefacts too, in columns clean_...",
    )
    per_record: ArtefactCount = ArtefactCount()
    snr_db: SnrRange = SnrRange()
    kinds: dict[_Kind, _Weight] = Field(
        default_factory=lambda: dict(USUAL_WEIGHTS),
        min_length=1,
        description="how often each kind is chosen in comparison with the others: {mains: 1, muscle: 3}; all kinds "
        "when absent",
        json_schema_extra=lambda schema: schema.update(propertyNames={"enum": list(ARTEFACTS)}),
    )

    @property
    def mixture(self) -> Mixture:
        """How artefacts are spread over records: the same for two ways to ask for the same, such as 0 and -0."""
        return Mixture(
            self.clean_share + 0.0,
            self.per_record.min,
            self.per_record.max,
            self.snr_db.min + 0.0,
            self.snr_db.max + 0.0,
            {name: self.kinds[name] for name in sorted(self.kinds) if self.kinds[name] > 0},
        )

    @property
    def words(self) -> str:
        """What is put in, in words."""
        told = f"artefacts in {100 * (1 - self.clean_share):.3g} % of records"
        return f"{told}, clean twins kept" if self.keep_clean else told

    @model_validator(mode="before")
    @classmethod
    def _is_a_section(cls, given: Any) -> Any:
        if isinstance(given, Mapping):
            return _with_usual_count(given)
        if isinstance(given, ArtefactsRequest):
            return given
        said = "a list" if isinstance(given, list | tuple) else shown(given)
        if given is False or given in ("off", "no", "none"):
            raise ValueError(f"{said} is no section; leave the key out for no artefacts")
        raise ValueError(
            f"{said} is no section; write {{}} for the usual mixture, or keys as {{kinds: {{muscle: 3, mains: 1}}}}"
        )

    @field_validator("kinds", mode="before")
    @classmethod
    def _kinds_have_weights(cls, kinds: Any) -> Any:
        if kinds is None or kinds == "all":
            raise ValueError(f"{shown(kinds)} is no section; leave the key out for all kinds")
        if isinstance(kinds, str | list | tuple):
            named = [name for name in ([kinds] if isinstance(kinds, str) else kinds) if name in list(ARTEFACTS)]
            weights = ", ".join(f"{name}: 1" for name in named or ("muscle", "mains"))
            raise ValueError(f"give each kind a weight: {{{weights}}}")
        return kinds

    @field_validator("kinds")
    @classmethod
    def _kinds_can_be_chosen(cls, kinds: dict[str, float], info: ValidationInfo) -> dict[str, float]:
        if not any(kinds.values()):
            raise ValueError("every weight is 0, so that no kind can be chosen; give one a weight above 0")
        for name in kinds if info.context != PUBLISHED else ():
            try:
                if ARTEFACTS.package(name) is not None:
                    kind_named(name)
            except BadInputError as error:
                raise ValueError(str(error).removesuffix(".")) from None
        return kinds

    @model_validator(mode="after")
    def _kinds_suffice(self) -> ArtefactsRequest:
        kinds = sum(weight > 0 for weight in self.kinds.values())
        if self.per_record.max > kinds:
            told = "1 kind has" if kinds == 1 else f"{kinds} kinds have"
            least, most = self.per_record.min, self.per_record.max
            asked = f"{most} artefacts are" if least == most else f"{least} to {most} artefacts are"
            raise ValueError(
                f"per_record: {asked} asked for, each of another kind, but only {told} a weight above 0; write "
                f"per_record: {{min: {min(least, kinds)}, max: {kinds}}}, or add kinds"
            )
        return self
