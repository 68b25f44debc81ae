"""What the dataset card says of labels: what is marked, in which files, how accurately, and how to load it."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from ecgfactory.dataset.names import ANNOTATIONS_FILE
from ecgfactory.request.plan import Plan
from ecgfactory.wave_table import MASK_CODES
from ecgfactory.waves.accuracy import Accuracy, BoundAccuracy, load_accuracy

ANNOTATIONS_CONFIG, WHOLE = "annotations", "full"
"""What Hugging Face's `datasets` calls annotations.parquet, and its split: not `train`, as it holds those of all."""

_MARKED = (
    "P, QRS and T of every beat are marked, in each lead and over all leads: onset, peak and offset, in whole samples "
    "from the start of the record, the first of which is 0. The peak of P and T is the largest deflection from the "
    "line that joins the bounds; that of QRS is its R wave, or its deepest point where it has no R of at least a "
    "twentieth of the S. A wave that a beat does not show is not there, nor is one whose middle lies beyond an end of "
    "the record; a bound beyond an end is missing. Nothing is guessed."
)

_OVER_ALL = (
    "Over all leads, bounds are the earliest onset and the latest offset in the leads, outlying leads left out, put a "
    "little wider, as experts' outermost marks are, and then moved halfway to those of the record's median beat, by "
    "which its intervals are measured. So the features `p_duration_ms`, `pr_ms`, `qrs_ms` and `qt_ms` agree with the "
    "medians over the beats within 22, 16, 12 and 18 ms in nine of ten records. The peak of P and T is the median of "
    "those in the leads, that of QRS the R peak of the beat."
)

_BY_AN_ALGORITHM = "Marked by an algorithm, not by a cardiologist."

_OF_COMPOSED = (
    "These records are composed: marked were the generated beats that they are composed of, and the marks moved along "
    "with the waves. Waves that are put in by rule, F of flutter, f of fibrillation and P that are not conducted, are "
    "where the rule puts them."
)

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
    return f"""\
## Labels

> **{_BY_AN_ALGORITHM}**

{f"{textwrap.fill(_OF_COMPOSED, 120)}{2 * chr(10)}" if plan.is_composed else ""}{textwrap.fill(_MARKED, 120)}

{textwrap.fill(_OVER_ALL, 120)}

{_files(plan)}

{accuracy_text(load_accuracy())}"""


def accuracy_text(accuracy: Accuracy) -> str:
    """Return paragraphs and a table on how well waves are found, with the empty line that follows."""
    found = (
        f"How well this algorithm finds waves was measured on real ECGs: {accuracy.source}; {accuracy.method}. The "
        f"mean F1 of the six bounds is {accuracy.macro_f1:.3f}. P waves were found in {accuracy.p_found} of the "
        f"{accuracy.with_p} records in which experts marked some, and in {accuracy.p_falsely_found} of the "
        f"{accuracy.without_p} in which they marked none."
    )
    limited = [bound for bound in accuracy.bounds if bound.experts_two_sd_ms is not None]
    compared = (
        "The last columns are over all leads, with one difference of each record, none left out, beside the limit that "
        "published delineators are held to (Martinez et al., IEEE Trans Biomed Eng 51 (2004) 570, "
        "doi:10.1109/TBME.2003.821031): two standard deviations of experts about their referee (CSE Working Party, Eur "
        f"Heart J 6 (1985) 815). The standard deviation is within it for {_within(limited, 1)}; twice that, as a "
        f"stricter reading asks, for {_within(limited, 2)}."
    )
    return f"""\
{textwrap.fill(found, 120, break_on_hyphens=False)}

| bound | F1 | a mark counts within | mean ± SD in a lead | mean ± SD over all leads | CSE's limit of this SD |
|---|---|---|---|---|---|
{"".join(_row(bound) for bound in accuracy.bounds)}
{textwrap.fill(compared, 120, break_on_hyphens=False)}

"""


def _within(bounds: Sequence[BoundAccuracy], deviations: int) -> str:
    """Say for which bounds so many standard deviations are within the experts' limit."""
    names = [bound.name for bound in bounds if deviations * bound.sd_over_all_ms <= (bound.experts_two_sd_ms or 0)]
    if len(names) == len(bounds):
        return "every bound that has one"
    return f"{', '.join(names)} only" if names else "no bound"


def _row(bound: BoundAccuracy) -> str:
    limit = "none stated" if bound.experts_two_sd_ms is None else f"{bound.experts_two_sd_ms:g} ms"
    return (
        f"| {bound.name} | {bound.f1:.3f} | {bound.tolerance_ms:g} ms | "
        f"{bound.mean_error_ms:+.1f} ± {bound.sd_error_ms:.1f} ms | "
        f"{bound.mean_over_all_ms:+.1f} ± {bound.sd_over_all_ms:.1f} ms | {limit} |\n"
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
