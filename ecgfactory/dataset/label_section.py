"""What the dataset card says of labels: what is marked, in which files, how accurately, and how to load it."""

from __future__ import annotations

import textwrap

from ecgfactory.dataset.names import ANNOTATIONS_FILE
from ecgfactory.request.plan import Plan
from ecgfactory.wave_table import MASK_CODES
from ecgfactory.waves.accuracy import Accuracy, BoundAccuracy, load_accuracy

ANNOTATIONS_CONFIG, ANNOTATIONS_SPLIT = "annotations", "full"
"""What Hugging Face's `datasets` calls annotations.parquet: not `train`, as it holds the waves of all splits."""

_MARKED = (
    "P, QRS and T of every beat are marked, in each lead and over all leads: onset, peak and offset, in whole samples "
    "from the start of the record, the first of which is 0. Over all leads a wave runs from the earliest onset to the "
    "latest offset. The peak is the largest deflection; of QRS over all leads it is the R peak of the beat. A wave "
    "that a beat does not show is not there, and a bound that an end of the record cuts off is missing; nothing is "
    "guessed."
)

_BY_AN_ALGORITHM = "Marked by an algorithm, not by a cardiologist."

ANNOTATION_LOADING = {
    "Waves with pandas": """\
import pandas as pd

of_qrs = [("lead", "==", "all"), ("wave", "==", "QRS")]    # over all leads; == "II" in one
qrs = pd.read_parquet("annotations.parquet", filters=of_qrs)
qrs_ms = (qrs["offset"] - qrs["onset"]) * 1000 / $rate_hz
median_qrs_ms = qrs_ms.groupby(qrs["record_id"]).median()
""",
    "Waves with DuckDB": """\
import duckdb

pr_ms = duckdb.sql(\"\"\"
    SELECT record_id, beat, (qrs.onset - p.onset) * 1000 / $rate_hz AS pr_ms
    FROM 'annotations.parquet' AS p JOIN 'annotations.parquet' AS qrs USING (record_id, beat, lead)
    WHERE p.wave = 'P' AND qrs.wave = 'QRS' AND lead = 'all'
\"\"\").df()
""",
    "Waves with Hugging Face datasets": """\
from pathlib import Path

from datasets import load_dataset

waves = load_dataset(str(Path.cwd()), "annotations", split="full")    # the waves of all splits
""",
    "Masks for PyTorch": """\
import ecgfactory as ef
from torch.utils.data import DataLoader

ecgs = ef.open_dataset(".").torch(split="$split", masks=True)    # drawn from the waves when they are taken
for batch in DataLoader(ecgs, batch_size=32, shuffle=True):
    signal_mv = batch["signal"]           # (batch, leads, samples)
    in_leads = batch["mask"][:, 1:]       # the same shape: 0 no wave, 1 P, 2 QRS, 3 T
    over_all = batch["mask"][:, 0]        # (batch, samples)
""",
}
"""How to load annotations.parquet: a title, and Python that runs in the dataset's folder."""


def label_section(plan: Plan) -> str:
    """Return the section on labels, with the empty line that follows; nothing where there are none."""
    if not plan.labels:
        return ""
    accuracy = load_accuracy()
    return f"""\
## Labels

{textwrap.fill(_MARKED, 120)}

> **{_BY_AN_ALGORITHM}**

{_files(plan)}

{accuracy_text(accuracy) if accuracy else ""}"""


def accuracy_text(accuracy: Accuracy) -> str:
    """Return a paragraph and a table on how well waves are found, with the empty line that follows."""
    told = (
        f"How well this algorithm finds waves was measured on real ECGs: {accuracy.source}; {accuracy.method}. The "
        f"mean F1 of the six bounds is {accuracy.macro_f1:.3f}. P waves were found in {accuracy.p_falsely_found} of "
        f"the {accuracy.without_p} records in which experts marked none. The last columns are over all leads, with one "
        "difference of each record and without the four largest, beside how experts differ from their referee (CSE "
        "Working Party 1985, Eur Heart J 6:815-825)."
    )
    return f"""\
{textwrap.fill(told, 120, break_on_hyphens=False)}

| bound | F1 | a mark counts within | mean ± SD in a lead | 2 SD | 2 SD of experts |
|---|---|---|---|---|---|
{"".join(_row(bound) for bound in accuracy.bounds)}
"""


def _row(bound: BoundAccuracy) -> str:
    experts = f"{bound.experts_two_sd_ms:g} ms" if bound.experts_two_sd_ms else ""
    return (
        f"| {bound.name} | {bound.f1:.3f} | {bound.tolerance_ms:g} ms | "
        f"{bound.mean_error_ms:+.1f} ± {bound.sd_error_ms:.1f} ms | {bound.two_sd_ms:.1f} ms | {experts} |\n"
    )


def _files(plan: Plan) -> str:
    """Say where labels are; what a format holds of its own is told by its examples."""
    codes = ", ".join(f"{code} {wave}" for wave, code in MASK_CODES.items())
    told = [
        f"`{ANNOTATIONS_FILE}` has one row per wave: `record_id`, `beat` (from 0), `lead` (`all` over all leads), "
        "`wave`, `onset`, `peak`, `offset`.",
        "Formats hold waves by their own conventions too, Parquet the R peaks of each record; examples are above.",
        *([f"Masks say of each sample which wave it is in, as uint8: 0 none, {codes}."] if plan.labels.mask else []),
    ]
    return textwrap.fill(" ".join(told), 120)
