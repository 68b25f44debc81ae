"""Real ECGs, where a tester has them."""

import os
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import wfdb

from ecgfactory.leads import EIGHT_LEADS, SignalUv


@cache
def ludb_ecgs() -> SignalUv:
    """The ECGs of LUDB in the folder that ECGFACTORY_LUDB names, shape (records, 8, 5000), in uV; skip without it."""
    folder = os.environ.get("ECGFACTORY_LUDB")
    if not folder:
        pytest.skip("ECGFACTORY_LUDB names no folder")
    ecgs = []
    for header in sorted(Path(folder, "data").glob("*.hea")):
        record = wfdb.rdrecord(str(header.with_suffix("")), physical=False)
        ecgs.append(record.d_signal.T[[record.sig_name.index(name.lower()) for name in EIGHT_LEADS]])
    return np.stack(ecgs).astype(np.int16)
