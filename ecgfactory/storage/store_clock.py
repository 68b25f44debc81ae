"""The clock of a store, which no machine has to agree with."""

from __future__ import annotations

import secrets

from ecgfactory.storage.store import StoreError
from ecgfactory.storage.store_path import StorePath

CLOCK = "clock"
"""Below a place, where small objects are written to see what time it is."""

PRECISION_S = 2.0
"""Stores give times to the second."""

_ATTEMPTS = 5


def clock_of(place: StorePath) -> float:
    """Return the time by the clock of a store, in seconds since the epoch; a small object is written for it.

    Parameters
    ----------
    place : StorePath
        Below which the object is for an instant.
    """
    for _ in range(_ATTEMPTS):  # whoever removes a session takes what is looked at there with it
        probe = place / CLOCK / secrets.token_hex(8)
        probe.store.write(probe.name, b"")
        try:
            stored = probe.store.stat(probe.name)
        finally:
            probe.store.delete([probe.name])
        if stored is not None:
            return stored.modified_at
    raise StoreError(f"{probe}: was written and is not there; see whether something deletes new objects.")
