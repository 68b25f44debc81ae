"""Potentials of kinds of noise, drawn without an ECG."""

from collections.abc import Iterator

import scipy

from ecgfactory.arrays import Float64Array
from ecgfactory.artefacts.base import ElectrodeNoise, Potentials, Recording
from ecgfactory.artefacts.montage import montage_of
from ecgfactory.draws import Purpose, generator
from ecgfactory.leads import EIGHT_LEADS


def drawn_potentials(
    kind: ElectrodeNoise, count: int, *, seconds: float = 10, rate_hz: float = 500, leads: tuple[str, ...] = EIGHT_LEADS
) -> Iterator[Potentials]:
    """Draw the potentials of a kind for some ECGs."""
    recording = Recording(montage_of(leads), round(seconds * rate_hz), rate_hz)
    for number in range(count):
        yield kind.potentials(recording, generator(11, number, Purpose.ARTEFACTS, 1))


def share_of_power(uv: Float64Array, rate_hz: float, low_hz: float, high_hz: float) -> float:
    """Return how much of a signal's power, its mean left out, is in a band."""
    frequencies, powers = scipy.signal.periodogram(uv, rate_hz, window="hann")
    return float(powers[(frequencies >= low_hz) & (frequencies <= high_hz)].sum() / powers.sum())
