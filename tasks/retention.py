"""The task of the retention flow that works on the output folder."""

from __future__ import annotations

from datetime import datetime

from prefect import task
from prefect.cache_policies import NO_CACHE

from ecgfactory.retention import clean_up as library
from ecgfactory.retention.decisions import RetentionOutcome
from ecgfactory.retention.retention_request import RetentionRequest


@task(cache_policy=NO_CACHE, persist_result=False)
def clean_up(request: RetentionRequest, dry_run: bool, now: datetime) -> RetentionOutcome:
    """Delete from its output folder what the request does not keep; a dry run only reports."""
    return library.clean_up(request, dry_run, now)
