"""Bounds of waves by lead, in the form that scores take: found ones and cardiologists'."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ecgfactory.arrays import Float64Array
from ecgfactory.validation.ludb import LudbRecord
from ecgfactory.validation.wave_accuracy import marked_bounds, marked_span
from ecgfactory.validation.wave_score import Bounds
from ecgfactory.wave_table import ABSENT, BEAT_WAVES, WaveTable

LeadBounds = Mapping[str, Bounds]
"""The bounds of a record, by the name of the lead."""


@dataclass(frozen=True)
class Marked:
    """What is marked in a record.

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


def marked(record: LudbRecord) -> Marked:
    """Take the bounds from the cardiologists' marks."""
    return Marked(
        {lead: marked_bounds(marks) for lead, marks in record.marks.items()},
        {lead: marked_span(marks) for lead, marks in record.marks.items()},
    )


def found(waves: WaveTable) -> LeadBounds:
    """Take the bounds from our labels of one record."""
    return {lead: _bounds(waves.of_lead(lead)) for lead in waves.lead_names}


def labels_as_marks(waves: WaveTable) -> Marked:
    """Take the labels of one record for marks: without its first and last beat, as cardiologists mark LUDB."""
    leads = found(_without_end_beats(waves))
    return Marked(leads, {lead: _span(bounds) for lead, bounds in leads.items()})


def _without_end_beats(waves: WaveTable) -> WaveTable:
    inner = (waves.beat > 0) & (waves.beat < waves.beat.max(initial=0))
    columns = ("record", "beat", "lead", "wave", "onset", "peak", "offset")
    return WaveTable(waves.lead_names, waves.records, **{name: getattr(waves, name)[inner] for name in columns})


def _bounds(waves: WaveTable) -> dict[str, Float64Array]:
    bounds = {}
    for code, wave in enumerate(BEAT_WAVES):
        for point in ("onset", "offset"):
            samples = getattr(waves, point)[waves.wave == code]
            bounds[f"{wave.lower()}_{point}"] = samples[samples != ABSENT].astype(np.float64)
    return bounds


def _span(bounds: Bounds) -> tuple[float, float] | None:
    samples = np.concatenate(list(bounds.values()))
    return (float(samples.min()), float(samples.max())) if samples.size else None
