"""A composed ECG: any stretch of it, sample by sample, and what is true of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from ecgfactory.arrays import Float32Array
from ecgfactory.beat_table import BeatTable
from ecgfactory.compose import truth
from ecgfactory.compose.atrial import AtrialWaves
from ecgfactory.compose.hearts import RATE_HZ, WANDER_STEP_S, Source
from ecgfactory.compose.noise_floor import noise_floor
from ecgfactory.compose.played import REACH, Played, play
from ecgfactory.compose.residuals import add_residuals
from ecgfactory.compose.respiration import WANDER_GRAIN_S, Breath, wander
from ecgfactory.compose.streams import Streams, Use
from ecgfactory.leads import EIGHT_LEADS, SignalUv
from ecgfactory.rhythm_table import RhythmTable
from ecgfactory.rhythms.base import Rhythm
from ecgfactory.rhythms.score import Score
from ecgfactory.wave_table import WaveTable

BLOCK: Final = 5000
"""Samples that are rendered at a time, always the same ones together: what is asked for is cut from them."""

BESIDE: Final = 2 * REACH
"""Samples beside a block into which waves may reach that reach into it."""

_NODE: Final = round(WANDER_STEP_S * RATE_HZ)
_BETWEEN_NODES: Final = np.stack([1 - np.arange(_NODE) / _NODE, np.arange(_NODE) / _NODE]).astype(np.float32)
_LIMITS: Final = np.iinfo(np.int16)


def compose(source: Source, rhythm: Rhythm, duration_s: int, seed: int, candidate: int) -> Composition:
    """Compose a record.

    Parameters
    ----------
    source : Source
        Whose beats and noise it is made of.
    rhythm : Rhythm
        What its heart does.
    duration_s : int
        Length of the record.
    seed, candidate : int
        What all that is random follows from.

    Returns
    -------
    Composition
    """
    streams = Streams(seed, candidate)
    return Composition(source, rhythm.name, rhythm.score(source.heart, duration_s, streams.of(Use.SCORE)), streams)


@dataclass(frozen=True, eq=False)
class Composition:
    """One composed ECG at 500 Hz, rendered when it is asked for.

    Parameters
    ----------
    source : Source
        Whose beats and noise it is made of.
    rhythm : str
        Name of the rhythm.
    score : Score
        What the heart does.
    streams : Streams
        Random numbers of the record.
    """

    source: Source
    rhythm: str
    score: Score
    streams: Streams

    @property
    def samples(self) -> int:
        """Length of the record."""
        return round(self.score.duration_s * RATE_HZ)

    @cached_property
    def _played(self) -> Played:
        return play(self.source, self.score, self.streams)

    @cached_property
    def _breath(self) -> Breath:
        return Breath.drawn(self.score.breath_s, self.streams)

    @cached_property
    def _atria(self) -> list[AtrialWaves]:
        return [
            AtrialWaves.drawn(activity, round(start_s * RATE_HZ), round(stop_s * RATE_HZ), rate_hz, self.streams)
            for activity, start_s, stop_s, rate_hz in self.score.activities
        ]

    def signal_uv(self, start: int, stop: int) -> SignalUv:
        """Render a stretch: the same samples in whatever stretches.

        Parameters
        ----------
        start, stop : int
            First sample, and the one after the last.

        Returns
        -------
        int16 array, shape (8, stop - start)
            In the order of `EIGHT_LEADS`, in uV at 500 Hz.
        """
        signal_uv = np.empty((len(EIGHT_LEADS), stop - start), dtype=np.int16)
        for number in range(start // BLOCK, -(-stop // BLOCK)):
            first, last = max(start, number * BLOCK), min(stop, (number + 1) * BLOCK)
            block_uv = self._block_uv(number)
            signal_uv[:, first - start : last - start] = block_uv[:, first - number * BLOCK : last - number * BLOCK]
        return signal_uv

    def beats(self, lead_names: tuple[str, ...], rate_hz: int) -> BeatTable:
        """Return its beats.

        Parameters
        ----------
        lead_names : tuple of str
            Names of the leads as they are stored.
        rate_hz : int
            Rate whose samples are counted.
        """
        return truth.beat_table(self._played, self.samples, lead_names, rate_hz)

    def rhythms(self, lead_names: tuple[str, ...], rate_hz: int) -> RhythmTable:
        """Return its rhythms; parameters as of `beats`."""
        return truth.rhythm_table(self.score, self.samples, lead_names, rate_hz)

    def waves(self, lead_names: tuple[str, ...], rate_hz: int, start: int, stop: int) -> WaveTable:
        """Return the waves whose peak lies in a stretch.

        Parameters
        ----------
        lead_names : tuple of str
            Names of the leads as they are stored, among those in which the source is marked.
        rate_hz : int
            Rate whose samples are counted.
        start, stop : int
            The stretch, in samples of that rate.
        """
        return truth.wave_table(self._played, self._atria, self.samples, lead_names, rate_hz, start, stop)

    def _block_uv(self, number: int) -> SignalUv:
        """Render a block."""
        start = number * BLOCK
        stop = start + BLOCK
        wide_uv = np.zeros((len(EIGHT_LEADS), BLOCK + 2 * BESIDE), dtype=np.float32)
        self._add_waves(wide_uv, start - BESIDE)
        power = add_residuals(wide_uv, start - BESIDE, self.source, self._played, self.streams)
        signal_uv = wide_uv[:, BESIDE:-BESIDE]
        room = np.sqrt(np.maximum(1 - power[BESIDE:-BESIDE], 0))
        floor_uv = noise_floor(self.source.grains_uv, self.streams, start, stop, room > 0)
        floor_uv *= room
        signal_uv += floor_uv
        signal_uv += self._baseline_uv(start // _NODE, stop // _NODE)
        for waves in self._atria:
            waves.add_to(signal_uv, start)
        np.rint(signal_uv, out=signal_uv)
        rounded: SignalUv = np.clip(signal_uv, _LIMITS.min, _LIMITS.max).astype(np.int16)
        return rounded

    def _add_waves(self, signal_uv: Float32Array, start: int) -> None:
        """Add the clean waves that reach into a signal beginning at a sample of the record."""
        played, leads = self._played, len(EIGHT_LEADS)
        laid = played.laid_between(start, start + signal_uv.shape[1])
        at, numbers = played.laid_at[laid], played.laid_shape[laid]
        mixers = self._breath.mixers(at / RATE_HZ)
        for number in sorted(set(numbers.tolist())):
            shape, alike = played.shapes[number], numbers == number
            width = shape.signal_uv.shape[1]
            mixed_uv = (mixers[alike].reshape(-1, leads) @ shape.signal_uv).reshape(-1, leads, width)
            for first, wave_uv in zip((at[alike] - shape.centre - start).tolist(), mixed_uv, strict=True):
                signal_uv[:, first : first + width] += wave_uv

    def _baseline_uv(self, first: int, last: int) -> Float32Array:
        """Return wander and sway between two nodes."""
        grain = round(WANDER_GRAIN_S / WANDER_STEP_S)
        nodes_uv = wander(self.source.wander_uv, self.streams, first, last + 1, grain)
        swings = self._breath.swings(np.arange(first, last + 1, dtype=np.float64) * WANDER_STEP_S)
        nodes_uv += self._breath.sway_uv[:, np.newaxis] * swings.astype(np.float32)
        lines: Float32Array = np.stack([nodes_uv[:, :-1], nodes_uv[:, 1:]], axis=-1).reshape(-1, 2) @ _BETWEEN_NODES
        return lines.reshape(len(nodes_uv), -1)
