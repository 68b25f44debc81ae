"""How labels agree with what does not know of them: a judge on generated ECGs, and the intervals of median beats."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from benchmarks.waves.judge import INSTALL, PACKAGE
from benchmarks.waves.plots import words
from benchmarks.waves.tables import f1_cells, mean_and_spread
from ecgfactory.arrays import Float64Array
from ecgfactory.quality.feature import FeatureTable
from ecgfactory.record import SAMPLING_RATE_HZ
from ecgfactory.validation.ludb import INTERVALS, median_intervals
from ecgfactory.validation.wave_score import TOLERANCE_S, WaveScore
from ecgfactory.wave_table import ABSENT, ALL_LEADS, BEAT_WAVES, WaveTable

NEAR_MS = 10


def interval_medians(tables: Sequence[WaveTable]) -> dict[str, Float64Array]:
    """Take the intervals of each record from its labels over all leads: medians over its beats, in ms.

    Returns
    -------
    dict of str to float array, shape (records,)
        By the names of the features; NaN where no beat has both bounds.
    """
    rows = [_medians(waves.of_lead(ALL_LEADS)) for waves in tables]
    return {name: np.array([row[name] for row in rows]) for name in INTERVALS}


def _medians(waves: WaveTable) -> dict[str, float]:
    beats = int(waves.beat.max(initial=-1)) + 1
    places = np.full((beats, len(BEAT_WAVES), 2), np.nan)
    for side, samples in enumerate((waves.onset, waves.offset)):
        places[waves.beat, waves.wave, side] = np.where(samples == ABSENT, np.nan, samples)
    return median_intervals(places, SAMPLING_RATE_HZ)


def judge_section(name: str, on_ludb: WaveScore, on_generated: WaveScore, records: int) -> str:
    """Write how a judge agrees with the cardiologists on LUDB, and with our labels on generated ECGs."""
    rows = [("cardiologists, on LUDB", on_ludb), (f"our labels, on {records} generated ECGs", on_generated)]
    return "\n".join(
        [
            "## An independent judge",
            "",
            f"F1 of {name} against the cardiologists, on whose marks it was trained, and against our labels of "
            "generated ECGs (12 leads), less their first and last beat, as LUDB is marked. The target is that the "
            "second is no lower.",
            "",
            f"| against | {' | '.join(map(words, TOLERANCE_S))} | macro F1 |",
            "|---" * (len(TOLERANCE_S) + 2) + "|",
            *(f"| {label} | {f1_cells(score)} | {score.macro_f1:.3f} |" for label, score in rows),
        ]
    )


def no_judge_section() -> str:
    """Write why there is no judge."""
    return f"""## An independent judge

Left out, as `{PACKAGE}` is not installed here; `{INSTALL}` makes this section."""


def interval_section(groups: Mapping[str, tuple[Sequence[WaveTable], FeatureTable]]) -> str:
    """Write how medians over the labelled beats fit the record's intervals, which are those of its median beat.

    Parameters
    ----------
    groups : mapping of str to (sequence of WaveTable, feature table)
        By the words for a set of records: labels of each record, and features of all.
    """
    rows = []
    for name, (tables, features) in groups.items():
        medians = interval_medians(tables)
        cells = [_agreement(medians[interval], features[interval]) for interval in INTERVALS]
        rows.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(
        [
            "## Labels and intervals",
            "",
            "Median over the beats of a record, by its labels over all leads, less the record's feature, which is "
            "measured on its median beat: mean ± standard deviation in ms, the share within 10 ms, and records. In "
            "brackets, records that have only one of the two.",
            "",
            f"| | {' | '.join(name.removesuffix('_ms').replace('_', ' ') for name in INTERVALS)} |",
            "|---" * (len(INTERVALS) + 1) + "|",
            *rows,
        ]
    )


def _agreement(labelled: Float64Array, measured: Float64Array) -> str:
    differences = labelled - measured
    known = differences[~np.isnan(differences)]
    alone = int(np.sum(np.isnan(labelled) != np.isnan(measured)))
    near = np.mean(np.abs(known) <= NEAR_MS) if known.size else np.nan
    return f"{mean_and_spread(known)}, {near:.0%}, {known.size} ({alone})"
