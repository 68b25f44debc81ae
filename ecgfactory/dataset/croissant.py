"""Croissant metadata: croissant.json, by which machines find the files of a dataset and the columns in them.

Format: MLCommons Croissant 1.0, https://docs.mlcommons.org/croissant/docs/croissant-spec-1.0.html. A date of
publishing, which it recommends, is left out: the same request gives the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ecgfactory.beat_table import SYMBOLS
from ecgfactory.dataset.artefact_section import ARTEFACT_COLUMNS
from ecgfactory.dataset.card import DEFAULT_CONFIG, limits, signal_configs
from ecgfactory.dataset.counts import Counts
from ecgfactory.dataset.names import (
    ANNOTATIONS_FILE,
    ARTEFACTS_FILE,
    BEATS_FILE,
    CROISSANT_FILE,
    IMAGES_FILE,
    RECORDS_FILE,
    REJECTED_FILE,
    RHYTHMS_FILE,
)
from ecgfactory.dataset.picture_croissant import picture_record_sets, picture_sets
from ecgfactory.dataset.picture_section import IMAGE_COLUMNS
from ecgfactory.dataset.rhythm_section import BEAT_COLUMNS, RECORD_COLUMNS, RHYTHM_COLUMNS
from ecgfactory.dataset.seal import dataset_files
from ecgfactory.formats.base import Format
from ecgfactory.formats.clean_twin import CLEAN_SUFFIX, format_named
from ecgfactory.formats.long_record import PIECE_S
from ecgfactory.formats.parquet_columns import PIECE
from ecgfactory.formats.rows import CLEAN
from ecgfactory.pictures.table import BOXES
from ecgfactory.request.plan import Plan
from ecgfactory.storage.durable import sha256_of
from ecgfactory.wave_table import ALL_LEADS, MASK_CODES

MEDIA_TYPES = {
    ".csv": "text/csv",
    ".html": "text/html",
    ".json": "application/json",
    ".md": "text/markdown",
    ".parquet": "application/x-parquet",
    ".pdf": "application/pdf",
    ".yaml": "application/yaml",
}
"""Media types of files outside the formats, by suffix; anything else is `application/octet-stream`."""

_COLUMNS = {
    "record_id": "The candidate number as eight digits.",
    "candidate": "Number of the candidate; with the seed, all that the ECG follows from.",
    "split": "train, validation or test.",
    "failed_rules": "Rules of the quality policy that the record breaks as it is stored, with its artefacts.",
    "reasons": "Why each rule was broken, in words.",
    "beat": "Number of the beat within its record, from 0; null where the wave belongs to none.",
    "lead": "Name of the lead that the wave is marked in; all where it is marked over all leads.",
    "wave": "P, QRS or T; in composed records also F, of atrial flutter, and f, of atrial fibrillation.",
    "onset": "First sample of the wave, from 0; null where it lies beyond the start of the record.",
    "peak": "Of P and T the sample of the largest deflection from the line that joins the bounds, of QRS that of the R "
    "wave, or of the deepest point where there is no R; over all leads the median of the leads', and of QRS the R peak "
    "of the beat.",
    "offset": "Last sample of the wave; null where it lies beyond the end of the record.",
    "piece": "Number of the piece of the record that is in this row, from 0.",
    "first_sample": "First sample of the piece, counted from the start of the record.",
    "r_peaks": "The R peak of each beat over all leads, in samples.",
    "beat_symbols": f"The symbol of each of these beats: {', '.join(SYMBOLS)}, as the MIT-BIH databases have them.",
    "rhythm_names": "The rhythms, in order of time; of a long record those that reach into the piece.",
    "rhythm_onsets": "First sample of each of these rhythms, from the start of the record; each lasts to the next.",
    "is_clean": "Whether no artefact was put into the record.",
    "artefact_kinds": "Kinds of the artefacts in the record, in the order in which they were put in.",
}

_COLUMNS_OF = {
    "artefacts": ARTEFACT_COLUMNS,
    "images": IMAGE_COLUMNS,
    "beats": BEAT_COLUMNS,
    "rhythms": RHYTHM_COLUMNS,
    "rejected": {
        "failed_rules": "Rules of the quality policy that the candidate broke, or match, which rejects by chance."
    },
}
"""What columns mean in one record set alone."""

_DATA_TYPES = {
    "bool": "sc:Boolean",
    "string": "sc:Text",
    "float": "cr:Float32",
    "double": "cr:Float64",
    "int16": "cr:Int16",
    "int32": "cr:Int32",
    "int64": "cr:Int64",
    "uint8": "cr:UInt8",
}

KEYS = {
    "annotations": ("record_id", "beat", "lead", "wave", "peak"),
    "artefacts": ("record_id", "kind"),
    "beats": ("record_id", "beat"),
    "images": ("record_id", "picture"),
    "rhythms": ("record_id", "onset"),
}
"""Columns that tell rows of a record set apart; of the others it is the first, and the piece where rows are pieces."""


def write_croissant(
    dataset: Path,
    plan: Plan,
    counts: Counts,
    known_sums: Mapping[str, str],
    record_sets: Sequence[Mapping[str, Any]] = (),
) -> None:
    """Write croissant.json into a dataset folder that holds all else but sums and manifest.

    Every file is named with its sha256, except that a format with files of each record is named as a set of files,
    which Croissant gives no digest: theirs are in SHA256SUMS.txt.

    Parameters
    ----------
    dataset : Path
        The folder.
    plan : Plan
        What it was made from.
    counts : Counts
        What it holds.
    known_sums : mapping of str to str
        sha256 of files that are known already, by path below the dataset; the others are read.
    record_sets : sequence of mappings
        What the columns mean, as `published_record_sets` returns it; told anew when empty.
    """
    model = plan.generator_class.model_card
    content = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": plan.request.name,
        "description": (
            f"{counts.records:,} synthetic {plan.request.leads}-lead ECGs of {plan.request.duration_s} s at "
            f"{plan.recorder}{', composed by rule from generated beats' if plan.is_composed else ''}. Synthetic, not "
            "for diagnosis."
        ),
        "url": f"urn:ecgfactory:{plan.plan_id}",
        "version": "1.0.0",
        "license": model.licence_url,
        **({"citeAs": model.bibtex} if model.bibtex else {}),
        "keywords": ["ECG", "synthetic", "time series", "medicine"],
        "rai:dataLimitations": " ".join(limits(model, plan.is_composed)),
        "rai:personalSensitiveInformation": "None: no record belongs to a person.",
        "distribution": [*_file_objects(dataset, plan, known_sums), *_file_sets(dataset, plan), *picture_sets(plan)],
        "recordSet": record_sets or [*_record_sets(dataset, plan), *picture_record_sets(dataset, plan)],
    }
    text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
    (dataset / CROISSANT_FILE).write_text(text, encoding="utf-8", newline="\n")


def first_tables(plan: Plan, paths: Iterable[str]) -> list[str]:
    """Return the first file of each format of tables among the paths of a dataset: those of which columns are read."""
    tops = [f"{format_.top_folder()}/" for format_ in _formats(plan) if format_.table_files("train") is not None]
    held = ([path for path in paths if path.startswith(top)] for top in tops)
    return [min(of_format) for of_format in held if of_format]


def published_record_sets(dataset: Path, sha256: str) -> list[dict[str, Any]]:
    """Return what the columns mean, as the version tells that measured them; [] unless croissant.json is as published.

    Parameters
    ----------
    dataset : Path
        The published dataset.
    sha256 : str
        Digest that croissant.json was published with.
    """
    file = dataset / CROISSANT_FILE
    if not file.is_file() or sha256_of(file) != sha256:
        return []
    record_sets: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))["recordSet"]
    return record_sets


def _file_objects(dataset: Path, plan: Plan, known_sums: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    formats = _formats(plan)
    in_sets = tuple(f"{format_.top_folder()}/" for format_ in formats if format_.has_file_per_record())
    patterns = [entry["includes"] for entry in picture_sets(plan)]
    media_types = dict(MEDIA_TYPES)
    for format_ in formats:
        media_types |= format_.file_kinds(plan.spec_of(format_.name))
    for path in dataset_files(dataset):
        is_in_set = path.startswith(in_sets) or any(PurePosixPath(path).match(pattern) for pattern in patterns)
        if not is_in_set and path != CROISSANT_FILE:
            yield {
                "@type": "cr:FileObject",
                "@id": path,
                "name": path,
                "contentUrl": path,
                "contentSize": f"{(dataset / path).stat().st_size} B",
                "encodingFormat": media_types.get(PurePosixPath(path).suffix, "application/octet-stream"),
                "sha256": known_sums.get(path) or sha256_of(dataset / path),
            }


def _file_sets(dataset: Path, plan: Plan) -> Iterator[dict[str, Any]]:
    """Yield a set of files for each kind of file that a format consists of."""
    for format_ in _formats(plan):
        for suffix, media_type in format_.file_kinds(plan.spec_of(format_.name)).items():
            depth = len(PurePosixPath(format_.staged_path(0, "train")).parts) - 2
            yield {
                "@type": "cr:FileSet",
                "@id": _set_id(format_, suffix),
                "name": _set_id(format_, suffix),
                "encodingFormat": media_type,
                "includes": f"{format_.top_folder()}/{'*/' * depth}*{suffix}",
            }


def _record_sets(dataset: Path, plan: Plan) -> Iterator[dict[str, Any]]:
    """Yield the tables, and the signals where they are in tables too: what readers of Croissant know how to open."""
    files = {"records": RECORDS_FILE, "rejected": REJECTED_FILE}
    if plan.labels:
        files["annotations"] = ANNOTATIONS_FILE
    if plan.artefacts:
        files["artefacts"] = ARTEFACTS_FILE
    if plan.is_composed:
        files |= {"beats": BEATS_FILE, "rhythms": RHYTHMS_FILE}
    if plan.pictures:
        files["images"] = IMAGES_FILE
    for name, file in files.items():
        yield _record_set(name, {"fileObject": {"@id": file}}, pq.read_schema(dataset / file), plan)
    for config, format_, schema in signal_configs(dataset, plan):
        source = {"fileSet": {"@id": _set_id(format_, next(iter(format_.media_types)))}}
        yield _record_set("signals" if config == DEFAULT_CONFIG else f"{config}_signals", source, schema, plan)


def _record_set(name: str, source: dict[str, Any], schema: pa.Schema, plan: Plan) -> dict[str, Any]:
    of_rows = [schema.names[0], *({PIECE} & {*schema.names})]
    key = [{"@id": f"{name}/{column}"} for column in KEYS.get(name, of_rows)]
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "key": key if len(key) > 1 else key[0],
        "field": [_field(name, source, field, plan) for field in schema if field.name != BOXES],  # in COCO's files
    }


def _field(record_set: str, source: dict[str, Any], field: pa.Field, plan: Plan) -> dict[str, Any]:
    is_list = pa.types.is_list(field.type) or pa.types.is_fixed_size_list(field.type)
    described = {
        "@type": "cr:Field",
        "@id": f"{record_set}/{field.name}",
        "name": field.name,
        "description": _COLUMNS_OF.get(record_set, {}).get(field.name) or _describe(field.name, plan),
        "dataType": _DATA_TYPES[str(field.type.value_type if is_list else field.type)],
        "source": source | {"extract": {"column": field.name}},
    }
    return described | ({"repeated": True} if is_list else {})


def _describe(column: str, plan: Plan) -> str:
    if column in plan.lead_names:
        samples = f"a piece of {PIECE_S} s" if plan.signal_spec.is_long else f"{plan.samples_per_lead} samples"
        return f"Lead {column} in uV, {samples} at {plan.recorder}."
    if column.endswith("_path"):
        name = column.removesuffix("_path")
        clean = " without artefacts" if name.endswith(CLEAN_SUFFIX) and name in plan.formats else ""
        return f"Path of the file that holds the signals{clean} as {name.removesuffix(CLEAN_SUFFIX)}."
    if column.startswith("snr_db_"):
        lead = column.removeprefix("snr_db_")
        return (
            f"Signal-to-noise ratio of lead {lead} in dB: the variance of the clean lead against the mean square of "
            "its difference from the stored one, over the whole record; null where there is none."
        )
    if column.startswith("artefact_mask_"):
        return f"Whether each sample of lead {column.removeprefix('artefact_mask_')} is in an artefact: 1, or 0 if not."
    if column.startswith(CLEAN) and column not in _COLUMNS:
        return f"Of the record without its artefacts: {_describe(column.removeprefix(CLEAN), plan)}"
    if column.startswith("mask_"):
        lead = column.removeprefix("mask_")
        codes = ", ".join(f"{code} {wave}" for wave, code in MASK_CODES.items())
        place = "over all leads" if lead == ALL_LEADS else f"in lead {lead}"
        return f"Which wave each sample is in, {place}: 0 none, {codes}."
    if column in _COLUMNS:
        return _COLUMNS[column]
    if plan.is_composed and column in RECORD_COLUMNS:
        return RECORD_COLUMNS[column]
    feature = next((feature for feature in plan.policy.features if feature.name == column), None)
    if feature is None:
        return "Measured by another version of ecgfactory."
    return f"{feature.definition} {f'In {feature.unit}.' if feature.unit else ''}".strip()


def _formats(plan: Plan) -> list[type[Format]]:
    return [format_named(name) for name in plan.formats]


def _set_id(format_: type[Format], suffix: str) -> str:
    return f"{format_.name}{suffix}"


_TERMS = (
    "citeAs column equivalentProperty extract field fileObject fileProperty fileSet format includes isLiveDataset "
    "jsonPath key md5 parentField path recordSet references regex repeated replace samplingRate separator source "
    "subField transform"
)
_CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "sc": "https://schema.org/",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    **{term: f"cr:{term}" for term in _TERMS.split()},
}
"""The context that the specification gives: readers compare it."""
