"""How marks of waves agree with what cardiologists marked in LUDB: per lead, and over all leads."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from ecgfactory.arrays import Float64Array
from ecgfactory.leads import TWELVE_LEADS
from ecgfactory.quality.batch import independent_leads
from ecgfactory.quality.beats import find_beats
from ecgfactory.validation.ludb import SAME_BEAT_S, LudbRecord, Mark, known_medians, reference_bounds
from ecgfactory.validation.wave_score import (
    TOLERANCE_S,
    Bounds,
    WaveScore,
    nearest_pairs,
    pooled,
    score_lead,
)
from ecgfactory.wave_table import ABSENT
from ecgfactory.waves.marks import Int32Array, Marks, find_marks
from ecgfactory.waves.network import Weights

CSE_TWO_SD_MS = {"p_onset": 10.2, "p_offset": 12.7, "qrs_onset": 6.5, "qrs_offset": 11.6, "t_offset": 30.6}
"""Two standard deviations of experts about their common referee, in one beat over all leads: CSE Working Party, Eur
Heart J 6 (1985) 815-825, as Martinez et al. compare with (IEEE Trans Biomed Eng 51 (2004) 570-581)."""

LARGEST_LEFT_OUT = 4
"""IEC 60601-2-51:2003, 50.101 lets the four largest deviations from the mean of its 100 records be left out."""

LUDB_WAVES = {"p": "p", "N": "qrs", "t": "t"}


@dataclass(frozen=True)
class RecordAccuracy:
    """How the marks of a record agree with the cardiologists'.

    Parameters
    ----------
    name : str
        Its number.
    score : WaveScore
        Of all leads together.
    over_all_ms : dict of str to float
        By bound, the median over the beats of ours less theirs, over all leads; NaN where no beat has both.
    p_marked, p_found : bool
        Whether they, and we, have any P wave.
    """

    name: str
    score: WaveScore
    over_all_ms: dict[str, float]
    p_marked: bool
    p_found: bool


@dataclass(frozen=True)
class WaveAccuracy:
    """How the marks of many records agree with the cardiologists'.

    Parameters
    ----------
    records : tuple of RecordAccuracy
        One each.
    """

    records: tuple[RecordAccuracy, ...]

    @property
    def score(self) -> WaveScore:
        """All leads of all records together."""
        return pooled(record.score for record in self.records)

    def differences_ms(self, bound: str) -> Float64Array:
        """Differences over all leads, of the records that have the bound in both."""
        differences = np.array([record.over_all_ms[bound] for record in self.records])
        known: Float64Array = differences[~np.isnan(differences)]
        return known

    def p_falsely_found(self) -> tuple[int, int]:
        """Records in which we have a P and they have none, of those in which they have none."""
        without = [record for record in self.records if not record.p_marked]
        return sum(record.p_found for record in without), len(without)

    def p_rightly_found(self) -> tuple[int, int]:
        """Records in which both have a P, of those in which they have one."""
        having = [record for record in self.records if record.p_marked]
        return sum(record.p_found for record in having), len(having)

    def summary(self) -> dict[str, object]:
        """Everything in numbers, as it is stored beside the weights and stated on a dataset's card."""
        bounds = {
            name: {
                "f1": round(score.f1, 4),
                "sensitivity": round(score.sensitivity, 4),
                "positive_predictive_value": round(score.positive_predictive_value, 4),
                "tolerance_ms": round(1000 * TOLERANCE_S[name]),
                "mean_error_ms": round(float(score.errors_ms.mean()), 1),
                "sd_error_ms": round(float(score.errors_ms.std()), 1),
            }
            for name, score in self.score.bounds.items()
        }
        over_all = {
            name: {
                "mean_ms": round(float(self.differences_ms(name).mean()), 1),
                "sd_ms": round(float(self.differences_ms(name).std(ddof=1)), 1),
                "sd_without_four_largest_ms": round(trimmed_sd(self.differences_ms(name)), 1),
                "records": int(self.differences_ms(name).size),
                **({"cse_two_sd_ms": CSE_TWO_SD_MS[name]} if name in CSE_TWO_SD_MS else {}),
            }
            for name in TOLERANCE_S
        }
        p_false, without = self.p_falsely_found()
        p_right, having = self.p_rightly_found()
        return {
            "macro_f1": round(self.score.macro_f1, 4),
            "leads": bounds,
            "over_all": over_all,
            "p_falsely_found": {"records": p_false, "of": without},
            "p_found": {"records": p_right, "of": having},
        }


def trimmed_sd(differences_ms: Float64Array) -> float:
    """Standard deviation without the four largest deviations from the mean (`LARGEST_LEFT_OUT`)."""
    distances = np.abs(differences_ms - differences_ms.mean())
    return float(differences_ms[np.argsort(distances, kind="stable")[:-LARGEST_LEFT_OUT]].std(ddof=1))


def our_marks(record: LudbRecord, members: tuple[Weights, ...] | None = None) -> Marks:
    """Mark the waves of a record, by other networks than the stored ones where they are given.

    Beats are those of the independent leads, waves those of all twelve.
    """
    independent = independent_leads(TWELVE_LEADS)
    names = [TWELVE_LEADS[lead] for lead in independent]
    signal_uv = record.signal_uv[np.newaxis]
    beats = find_beats(signal_uv[:, independent], names, record.sampling_rate_hz)
    return find_marks(signal_uv, beats, TWELVE_LEADS, record.sampling_rate_hz, members)


def measure_accuracy(records: Iterable[LudbRecord], mark: Callable[[LudbRecord], Marks] = our_marks) -> WaveAccuracy:
    """Mark the waves of some records and hold them against the cardiologists'.

    Parameters
    ----------
    records : iterable of LudbRecord
        From `read_ludb`.
    mark : callable
        Marks the twelve leads of a record; the first row of what it returns counts.

    Returns
    -------
    WaveAccuracy
    """
    return WaveAccuracy(tuple(_accuracy_of(record, mark(record)) for record in records))


def _accuracy_of(record: LudbRecord, marks: Marks) -> RecordAccuracy:
    leads, over_all = marks.leads[0], marks.over_all[0]
    rate = record.sampling_rate_hz
    scores = [
        score_lead(found_bounds(leads[:, number]), marked_bounds(of_lead), marked_span(of_lead), rate)
        for number, of_lead in enumerate(record.marks.values())
    ]
    return RecordAccuracy(
        name=record.name,
        score=pooled(scores),
        over_all_ms=_over_all_ms(over_all, record),
        p_marked=any(mark.wave == "p" for of_lead in record.marks.values() for mark in of_lead),
        p_found=bool(np.any(leads[..., 0, :] != ABSENT)),
    )


def found_bounds(lead: Int32Array) -> Bounds:
    """Collect the bounds of a lead, from its marks of shape (beats, 3 waves, 3 points)."""
    bounds = lead[..., [0, 2]].reshape(len(lead), -1)
    return {name: bounds[bounds[:, column] != ABSENT, column] for column, name in enumerate(TOLERANCE_S)}


def marked_bounds(marks: list[Mark]) -> Bounds:
    """Collect the bounds that are marked in a lead."""
    samples: dict[str, list[float]] = {name: [] for name in TOLERANCE_S}
    for mark in marks:
        for side, sample in (("onset", mark.onset), ("offset", mark.offset)):
            if not np.isnan(sample):
                samples[f"{LUDB_WAVES[mark.wave]}_{side}"].append(sample)
    return {name: np.array(values, np.float64) for name, values in samples.items()}


def marked_span(marks: list[Mark]) -> tuple[float, float] | None:
    """First and last mark of a lead, in samples; None where nothing is marked."""
    samples = [sample for mark in marks for sample in (mark.onset, mark.peak, mark.offset) if not np.isnan(sample)]
    return (min(samples), max(samples)) if samples else None


def _over_all_ms(over_all: Int32Array, record: LudbRecord) -> dict[str, float]:
    """Median over the beats of ours less the cardiologists', by bound."""
    beats, reference = reference_bounds(record.marks, record.sampling_rate_hz)
    ours = over_all[over_all[:, 1, 1] != ABSENT]
    reach = SAME_BEAT_S / 2 * record.sampling_rate_hz
    pairs = nearest_pairs(np.subtract.outer(ours[:, 1, 1], beats).astype(np.float64), reach)
    rows, columns = np.array(pairs, np.int64).reshape(-1, 2).T
    found = ours[rows][..., [0, 2]].astype(np.float64)
    found[found == ABSENT] = np.nan
    differences = (found - reference[columns]).reshape(len(pairs), -1) * (1000 / record.sampling_rate_hz)
    return known_medians(differences, TOLERANCE_S)
