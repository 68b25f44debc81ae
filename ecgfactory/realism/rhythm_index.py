"""Reference leads by rhythm: for each lead of other records, the reference records that it may be a copy of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import scipy

from ecgfactory.arrays import Float32Array, FloatingArray, IntArray
from ecgfactory.realism.rhythm_windows import RhythmWindows, rhythm_windows
from ecgfactory.realism.sliding import snapped_scales

WINDOW_HITS = 16
"""Nearest windows taken for each outermost window of a lead."""

APPROXIMATELY = 1.0
"""A window taken may be twice as far as the nearest left out: six times as fast, and misses no more copies."""

LEAD_CANDIDATES = 3
"""Reference records for each lead."""

VOTED_CANDIDATES = 8
"""Reference records that most leads have among theirs."""


class RhythmIndex:
    """The windows of reference records, for searching.

    Parameters
    ----------
    windows : sequence of RhythmWindows
        Of consecutive chunks of records.
    leads_before : sequence of int
        Leads in the chunks before each.
    leads : int
        Leads of a record.
    """

    def __init__(self, windows: Sequence[RhythmWindows], leads_before: Sequence[int], leads: int) -> None:
        self.leads = leads
        rows = np.concatenate([part.rows + before for part, before in zip(windows, leads_before, strict=True)])
        self.records = rows // leads
        self.mean_rr = np.concatenate([part.mean_rr for part in windows])
        self.tree = scipy.spatial.cKDTree(np.concatenate([part.descriptions for part in windows]), balanced_tree=False)

    def candidates(self, coarse: Float32Array, own: IntArray) -> tuple[IntArray, FloatingArray]:
        """Find reference records for each lead, by its first and last window.

        Parameters
        ----------
        coarse : float32 array, shape (n, leads, samples)
            From `coarse_signals`.
        own : int array, shape (n,)
            Reference record that each is, which is left out, or -1.

        Returns
        -------
        int array, float array, shape (n, leads, LEAD_CANDIDATES)
            Reference records, nearest first, -1 where there are no more; and how much slower the lead is than each.
        """
        found = rhythm_windows(coarse)
        asked = found.outermost()
        names = np.full((len(coarse) * self.leads, LEAD_CANDIDATES), -1)
        scales = np.ones(names.shape)
        for lead, of_lead in self._hits(found, asked, own).items():
            nearest = list(of_lead)[:LEAD_CANDIDATES]
            names[lead, : len(nearest)] = nearest
            scales[lead, : len(nearest)] = [of_lead[name] for name in nearest]
        shape = (len(coarse), self.leads, LEAD_CANDIDATES)
        return names.reshape(shape), scales.reshape(shape)

    def _hits(self, found: RhythmWindows, asked: IntArray, own: IntArray) -> dict[int, dict[int, float]]:
        """Find for each lead its reference records and scales, nearest first."""
        of_leads: dict[int, dict[int, float]] = defaultdict(dict)
        count = min(WINDOW_HITS + (self.leads if own.max(initial=-1) >= 0 else 0), len(self.records))
        if not asked.size or not count:
            return of_leads
        ranks = np.arange(1, count + 1)
        distances, windows = self.tree.query(found.descriptions[asked], ranks, eps=APPROXIMATELY, workers=-1)
        scales = snapped_scales(found.mean_rr[asked][:, np.newaxis] / self.mean_rr[windows])
        nearest_first = np.argsort(distances, axis=None, kind="stable")
        leads = np.repeat(found.rows[asked], count)[nearest_first]
        names = self.records[windows].ravel()[nearest_first]
        is_other = names != own[leads // self.leads]
        hits = (values[is_other].tolist() for values in (leads, names, scales.ravel()[nearest_first]))
        for lead, name, scale in zip(*hits, strict=True):
            of_leads[lead].setdefault(name, scale)
        return of_leads


def most_voted(candidates: IntArray, scales: FloatingArray) -> tuple[IntArray, FloatingArray]:
    """Choose the reference records that most leads have among their candidates, and the scales that most say.

    Parameters
    ----------
    candidates, scales : array, shape (n, leads, candidates)
        Reference records, -1 for none, and how much slower each lead is.

    Returns
    -------
    int array, float array, shape (n, VOTED_CANDIDATES)
        -1 where there are no more.
    """
    voted = np.full((len(candidates), VOTED_CANDIDATES), -1)
    voted_scales = np.ones(voted.shape)
    for row, (names, slower) in enumerate(zip(candidates, scales, strict=True)):
        known, votes = np.unique(names[names >= 0], return_counts=True)
        chosen = known[np.argsort(-votes, kind="stable")][:VOTED_CANDIDATES]
        voted[row, : len(chosen)] = chosen
        voted_scales[row, : len(chosen)] = [np.median(slower[names == name]) for name in chosen]
    return voted, voted_scales
