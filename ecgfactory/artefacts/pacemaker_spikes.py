"""Pulses of a pacemaker."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from ecgfactory.arrays import Float64Array
from ecgfactory.artefacts.base import ElectrodeNoise, Potentials, Recording
from ecgfactory.artefacts.montage import Montage

RATE_PER_MIN = (50.0, 90.0)
WIDTH_S = (0.001, 0.002)
HEIGHT_UV = (200.0, 2000.0)

PLACES: Mapping[str, tuple[float, float, float]] = {
    "RA": (-0.7, -0.7, 0.0),
    "LA": (0.7, -0.7, 0.0),
    "LL": (0.2, 1.0, 0.0),
    "C1": (-0.3, 0.0, 1.0),
    "C2": (0.1, 0.0, 1.2),
    "C3": (0.4, 0.1, 1.1),
    "C4": (0.7, 0.2, 0.9),
    "C5": (0.9, 0.2, 0.5),
    "C6": (1.0, 0.2, 0.0),
}
"""Where electrodes are as seen from the heart: left, down, front; what matters is that neighbours see much the same."""


class PacemakerSpikes(ElectrodeNoise):
    """Pulses of a pacemaker that takes no notice of the heart: equally spaced, across P, QRS and T.

    The current between its poles is a dipole that all electrodes see from where they are (Koenig et al., Observations
    of pacemaker pulses in high-bandwidth electrocardiograms and Dower-estimated vectorcardiograms, J Electrocardiol 44
    (2011) 275). A pulse lasts about half a millisecond; a recorder of 500 Hz shows it as a spike of one or two samples,
    as high as its filters leave it. IEC 60601-2-25 asks for 0.2 mV at least. Here a sample is what falls into its
    interval of a pulse of 1 to 2 ms.
    """

    name = "pacemaker_spikes"
    title = "asynchronous pacemaker spikes"
    amount = "height of the spikes in the lead where they are highest"
    is_scaled = False
    parameters: ClassVar[Mapping[str, str]] = {
        "rate_per_min": "pulses a minute",
        "width_s": "duration of a pulse",
    }

    def potentials(self, recording: Recording, rng: np.random.Generator) -> Potentials:
        """Draw pulses over the whole ECG; see `ElectrodeNoise`."""
        per_min, width_s = rng.uniform(*RATE_PER_MIN), rng.uniform(*WIDTH_S)
        height_uv = float(np.exp(rng.uniform(*np.log(HEIGHT_UV))))
        pulses = _pulses(recording, 60 / per_min, width_s, rng.random())
        first, last = np.flatnonzero(pulses)[[0, -1]].tolist()
        potentials = _dipole(recording.montage.electrodes, rng)
        scale = height_uv / _highest(potentials, recording.montage) / pulses.max()
        spikes = scale * pulses[first : last + 1]
        uv = {name: value * spikes for name, value in potentials.items()}
        return Potentials(uv, first, height_uv, {"rate_per_min": round(per_min, 2), "width_s": round(width_s, 5)})


def _highest(potentials: Mapping[str, float], montage: Montage) -> float:
    """Return what potentials give in the lead where that is most, derived ones included."""
    leads = np.zeros((len(montage.lead_names), 1))
    for row, lead in montage.leads_of({name: np.array([value]) for name, value in potentials.items()}).items():
        leads[row] = lead
    montage.derive(leads, whole=False)
    return float(np.abs(leads).max())


def _pulses(recording: Recording, interval_s: float, width_s: float, phase: float) -> Float64Array:
    """Return the share of each sampling interval that is within a pulse; one pulse at least is."""
    duration_s = recording.samples / recording.rate_hz
    starts_s = np.arange(phase * min(interval_s, duration_s - width_s), duration_s - width_s, interval_s)
    starts, width = starts_s * recording.rate_hz, width_s * recording.rate_hz
    pulses = np.zeros(recording.samples)
    for after in range(int(width) + 2):
        places = starts.astype(int) + after
        shares = np.clip(np.minimum(starts + width, places + 1) - np.maximum(starts, places), 0, None)
        within = places < recording.samples
        pulses[places[within]] += shares[within]
    return pulses


def _dipole(electrodes: tuple[str, ...], rng: np.random.Generator) -> dict[str, float]:
    """Draw a dipole, and return what each electrode sees of it; one of an unknown place sees anything."""
    direction = rng.standard_normal(3)
    direction /= np.sqrt(np.square(direction).sum())
    seen = {}
    for name in electrodes:
        unknown = float(rng.uniform(0.2, 1))
        seen[name] = float(np.sum(direction * PLACES[name])) if name in PLACES else unknown
    return seen
