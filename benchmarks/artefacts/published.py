"""What is published about the spectrum of each noise, to draw beside ours; only of muscle is it a spectrum.

Nothing here is measured on recordings: no data of the noise stress test database is in this project.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ecgfactory.arrays import Float64Array

SHWEDYK_HZ = (60.0, 120.0)
RECORDER_HZ = 150.0


@dataclass(frozen=True)
class Published:
    """What others say of one noise.

    Parameters
    ----------
    says : str
        What, and who says so.
    band_hz : tuple of float, optional
        Where it is.
    lines : mapping of float to float
        Lines by frequency in Hz, each with the largest amplitude that it has, as a share of the fundamental's.
    is_spectrum : bool
        Whether `muscle_density` is its spectrum.
    """

    says: str
    band_hz: tuple[float, float] | None = None
    lines: Mapping[float, float] | None = None
    is_spectrum: bool = False


PUBLISHED: Mapping[str, Published] = {
    "baseline_wander": Published(
        "A band alone: respiration drifts between 0.15 and 0.3 Hz, with 15 % of the ECG's height (Friesen et al., IEEE "
        "Trans Biomed Eng 37 (1990) 85, doi:10.1109/10.43620; as Clifford, Azuaje and McSharry, Advanced methods and "
        "tools for ECG data analysis, 2006, section 3.6, tell it). Of recording bw of the noise stress test database, "
        "drift slower than 0.05 Hz was removed, its description says (G. Moody, 1992).",
        band_hz=(0.15, 0.3),
    ),
    "muscle": Published(
        "A spectrum: f^2 / ((f^2 + l^2) (f^2 + h^2)^2) with l = 60 and h = 120 Hz (Shwedyk, Balasubramanian and Scott, "
        "IEEE Trans Biomed Eng 24 (1977) 417; the values are those in general use), here seen through a recorder of "
        "150 Hz, as ours is. Friesen et al. give it 10 % of the ECG's height, the noise stress test database no "
        "spectrum of its recording ma.",
        is_spectrum=True,
    ),
    "mains": Published(
        "Limits of the supply's voltage alone: harmonics of 2, 5, 6 and 5 % at 2, 3, 5 and 7 times its frequency, and "
        "50 Hz +-1 % (EN 50160). How they reach an electrode is published for the fundamental only (Huhta and Webster, "
        "doi:10.1109/TBME.1973.324169); Friesen et al. have hum of up to 50 % of the ECG's height.",
        lines={100.0: 0.02, 150.0: 0.05, 250.0: 0.06},
    ),
    "electrode_motion": Published(
        "A duration alone: 0.1 to 0.5 s (Friesen et al.). The noise stress test database describes recording em in "
        "words: it can mimic the appearance of ectopic beats, and simple filters can't remove it. Neither gives a "
        "spectrum, so that nothing is drawn beside ours; it is in the band of the ECG's own waves, as those words say.",
    ),
    "poor_contact": Published(
        "No spectrum that we know of. That hum grows with the impedance of an electrode is in Huhta and Webster; "
        "Clifford et al. describe contact noise as sharp changes, for about a second.",
    ),
}


def muscle_density(frequencies_hz: Float64Array) -> Float64Array:
    """Return the published power density of muscle noise, seen through a recorder of 150 Hz, of no certain size."""
    low_hz, high_hz = SHWEDYK_HZ
    squares = np.square(frequencies_hz)
    emg = squares / ((squares + low_hz**2) * np.square(squares + high_hz**2))
    density: Float64Array = emg / (1 + np.square(squares / RECORDER_HZ**2))
    return density
