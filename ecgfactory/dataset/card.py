"""The dataset card: README.md with the front matter that Hugging Face reads."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Template
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from ecgfactory.dataset.artefact_section import (
    ARTEFACTS_CONFIG,
    CLEAN_CONFIG,
    CLEAN_TABLE_LOADING,
    artefact_loading,
    artefact_section,
)
from ecgfactory.dataset.counts import Counts
from ecgfactory.dataset.label_section import ANNOTATION_LOADING, ANNOTATIONS_CONFIG, WHOLE, label_section
from ecgfactory.dataset.markdown import plain
from ecgfactory.dataset.match_section import match_section
from ecgfactory.dataset.names import (
    ANNOTATIONS_FILE,
    ARTEFACTS_FILE,
    BEATS_FILE,
    CARD_FILE,
    RECORDS_FILE,
    RHYTHMS_FILE,
)
from ecgfactory.dataset.picture_section import picture_loading, picture_section
from ecgfactory.dataset.rhythm_section import (
    BEATS_CONFIG,
    COMPOSED_LIMITS,
    RHYTHMS_CONFIG,
    rhythm_loading,
    rhythm_section,
)
from ecgfactory.formats import FORMATS
from ecgfactory.formats.base import Format
from ecgfactory.formats.clean_twin import clean_twin
from ecgfactory.generators.model_card import ModelCard
from ecgfactory.pictures.paths import coco_file
from ecgfactory.request.plan import Plan

_LIMITS = (
    "No record belongs to a person, so there is no age, sex or history. The ECGs look real; keep them marked as "
    "synthetic wherever they go.",
    "They serve research, teaching and the testing of software. They must not be used for diagnosis, nor alone to "
    "judge how well a method works on patients: test on real ECGs before relying on what was learnt here.",
)

DEFAULT_CONFIG = "default"
"""What Hugging Face's `datasets` loads where nothing else is asked for."""

SIZE_CATEGORIES = (
    (1_000, "n<1K"),
    (10_000, "1K<n<10K"),
    (100_000, "10K<n<100K"),
    (1_000_000, "100K<n<1M"),
    (10_000_000, "1M<n<10M"),
    (100_000_000, "10M<n<100M"),
)
"""Hugging Face's names, each with the number of records that it ends below."""

_TABLE_LOADING = """\
import pandas as pd

records = pd.read_parquet("records.parquet")          # one row per record: split, features, paths of its files
as_text = pd.read_csv("records.csv")                  # the same, but that ids become numbers: 00000012 is 12
both = records.merge(as_text, on="candidate")         # so tables of records are joined by candidate, in any tool
"""


def write_card(dataset: Path, plan: Plan, counts: Counts, comparison: str = "") -> None:
    """Write README.md into a dataset folder that holds its tables and signals already.

    Parameters
    ----------
    dataset : Path
        The folder.
    plan : Plan
        What it was made from.
    counts : Counts
        What it holds.
    comparison : str
        The section on how it compares with a reference, as Markdown; empty without one.
    """
    front = yaml.safe_dump(_front_matter(dataset, plan, counts), sort_keys=False, allow_unicode=True, width=120)
    body = _body(dataset, plan, counts, comparison)
    (dataset / CARD_FILE).write_text(f"---\n{front}---\n\n{body}", encoding="utf-8", newline="\n")


def without_front_matter(text: str) -> str:
    """Return the part of a card that is for people."""
    return text.split("---\n", 2)[2].lstrip()


def limits(model: ModelCard, is_composed: bool) -> list[str]:
    """The limits of a generator's ECGs, or of what is composed of their beats, in paragraphs."""
    return [f"{COMPOSED_LIMITS if is_composed else model.limits} {_LIMITS[0]}", *_LIMITS[1:]]


def signal_tables(dataset: Path, plan: Plan) -> tuple[type[Format], pa.Schema] | None:
    """Return the first format of a dataset that is tables which dataset readers load as such, and their columns."""
    for name in plan.request.signal_formats:
        schema = FORMATS.load(name).table_schema(dataset)
        if schema is not None:
            return FORMATS.load(name), schema
    return None


def _front_matter(dataset: Path, plan: Plan, counts: Counts) -> dict[str, Any]:
    """Return the keys of Hugging Face's dataset card specification; `configs` only where there are tables for them."""
    front: dict[str, Any] = {
        "pretty_name": plan.request.name,
        "license": plan.generator_class.model_card.licence,
        "size_categories": [next(name for limit, name in SIZE_CATEGORIES if counts.records < limit)],
        "annotations_creators": ["machine-generated"],
        "source_datasets": ["original"],
        "tags": [
            *("ecg", "synthetic", f"{plan.request.leads}-lead", "time-series", "medical"),
            *(["image"] if plan.pictures else []),
        ],
    }
    configs = list(_configs(dataset, plan))
    if not configs:
        return front
    return front | {
        "configs": [{"config_name": name, "data_files": files} for name, files, _ in configs],
        "dataset_info": [
            {"config_name": name, "features": [_hugging_face_feature(field) for field in schema]}
            for name, _, schema in configs
        ],
    }


def _configs(dataset: Path, plan: Plan) -> Iterator[tuple[str, list[dict[str, str]], pa.Schema]]:
    """Yield what can be loaded: its name, its files, split by split, and their columns. Signals come first."""
    for name, format_, schema in signal_configs(dataset, plan):
        files = {split: format_.table_files(split) for split in plan.request.splits}
        held = {split: pattern for split, pattern in files.items() if pattern and any(dataset.glob(pattern))}
        yield name, [{"split": split, "path": pattern} for split, pattern in held.items()], schema
    tables = {ANNOTATIONS_CONFIG: ANNOTATIONS_FILE} if plan.labels else {}
    tables |= {ARTEFACTS_CONFIG: ARTEFACTS_FILE} if plan.artefacts else {}
    tables |= {BEATS_CONFIG: BEATS_FILE, RHYTHMS_CONFIG: RHYTHMS_FILE} if plan.is_composed else {}
    for name, file in tables.items():
        yield name, [{"split": WHOLE, "path": file}], pq.read_schema(dataset / file)


def signal_configs(dataset: Path, plan: Plan) -> Iterator[tuple[str, type[Format], pa.Schema]]:
    """Yield what Hugging Face calls the tables of signals, their format and columns: those of clean twins come last."""
    tables = signal_tables(dataset, plan)
    if tables is None:
        return
    yield DEFAULT_CONFIG, *tables
    if plan.keeps_clean:
        twin = clean_twin(tables[0])
        schema = twin.table_schema(dataset)
        if schema is not None:
            yield CLEAN_CONFIG, twin, schema


def _hugging_face_feature(field: pa.Field) -> dict[str, Any]:
    if pa.types.is_fixed_size_list(field.type):
        return {"name": field.name, "list": str(field.type.value_type), "length": field.type.list_size}
    if pa.types.is_list(field.type):
        return {"name": field.name, "list": str(field.type.value_type)}
    return {"name": field.name, "dtype": "float64" if pa.types.is_float64(field.type) else str(field.type)}


def _body(dataset: Path, plan: Plan, counts: Counts, comparison: str) -> str:
    request = plan.request
    rejects = "".join(f"| {rule} | {number:,} |\n" for rule, number in counts.rejects.items())
    splits = ", ".join(f"{split} {number:,}" for split, number in counts.splits.items())
    model, recorder = plan.generator_class.model_card, plan.recorder
    return f"""\
# {request.name}

{counts.records:,} synthetic {request.leads}-lead ECGs of {request.duration_s} s at {recorder}, {_made_by(plan)}.

> **Synthetic, not for diagnosis.** No ECG here is a recording of a person.

| | |
|---|---|
| Leads | {", ".join(plan.lead_names)} |
| Storage | int16, 1 uV per unit |
| Splits | {splits} |
| Formats | {", ".join(request.formats)} |{_rhythms_row(plan, counts)}{_artefacts_row(plan)}{_pictures_row(plan)}
| Seed | {plan.seed} |
| Model | {request.generator.model}{f", edges {plan.edges}" if plan.edges else ""}{_weights(plan)} |
| Quality policy | {plan.policy.name}: {plan.policy.description} |{_match_row(plan)}
| Accepted | {counts.records:,} of {counts.examined:,} candidates ({counts.records / counts.examined:.1%}) |
| Plan | `{plan.plan_id}` |

## Loading

Every example runs in this folder.

{"".join(_examples(dataset, plan))}## What is here

`records.parquet`, and the same as `records.csv`, has one row per record: id, split, features, paths of its files. Join
tables by `candidate`, the id as a whole number: most programs that read CSV take the zeros off `record_id`.
`rejected.parquet` has one row per rejected candidate, with the rules it broke and the reasons. `manifest.json`
records how the dataset was made, `croissant.json` describes it to machines, and `sha256sum -c SHA256SUMS.txt`
checks it.
{_reports_line(plan)}
{_sections(dataset, plan, counts)}## How it was made

Candidates 0, 1, 2, ... were generated from noise that follows from the seed and the candidate's number alone, measured
and judged by the quality policy; the first {counts.records:,} accepted are the dataset, so ids are sparse. The split
of a record follows from seed and number too. {_leads_line(plan)}
{_recording(plan)}{model.origin}{_edges(plan)} Made with ecgfactory {plan.versions["ecgfactory"]}.

{match_section(plan.match)}| rule | candidates that broke it |
|---|---|
{rejects or "| none | 0 |" + chr(10)}
{comparison}## Limits and ethics

{(2 * chr(10)).join(textwrap.fill(paragraph, 120) for paragraph in limits(model, plan.is_composed))}

## Licence and citation

{model.licence.upper()}.{_citation(model)}
"""


def _weights(plan: Plan) -> str:
    return f", weights sha256 `{plan.checkpoint_sha256[:16]}...`" if plan.checkpoint_sha256 else ""


def _match_row(plan: Plan) -> str:
    return f"\n| Match | {plain(plan.match.words)} |" if plan.match else ""


def _made_by(plan: Plan) -> str:
    kind = plan.generator_class.model_card.kind
    return f"composed by rule from beats that were made by {kind}" if plan.is_composed else f"made by {kind}"


def _rhythms_row(plan: Plan, counts: Counts) -> str:
    held = ", ".join(f"{name} {number:,}" for name, number in counts.rhythms.items())
    return f"\n| Rhythms | composed: {held} |" if plan.is_composed else ""


def _artefacts_row(plan: Plan) -> str:
    return f"\n| Artefacts | {plan.request.artefacts.words} |" if plan.request.artefacts else ""


def _sections(dataset: Path, plan: Plan, counts: Counts) -> str:
    """Return the sections on what there is besides signals."""
    of_records = f"{rhythm_section(plan, counts)}{label_section(plan)}"
    return f"{of_records}{artefact_section(dataset, plan)}{picture_section(dataset, plan)}"


def _pictures_row(plan: Plan) -> str:
    return f"\n| Pictures | {plan.pictures.words} |" if plan.pictures else ""


def _edges(plan: Plan) -> str:
    return f" {plan.generator_class.edges[plan.edges]}" if plan.edges else ""


def _citation(model: ModelCard) -> str:
    paper = f" Please cite the model:\n\n{model.paper}" if model.paper else ""
    return f"{paper}\n\n```bibtex\n{model.bibtex}```" if model.bibtex else paper


def _reports_line(plan: Plan) -> str:
    if not plan.request.report.samples:
        return ""
    return "`reports/index.html` and `reports/report.pdf` show distributions and sample ECGs.\n"


def _recording(plan: Plan) -> str:
    """Say how signals were filtered and resampled, where they were."""
    told = plan.recorder.describe()
    return f"{textwrap.fill(told, 120, break_on_hyphens=False)}\n" if told else ""


def _leads_line(plan: Plan) -> str:
    if plan.request.leads == 8:
        return ""
    return "III, aVR, aVL and aVF are computed from the stored I and II."


def _examples(dataset: Path, plan: Plan) -> Iterator[str]:
    """Yield the heading and the code of each example: of the tables, then of each format."""
    yield _example("Table of records", _TABLE_LOADING)
    first = next(pq.ParquetFile(dataset / RECORDS_FILE).iter_batches(1)).to_pylist()[0]
    words = {key: first[key] for key in ("record_id", "split")} | {"rate_hz": plan.recorder.rate_hz}
    if plan.labels:
        yield from _filled_in(ANNOTATION_LOADING, words)
    yield from _filled_in(rhythm_loading(plan), words)
    yield from _filled_in(artefact_loading(plan), words)
    yield from _filled_in(picture_loading(plan), words | {"coco": coco_file(first["split"])})
    if any(name == CLEAN_CONFIG for name, _, _ in signal_configs(dataset, plan)):
        yield from _filled_in(CLEAN_TABLE_LOADING, words)
    for name in plan.request.signal_formats:
        path = first[f"{name}_path"]
        of_file = words | {"path": path, "stem": path.rpartition(".")[0]}
        yield from _filled_in(_loading(FORMATS.load(name), plan), of_file)


def _loading(format_: type[Format], plan: Plan) -> dict[str, str]:
    long_loading = format_.long_loading if plan.request.is_in_pieces else {}
    return {
        **format_.loading,
        **(format_.rhythm_loading if plan.is_composed else {}),
        **(format_.label_loading if plan.labels.waves else {}),
        **long_loading,
        **(format_.mask_loading if plan.labels.mask and not long_loading else {}),
        **(format_.artefact_loading if plan.artefacts else {}),
        **(format_.artefact_mask_loading if plan.artefacts and plan.labels.mask else {}),
        **(format_.pair_loading if plan.keeps_clean else {}),
    }


def _filled_in(examples: Mapping[str, str], words: Mapping[str, object]) -> Iterator[str]:
    return (_example(title, Template(code).substitute(words)) for title, code in examples.items())


def _example(heading: str, code: str) -> str:
    return f"### {heading}\n\n```python\n{code}```\n\n"
