"""Files that several small shards share: written from the committed shards, which hold the signals until then."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ecgfactory.errors import BuildFailedError
from ecgfactory.formats.clean_twin import format_named
from ecgfactory.request.plan import Plan
from ecgfactory.session.ledger import Ledger
from ecgfactory.shards.committed import committed_records


def pack(plan: Plan, format_name: str, shards: Sequence[int], ledger: Ledger, folder: Path) -> None:
    """Write the records of some committed shards in one format, as if they were a single shard.

    Parameters
    ----------
    plan : Plan
        What was made.
    format_name : str
        One of its packed formats, or clean twins of such.
    shards : sequence of int
        Their numbers, rising.
    ledger : Ledger
        Holds them.
    folder : Path
        Where the files go, under the paths of `Format.staged_path`; it exists and is empty.

    Raises
    ------
    BuildFailedError
        When somebody has removed one of them.
    """
    writer = format_named(format_name)(folder, plan.spec_of(format_name))
    is_twin = format_name not in plan.request.signal_formats
    for shard in shards:
        entry = ledger.entry(shard)
        if entry is None:
            raise BuildFailedError(
                f"shard {shard}: was committed and is gone; somebody else deletes there. Build again."
            )
        with ledger.opened(entry) as committed:
            for records in committed_records(plan, committed, with_clean=is_twin):
                writer.write(records.clean if is_twin else records)
    writer.close()
