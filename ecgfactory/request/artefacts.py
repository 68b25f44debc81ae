"""The section `artefacts` of a build request: what is put into accepted records."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StrictBool, field_validator, model_validator

from ecgfactory.artefacts import ARTEFACTS
from ecgfactory.artefacts.mixture import HIGHEST_SNR_DB, LOWEST_SNR_DB, USUAL_WEIGHTS, Mixture
from ecgfactory.documents.keys import Among, nearest
from ecgfactory.errors import BadInputError, shown

_Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
_Count = Annotated[int, Field(strict=True)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)


class ArtefactCount(_Section, title="Artefacts per record"):
    """How many artefacts a record has that has some; each is of another kind."""

    min: _Count = Field(1, ge=1, le=16, description="at least")
    max: _Count = Field(3, ge=1, le=16, description="at most")

    @model_validator(mode="after")
    def _is_in_order(self) -> ArtefactCount:
        if self.min > self.max:
            raise ValueError(f"min, {self.min}, is above max, {self.max}; exchange them, or give one number twice")
        return self


class SnrRange(_Section, title="Signal-to-noise ratio (dB)"):
    """Between which the signal-to-noise ratio of artefacts that are noise is drawn."""

    min: _Number = Field(-6.0, ge=LOWEST_SNR_DB, le=HIGHEST_SNR_DB, description="worst, in dB")
    max: _Number = Field(24.0, ge=LOWEST_SNR_DB, le=HIGHEST_SNR_DB, description="best, in dB")

    @model_validator(mode="after")
    def _is_in_order(self) -> SnrRange:
        if self.min > self.max:
            raise ValueError(f"min, {self.min:g}, is above max, {self.max:g}; exchange them, or give one number twice")
        return self


class ArtefactsRequest(_Section, title="Artefacts"):
    """Artefacts in accepted records."""

    clean_share: _Number = Field(
        0.25, ge=0, le=1, title="Clean (share)", description="share of records left as they are"
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
    kinds: dict[Annotated[str, Among(lambda: ARTEFACTS)], _Number] = Field(
        default_factory=lambda: dict(USUAL_WEIGHTS),
        min_length=1,
        description="how often each kind is chosen in comparison with the others: {mains: 1, muscle: 3}; all kinds "
        "when absent",
        json_schema_extra=lambda schema: schema.update(propertyNames={"enum": list(ARTEFACTS)}),
    )

    @property
    def mixture(self) -> Mixture:
        """How artefacts are spread over records."""
        return Mixture(
            self.clean_share,
            self.per_record.min,
            self.per_record.max,
            self.snr_db.min,
            self.snr_db.max,
            {name: self.kinds[name] for name in sorted(self.kinds)},
        )

    @field_validator("kinds")
    @classmethod
    def _kinds_are_known(cls, kinds: dict[str, float]) -> dict[str, float]:
        for name, weight in kinds.items():
            if name not in ARTEFACTS:
                meant = nearest(name, ARTEFACTS)
                mend = f"did you mean {meant}?" if meant else f"choose from {', '.join(ARTEFACTS)}"
                raise ValueError(f"{shown(name)} is not a kind of artefact; {mend}")
            if weight < 0:
                raise ValueError(f"the weight of {name} is {weight:g}; it must be 0 or more")
            try:
                ARTEFACTS.check(name)
            except BadInputError as error:
                raise ValueError(str(error).removesuffix(".")) from None
        if not any(kinds.values()):
            raise ValueError("every weight is 0, so that no kind can be chosen; give one a weight above 0")
        return kinds

    @model_validator(mode="after")
    def _kinds_suffice(self) -> ArtefactsRequest:
        chosen = [name for name, weight in self.kinds.items() if weight > 0]
        if self.per_record.max > len(chosen):
            raise ValueError(
                f"per_record.max is {self.per_record.max}, but only {len(chosen)} kinds have a weight above 0, and "
                "each is in a record once at most; ask for fewer, or add kinds"
            )
        return self
