"""The reference records nearest to others: few candidates by descriptions, then each by what it is when laid over."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import scipy

from ecgfactory.arrays import Float32Array, FloatingArray, IntArray
from ecgfactory.realism.coarse import Signals, coarse_signals
from ecgfactory.realism.coarse_beats import beat_distances, coarse_median_beats, peak
from ecgfactory.realism.nearest import Neighbours, joined, nearest_of
from ecgfactory.realism.rhythm_windows import RhythmWindows, rhythm_windows
from ecgfactory.realism.sliding import half_norms, halves, mean_over_leads, slide, snapped_scales

CHUNK = 64
"""Records at a time: some 100 MB of work, whatever the number of records."""

WINDOW_HITS = 16
"""Nearest windows taken for each outermost window of a lead."""

APPROXIMATELY = 1.0
"""A window taken may be twice as far as the nearest left out: six times as fast, and misses no more copies."""

LEAD_CANDIDATES = 3
"""Reference records that a lead is slid along, all their leads."""

BEAT_CANDIDATES = 5
"""Reference records with the likest median beats."""

VOTED_CANDIDATES = 4
"""Reference records that most leads have among their candidates."""


class Reference:
    """Reference records, described for searching.

    Parameters
    ----------
    signals_uv : int16 or float32 array, shape (records, leads, samples)
        Read by chunks; 18 kB are kept of each lead.
    sampling_rate_hz : int
        100 Hz or more.
    """

    def __init__(self, signals_uv: Signals, sampling_rate_hz: int) -> None:
        self.rate_hz, self.leads = sampling_rate_hz, signals_uv.shape[1]
        coarse, beats, windows = [], [], []
        for rows, chunk in coarse_chunks(signals_uv, sampling_rate_hz):
            found = rhythm_windows(chunk)
            coarse.append(chunk.astype(np.float16))
            beats.append(coarse_median_beats(chunk))
            windows.append((found.rows + rows[0] * self.leads, found.starts, found.mean_rr, found.descriptions))
        self.coarse, self.beats = np.concatenate(coarse), np.concatenate(beats)
        self.windows = RhythmWindows(*(np.concatenate(part) for part in zip(*windows, strict=True)))
        self.tree = scipy.spatial.cKDTree(self.windows.descriptions, balanced_tree=False)

    def __len__(self) -> int:
        return len(self.coarse)

    def nearest_to(self, signals_uv: Signals) -> Neighbours:
        """Find the nearest of each of other records.

        Parameters
        ----------
        signals_uv : int16 or float32 array, shape (n, leads, samples)
            In the leads, the rate and the band of the reference; read by chunks.
        """
        chunks = (chunk for _, chunk in coarse_chunks(signals_uv, self.rate_hz))
        return joined([self._search(chunk, np.full(len(chunk), -1)) for chunk in chunks])

    def nearest_within(self, rows: IntArray) -> Neighbours:
        """Find the nearest of some of the reference records themselves, each left out in turn.

        Parameters
        ----------
        rows : int array, shape (n,)
            Which records.
        """
        chunks = (rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK))
        return joined([self._search(self.coarse[chunk].astype(np.float32), chunk) for chunk in chunks])

    def _search(self, coarse: Float32Array, own: IntArray) -> Neighbours:
        beats = coarse_median_beats(coarse)
        by_beats = self._likest_beats(beats, own)
        by_leads, lead_scales = self._likest_windows(coarse, own)
        by_votes, vote_scales = most_voted(by_leads, lead_scales)
        candidates = np.concatenate([by_votes, by_beats], axis=1)
        scales = np.concatenate([vote_scales, np.ones(by_beats.shape)], axis=1)
        whole, same_lead = self._whole_records(coarse, candidates, scales)
        any_lead = self._single_leads(coarse, by_leads, lead_scales)
        wide = np.broadcast_to(candidates[:, np.newaxis], same_lead.shape)
        return {
            "beats": nearest_of(candidates, beat_distances(beats[:, np.newaxis], self.beats[candidates])),
            "records": nearest_of(candidates, whole),
            "leads": nearest_of(np.concatenate([by_leads, wide], -1), np.concatenate([any_lead, same_lead], -1)),
        }

    def _likest_beats(self, beats: Float32Array, own: IntArray) -> IntArray:
        """Find candidates by the correlation of median beats as they lie; shape (n, candidates)."""
        likeness = np.abs(beats.reshape(len(beats), -1) @ self.beats.reshape(len(self), -1).T)
        likeness[own >= 0, own[own >= 0]] = -1
        count = min(BEAT_CANDIDATES, len(self) - 1)
        likest: IntArray = np.argpartition(-likeness, count, axis=1)[:, :count]
        return likest

    def _likest_windows(self, coarse: Float32Array, own: IntArray) -> tuple[IntArray, FloatingArray]:
        """Find candidates of each lead by its first and last window, and their scales; shape (n, leads, candidates)."""
        found = rhythm_windows(coarse)
        asked = found.outermost()
        candidates = np.full((len(coarse) * self.leads, LEAD_CANDIDATES), -1)
        scales = np.ones(candidates.shape)
        if asked.size and len(self.windows.rows):
            hits = min(WINDOW_HITS + (self.leads if own.max() >= 0 else 0), len(self.windows.rows))
            distances, windows = self.tree.query(
                found.descriptions[asked], np.arange(1, hits + 1), eps=APPROXIMATELY, workers=-1
            )
            ratios = snapped_scales(found.mean_rr[asked][:, np.newaxis] / self.windows.mean_rr[windows])
            records = self.windows.rows[windows] // self.leads
            rows = np.repeat(found.rows[asked], hits)
            usable = np.isfinite(distances.ravel()) & (records.ravel() != own[rows // self.leads])
            order = np.lexsort((distances.ravel(), ~usable, rows))
            first_of_its_lead = np.searchsorted(rows[order], np.arange(len(candidates) + 1))
            for row, (begin, end) in enumerate(zip(first_of_its_lead[:-1], first_of_its_lead[1:], strict=True)):
                mine = order[begin:end]
                mine = mine[usable[mine]]
                names, places = np.unique(records.ravel()[mine], return_index=True)
                nearest_first = np.argsort(places)[:LEAD_CANDIDATES]
                candidates[row, : len(nearest_first)] = names[nearest_first]
                scales[row, : len(nearest_first)] = ratios.ravel()[mine[places[nearest_first]]]
        shape = (len(coarse), self.leads, LEAD_CANDIDATES)
        return candidates.reshape(shape), scales.reshape(shape)

    def _whole_records(
        self, coarse: Float32Array, candidates: IntArray, scales: FloatingArray
    ) -> tuple[FloatingArray, FloatingArray]:
        """Distances by all leads at one shift, shape (n, candidates), and by each, shape (n, leads, candidates)."""
        whole, leads = np.ones(candidates.shape), np.ones((len(coarse), self.leads, candidates.shape[1]))
        for place in range(candidates.shape[1]):
            names = candidates[:, place]
            along = self.coarse[names].astype(np.float32)
            correlations = slide(
                halves(coarse, scales[:, place]), along[:, np.newaxis], half_norms(along)[:, np.newaxis]
            )
            whole[:, place] = 1 - peak(mean_over_leads(correlations, axis=2)).max(axis=1)
            leads[:, :, place] = 1 - peak(np.abs(correlations)).max(axis=1)
        return np.where(candidates < 0, 1, whole), np.where(candidates[:, np.newaxis] < 0, 1, leads)

    def _single_leads(self, coarse: Float32Array, candidates: IntArray, scales: FloatingArray) -> FloatingArray:
        """Distances of each lead along the likest lead of its candidates; shape (n, leads, candidates)."""
        distances = np.ones(candidates.shape)
        for lead in range(self.leads):
            for place in range(LEAD_CANDIDATES):
                names = candidates[:, lead, place]
                along = self.coarse[names].astype(np.float32)[:, np.newaxis]
                template = halves(coarse[:, lead : lead + 1], scales[:, lead, place])
                correlations = slide(template, along, half_norms(along))
                distances[:, lead, place] = 1 - peak(np.abs(correlations)).max(axis=(1, 2))
        return np.where(candidates < 0, 1, distances)


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


def coarse_chunks(signals_uv: Signals, sampling_rate_hz: int) -> Iterator[tuple[IntArray, Float32Array]]:
    """Read records a few at a time: which they are, and their coarse signals."""
    for start in range(0, len(signals_uv), CHUNK):
        chunk = signals_uv[start : start + CHUNK]
        yield np.arange(start, start + len(chunk)), coarse_signals(chunk, sampling_rate_hz)
