"""The section `signal` of a build request: at which rate and through which filters ECGs are stored."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from ecgfactory.record import SAMPLING_RATE_HZ
from ecgfactory.recorder.filters import Filters, Phase
from ecgfactory.recorder.recorder import Recorder

RateHz = Literal[100, 125, 250, 500, 1000]
"""Of PTB-XL's records100, of monitors, of Holters and of electrocardiographs."""

LOWEST_HIGHPASS_HZ, HIGHEST_HIGHPASS_HZ = 0.01, 10.0
"""From a cycle of ten records to where no wave but QRS is left."""

LOWEST_LOWPASS_HZ = 5.0
"""Below, no beat has a shape."""

LOWEST_NOTCH_HZ, HIGHEST_NOTCH_HZ = 10.0, 240.0
"""Mains hum at 50 or 60 Hz and its harmonics, that of railways at 16.7; below, a notch would cut waves of the ECG."""

FrequencyHz = Annotated[float, Field(strict=True, allow_inf_nan=False, gt=0)]


class SignalRequest(BaseModel, title="Signal"):
    """How signals are recorded; as they are generated unless it says otherwise."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)

    rate_hz: RateHz = Field(SAMPLING_RATE_HZ, title="Sampling rate (Hz)", description="samples per second")
    highpass_hz: FrequencyHz | None = Field(
        None,
        title="High-pass (Hz)",
        ge=LOWEST_HIGHPASS_HZ,
        le=HIGHEST_HIGHPASS_HZ,
        description="keep what is faster: 0.05 for diagnosis",
    )
    lowpass_hz: FrequencyHz | None = Field(
        None,
        title="Low-pass (Hz)",
        ge=LOWEST_LOWPASS_HZ,
        description="keep what is slower: 150 for diagnosis, 40 in monitors",
    )
    notch_hz: FrequencyHz | None = Field(
        None,
        title="Notch (Hz)",
        ge=LOWEST_NOTCH_HZ,
        le=HIGHEST_NOTCH_HZ,
        description="take out mains hum: 50 or 60",
    )
    phase: Phase = Field(
        "zero", description="zero: no wave is moved; causal: waves are late and bent, as by a recorder's own filters"
    )

    @property
    def recorder(self) -> Recorder:
        """What is between generated signals and stored ones."""
        return Recorder(self.rate_hz, Filters(self.highpass_hz, self.lowpass_hz, self.notch_hz, self.phase))

    @field_validator("highpass_hz", "lowpass_hz", "notch_hz")
    @classmethod
    def _frequency_is_held(cls, frequency_hz: float | None, info: ValidationInfo) -> float | None:
        rate_hz = min(info.data.get("rate_hz", SAMPLING_RATE_HZ), SAMPLING_RATE_HZ)  # the default where it is faulty
        if frequency_hz is not None and frequency_hz >= rate_hz / 2:
            held = "the rate_hz" if rate_hz < SAMPLING_RATE_HZ else "the rate at which ECGs are generated"
            raise ValueError(
                f"{frequency_hz:g} Hz is not below {rate_hz / 2:g} Hz, half of {held}, so that there is nothing there; "
                f"use less, or leave the key out"
            )
        return frequency_hz

    @field_validator("lowpass_hz")
    @classmethod
    def _band_is_open(cls, lowpass_hz: float | None, info: ValidationInfo) -> float | None:
        highpass_hz = info.data.get("highpass_hz")
        if lowpass_hz is not None and highpass_hz is not None and lowpass_hz <= highpass_hz:
            raise ValueError(
                f"{lowpass_hz:g} Hz is not above highpass_hz, {highpass_hz:g} Hz, so that nothing would be kept; "
                f"use more, or a lower highpass_hz"
            )
        return lowpass_hz
