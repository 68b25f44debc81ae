"""How a request is cut into shards, and how many files its records end in: from the request alone."""

from __future__ import annotations

import math

from ecgfactory.formats import FORMATS
from ecgfactory.request.build_request import BuildRequest

SHARDS_WANTED = 16
"""Small requests are cut into about this many shards, so that several workers share them."""

LARGEST_SPLIT_SAMPLES = 150_000_000
"""Large requests get shards whose largest split has about so many samples: packed into one file, about 125 MB, above
the 100 MB that readers like."""

LARGEST_PACK_SAMPLES = 60_000_000
"""Samples of a split in a file that several shards share: 1,000 records of 12 leads and 10 s, 50 MB of Parquet and
120 MB of NumPy or WebDataset. One worker writes it, in 0.4 s, so that larger ones would keep the others waiting."""

MOST_CANDIDATES = 10_000
"""In a shard of which few candidates are accepted: their signals, 800 MB, may wait on disk to be assessed."""

MOST_PACKS = 4
"""Files of a split that shards share; what needs more has shards that are large enough for files of their own."""


def default_candidates_per_shard(request: BuildRequest, expected_yield: float = 1.0) -> int:
    """Choose how many candidates a shard has: whole micro-batches, few for few records.

    Parameters
    ----------
    request : BuildRequest
        What is asked for.
    expected_yield : float
        Share of the candidates passing the policy that is accepted; where few are, a shard has more candidates, up to
        `MOST_CANDIDATES`.

    Returns
    -------
    int
        About a sixteenth of the records, at least one micro-batch, at most what makes `LARGEST_SPLIT_SAMPLES`; of
        records that are written in pieces, one by one, any number.
    """
    largest = LARGEST_SPLIT_SAMPLES / (_record_samples(request) * max(request.splits.values()))
    batch = 1 if request.is_in_pieces else request.generator.batch
    wanted = min(request.records / SHARDS_WANTED, largest)
    wanted = max(wanted, min(wanted / expected_yield, MOST_CANDIDATES))
    return max(1, math.ceil(wanted / batch)) * batch


def packs_wanted(request: BuildRequest) -> int | None:
    """Choose how many files of each split the shards share, in formats that keep many records in a file.

    Returns
    -------
    int or None
        As few as `LARGEST_PACK_SAMPLES` allows; None where each shard has files of its own: where there would be more
        than `MOST_PACKS`, where the request itself gives the size of shards, and where records are written in pieces.
    """
    if request.shard_records is not None or request.is_in_pieces or not packable_formats(request):
        return None
    largest_split = request.records * max(request.splits.values()) * _record_samples(request)
    packs = math.ceil(largest_split / LARGEST_PACK_SAMPLES)
    return packs if packs <= MOST_PACKS else None


def packable_formats(request: BuildRequest) -> list[str]:
    """Return the formats that keep many records in a file."""
    return [name for name in request.signal_formats if not FORMATS.load(name).has_file_per_record()]


def _record_samples(request: BuildRequest) -> int:
    return request.leads * request.samples_per_lead
