"""Finders of waves, each run on the same marked records."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

import numpy as np

from benchmarks.waves.bounds import LeadBounds, Marked, found
from benchmarks.waves.judge import Judge
from benchmarks.waves.neurokit_waves import METHODS, NeuroKitLeads
from ecgfactory.arrays import BoolArray, Float64Array, IntArray
from ecgfactory.leads import TWELVE_LEADS, SignalUv
from ecgfactory.validation.ludb import LudbRecord
from ecgfactory.validation.wave_score import WaveScore, pooled, score_lead
from ecgfactory.wave_table import WaveTable


@dataclass(frozen=True, eq=False)
class Finder:
    """What a finder found in some records.

    Parameters
    ----------
    name : str
        Whose.
    leads : list of LeadBounds
        Of each record.
    failed : int
        Leads in which it broke off with an error; nothing is found there.
    """

    name: str
    leads: list[LeadBounds]
    failed: int = 0

    def scores(self, marked: Sequence[Marked], leads: Sequence[str] = TWELVE_LEADS) -> list[WaveScore]:
        """Score each record, its leads or some of them pooled."""
        return [
            pooled(score_lead(bounds[lead], record.leads[lead], record.spans[lead]) for lead in leads)
            for bounds, record in zip(self.leads, marked, strict=True)
        ]

    def reports_p(self) -> BoolArray:
        """Tell in which records it finds a P, in any lead; shape (records,)."""
        return np.array(
            [any(bounds["p_onset"].size for bounds in leads.values() if bounds) for leads in self.leads], np.bool_
        )

    def p_share(self) -> Float64Array:
        """Count P onsets in all leads as a share of the onsets of QRS, or of P where these are more."""
        shares = []
        for leads in self.leads:
            p, qrs = (sum(len(bounds.get(name, ())) for bounds in leads.values()) for name in ("p_onset", "qrs_onset"))
            shares.append(p / max(p, qrs, 1))
        return np.array(shares)


def from_labels(name: str, tables: Sequence[WaveTable]) -> Finder:
    """Take what our labels say, a table a record."""
    return Finder(name, [found(waves) for waves in tables])


def by_judge(judge: Judge, signals_uv: Iterable[SignalUv]) -> Finder:
    """Let the judge find the waves of records of 12 leads."""
    return Finder(judge.name, [judge.find(signal_uv, TWELVE_LEADS) for signal_uv in signals_uv])


def by_neurokit(records: Sequence[LudbRecord], tables: Sequence[WaveTable]) -> list[Finder]:
    """Run NeuroKit2's methods, on all cores; a finder of each method and of either R peaks."""
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        by_record = list(pool.map(_all_methods, records, [waves.r_peaks()[0].astype(np.int64) for waves in tables]))
    return [
        Finder(name, [found[name][0] for found in by_record], sum(found[name][1] for found in by_record))
        for name in (by_record[0] if by_record else ())
    ]


def _all_methods(record: LudbRecord, our_r_peaks: IntArray) -> dict[str, tuple[LeadBounds, int]]:
    """Run each method on a record, at the R peaks that NeuroKit2 finds in each lead, and at ours."""
    leads = NeuroKitLeads(record.signal_uv, TWELVE_LEADS, record.sampling_rate_hz)
    own = {f"NeuroKit2 {method}": leads.find(method) for method in METHODS}
    return own | {f"NeuroKit2 {method}, our R peaks": leads.find(method, our_r_peaks) for method in METHODS}
