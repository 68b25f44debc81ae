"""The networks of a cross-validation in a file, so that whoever shows what they do need not train them again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ecgfactory.waves.network import Weights


def write_folds(folds: Sequence[tuple[Sequence[str], tuple[Weights, ...]]], path: Path) -> None:
    """Keep the networks of a cross-validation, with the names of the records that each did not see."""
    stored: dict[str, np.ndarray] = {}
    for number, (held_out, members) in enumerate(folds):
        stored[f"{number}/held_out"] = np.array(held_out)
        for place, weights in enumerate(members):
            stored |= {f"{number}/{place}/{name}": values for name, values in weights.items()}
    np.savez(path, **stored)  # type: ignore[arg-type]


def read_folds(path: Path) -> dict[str, tuple[Weights, ...]]:
    """Read what `write_folds` wrote: by the name of each record, the networks that did not see it."""
    networks: dict[str, tuple[Weights, ...]] = {}
    with np.load(path, allow_pickle=False) as stored:
        for number in sorted({name.split("/")[0] for name in stored.files}):
            members: dict[str, dict[str, np.ndarray]] = {}
            for key in stored.files:
                if key.startswith(f"{number}/") and not key.endswith("/held_out"):
                    _, place, name = key.split("/")
                    members.setdefault(place, {})[name] = stored[key]
            in_order = tuple(members[place] for place in sorted(members))
            networks |= {str(name): in_order for name in stored[f"{number}/held_out"]}
    return networks
