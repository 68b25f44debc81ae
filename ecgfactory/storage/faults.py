"""Fault points: places where tests kill the process, to prove that nothing is lost or half done there."""

from __future__ import annotations

import os
import signal
from typing import Literal, get_args

ENVIRONMENT_VARIABLE = "ECGFACTORY_KILL_AT"

FaultPoint = Literal[
    "shard-begun",
    "shard-staged",
    "shard-renamed",
    "shard-entered",
    "shards-packed",
    "dataset-assembled",
    "records-compared",
    "dataset-described",
    "sums-written",
    "manifest-written",
    "dataset-published",
    "latest-pointed",
]
"""Every step of the commit protocol, in order."""

FAULT_POINTS: tuple[FaultPoint, ...] = get_args(FaultPoint)

RetentionFaultPoint = Literal["item-renamed", "items-renamed", "trash-half-emptied"]
"""Every step of a deletion, in order."""

RETENTION_FAULT_POINTS: tuple[RetentionFaultPoint, ...] = get_args(RetentionFaultPoint)

RemakeFaultPoint = Literal["reports-sent", "manifest-swapped"]
"""Every step of replacing the reports of a dataset in a store, in order."""


def fault_point(name: FaultPoint | RetentionFaultPoint | RemakeFaultPoint, shard: int | None = None) -> None:
    """Die on the spot by SIGKILL when the environment says so; in all other cases do nothing.

    The environment names the point, or the point at one shard: `shard-staged:2`.
    """
    if os.environ.get(ENVIRONMENT_VARIABLE) in {name, f"{name}:{shard}"}:
        os.kill(os.getpid(), signal.SIGKILL)
