"""What the dataset card says of composed records: how they were made, in which rhythms, and where the truth is."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

from ecgfactory.beat_table import SYMBOLS
from ecgfactory.dataset.counts import Counts
from ecgfactory.dataset.names import ANNOTATIONS_FILE, BEATS_FILE, RHYTHMS_FILE
from ecgfactory.request.plan import Plan
from ecgfactory.rhythm_kinds import KINDS

BEATS_CONFIG, RHYTHMS_CONFIG = "beats", "rhythms"
"""What Hugging Face's `datasets` calls beats.parquet and rhythms.parquet."""

_COMPOSED = "Composed by rule from generated beats: no rhythm here was recorded, nor made by a model of rhythms."

_HOW = (
    "Each record is composed of the beats of one generated ECG, its heart: all leads together, varied from beat to "
    "beat as its own beats vary. When the atria and the ventricles beat follows from a model of the rhythm, whose "
    "sources stand in its file in `ecgfactory/rhythms/`; what is drawn follows from seed and candidate number alone."
)

_LIMITS = (
    "These rhythms have what their rules put into them and no more. They are not for diagnosis, and how well a "
    "classifier does on them says little of how well it does on patients. There is no ischaemia or infarction, no "
    "hypertrophy, no effect of drugs or electrolytes, no bundle branch block, no pre-excitation, no pacemaker, no "
    "ventricular fibrillation and no child; and where a rhythm makes a heart sick, its beats are still those of a "
    "healthy one."
)

COMPOSED_LIMITS = (
    "Records are composed by rule of the beats of ECGs that a model made, which learnt from normal ones only. Beside "
    "these rhythms no disease is here: no ischaemia, hypertrophy, bundle branch block, pre-excitation, pacing, drugs "
    "or electrolytes, and no child. How often something is found was asked for, and says nothing about people."
)
"""The limits of composed records, in place of those of the model's own ECGs."""

_MEANINGS = {
    "N": "normal, or conducted as usual",
    "A": "atrial premature, those of supraventricular tachycardia too",
    "V": "premature ventricular, those of ventricular tachycardia too",
    "j": "junctional escape",
    "E": "ventricular escape",
}
"""What `SYMBOLS` mean."""

BEAT_COLUMNS = {
    "beat": "Number of the beat within its record, from 0.",
    "sample": "Sample of its R peak over all leads, from 0.",
    "symbol": f"What it is, as the MIT-BIH databases write it: {'; '.join(f'{of} {_MEANINGS[of]}' for of in SYMBOLS)}.",
}
"""What the columns of beats.parquet mean."""

RHYTHM_COLUMNS = {
    "rhythm": "Name of the rhythm of the stretch.",
    "onset": "First sample of the stretch, from 0.",
    "offset": "Last sample of the stretch; the next one begins with the sample after it.",
}
"""What the columns of rhythms.parquet mean."""

RECORD_COLUMNS = {
    "source": "composed: by rule, from generated beats.",
    "rhythm": "Name of the rhythm that the record was composed in.",
    "snomed_ct": "Codes of that rhythm and of those of its stretches in SNOMED CT.",
    "scp_codes": "Statements of that rhythm and of those of its stretches in SCP-ECG, as PTB-XL uses them.",
}
"""What the columns of records.parquet mean that composed records alone have."""

_LOADING = {
    "Beats and rhythms with pandas": """\
import pandas as pd

beats = pd.read_parquet("beats.parquet")            # sample in samples of $rate_hz a second; symbol N, A, V, j or E
rhythms = pd.read_parquet("rhythms.parquet")        # onset and offset of each stretch in one rhythm
records = pd.read_parquet("records.parquet", columns=["record_id", "split", "rhythm", "snomed_ct", "scp_codes"])
rr_s = beats.groupby("record_id")["sample"].diff() / $rate_hz
is_ventricular = beats["symbol"].isin(["V", "E"])
""",
    "Beats and rhythms with DuckDB": """\
import duckdb

ventricular = duckdb.sql(\"\"\"
    SELECT record_id, rhythm, count(*) FILTER (symbol IN ('V', 'E')) AS ventricular, count(*) AS beats
    FROM 'beats.parquet' JOIN 'records.parquet' USING (record_id) GROUP BY ALL ORDER BY record_id
\"\"\").df()
""",
    "Beats and rhythms with Hugging Face datasets": """\
from pathlib import Path

from datasets import load_dataset

beats = load_dataset(str(Path.cwd()), "beats", split="full")        # those of all splits
rhythms = load_dataset(str(Path.cwd()), "rhythms", split="full")
""",
    "Rhythms as labels for PyTorch": """\
import ecgfactory as ef
from torch.utils.data import DataLoader

ecgs = ef.open_dataset(".").torch(split="$split", rhythm_labels=True)
for batch in DataLoader(ecgs, batch_size=32, shuffle=True):
    signal_mv, rhythm = batch["signal"], batch["rhythm"]            # (batch, leads, samples), (batch,)
    names = [ecgs.rhythm_names[number] for number in rhythm]        # all of ecgfactory's, in an order that stays
""",
}


def rhythm_loading(plan: Plan) -> Mapping[str, str]:
    """Return how to load beats and rhythms: a title, and Python that runs in the dataset's folder."""
    return _LOADING if plan.is_composed else {}


def rhythm_section(plan: Plan, counts: Counts) -> str:
    """Return the section on rhythms, with the empty line that follows; nothing where records are as generated."""
    if not plan.is_composed:
        return ""
    rhythms = "".join(_row(name, number, counts.records) for name, number in counts.rhythms.items())
    beats = "".join(f"| `{of}` | {_MEANINGS[of]} | {number:,} |\n" for of, number in counts.beats.items())
    return f"""\
## Rhythms

> **{_COMPOSED}**

{_fill(_HOW)}

| rhythm | what it is | records | share | SNOMED CT | SCP-ECG |
|---|---|---|---|---|---|
{rhythms}
{_fill(_truth(plan))}

| symbol | beats that are | beats |
|---|---|---|
{beats}
{_fill(_LIMITS)}

"""


def _row(name: str, number: int, records: int) -> str:
    kind = KINDS[name]
    codes = " | ".join(", ".join(of_kind) for of_kind in (kind.snomed_ct, kind.scp))
    return f"| `{name}` | {kind.title} | {number:,} | {number / records:.1%} | {codes} |\n"


def _truth(plan: Plan) -> str:
    """Say where the truth is."""
    waves = (
        f" A wave in `{ANNOTATIONS_FILE}` that belongs to no beat, a P that is not conducted or a wave of flutter (F) "
        "or fibrillation (f), has no number of a beat; masks show P, QRS and T alone."
        if plan.labels
        else ""
    )
    return (
        f"`{BEATS_FILE}` has one row per beat: its R peak and its symbol. `{RHYTHMS_FILE}` has one row per stretch in "
        "one rhythm; the stretches of a record touch each other. `records.parquet` tells the rhythm of each record and "
        "the codes of that and of its stretches: SNOMED CT as the PhysioNet/CinC challenges of 2020 and 2021 list it, "
        "and SCP-ECG as PTB-XL uses it. What was measured on a record is there too: it was found in the signal, and "
        f"may differ from what was put in.{waves}"
    )


def _fill(text: str) -> str:
    return textwrap.fill(text, 120, break_on_hyphens=False, break_long_words=False)
