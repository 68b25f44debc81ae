"""The records in which labels fit the cardiologists' marks worst: listed, and drawn where the user says."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.waves.drawings import draw
from benchmarks.waves.plots import words
from ecgfactory.validation.ludb import LudbRecord
from ecgfactory.validation.wave_score import WaveScore
from ecgfactory.wave_table import WaveTable

MOST = 10

WHAT_WENT_WRONG = {
    "7": "ST rises into T; they begin T there in some leads and beats and late in others, we between; they mark some "
    "QRS without an onset",
    "13": "P is broad and double-humped; we mark its onset at the second hump, some 50 ms after theirs",
    "24": "left bundle branch block; P of 70 uV is plain to the eye in I and aVL, and low elsewhere: we find none",
    "34": "paced; ST runs into a flat T, whose onset and end they mark lead by lead and beat by beat, we alike in all",
    "38": "fibrillation with waves like flutter: they mark no T in V1 and V2, we do, as in the other leads",
    "44": "T is flat in the limb leads: they begin it where it rises, up to 100 ms after ours; neither marks a P",
    "60": "P is low and of another shape in every beat; they mark it beat by beat, we find none",
    "72": "paced: P is a narrow deflection with a low wave after it; they mark the first, we find none",
    "88": "coarse fibrillation: they take another wave for T in every lead and beat, we the same in all leads",
    "95": "a pacemaker pauses halfway: they mark its spike as the peak of QRS and no onset, so that ours is too many",
}
"""By record, in the words of who looked at the drawings."""


def worst(scores: Sequence[WaveScore]) -> list[int]:
    """Return the records of the lowest macro F1, the worst first, by index."""
    return [int(place) for place in np.argsort([score.macro_f1 for score in scores], kind="stable")[:MOST]]


def draw_worst(
    records: Sequence[LudbRecord], tables: Sequence[WaveTable], scores: Sequence[WaveScore], folder: Path
) -> list[Path]:
    """Draw the worst records with both marks; LUDB's ECGs stay in that folder."""
    folder.mkdir(parents=True, exist_ok=True)
    drawn = []
    for rank, place in enumerate(worst(scores), start=1):
        record = records[place]
        path = folder / f"{rank:02d}_record_{record.name}.png"
        title = f"LUDB {record.name}, {record.rhythm}: {_summary(scores[place])}"
        draw(record, tables[place], title, path)
        drawn.append(path)
    return drawn


def section(name: str, records: Sequence[LudbRecord], scores: Sequence[WaveScore]) -> str:
    """Write what went wrong."""
    return "\n".join(
        [
            "## The ten worst records",
            "",
            f"By macro F1 over the leads of a record, of {name}. `make quality-evidence LUDB=FOLDER DRAWINGS=FOLDER` "
            "draws them with both marks into a folder of yours; LUDB's ECGs are not part of this project.",
            "",
            "| record | rhythm | macro F1 | worst bounds | what the drawing shows |",
            "|---|---|---|---|---|",
            *(_row(records[place], scores[place]) for place in worst(scores)),
        ]
    )


def _row(record: LudbRecord, score: WaveScore) -> str:
    seen = WHAT_WENT_WRONG.get(record.name, "not looked at")
    return f"| {record.name} | {record.rhythm} | {score.macro_f1:.3f} | {_worst_bounds(score)} | {seen} |"


def _summary(score: WaveScore) -> str:
    return f"macro F1 {score.macro_f1:.3f}; {_worst_bounds(score)}"


def _worst_bounds(score: WaveScore) -> str:
    """Name the three bounds of the lowest F1, with what was missed and what was too much."""
    known = {name: bound for name, bound in score.bounds.items() if not np.isnan(bound.f1)}
    lowest = sorted(known, key=lambda name: known[name].f1)[:3]
    return ", ".join(
        f"{words(name)} {known[name].f1:.2f} ({known[name].missed} missed, {known[name].extra} too many)"
        for name in lowest
    )
