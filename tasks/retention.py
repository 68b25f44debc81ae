"""Tasks of the retention flow that work on the output folder."""

from __future__ import annotations

from pathlib import Path

from prefect import task
from prefect.cache_policies import NO_CACHE

from ecgfactory.retention.decisions import Decision, inventory, removal
from ecgfactory.retention.inventory import Item


@task(cache_policy=NO_CACHE, persist_result=False)
def take_inventory(output: Path) -> list[Item]:
    """Look at everything in the output folder."""
    return inventory.take_inventory(output)


@task(cache_policy=NO_CACHE, persist_result=False)
def carry_out(output: Path, decisions: list[Decision]) -> list[Decision]:
    """Remove what is to be removed; return what happened."""
    return removal.carry_out(output, decisions)
