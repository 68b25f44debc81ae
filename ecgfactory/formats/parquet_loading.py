"""How other people load the Parquet files, for the dataset card; see `Format.loading`."""

LOADING = {
    "Hugging Face datasets": """\
from pathlib import Path

from datasets import load_dataset

splits = load_dataset(str(Path.cwd()))                # this folder; once it is on the Hub, its name there
ecg_uv = splits["$split"].with_format("numpy")[0]["II"]
""",
    "PyTorch": """\
from pathlib import Path

import torch
from datasets import load_dataset
from torch.utils.data import DataLoader

leads = ["I", "II", "V1", "V2", "V3", "V4", "V5", "V6"]
ecgs = load_dataset(str(Path.cwd()), split="$split").select_columns(leads).with_format("torch")
for batch in DataLoader(ecgs, batch_size=32, shuffle=True):
    signal_mv = torch.stack([batch[lead] for lead in leads], dim=1) / 1000    # (batch, leads, samples)
""",
    "pandas": """\
import pandas as pd

ecgs = pd.read_parquet("data", columns=["record_id", "heart_rate_bpm", "II"])
""",
    "DuckDB": """\
import duckdb

slow = duckdb.sql("SELECT record_id, II FROM 'data/[!.]*.parquet' WHERE heart_rate_bpm < 65").df()
""",
}

LABEL_LOADING = {
    "R peaks in Parquet": """\
import numpy as np
import pandas as pd

ecgs = pd.read_parquet("data", columns=["record_id", "r_peaks"])    # samples, from 0
rr_ms = ecgs["r_peaks"].map(np.diff) * 1000 / $rate_hz
"""
}

MASK_LOADING = {
    "Masks in Parquet": """\
from pathlib import Path

import torch
from datasets import load_dataset
from torch.utils.data import DataLoader

leads = ["I", "II", "V1", "V2", "V3", "V4", "V5", "V6"]
columns = [*leads, *(f"mask_{lead}" for lead in leads)]    # over all leads: mask_all
ecgs = load_dataset(str(Path.cwd()), split="$split").select_columns(columns).with_format("torch")
for batch in DataLoader(ecgs, batch_size=32, shuffle=True):
    signal_mv = torch.stack([batch[lead] for lead in leads], dim=1) / 1000    # (batch, leads, samples)
    mask = torch.stack([batch[f"mask_{lead}"] for lead in leads], dim=1)      # the same: 0 no wave, 1 P, 2 QRS, 3 T
"""
}


ARTEFACT_LOADING = {
    "Quality labels in Parquet": """\
import pandas as pd

labels = pd.read_parquet("data", columns=["record_id", "is_clean", "artefact_kinds", "failed_rules", "snr_db_II"])
swapped = labels["artefact_kinds"].map(lambda kinds: "limb_lead_swap" in kinds)
"""
}

ARTEFACT_MASK_LOADING = {
    "Artefact masks in Parquet": """\
from pathlib import Path

import torch
from datasets import load_dataset
from torch.utils.data import DataLoader

leads = ["I", "II", "V1", "V2", "V3", "V4", "V5", "V6"]
columns = [*leads, *(f"artefact_mask_{lead}" for lead in leads)]
ecgs = load_dataset("parquet", data_files="data/$split-*.parquet", split="train").select_columns(columns)
for batch in DataLoader(ecgs.with_format("torch"), batch_size=32, shuffle=True):
    signal_mv = torch.stack([batch[lead] for lead in leads], dim=1) / 1000              # (batch, leads, samples)
    injured = torch.stack([batch[f"artefact_mask_{lead}"] for lead in leads], dim=1)    # the same: 1 in an artefact
"""
}

PAIR_LOADING = {
    "Noisy and clean records for PyTorch": """\
import torch
from datasets import load_dataset
from torch.utils.data import DataLoader, StackDataset

leads = ["I", "II", "V1", "V2", "V3", "V4", "V5", "V6"]
noisy, clean = (
    load_dataset("parquet", data_files=f"{folder}/$split-*.parquet", split="train").select_columns(leads)
    for folder in ("data", "clean")
)
pairs = StackDataset(noisy.with_format("torch"), clean.with_format("torch"))    # the same records in the same order
for batch in DataLoader(pairs, batch_size=32, shuffle=True):
    noisy_mv, clean_mv = (torch.stack([ecgs[lead] for lead in leads], dim=1) / 1000 for ecgs in batch)
""",
    "Noisy and clean records with pandas": """\
import pandas as pd

noisy = pd.read_parquet("data", columns=["record_id", "artefact_kinds", "II"]).set_index("record_id")
clean = pd.read_parquet("clean", columns=["record_id", "II"]).set_index("record_id")
pairs = noisy.join(clean, rsuffix="_clean")
added_uv = pairs["II"] - pairs["II_clean"]            # what the artefacts changed, where nothing was exchanged or cut
""",
}

RHYTHM_LOADING = {
    "Rhythms and beats in Parquet": """\
import pandas as pd

beats_of = ["r_peaks", "beat_symbols"]                      # samples from the start of the record, and N, A, V, j or E
rhythms_of = ["rhythm_names", "rhythm_onsets"]              # each lasts to the next
ecgs = pd.read_parquet("data", columns=["record_id", "rhythm", *beats_of, *rhythms_of]).set_index("record_id")
beats = ecgs[beats_of].explode(beats_of)
rhythms = ecgs[rhythms_of].explode(rhythms_of)
premature = beats[beats["beat_symbols"] == "V"]
"""
}

LONG_LOADING = {
    "Hugging Face datasets": """\
from pathlib import Path

from datasets import load_dataset

splits = load_dataset(str(Path.cwd()))                # this folder; once it is on the Hub, its name there
piece = splits["$split"].with_format("numpy")[0]      # a row is 60 s of a record: piece 0, 1, 2, ...
piece_uv, first_sample = piece["II"], piece["first_sample"]
""",
    "PyTorch": """\
from pathlib import Path

import torch
from datasets import load_dataset

leads = ["I", "II", "V1", "V2", "V3", "V4", "V5", "V6"]
pieces = load_dataset(str(Path.cwd()), split="$split").select_columns(leads).with_format("torch")
for piece in pieces:
    signal_mv = torch.stack([piece[lead] for lead in leads]) / 1000    # (leads, samples); the last piece may be shorter
""",
    "pandas": """\
import numpy as np
import pandas as pd

pieces = pd.read_parquet("$path", columns=["record_id", "II"], filters=[("record_id", "=", "$record_id")])
ecg_uv = np.concatenate(pieces["II"].to_list())       # the whole record: its pieces are in order of time
""",
    "DuckDB": """\
import duckdb

first_minutes = duckdb.sql("SELECT record_id, II FROM 'data/[!.]*.parquet' WHERE piece = 0").df()
""",
    "R peaks in Parquet": """\
import matplotlib.pyplot as plt
import pandas as pd

pieces = pd.read_parquet("$path", columns=["record_id", "first_sample", "r_peaks", "II"])
piece = pieces.iloc[0]
r_peaks = piece["r_peaks"] - piece["first_sample"]    # stored as samples from the start of the record
plt.plot(piece["II"])
plt.plot(r_peaks, piece["II"][r_peaks], "o")

beats = pd.read_parquet("beats.parquet")              # of whole records: RR intervals across the ends of pieces too
rr_ms = beats.groupby("record_id")["sample"].diff() * 1000 / $rate_hz
""",
}
