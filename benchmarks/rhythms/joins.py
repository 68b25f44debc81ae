"""Whether joins of composed ECGs can be seen: a classifier looks at pieces of 100 ms from between T and P.

Pieces of composed sinus records, around joins and at other places, against pieces of the generated ECGs that they are
composed of, at the same distance from the R peak. Trained on some sources and judged on others, as many pieces of one
kind as of the other: who sees nothing is right in half of the cases.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

import numpy as np
from sklearn.ensemble import ExtraTreesClassifier

from benchmarks.quality_ecgs import generated_ecgs
from ecgfactory.arrays import Float64Array, IntArray
from ecgfactory.compose.composition import Composition
from ecgfactory.compose.hearts import RATE_HZ, Source, sources_of
from ecgfactory.compose.streams import Streams
from ecgfactory.leads import EIGHT_LEADS, SignalUv
from ecgfactory.quality.beats import find_beats
from ecgfactory.quality.waves import find_waves
from ecgfactory.rhythms.score import Heart, Score

PIECE = RATE_HZ // 10
DURATION_S = 10.0
LEAD_II = EIGHT_LEADS.index("II")


@dataclass(frozen=True)
class Pieces:
    """Pieces of 100 ms, some of generated ECGs and some of composed ones.

    Parameters
    ----------
    pieces_uv : int16 array, shape (pieces, 8, PIECE)
        The pieces.
    is_composed : bool array, shape (pieces,)
        Which are of composed ECGs.
    source : int array, shape (pieces,)
        Which ECG they are of, or are composed of.
    """

    pieces_uv: SignalUv
    is_composed: np.ndarray
    source: IntArray


def steady_score(heart: Heart, rr_s: float, rng: np.random.Generator) -> Score:
    """Return sinus rhythm of some RR intervals, 30 ms apart on the mean."""
    rr = rr_s + rng.normal(0, 0.03, int(DURATION_S / rr_s) + 6)
    onset_s = np.cumsum(rr) - 2 * rr_s
    beats = len(onset_s)
    return Score(
        duration_s=DURATION_S,
        qrs_onset_s=onset_s,
        symbol=np.zeros(beats, np.int8),
        shape=np.zeros(beats, np.int8),
        qt_s=heart.qt_s + 0.154 * (rr - heart.rr_s),  # Sagie et al., Am J Cardiol 70 (1992) 797: the Framingham study
        p_onset_s=onset_s - heart.pr_s,
        p_beat=np.arange(beats),
        p_shape=np.zeros(beats, np.int8),
        activities=[],
        rhythms=[("sinus", 0.0)],
        breath_s=np.arange(-5.0, DURATION_S + 10, 4.0),
    )


def join_pieces(ecgs_uv: SignalUv, after_join_s: float, slower_s: float) -> Pieces:
    """Cut pieces at some time after the joins of composed ECGs, and where these lie in the generated ones.

    Parameters
    ----------
    ecgs_uv : int16 array, shape (n, 8, samples)
        Generated ECGs.
    after_join_s : float
        From the middle of the fade after a beat to the middle of the piece.
    slower_s : float
        By how much longer RR intervals are in composed ECGs than in generated ones.
    """
    beats = find_beats(ecgs_uv)
    waves = find_waves(beats)
    pieces, is_composed, of_source = [], [], []
    for number, source in enumerate(sources_of(ecgs_uv, beats, waves)):
        if not isinstance(source, Source):
            continue
        rng = np.random.default_rng(number)
        score = steady_score(source.heart, source.heart.rr_s + slower_s, rng)
        composition = Composition(source, "sinus", score, Streams(1, number))
        join = source.residuals_uv.shape[-1] - source.noise_centre - source.fade // 2
        composed_at = composition.beats(EIGHT_LEADS, RATE_HZ).sample + join + round(after_join_s * RATE_HZ)
        cut = [
            _cut(ecgs_uv[number], beats.places[number, beats.typical[number]] + join),
            _cut(composition.signal_uv(0, composition.samples), composed_at),
        ]
        fewer = min(len(of_one) for of_one in cut)
        pieces += [rng.permutation(of_one)[:fewer] for of_one in cut]
        is_composed += [np.zeros(fewer, bool), np.ones(fewer, bool)]
        of_source.append(np.full(2 * fewer, number))
    return Pieces(np.concatenate(pieces), np.concatenate(is_composed), np.concatenate(of_source))


def _cut(signal_uv: SignalUv, centres: IntArray) -> SignalUv:
    """Cut the pieces that lie in the record, shape (pieces, 8, PIECE)."""
    starts = centres - PIECE // 2
    starts = starts[(starts >= 0) & (starts + PIECE <= signal_uv.shape[1])]
    cut: SignalUv = signal_uv[:, starts[:, np.newaxis] + np.arange(PIECE)].swapaxes(0, 1)
    return cut


def accuracy(pieces: Pieces, leads: list[int]) -> float:
    """Return how often pieces of sources that were not trained on are told right, by some leads."""
    values = _features(pieces.pieces_uv[:, leads].astype(np.float64))
    trained = pieces.source % 2 == 0
    forest = ExtraTreesClassifier(300, min_samples_leaf=3, random_state=0)
    forest.fit(values[trained], pieces.is_composed[trained])
    return float(forest.score(values[~trained], pieces.is_composed[~trained]))


def _features(pieces_uv: Float64Array) -> Float64Array:
    """Describe pieces, shape (pieces, features): samples around their mean, steps, bends, spectra, leads together."""
    around = pieces_uv - pieces_uv.mean(axis=-1, keepdims=True)
    steps, bends = np.diff(around), np.diff(around, 2)
    thirds = np.array_split(np.arange(PIECE - 2), 3)
    rough = np.stack([np.log(np.square(bends[..., third]).mean(axis=-1) + 0.1) for third in thirds], axis=-1)
    spectrum = np.log(np.square(np.abs(np.fft.rfft(around * np.hanning(PIECE)))) + 1)
    summed = [around[..., ::3], np.abs(steps).max(axis=-1, keepdims=True), rough, spectrum[..., 1:25]]
    parts = [part.reshape(len(pieces_uv), -1) for part in summed]
    if pieces_uv.shape[1] > 1:
        upper = np.triu_indices(pieces_uv.shape[1], 1)
        parts.append(np.nan_to_num(np.array([np.corrcoef(piece) for piece in steps]))[:, upper[0], upper[1]])
    return np.concatenate(parts, axis=1)


CASES = {
    "at the end of a beat's noise": (0.0, 0.0),
    "40 ms later": (0.04, 0.0),
    "100 ms later, RR longer by 200 ms: between beats": (0.1, 0.2),
}
"""How far after a join, and how much slower, in s."""


def main(ecgs: int = 400) -> None:
    """Print how often pieces are told right."""
    ecgs_uv = generated_ecgs(seed=11, count=ecgs)
    for name, (after_join_s, slower_s) in CASES.items():
        pieces = join_pieces(ecgs_uv, after_join_s, slower_s)
        told = [100 * accuracy(pieces, leads) for leads in ([LEAD_II], list(range(len(EIGHT_LEADS))))]
        print(f"{name}: {told[0]:.1f} % by lead II, {told[1]:.1f} % by all ({len(pieces.source):,} pieces)")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
