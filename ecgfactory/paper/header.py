"""What is written on a page beside its leads' names: patient, measurements, scale."""

from __future__ import annotations

import math
from collections.abc import Mapping

from ecgfactory.paper.patients import Patient


def patient_lines(patient: Patient) -> list[str]:
    """Return what a header says of its patient, and of when the ECG was recorded."""
    return [
        patient.name,
        f"ID: {patient.number}",
        f"{patient.age} yr  {patient.sex}",
        f"{patient.date}  {patient.time}",
    ]


def measurement_lines(features: Mapping[str, object]) -> list[tuple[str, str]]:
    """Return label and value of what was measured; what was not is left out.

    Parameters
    ----------
    features : mapping of str to object
        Those of `ecgfactory.quality`, whose names the printed ones are known by.
    """
    qt, qtc = _whole(features, "qt_ms"), _whole(features, "qtc_bazett_ms")
    lines = [
        ("Vent. rate", _whole(features, "heart_rate_bpm"), "bpm"),
        ("PR interval", _whole(features, "pr_ms"), "ms"),
        ("QRS duration", _whole(features, "qrs_ms"), "ms"),
        ("QT/QTc", f"{qt}/{qtc}" if qt and qtc else "", "ms"),
        ("QRS axis", _whole(features, "qrs_axis_deg"), "deg"),
    ]
    return [(label, f"{value} {unit}") for label, value, unit in lines if value]


def scale_line(speed_mm_per_s: int, gain_mm_per_mv: float) -> str:
    """Return the scale as it is printed at the bottom of a page."""
    return f"{speed_mm_per_s} mm/s   {gain_mm_per_mv:g} mm/mV"


def _whole(features: Mapping[str, object], name: str) -> str:
    """Return a measurement as a whole number, or nothing where there is none."""
    value = features.get(name)
    if not isinstance(value, int | float) or not math.isfinite(value):
        return ""
    return str(round(value))
