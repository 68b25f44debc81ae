"""What the dataset card says of artefacts: what was put in, how the truth about it is told, and how to load pairs."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path

from ecgfactory.artefact_table import DROPPED_SAMPLES
from ecgfactory.dataset.artefact_summary import ArtefactSummary, KindSummary, kind_class, summarise_artefacts
from ecgfactory.dataset.markdown import plain
from ecgfactory.dataset.names import ANNOTATIONS_FILE, ARTEFACTS_FILE
from ecgfactory.formats.clean_twin import CLEAN_SUFFIX, format_named
from ecgfactory.formats.rows import CLEAN
from ecgfactory.request.artefacts import ArtefactsRequest
from ecgfactory.request.plan import Plan

ARTEFACTS_CONFIG, CLEAN_CONFIG = "artefacts", "clean"
"""What Hugging Face's `datasets` calls artefacts.parquet, and the clean twins of the default configuration."""

ARTEFACT_COLUMNS = {
    "record_id": "The record that it is in.",
    "kind": "Kind of the artefact.",
    "lead": "The lead that it changed; all where it changed more than one.",
    "leads": "Names of the leads that it changed; none where it left every sample as it was.",
    "onset": "First sample that it may have changed, from 0.",
    "offset": "Last sample that it may have changed.",
    "amount": "How much of it there is, as its kind counts that; null where it does not.",
    "unit": "Unit of the amount; empty where there is none.",
    "snr_db": "Of noise that was added, in dB: the mean variance of the clean leads that it changed, over the whole "
    "record, against the mean square of what it added to them from onset to offset; null for other kinds.",
    "breaks_lead_equations": "Whether III = II - I, or an equation of an augmented lead, no longer holds because of "
    "it.",
    "parameters": "What else is known of it, as JSON.",
}
"""What each column of artefacts.parquet says."""

_SYNTHETIC = "The artefacts are synthetic too: simulated after published descriptions, none was recorded."

_SOURCES = (
    "Noise arises at electrodes and reaches the leads through their equations, so that III = II - I and the augmented "
    "leads stay true unless an artefact breaks them, which its row says. The reference for such noise is the MIT-BIH "
    "Noise Stress Test Database (Moody, Muldrow and Mark, A noise stress test for arrhythmia detectors, Comput Cardiol "
    "11 (1984) 381): its description was followed, its recordings were not used. The source of each kind stands in its "
    "file in `ecgfactory/artefacts/`."
)

_OF_LEADS = (
    "`snr_db_I` and so on are of each lead as it is stored, with all its artefacts: the variance of the clean lead "
    "against the mean square of its difference from the stored one, over the whole record, in dB; null where there is "
    "no difference."
)

_ARTEFACT_LOADING = {
    "Artefacts with pandas": """\
import pandas as pd

artefacts = pd.read_parquet("artefacts.parquet")    # onset and offset in samples, of $rate_hz a second
records = pd.read_parquet("records.parquet", columns=["record_id", "split", "is_clean", "artefact_kinds", "snr_db_II"])
clean_ids = records["record_id"][records["is_clean"]]
of_mains = artefacts[artefacts["kind"] == "mains"]
""",
    "Artefacts with DuckDB": """\
import duckdb

worst = duckdb.sql(\"\"\"
    SELECT record_id, kind, snr_db, (1 + "offset" - onset) / $rate_hz AS seconds
    FROM 'artefacts.parquet' WHERE snr_db < 6 ORDER BY snr_db
\"\"\").df()
""",
    "Artefacts with Hugging Face datasets": """\
from pathlib import Path

from datasets import load_dataset

artefacts = load_dataset(str(Path.cwd()), "artefacts", split="full")    # those of all splits
""",
    "Artefact masks for PyTorch": """\
import ecgfactory as ef
from torch.utils.data import DataLoader

ecgs = ef.open_dataset(".").torch(split="$split", artefact_masks=True)    # drawn from artefacts.parquet
for batch in DataLoader(ecgs, batch_size=32, shuffle=True):
    signal_mv = batch["signal"]            # (batch, leads, samples)
    injured = batch["artefact_mask"]       # the same shape: 1 in an artefact, 0 elsewhere
""",
}

_PAIR_LOADING = {
    "Noisy and clean pairs for PyTorch": """\
import ecgfactory as ef
from torch.utils.data import DataLoader

pairs = ef.open_dataset(".").torch(split="$split", clean=True)
for batch in DataLoader(pairs, batch_size=32, shuffle=True):
    noisy_mv, clean_mv = batch["signal"], batch["clean"]    # both (batch, leads, samples)
""",
}

CLEAN_TABLE_LOADING = {
    "Noisy and clean records with Hugging Face datasets": """\
from pathlib import Path

from datasets import load_dataset

noisy = load_dataset(str(Path.cwd()), split="$split").select_columns(["record_id", "artefact_kinds", "II"])
clean = load_dataset(str(Path.cwd()), "clean", split="$split").select_columns(["record_id", "II"])
for ecg, clean_ecg in zip(noisy, clean):               # the same records in the same order
    noisy_uv, clean_uv = ecg["II"], clean_ecg["II"]
""",
}
"""How to load pairs where signals are in tables."""


def artefact_loading(plan: Plan) -> Mapping[str, str]:
    """Return how to load artefacts and pairs: a title, and Python that runs in the dataset's folder."""
    asked = plan.request.artefacts
    if asked is None:
        return {}
    return {**_ARTEFACT_LOADING, **(_PAIR_LOADING if asked.keep_clean else {})}


def artefact_section(dataset: Path, plan: Plan) -> str:
    """Return the section on artefacts, with the empty line that follows; nothing where none were asked for."""
    if plan.request.artefacts is None:
        return ""
    summary = summarise_artefacts(dataset)
    return f"""\
## Artefacts

> **{_SYNTHETIC}**

{_fill(_put_in(plan, summary))}

| kind | what it is | records | share | amount | signal-to-noise ratio |
|---|---|---|---|---|---|
{"".join(_row(kind, summary.records) for kind in summary.kinds)}
{_amounts(summary)}{_fill(_SOURCES)}

{_truth(dataset, plan, summary)}

"""


def _put_in(plan: Plan, summary: ArtefactSummary) -> str:
    """Say how artefacts are spread over the records."""
    asked = plan.request.artefacts
    assert asked is not None
    injured = summary.records - summary.clean_records
    least, most = asked.per_record.min, asked.per_record.max
    each = f"{least} to {most}" if least < most else f"{least}"
    return (
        f"{injured:,} of {summary.records:,} records have {each} artefacts, each of another kind; the other "
        f"{summary.clean_records:,} are clean. Each was left clean by a chance of {asked.clean_share:.3g}; which "
        f"artefacts it has follows from seed and candidate number.{_ratios(asked, summary)}"
    )


def _ratios(asked: ArtefactsRequest, summary: ArtefactSummary) -> str:
    """Say which kinds were scaled to a ratio, and which have one that follows from their size."""
    scaled, sized = list[str](), list[str]()
    for kind in summary.kinds:
        if (of_it := kind_class(kind.name)) and of_it.is_scaled:
            scaled.append(f"`{kind.name}`")
        elif kind.snr_db.words():
            sized.append(f"`{kind.name}`")
    told = ""
    if scaled:
        told += (
            f" Noise of the {'kind' if len(scaled) == 1 else 'kinds'} {_listed(scaled)} was scaled to a "
            f"signal-to-noise ratio drawn from {asked.snr_db.min:g} to {asked.snr_db.max:g} dB, and what it came to "
            "was measured."
        )
    if sized:
        told += f" Of {_listed(sized)} the size was drawn, and the ratio is what follows from it."
    return told


def _row(kind: KindSummary, records: int) -> str:
    share = f"{kind.count / records:.1%}" if records else ""
    snr = kind.snr_db.words("dB")
    return (
        f"| `{kind.name}` | {plain(kind.title)} | {kind.count:,} | {share} | {plain(kind.amount.words(kind.unit))} | "
        f"{snr} |\n"
    )


def _amounts(summary: ArtefactSummary) -> str:
    """Say what amounts and parameters are, kinds with the same words together; with the empty line that follows."""
    of_amount: dict[str, list[str]] = {}
    for kind in summary.kinds:
        if kind.amount_says:
            of_amount.setdefault(kind.amount_says, []).append(f"`{kind.name}`")
    lines = [f"- Amount of {_listed(names)}: {plain(says)}." for says, names in of_amount.items()]
    for kind in summary.kinds:
        if kind.parameters:
            told = "; ".join(f"`{name}`, {plain(says)}" for name, says in kind.parameters.items())
            lines.append(f"- Parameters of `{kind.name}`: {told}.")
    return "".join(f"{_fill(line, hanging=True)}\n" for line in lines) + ("\n" if lines else "")


def _truth(dataset: Path, plan: Plan, summary: ArtefactSummary) -> str:
    """Say where the truth is, and what it is about."""
    columns = "".join(f"| `{name}` | {plain(says)} |\n" for name, says in ARTEFACT_COLUMNS.items())
    points = "\n".join(_fill(f"- {point}", hanging=True) for point in _points(plan, summary))
    return f"""\
`{ARTEFACTS_FILE}` has one row per artefact, in the order in which they were put in:

| column | what it says |
|---|---|
{columns}
{points}"""


def _points(plan: Plan, summary: ArtefactSummary) -> Iterator[str]:
    asked = plan.request.artefacts
    assert asked is not None
    yield (
        "`records.parquet` and the Parquet files say of each record whether it `is_clean`, its `artefact_kinds`, and "
        "which rules of the quality policy it breaks as it is stored, `failed_rules`. Features are measured on what is "
        "stored."
    )
    yield _OF_LEADS
    if asked.clean_features:
        yield f"`{CLEAN}...` of each feature was measured on the record without its artefacts."
    if asked.keep_clean:
        folders = ", ".join(
            f"`{format_named(f'{name}{CLEAN_SUFFIX}').top_folder()}/` beside `{format_named(name).top_folder()}/`"
            for name in plan.request.signal_formats
        )
        yield (
            f"Clean twins: {folders}. They hold every record without its artefacts, in the same order under the same "
            "ids, as the same request without artefacts would have written them."
        )
    if any(kind.name == DROPPED_SAMPLES for kind in summary.kinds):
        yield (
            "Samples that were dropped hold the value before them (at the start of a record the first one after), "
            "except that WFDB files have -32768, which its readers turn into NaN, and CSV files have empty cells."
        )
    if plan.labels:
        yield f"Waves in `{ANNOTATIONS_FILE}` and in the formats, and masks of them, are those of the clean record."
    if plan.labels.mask:
        yield (
            "Artefact masks, in the formats that hold masks, are 1 from onset to offset in the leads that an artefact "
            "changed, and 0 elsewhere, as uint8."
        )
    if filters := plan.recorder.filters:
        yield f"Records were {filters} before artefacts were put in: these are not filtered."


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _fill(text: str, hanging: bool = False) -> str:
    return textwrap.fill(
        text, 120, break_on_hyphens=False, break_long_words=False, subsequent_indent="  " if hanging else ""
    )
