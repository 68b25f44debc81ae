"""What may be wrong with the signals of long records, read a piece at a time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from ecgfactory.dataset.files import DatasetFiles
from ecgfactory.dataset.injury_checks import obeys_identities
from ecgfactory.errors import DamagedDatasetError
from ecgfactory.record import record_id


def long_signal_problems(dataset: DatasetFiles) -> Iterator[str]:
    """Read every record in every format, and yield what is wrong in each file; the first is what others are held to."""
    first, *others = dataset.plan.formats
    digests: dict[int, bytes] = {}
    for name in (first, *others):
        for path, candidates in dataset.files_of(name, records_at_once=1):
            try:
                digest, obeys = _read(dataset, name, path, candidates[0])
            except DamagedDatasetError as error:
                yield from error.problems
                continue
            if not obeys:
                yield f"{path}: the limb leads do not obey Einthoven's and Goldberger's identities"
            if digests.setdefault(candidates[0], digest) != digest:
                yield f"{path}: record {record_id(candidates[0])} differs from the same record in {first}"


def _read(dataset: DatasetFiles, name: str, path: str, candidate: int) -> tuple[bytes, bool]:
    """Return the digest of a record's signals, and whether its limb leads obey their equations."""
    spec, digest, obeys = dataset.plan.spec_of(name), hashlib.blake2b(digest_size=16), True
    for start, stop in spec.stretch_bounds():
        stretch_uv = dataset.stretch_in(name, path, candidate, start, stop)
        digest.update(stretch_uv.tobytes())
        obeys = obeys and (dataset.plan.request.leads == 8 or bool(obeys_identities(stretch_uv[None]).all()))
    return digest.digest(), obeys
