"""What a build takes on disk, estimated from its request."""

from __future__ import annotations

import math

from ecgfactory.formats import FORMATS
from ecgfactory.formats.base import Format, SignalSpec, StoredArtefacts
from ecgfactory.leads import lead_names
from ecgfactory.record import SAMPLING_RATE_HZ
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.request.cutting import default_candidates_per_shard, packs_wanted
from ecgfactory.request.picture_costs import TABLE_BYTES, picture_bytes
from ecgfactory.wave_table import BEAT_WAVES

STAGED_LIKE = "npy"
"""The format whose size is that of the signals which small shards hold for a while."""

INT16_BYTES = 2

ROW_BYTES, CSV_ROW_BYTES = 480.0, 1060.0
"""Of each record in records.parquet and records.csv."""

ANNOTATION_BYTES = 4.0
"""Mean bytes of a wave in annotations.parquet."""

ARTEFACT_BYTES = 70.0
"""Mean bytes of an artefact in artefacts.parquet."""

REPORT_BYTES, SAMPLE_BYTES, THUMBNAIL_BYTES = 200_000.0, 470_000.0, 33_000.0
"""Of the web page and the PDF; of each sample on and beside them, of 12 leads; and of each of its pictures."""

BEATS_PER_S = 1.15
"""About so many beats has a generated ECG, which is 69 /min."""

BLOCK_BYTES = 4096
"""What file systems hand out: a file takes whole blocks."""


def estimated_bytes(request: BuildRequest) -> int:
    """Estimate the size of the published dataset in bytes (within about a third)."""
    formats = [FORMATS.load(name) for name in request.signal_formats]
    in_formats = sum(record_bytes(format_, request, request.artefacts is not None) for format_ in formats)
    if keeps_clean(request):
        in_formats += sum(record_bytes(format_, request, has_artefacts=False) for format_ in formats)
    in_pictures = _of_pictures(request)
    return int(request.records * (in_formats + in_pictures + _of_truth(request)) + _of_reports(request))


def staged_bytes(request: BuildRequest) -> int:
    """Estimate what small shards hold until their records are in files that they share."""
    if not packs_wanted(request):
        return 0
    copies = 2 if keeps_clean(request) else 1
    return int(request.records * copies * _signal_bytes(FORMATS.load(STAGED_LIKE), request))


def table_bytes(request: BuildRequest) -> int:
    """Estimate the size of the tables that shards have and the dataset joins, of records, waves and artefacts."""
    pictures = request.pictures.per_record * TABLE_BYTES if request.pictures else 0
    return int(request.records * (ROW_BYTES + _of_truth(request) + pictures))


def scratch_bytes(request: BuildRequest, workers: int) -> int:
    """Estimate what a machine holds for a while of a build whose output is in a store.

    Parameters
    ----------
    request : BuildRequest
        What is asked for.
    workers : int
        Workers on this machine: each makes a shard here and uploads it. Besides, there are the tables, those of the
        shards and those of the dataset; and of a small dataset all signals, which are put into files that shards share.
    """
    whole = estimated_bytes(request) + staged_bytes(request)
    shards = request.records / (request.shard_records or default_candidates_per_shard(request))
    at_once = whole if packs_wanted(request) else whole * min(workers / shards, 1)
    return int(at_once + 2 * table_bytes(request) + request.records * CSV_ROW_BYTES)


def _of_truth(request: BuildRequest) -> float:
    """Estimate what the waves and artefacts of a record take in tables."""
    return _waves_of_record(request) * ANNOTATION_BYTES + _artefacts_of_record(request) * ARTEFACT_BYTES


def record_bytes(format_: type[Format], request: BuildRequest, has_artefacts: bool) -> float:
    """Estimate what a record takes in a format, or in its clean twin."""
    return _signal_bytes(format_, request) + _truth_bytes(format_, request, has_artefacts)


def stored_spec(request: BuildRequest, has_artefacts: bool) -> SignalSpec:
    """Return what all records have in common, or their clean twins."""
    return SignalSpec(
        lead_names(request.leads),
        request.samples_per_lead,
        seed=0,
        labels=request.labels.labels,
        artefacts=StoredArtefacts() if has_artefacts else None,
        composed=request.is_composed,
    )


def keeps_clean(request: BuildRequest) -> bool:
    """Whether each record is stored without its artefacts too."""
    return request.artefacts is not None and request.artefacts.keep_clean


def _signal_bytes(format_: type[Format], request: BuildRequest) -> float:
    """Estimate what the signals of a record take in a format."""
    samples = request.leads * request.samples_per_lead
    return _on_disk(format_, samples * _bytes_per_sample(format_, request.signal.rate_hz), len(format_.media_types))


def _truth_bytes(format_: type[Format], request: BuildRequest, has_artefacts: bool) -> float:
    """Estimate what labels and artefacts of a record take in a format, in files of their own or beside the signals."""
    marked = _waves_of_record(request) * format_.bytes_per_wave
    marked += _artefacts_of_record(request) * format_.bytes_per_artefact if has_artefacts else 0
    has_masks = request.labels.mask and format_.holds_masks
    masks = 1 + request.leads * (2 if has_artefacts else 1) if has_masks else 0
    mask_samples = masks * request.samples_per_lead
    own_files = len(format_.file_kinds(stored_spec(request, has_artefacts))) - len(format_.media_types)
    return _on_disk(format_, marked + mask_samples * format_.bytes_per_mask_sample, own_files)


def _of_pictures(request: BuildRequest) -> float:
    """Estimate what the pictures of a record take: each file whole blocks, half of the last of them for nothing."""
    if request.pictures is None:
        return 0
    in_files = sum(max(size, BLOCK_BYTES / 2) + BLOCK_BYTES / 2 for size in picture_bytes(request))
    return request.pictures.per_record * (in_files + TABLE_BYTES)


def _of_reports(request: BuildRequest) -> float:
    """Estimate what the pages to look at take."""
    samples = min(request.report.samples, request.records)
    if not samples:
        return 0
    pictures = request.pictures.per_record if request.pictures else 0
    return REPORT_BYTES + samples * (SAMPLE_BYTES + pictures * THUMBNAIL_BYTES)


def _waves_of_record(request: BuildRequest) -> float:
    """Estimate how many waves are marked in a record, in each lead and over all of them."""
    return (1 + request.leads) * request.duration_s * BEATS_PER_S * len(BEAT_WAVES) if request.labels.waves else 0


def _artefacts_of_record(request: BuildRequest) -> float:
    """Estimate how many artefacts a record has."""
    if (asked := request.artefacts) is None:
        return 0
    return (1 - asked.clean_share) * (asked.per_record.min + asked.per_record.max) / 2


def _on_disk(format_: type[Format], size_bytes: float, files: int) -> float:
    """Return what so many bytes take: where a record has files of its own, whole blocks, and one a file at least."""
    if not (files and format_.has_file_per_record()):
        return size_bytes
    return BLOCK_BYTES * max(files, math.ceil(size_bytes / BLOCK_BYTES))


def _bytes_per_sample(format_: type[Format], rate_hz: int) -> float:
    """Where samples are packed, those twice as far apart differ twice as much, which takes a bit."""
    at_500_hz = format_.bytes_per_sample
    return at_500_hz + math.log2(SAMPLING_RATE_HZ / rate_hz) / 8 if at_500_hz < INT16_BYTES else at_500_hz
