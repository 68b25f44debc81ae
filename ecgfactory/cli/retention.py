"""`ecgfactory retention`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from ecgfactory.cli.output import console, print_table
from ecgfactory.flows.configured import is_configured
from ecgfactory.retention import clean_up as library
from ecgfactory.retention.decisions import HEADINGS, RetentionFailedError, RetentionOutcome
from ecgfactory.retention.retention_request import RetentionRequest, load_retention_request


def clean_up(file: Path, dry_run: bool) -> None:
    """Clean an output folder up, and print every decision."""
    request = load_retention_request(file)
    try:
        _print(_run(request, dry_run))
    except RetentionFailedError as error:
        _print(error.outcome)
        raise


def _run(request: RetentionRequest, dry_run: bool) -> RetentionOutcome:
    """Run the flow where there is a Prefect server, which may have old runs to delete; else the library alone."""
    if is_configured():
        from ecgfactory.flows.embedded import prefect_api

        with prefect_api():
            from ecgfactory.flows.retention import retention

            return retention(request, dry_run)
    return library.clean_up(request, dry_run, datetime.now(UTC)).or_raise()


def _print(outcome: RetentionOutcome) -> None:
    if outcome.decisions:
        print_table(HEADINGS, outcome.rows())
    console().print(f"dry run: {outcome.summary}; nothing was deleted" if outcome.dry_run else outcome.summary)
