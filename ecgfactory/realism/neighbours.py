"""The reference records nearest to others: few candidates by descriptions, then each by what it is when laid over."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ecgfactory.arrays import Float32Array, FloatingArray, IntArray
from ecgfactory.realism.coarse import Signals, coarse_signals
from ecgfactory.realism.coarse_beats import beat_distances, coarse_median_beats, peak
from ecgfactory.realism.nearest import Neighbours, joined, nearest_of
from ecgfactory.realism.rhythm_index import RhythmIndex, most_voted
from ecgfactory.realism.rhythm_windows import rhythm_windows
from ecgfactory.realism.sliding import half_norms, halves, mean_over_leads, slide

CHUNK = 64
"""Records at a time: some 100 MB of work, whatever the number of records."""

BEAT_CANDIDATES = 5
"""Reference records with the likest median beats."""


class Reference:
    """Reference records, described for searching.

    Parameters
    ----------
    signals_uv : int16 or float32 array, shape (records, leads, samples)
        Read by chunks; 2 kB are kept of each lead, and 16 kB of each record.
    sampling_rate_hz : int
        100 Hz or more.
    """

    def __init__(self, signals_uv: Signals, sampling_rate_hz: int) -> None:
        self.rate_hz = sampling_rate_hz
        coarse, beats, windows, leads_before = [], [], [], []
        for start, chunk in coarse_chunks(signals_uv, sampling_rate_hz):
            coarse.append(chunk.astype(np.float16))
            beats.append(coarse_median_beats(chunk))
            windows.append(rhythm_windows(chunk))
            leads_before.append(start * signals_uv.shape[1])
        self.coarse, self.beats = np.concatenate(coarse), np.concatenate(beats)
        self.rhythms = RhythmIndex(windows, leads_before, signals_uv.shape[1])

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
        by_leads, lead_scales = self.rhythms.candidates(coarse, own)
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

    def _whole_records(
        self, coarse: Float32Array, candidates: IntArray, scales: FloatingArray
    ) -> tuple[FloatingArray, FloatingArray]:
        """Distances by all leads at one shift, shape (n, candidates), and by each, shape (n, leads, candidates)."""
        whole, leads = np.ones(candidates.shape), np.ones((*coarse.shape[:2], candidates.shape[1]))
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
        for lead in range(coarse.shape[1]):
            for place in range(candidates.shape[2]):
                names = candidates[:, lead, place]
                along = self.coarse[names].astype(np.float32)[:, np.newaxis]
                template = halves(coarse[:, lead : lead + 1], scales[:, lead, place])
                correlations = slide(template, along, half_norms(along))
                distances[:, lead, place] = 1 - peak(np.abs(correlations)).max(axis=(1, 2))
        return np.where(candidates < 0, 1, distances)


def coarse_chunks(signals_uv: Signals, sampling_rate_hz: int) -> Iterator[tuple[int, Float32Array]]:
    """Read records a few at a time: the row of the first, and their coarse signals."""
    for start in range(0, len(signals_uv), CHUNK):
        yield start, coarse_signals(signals_uv[start : start + CHUNK], sampling_rate_hz)
