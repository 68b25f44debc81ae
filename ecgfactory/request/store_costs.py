"""What a build asks of the store that its output is in: requests and bytes, estimated from the request.

Where records share files, all is in proportion to shards, and to the time that the build takes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from ecgfactory.formats import FORMATS, IMAGES
from ecgfactory.formats.base import Format
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.request.cutting import default_candidates_per_shard, packs_wanted
from ecgfactory.request.disk_space import (
    CSV_ROW_BYTES,
    keeps_clean,
    record_bytes,
    staged_bytes,
    stored_spec,
    table_bytes,
)
from ecgfactory.request.picture_costs import picture_bytes
from ecgfactory.request.work import YIELD, estimated_cpu_s
from ecgfactory.storage.remote_store import RemoteStore

RENEWAL_S, LOOK_S = 3.0, 10.0
"""Between two renewals of a session's lease, and two looks of a worker at what is still wanted."""

PAGE_NAMES = 1000
"""In one answer of a list, and in one request that deletes."""

REPORT_FILES, COMPARISON_FILES = 2, 5
"""Of a report besides a PDF for each sample, and of a comparison with a reference."""

OWN_FILES = 10
"""Of a dataset besides tables of the shards: records.csv, card, metadata, sums, manifest, `latest`, indices."""

READ_RECORDS, READS = 300, 50
"""The search for duplicates reads so many records; with the report, about so often where many share a file."""

READS_OF_ENTRY = 3
"""A worker looks whether its shard is committed already; the flow reads the entry when it is, and at the end."""

FEW = 10
"""Requests of each class that neither records nor shards change: trying the store, the plan, the end."""


class _Files(NamedTuple):
    """Files of one kind: how many, and the size of each."""

    number: float
    bytes_each: float

    @property
    def size_bytes(self) -> float:
        return self.number * self.bytes_each

    @property
    def sent(self) -> float:
        """Requests that upload them: large ones begin, end, and go in parts between."""
        return self.number * (2 + self._parts if self.bytes_each > RemoteStore.single_bytes else 1)

    @property
    def fetched(self) -> float:
        """Requests that download them: of large ones the beginning shows that they are."""
        return self.number * (2 + self._parts if self.bytes_each >= RemoteStore.first_bytes else 1)

    @property
    def _parts(self) -> int:
        return math.ceil(self.bytes_each / RemoteStore.part_bytes)


@dataclass(frozen=True)
class StoreCosts:
    """Requests that a build makes, by how providers charge for them, and bytes.

    Parameters
    ----------
    puts : int
        Objects that are written, the parts of large ones each counted.
    copies : int
        Objects that are copied inside the store.
    lists : int
        Pages of lists.
    gets : int
        Objects that are read or looked at, the parts of large ones each counted.
    deletes : int
        Requests that delete up to 1,000 objects each.
    uploaded_bytes, copied_bytes, downloaded_bytes : int
        What these hold.
    """

    puts: int
    copies: int
    lists: int
    gets: int
    deletes: int
    uploaded_bytes: int
    copied_bytes: int
    downloaded_bytes: int

    @property
    def writes(self) -> int:
        """Requests of the dearer class, which providers charge alike: those that write, copy or list."""
        return self.puts + self.copies + self.lists


def store_costs(request: BuildRequest, workers: int) -> StoreCosts:
    """Estimate what a build that nothing interrupts asks of its store.

    Parameters
    ----------
    request : BuildRequest
        What is asked for.
    workers : int
        How many share the work: the longer it takes, the more often the session's lease is renewed.

    Returns
    -------
    StoreCosts
        Within about a third.
    """
    shards = _shards(request)
    kinds = _tables_of_shard(request)
    tables = _Files(shards * kinds, table_bytes(request) / shards / kinds)
    joined = _Files(kinds, table_bytes(request) / kinds)
    own = _Files(OWN_FILES, request.records * CSV_ROW_BYTES / OWN_FILES)
    staged = _Files(shards if packs_wanted(request) else 0, staged_bytes(request) / shards)
    published = list(_copied(request, shards))
    sent = [tables, joined, own, staged, *published]
    cpu_s, copied = estimated_cpu_s(request), sum(files.number for files in published)
    renewals = cpu_s / workers / RENEWAL_S
    looks = READS_OF_ENTRY * shards + 2 * renewals + cpu_s / LOOK_S + copied  # each copy looks at how large it is
    pages = math.ceil(sum(files.number for files in sent) / PAGE_NAMES)
    return StoreCosts(
        puts=math.ceil(sum(files.sent for files in sent) + shards + renewals + FEW),
        copies=math.ceil(copied),
        lists=pages + 2 * math.ceil(copied / PAGE_NAMES) + workers + FEW,
        gets=math.ceil(tables.fetched + staged.fetched + looks + _read_by_jobs(request) + FEW),
        deletes=pages + FEW,
        uploaded_bytes=int(sum(files.size_bytes for files in sent)),
        copied_bytes=int(sum(files.size_bytes for files in published)),
        downloaded_bytes=int(tables.size_bytes + staged.size_bytes),
    )


def with_file_per_record(request: BuildRequest) -> list[str]:
    """Return the formats that write files of each record, of which requests are in proportion to records."""
    formats = [name for name in request.signal_formats if FORMATS.load(name).has_file_per_record()]
    return [*formats, IMAGES] if request.pictures else formats


def about(requests: int) -> str:
    """Write a number of requests for people, with two digits: 41 million, 250,000."""
    rounded = round(requests, 1 - int(math.log10(max(requests, 1))))
    return f"{rounded / 1e6:,g} million" if rounded >= 1e6 else f"{rounded:,}"


def _shards(request: BuildRequest) -> int:
    of_shard = request.shard_records or default_candidates_per_shard(request)
    return math.ceil(request.records / YIELD / of_shard)


def _tables_of_shard(request: BuildRequest) -> int:
    """Count the tables of a shard: of records and rejects, and those of what is true of them."""
    asked = [request.labels.labels, request.artefacts, request.pictures, *[request.is_composed] * 2]
    return 2 + sum(map(bool, asked))


def _copied(request: BuildRequest, shards: int) -> Iterator[_Files]:
    """Yield the files that are made under other names than their last: of signals, pictures, and what is looked at."""
    for name in request.signal_formats:
        for has_artefacts in (True, False) if keeps_clean(request) else (request.artefacts is not None,):
            yield from _of_format(FORMATS.load(name), request, has_artefacts, shards)
    for size_bytes in picture_bytes(request):
        assert request.pictures is not None
        yield _Files(request.records * request.pictures.per_record, size_bytes)
    if samples := min(request.report.samples, request.records):
        yield _Files(REPORT_FILES + samples, 0)
    if request.reference.path is not None:
        yield _Files(COMPARISON_FILES, 0)


def _read_by_jobs(request: BuildRequest) -> int:
    """Estimate how often jobs read signals to look for duplicates and to write the report."""
    first = FORMATS.load(request.signal_formats[0])
    if not first.has_file_per_record():
        return READS
    return READS + min(READ_RECORDS, request.records) * len(first.media_types)


def _of_format(format_: type[Format], request: BuildRequest, has_artefacts: bool, shards: int) -> Iterator[_Files]:
    kinds = len(format_.file_kinds(stored_spec(request, has_artefacts)))
    bytes_each = record_bytes(format_, request, has_artefacts) / kinds
    if format_.has_file_per_record():
        yield _Files(request.records * kinds, bytes_each)
        return
    files = packs_wanted(request) or shards
    for share in filter(None, request.splits.values()):
        yield _Files(files * kinds, request.records * share / files * bytes_each)
        yield _Files(files * format_.files_besides, 0)
