"""How other people load the NumPy arrays, for the dataset card; see `Format.loading`."""

LOADING = {
    "NumPy": """\
from pathlib import Path

import numpy as np

files = sorted(Path("npy").glob("$split-*[0-9].npy"))
ecgs_uv = [np.load(file, mmap_mode="r") for file in files]    # each (records, leads, samples), read when used
candidates = [np.load(file.with_suffix(".candidates.npy")) for file in files]
"""
}

RHYTHM_LOADING = {
    "Rhythms and beats in NumPy": """\
import numpy as np

# Of the first record of $path.
beat_starts, rhythm_starts = np.load("$stem.beat_starts.npy"), np.load("$stem.rhythm_starts.npy")
beats = np.load("$stem.beats.npy", mmap_mode="r")[beat_starts[0] : beat_starts[1]]            # sample, symbol
rhythms = np.load("$stem.rhythms.npy", mmap_mode="r")[rhythm_starts[0] : rhythm_starts[1]]    # rhythm, onset, offset
premature = beats["sample"][beats["symbol"] == b"V"]
"""
}

LABEL_LOADING = {
    "Waves in NumPy": """\
import numpy as np

# Of all records of $path.
waves = np.load("$stem.waves.npy", mmap_mode="r")
starts = np.load("$stem.wave_starts.npy")
of_first = waves[starts[0] : starts[1]]                       # fields beat, lead, wave, onset, peak, offset (samples)
is_r = (of_first["lead"] == 0) & (of_first["wave"] == 2)      # lead: 0 over all, 1 the first, ...; 1 P, 2 QRS, 3 T
r_peaks = of_first["peak"][is_r]
"""
}

MASK_LOADING = {
    "Masks in NumPy": """\
import numpy as np

ecgs_uv = np.load("$path", mmap_mode="r")
# 0 no wave, 1 P, 2 QRS, 3 T; over all leads first.
masks = np.load("$stem.mask.npy", mmap_mode="r")
signal_uv, mask = ecgs_uv[0], masks[0, 1:]                    # both (leads, samples)
"""
}

ARTEFACT_MASK_LOADING = {
    "Artefact masks in NumPy": """\
import numpy as np

ecgs_uv = np.load("$path", mmap_mode="r")
artefact_masks = np.load("$stem.artefact_mask.npy", mmap_mode="r")    # the same shape: 1 in an artefact, 0 elsewhere
share_injured = artefact_masks.mean(axis=-1)                          # of each lead of each record
"""
}

PAIR_LOADING = {
    "Noisy and clean records in NumPy": """\
from pathlib import Path

import numpy as np

files = sorted(Path("npy").glob("$split-*[0-9].npy"))
noisy_uv = [np.load(file, mmap_mode="r") for file in files]                        # each (records, leads, samples)
clean_uv = [np.load(Path("npy_clean") / file.name, mmap_mode="r") for file in files]    # the same records, clean
"""
}
