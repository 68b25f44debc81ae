"""One retention of an output folder: take stock, decide, remove."""

from __future__ import annotations

import logging
from datetime import datetime
from pathlib import Path

from ecgfactory.retention.decisions import RetentionOutcome, decide, freed_by
from ecgfactory.retention.inventory import take_inventory
from ecgfactory.retention.removal import carry_out, sole_remover
from ecgfactory.retention.retention_request import RetentionRequest

_log = logging.getLogger(__name__)


def clean_up(request: RetentionRequest, dry_run: bool, now: datetime) -> RetentionOutcome:
    """Delete from its output folder what a request does not keep; a dry run only reports.

    Parameters
    ----------
    request : RetentionRequest
        Ages and limits.
    dry_run : bool
        Whether nothing is to be deleted.
    now : datetime
        The time that ages are counted to.

    Raises
    ------
    BadInputError
        When there is no such folder.
    """
    output = Path(request.output).absolute()
    items = take_inventory(output)
    decisions = decide(items, request, now.timestamp())
    if not dry_run:
        with sole_remover(output, lambda: _log.warning("another retention is running in %s; waiting", output)):
            decisions = carry_out(output, decisions)
    return RetentionOutcome(dry_run=dry_run, decisions=tuple(decisions), freed_bytes=freed_by(items, decisions))
