"""What pages say of a record's rhythm, in words."""

from __future__ import annotations

from ecgfactory.beat_table import SYMBOLS, BeatTable
from ecgfactory.record import Record
from ecgfactory.report.clock import clock
from ecgfactory.rhythm_kinds import KINDS, RhythmKind, snomed_ct_codes

COMPOSED = "composed by rule from generated beats"

BEAT_NAMES = dict(
    zip(SYMBOLS, ("normal", "atrial premature", "ventricular", "junctional escape", "ventricular escape"), strict=True)
)
"""What the symbols of beats stand for; those of tachycardias have that of a premature beat."""

_MOST_CHANGES = 8
"""Rhythms in time that are told one by one; more are counted."""


def rhythm_title(record: Record) -> str:
    """Return the title of a record's rhythm; empty for a record as it was generated."""
    return KINDS[record.rhythm].title if record.rhythm else ""


def snomed_ct(kind: RhythmKind) -> str:
    """Return the codes of a rhythm in SNOMED CT."""
    return ", ".join(kind.snomed_ct)


def coded_rhythm(record: Record) -> str:
    """Return the title of a record's rhythm with all codes of the record; empty for one as it was generated."""
    return f"{rhythm_title(record)} (SNOMED CT {', '.join(snomed_ct_codes(record.kinds))})" if record.rhythm else ""


def changes_rhythm(record: Record) -> bool:
    """Whether there is another rhythm in a record, or more, than the one that it is labelled with.

    A rejected candidate from which nothing could be composed has none.
    """
    names = [kind.name for kind in record.rhythms.kind_of_each] if record.rhythms is not None else []
    return bool(names) and names != [record.rhythm]


def rhythm_times(record: Record) -> str:
    """Say when each rhythm of a record begins: `0:00 Sinus rhythm, 0:07.2 Atrial fibrillation`; empty without."""
    if record.rhythms is None:
        return ""
    start_s = record.stretch.start_s if record.stretch else 0.0
    begins_s = (start_s + record.rhythms.onset / record.sampling_rate_hz).round(1).tolist()
    kinds = record.rhythms.kind_of_each
    told = [f"{clock(begin_s)} {kind.title}" for begin_s, kind in zip(begins_s, kinds, strict=True)]
    more = [f"and {len(told) - _MOST_CHANGES:,} more"] if len(told) > _MOST_CHANGES else []
    return ", ".join([*told[:_MOST_CHANGES], *more])


def how_found(record: Record) -> str:
    """Say how the waves that are marked in a record are known: a composed one carries none but those composed."""
    is_composed = record.rhythm and record.waves is not None
    return "as composed, bounds by an algorithm" if is_composed else "found by an algorithm"


def beat_counts(record: Record) -> str:
    """Count the beats of a record by what they are: `12 normal (N), 2 ventricular (V)`; empty without."""
    return counted_beats(record.beats) if record.beats is not None else ""


def counted_beats(beats: BeatTable) -> str:
    """Count beats by what they are."""
    return ", ".join(f"{count:,} {BEAT_NAMES[symbol]} ({symbol})" for symbol, count in beats.found.items())


def shown_part(record: Record, shown_s: float) -> str:
    """Say which part of a record a page shows, given how much; empty where it is all."""
    if record.stretch is not None:
        return f"{shown_s:g} s from {clock(record.stretch.start_s)} of {clock(record.stretch.record_s)}"
    return f"first {shown_s:g} s of {record.duration_s:g} s" if shown_s < record.duration_s else ""
