"""How other people load the tar files, for the dataset card; see `Format.loading`."""

LOADING = {
    "WebDataset": """\
from glob import glob

import webdataset

files = sorted(glob("webdataset/$split-*.tar"))
ecgs = webdataset.WebDataset(files, shardshuffle=False).decode()
for ecg in ecgs:
    signal_uv, features = ecg["npy"], ecg["json"]    # (leads, samples); leads are named in features["leads"]
"""
}

RHYTHM_LOADING = {
    "Rhythms and beats in WebDataset": """\
from glob import glob

import pandas as pd
import webdataset

files = sorted(glob("webdataset/$split-*.tar"))
ecgs = webdataset.WebDataset(files, shardshuffle=False).decode()
for ecg in ecgs:
    rhythm = ecg["json"]["rhythm"]                        # of the record
    beats = pd.DataFrame(ecg["beats.json"])               # sample, and symbol: N, A, V, j or E
    rhythms = pd.DataFrame(ecg["rhythms.json"])           # rhythm, and its first and last sample: onset, offset
"""
}

LABEL_LOADING = {
    "Waves in WebDataset": """\
from glob import glob

import pandas as pd
import webdataset

files = sorted(glob("webdataset/$split-*.tar"))
ecgs = webdataset.WebDataset(files, shardshuffle=False).decode()
for ecg in ecgs:
    waves = pd.DataFrame(ecg["waves.json"])           # onset, peak and offset in samples; missing: beyond an end
    r_peaks = waves.query("lead == 'all' and wave == 'QRS'")["peak"]
"""
}

MASK_LOADING = {
    "Masks in WebDataset": """\
from glob import glob

import webdataset

files = sorted(glob("webdataset/$split-*.tar"))
ecgs = webdataset.WebDataset(files, shardshuffle=False).decode().to_tuple("npy", "mask.npy")
for signal_uv, mask in ecgs:
    in_leads = mask[1:]                               # as signal_uv: 0 no wave, 1 P, 2 QRS, 3 T; mask[0] over all leads
"""
}

ARTEFACT_LOADING = {
    "Artefacts in WebDataset": """\
from glob import glob

import pandas as pd
import webdataset

files = sorted(glob("webdataset/$split-*.tar"))
ecgs = webdataset.WebDataset(files, shardshuffle=False).decode()
artefacts = {ecg["__key__"]: pd.DataFrame(ecg["artefacts.json"]) for ecg in ecgs}    # kind, onset, offset, snr_db, ...
"""
}

ARTEFACT_MASK_LOADING = {
    "Artefact masks in WebDataset": """\
from glob import glob

import webdataset

files = sorted(glob("webdataset/$split-*.tar"))
ecgs = webdataset.WebDataset(files, shardshuffle=False).decode().to_tuple("npy", "artefact_mask.npy")
for signal_uv, injured in ecgs:
    calm_uv = signal_uv[:, ~injured.any(axis=0)]      # of the same shape: 1 in an artefact, 0 elsewhere
"""
}

PAIR_LOADING = {
    "Noisy and clean records in WebDataset": """\
from glob import glob

import webdataset

noisy, clean = (
    webdataset.WebDataset(sorted(glob(f"{folder}/$split-*.tar")), shardshuffle=False).decode()
    for folder in ("webdataset", "webdataset_clean")
)
for ecg, clean_ecg in zip(noisy, clean):              # the same records in the same order
    noisy_uv, clean_uv = ecg["npy"], clean_ecg["npy"]
"""
}
