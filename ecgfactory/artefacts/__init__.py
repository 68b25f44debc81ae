"""Artefacts that are put into sound ECGs, with the truth about each: one file per kind (see base.py).

A new kind is a file here with an `Artefact`, and a line in `ecgfactory/artefact_kinds.py`; or a package with an entry
point in the group `ecgfactory.artefacts`. Its test inherits `ecgfactory.validation.artefact_contract`.

`ecgfactory.artefacts.apply` puts them into ECGs that are NumPy arrays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ecgfactory.artefact_kinds import KINDS
from ecgfactory.registry import Registry

if TYPE_CHECKING:
    from ecgfactory.artefacts.arrays import apply as apply
    from ecgfactory.artefacts.base import Artefact

ARTEFACTS: Registry[type[Artefact]] = KINDS


def __getattr__(name: str) -> Any:
    """Import `apply` when it is first used: kinds are named in places that put none in."""
    if name != "apply":
        raise AttributeError(f"module 'ecgfactory.artefacts' has no attribute {name!r}")
    from ecgfactory.artefacts.arrays import apply

    return apply
