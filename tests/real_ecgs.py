"""Real ECGs, where a tester has them."""

import os
from functools import cache

import numpy as np
import pytest

from ecgfactory.leads import EIGHT_LEADS, TWELVE_LEADS, SignalUv
from ecgfactory.validation.ludb import LudbRecord, read_ludb


@cache
def ludb_records() -> list[LudbRecord]:
    """The records of LUDB in the folder that ECGFACTORY_LUDB names; skip without it."""
    folder = os.environ.get("ECGFACTORY_LUDB")
    if not folder:
        pytest.skip("ECGFACTORY_LUDB names no folder")
    return list(read_ludb(folder))


def ludb_ecgs() -> SignalUv:
    """Their signals, shape (records, 8, 5000), in uV."""
    rows = [TWELVE_LEADS.index(name) for name in EIGHT_LEADS]
    return np.stack([record.signal_uv[rows] for record in ludb_records()])
