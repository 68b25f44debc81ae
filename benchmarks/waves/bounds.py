"""Bounds of waves by lead, in the form that scores take: found ones and cardiologists'."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ecgfactory.arrays import Float64Array
from ecgfactory.validation.ludb import LudbRecord, Mark
from ecgfactory.validation.wave_score import Bounds
from ecgfactory.wave_table import ABSENT, WAVES, WaveTable

LeadBounds = Mapping[str, Bounds]
"""The bounds of a record, by the name of the lead."""

SYMBOLS = {"P": "p", "QRS": "N", "T": "t"}
"""What LUDB calls the waves."""


@dataclass(frozen=True)
class MarkedRecord:
    """What cardiologists marked in a record.

    Parameters
    ----------
    leads : mapping of str to Bounds
        By lead.
    spans : dict of str to (float, float) or None
        First and last mark of each lead, in samples; None where nothing is marked.
    """

    leads: LeadBounds
    spans: Mapping[str, tuple[float, float] | None]

    @property
    def has_p(self) -> bool:
        """Whether a P is marked in any lead."""
        return any(bounds["p_onset"].size or bounds["p_offset"].size for bounds in self.leads.values())


def marked(record: LudbRecord) -> MarkedRecord:
    """Take the bounds from a record's marks."""
    return MarkedRecord(
        {lead: _bounds_of_marks(marks) for lead, marks in record.marks.items()},
        {lead: _span(marks) for lead, marks in record.marks.items()},
    )


def found(waves: WaveTable) -> LeadBounds:
    """Take the bounds from the waves of one record."""
    return {lead: _bounds_of_waves(waves.of_lead(lead)) for lead in waves.lead_names}


def _bounds_of_waves(waves: WaveTable) -> dict[str, Float64Array]:
    bounds = {}
    for code, wave in enumerate(WAVES):
        for point in ("onset", "offset"):
            samples = getattr(waves, point)[waves.wave == code]
            bounds[f"{wave.lower()}_{point}"] = samples[samples != ABSENT].astype(np.float64)
    return bounds


def _bounds_of_marks(marks: list[Mark]) -> dict[str, Float64Array]:
    bounds = {}
    for wave, symbol in SYMBOLS.items():
        for point in ("onset", "offset"):
            samples = np.array([getattr(mark, point) for mark in marks if mark.wave == symbol], np.float64)
            bounds[f"{wave.lower()}_{point}"] = samples[~np.isnan(samples)]
    return bounds


def _span(marks: list[Mark]) -> tuple[float, float] | None:
    points = [(mark.onset, mark.peak, mark.offset) for mark in marks]
    return (float(np.nanmin(points)), float(np.nanmax(points))) if points else None
