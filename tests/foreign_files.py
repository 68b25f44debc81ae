"""Small ECG files of our own for the tests of reading them, and reading them in a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ecgfactory.foreign.reader import read_ecgs
from ecgfactory.foreign.recording import UnreadableEcg
from ecgfactory.foreign.standard import ForeignEcg
from ecgfactory.leads import derive_twelve
from ecgfactory.validation.simulated import simulate_ecg

EIGHT = simulate_ecg(np.random.default_rng(8), 70, 92, noise_uv=5).signal_uv
"""Eight leads of ten seconds in whole uV at 500 Hz."""

TWELVE = derive_twelve(EIGHT)
MV = TWELVE / 1000
TIME_S = np.arange(TWELVE.shape[1]) / 500


def read(path: Path, **stated: Any) -> list[ForeignEcg | UnreadableEcg]:
    """Read all that is at a path."""
    return list(read_ecgs(path, **stated))


def only(path: Path, **stated: Any) -> ForeignEcg:
    """Read the one ECG at a path."""
    (found,) = read(path, **stated)
    assert isinstance(found, ForeignEcg), found
    return found


def problem(path: Path, **stated: Any) -> str:
    """Return why the one ECG at a path can't be read."""
    (found,) = read(path, **stated)
    assert isinstance(found, UnreadableEcg), found
    return found.problem


def table(
    path: Path,
    columns: Mapping[str, Sequence[Any] | npt.NDArray[Any]],
    *,
    separator: str = ",",
    decimal: str = ".",
    header: str | None = None,
    encoding: str = "utf-8",
) -> Path:
    """Write columns as text: numbers to three decimals, all else as it is; a header of their names, or another."""

    def spelt(value: Any) -> str:
        return f"{value:.3f}".replace(".", decimal) if isinstance(value, float) else str(value)

    head = separator.join(columns) if header is None else header
    rows = [separator.join(map(spelt, row)) for row in zip(*columns.values(), strict=True)]
    path.write_bytes(("\n".join([*([head] if head else []), *rows]) + "\n").encode(encoding))
    return path
