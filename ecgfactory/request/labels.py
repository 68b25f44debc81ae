"""The section `labels` of a build request: what is written of the waves of every beat."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, StrictBool, model_validator

from ecgfactory.formats.base import Labels


class LabelsRequest(BaseModel, title="Labels"):
    """Labels of the beats; none unless it says so."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)

    waves: StrictBool = Field(
        False,
        title="Waves of every beat",
        description="onset, peak and offset of P, QRS and T in every beat, in each lead and over all leads",
    )
    mask: StrictBool = Field(
        False,
        title="Masks",
        description="which wave each sample is in: 0 none, 1 P, 2 QRS, 3 T, in each lead and over all leads; with "
        "artefacts also whether it is in one; in the formats parquet, npy and webdataset",
    )

    @model_validator(mode="after")
    def _mask_is_of_waves(self) -> LabelsRequest:
        if self.mask and not self.waves:
            raise ValueError(
                "a mask says where the waves are, and where artefacts are if there are any; ask for waves: true too"
            )
        return self

    @property
    def labels(self) -> Labels:
        """What formats write."""
        return Labels(self.waves, self.mask)
