"""From request to published dataset: into a store on loopback, against the same build into a folder.

Both sides share the machine's cores with the store's server, which takes part of them.
"""

from __future__ import annotations

import contextlib
import os
import statistics
from collections.abc import Iterator, Mapping

from benchmarks.factory import warm_factory
from benchmarks.stores.servers import MissingServerError, free_port, store_server
from benchmarks.timing import Row

RECORDS = 20_000
WORKERS = 2
PAIRS = 3
SERVERS = {"s3": "S3 (moto)", "gs": "Google Cloud Storage (fake-gcs-server)", "az": "Azure (Azurite)"}


def run() -> list[Row]:
    """Time each kind of store whose server is on this machine."""
    rows = []
    for scheme, name in SERVERS.items():
        with contextlib.suppress(MissingServerError):
            rows.append(_compared(scheme, name))
    return rows


def _compared(scheme: str, name: str) -> Row:
    with (
        store_server(scheme, free_port()) as server,
        _variables(server.environment),
        warm_factory(WORKERS) as factory,
    ):
        place = server.new_place()
        factory.build(WORKERS, output=str(place))  # so that the provider's library is loaded, as ours is
        times = []
        for _ in range(PAIRS):
            stored = factory.build(RECORDS, output=str(place)).taken_s
            place.store.delete([held.name for held in place.store.objects(place.prefix)])
            times.append((stored, factory.build(RECORDS).taken_s))
    return Row(
        f"{RECORDS:,} records as Parquet into {name}, beside a folder, {WORKERS} processes",
        "s",
        statistics.median(stored for stored, _ in times),
        statistics.median(local for _, local in times),
        statistics.median(local / stored for stored, local in times),
    )


@contextlib.contextmanager
def _variables(wanted: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
