"""What is written on a page beside its leads' names: patient, measurements, scale."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from numbers import Real

from ecgfactory.paper.page import PrintedText
from ecgfactory.paper.patients import Patient
from ecgfactory.paper.writing import Writing

LINE_MM = 4.0
"""Distance of a header's lines."""

_CAPITAL_MM, _FOOT_MM = 2.1, 2.8
"""Height of capital letters, and of a line's foot below its upper edge."""

_MEASUREMENTS_MM, _VALUES_MM = 75.0, 27.0
"""From a header's left end to its measurements, and from these to their values."""


@dataclass(frozen=True)
class Wording:
    """How one make of electrocardiograph puts things.

    Parameters
    ----------
    rate, pr, qrs, qt, axis : (str, str)
        Label and unit of each measurement.
    number, age : str
        Of the patient, with braces where the value goes.
    scale : str
        Speed and gain, likewise.
    bold_names : bool
        Whether names of leads are bold.
    """

    rate: tuple[str, str]
    pr: tuple[str, str]
    qrs: tuple[str, str]
    qt: tuple[str, str]
    axis: tuple[str, str]
    number: str
    age: str
    scale: str
    bold_names: bool = False


WORDINGS = (
    Wording(
        rate=("Vent. rate", "bpm"),
        pr=("PR interval", "ms"),
        qrs=("QRS duration", "ms"),
        qt=("QT/QTc", "ms"),
        axis=("QRS axis", "deg"),
        number="ID: {}",
        age="{} yr  {}",
        scale="{} mm/s   {:g} mm/mV",
    ),
    Wording(
        rate=("HR", "/min"),
        pr=("PR", "ms"),
        qrs=("QRS", "ms"),
        qt=("QT/QTcB", "ms"),
        axis=("Axis", "deg"),
        number="Patient no. {}",
        age="Age {}  Sex {}",
        scale="{}mm/s  {:g}mm/mV",
        bold_names=True,
    ),
    Wording(
        rate=("Rate", ""),
        pr=("PR", ""),
        qrs=("QRSD", ""),
        qt=("QT/QTc", ""),
        axis=("QRS axis", ""),
        number="{}",
        age="{} years, {}",
        scale="Speed: {} mm/sec   Gain: {:g} mm/mV",
    ),
)


def patient_lines(patient: Patient, wording: Wording) -> list[str]:
    """Return what a header says of its patient, and of when the ECG was recorded."""
    return [
        patient.name,
        wording.number.format(patient.number),
        wording.age.format(patient.age, patient.sex),
        f"{patient.date}  {patient.time}",
    ]


def measurement_lines(features: Mapping[str, object], wording: Wording) -> list[tuple[str, str]]:
    """Return label and value of what was measured; what was not is left out.

    Parameters
    ----------
    features : mapping of str to object
        Those of `ecgfactory.quality`, by their names there.
    wording : Wording
    """
    qt, qtc = _whole(features, "qt_ms"), _whole(features, "qtc_bazett_ms")
    lines = [
        (wording.rate, _whole(features, "heart_rate_bpm")),
        (wording.pr, _whole(features, "pr_ms")),
        (wording.qrs, _whole(features, "qrs_ms")),
        (wording.qt, f"{qt}/{qtc}" if qt and qtc else ""),
        (wording.axis, _whole(features, "qrs_axis_deg")),
    ]
    return [(label, f"{value} {unit}".strip()) for (label, unit), value in lines if value]


def scale_line(speed_mm_per_s: int, gain_mm_per_mv: float, wording: Wording) -> str:
    """Return the scale as it is printed at the bottom of a page."""
    return wording.scale.format(speed_mm_per_s, gain_mm_per_mv)


def write_header(
    patient: Sequence[str], measured: Sequence[tuple[str, str]], left_mm: float, top_mm: float, writing: Writing
) -> list[PrintedText]:
    """Write a header: the patient on the left, and beside it labels and values of what was measured."""
    label_mm = left_mm + _MEASUREMENTS_MM
    parts = [
        (left_mm, patient),
        (label_mm, [label for label, _ in measured]),
        (label_mm + _VALUES_MM, [value for _, value in measured]),
    ]
    return [
        writing.line(text, "header", part_mm, top_mm + line * LINE_MM + _FOOT_MM, _CAPITAL_MM)
        for part_mm, lines in parts
        for line, text in enumerate(lines)
    ]


def _whole(features: Mapping[str, object], name: str) -> str:
    """Return a measurement as a whole number, or nothing where there is none."""
    value = features.get(name)
    if not isinstance(value, Real) or not math.isfinite(value):
        return ""
    return str(round(float(value)))
