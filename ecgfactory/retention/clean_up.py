"""One retention of an output: take stock, decide, remove."""

from __future__ import annotations

import logging
from datetime import datetime
from pathlib import Path

from ecgfactory.retention import inventory, removal, store_inventory, store_removal
from ecgfactory.retention.decisions import Decision, RetentionOutcome, decide, freed_by
from ecgfactory.retention.items import Item
from ecgfactory.retention.retention_request import RetentionRequest
from ecgfactory.storage.place import Place
from ecgfactory.storage.store_path import StorePath

_log = logging.getLogger(__name__)


def clean_up(request: RetentionRequest, dry_run: bool, now: datetime) -> RetentionOutcome:
    """Delete from its output what a request does not keep; a dry run only reports.

    Parameters
    ----------
    request : RetentionRequest
        Ages and limits.
    dry_run : bool
        Whether nothing is to be deleted.
    now : datetime
        The time that ages are counted to. Whether a session runs is never a question of it.

    Raises
    ------
    BadInputError
        When there is no such folder, or it is inside a dataset.
    StoreError
        When a store can't be read.
    """
    output = request.output_place
    items = take_inventory(output)
    decisions = decide(items, request, now.timestamp())
    if not dry_run:
        decisions = carry_out(output, decisions)
    return RetentionOutcome(dry_run=dry_run, decisions=tuple(decisions), freed_bytes=freed_by(items, decisions))


def take_inventory(output: Place) -> list[Item]:
    """Look at everything in an output, changing nothing; raises as `clean_up`."""
    if isinstance(output, StorePath):
        return store_inventory.take_inventory(output)
    return inventory.take_inventory(output)


def carry_out(output: Place, decisions: list[Decision]) -> list[Decision]:
    """Remove what is to be removed from an output; return what has happened."""
    if isinstance(output, StorePath):
        return store_removal.carry_out(output, decisions)
    with removal.sole_remover(output, lambda: _waiting(output)):
        return removal.carry_out(output, decisions)


def _waiting(output: Path) -> None:
    _log.warning("another retention is running in %s; waiting", output)
