"""A record as CSV text: time_ms, then one column per lead, in uV.

Spreadsheets read a file by the language that they are set to: where a comma separates decimals, a semicolon separates
columns. The text is ASCII, so no byte order mark is needed for either.

Every int16 has one spelling, so numbers are looked up instead of formatted: each is a cell of fixed width, padded with
NUL, and the padding is removed at the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import get_args

import numpy as np
import numpy.typing as npt

from ecgfactory.arrays import BoolArray
from ecgfactory.errors import BadInputError
from ecgfactory.leads import SignalUv
from ecgfactory.record import CsvDialect

_SPELLINGS: dict[CsvDialect, bytes] = {"standard": b",.", "decimal-comma": b";,"}
"""What separates columns, and what decimals."""

_TIME_CELL = "S16"
_LEAD_CELL = "S8"
_ROWS_A_PIECE = 1000

_EMPTY_CELL = np.array([","], dtype=_LEAD_CELL).view("<u8")


def check_csv_dialect(dialect: str) -> None:
    """Check that there is such a dialect.

    Raises
    ------
    BadInputError
        When there is not.
    """
    if dialect not in get_args(CsvDialect):
        raise BadInputError(f"CSV dialect {dialect!r} is unknown; choose {', '.join(get_args(CsvDialect))}.")


def spelling(dialect: CsvDialect) -> tuple[str, str]:
    """Return what separates columns, and what decimals.

    Raises
    ------
    BadInputError
        When there is no such dialect.
    """
    check_csv_dialect(dialect)
    spelt = _SPELLINGS[dialect].decode()
    return spelt[0], spelt[1]


def encode_csv(
    signal_uv: SignalUv,
    lead_names: Sequence[str],
    sampling_rate_hz: int,
    dialect: CsvDialect = "standard",
    missing: BoolArray | None = None,
) -> bytes:
    """Encode one record.

    Parameters
    ----------
    signal_uv : int16 array, shape (leads, samples)
        The stored signal, 1 uV per unit.
    lead_names : sequence of str
        Column names.
    sampling_rate_hz : int
        Samples per second.
    dialect : {"standard", "decimal-comma"}
        How columns and decimals are separated.
    missing : bool array, shape (samples,), optional
        Samples whose cells stay empty.

    Returns
    -------
    bytes
        `time_ms` and the lead names, then one line per sample: its time in ms (to 10 digits where that is no
        integer) and the leads as integers in uV.

    Raises
    ------
    ValueError
        When there are not as many names as leads.
    """
    return (
        encode_head(lead_names, dialect)
        + encode_rows(signal_uv, lead_names, sampling_rate_hz, dialect, missing)
        + b"\n"
    )


def encode_head(lead_names: Sequence[str], dialect: CsvDialect = "standard") -> bytes:
    """Encode the names of the columns alone, without a line feed; see `encode_csv`."""
    separator, _ = spelling(dialect)
    return separator.join(["time_ms", *lead_names]).encode()


def encode_rows(
    signal_uv: SignalUv,
    lead_names: Sequence[str],
    sampling_rate_hz: int,
    dialect: CsvDialect = "standard",
    missing: BoolArray | None = None,
    start: int = 0,
) -> bytes:
    """Encode the lines of samples alone, or of some from `start` on, each after a line feed; see `encode_csv`."""
    leads, samples = signal_uv.shape
    if len(lead_names) != leads:
        raise ValueError(f"{len(lead_names)} lead names for {leads} leads")
    rows = np.empty(samples, dtype=[("time", _TIME_CELL), ("leads", "<u8", (leads,))])
    rows["time"] = _time_cells(start, samples, sampling_rate_hz)
    rows["leads"] = _lead_cells()[signal_uv.T.view(np.uint16)]
    if missing is not None:
        rows["leads"][missing] = _EMPTY_CELL
    # In pieces that stay in the cache, and below the size that is requested from the system anew each time.
    pieces = (rows[first : first + _ROWS_A_PIECE].tobytes() for first in range(0, samples, _ROWS_A_PIECE))
    to_dialect = bytes.maketrans(_SPELLINGS["standard"], _SPELLINGS[dialect])
    return b"".join(piece.translate(to_dialect, b"\0") for piece in pieces)


@cache
def _lead_cells() -> npt.NDArray[np.uint64]:
    """Text of every int16 after a comma, as an 8-byte word, at the index of its bits read as uint16."""
    by_bits = np.arange(65536, dtype=np.uint16).view(np.int16)
    return np.array([f",{value}" for value in by_bits.tolist()], dtype=_LEAD_CELL).view("<u8")


@lru_cache(maxsize=4)
def _time_cells(start: int, samples: int, sampling_rate_hz: int) -> npt.NDArray[np.bytes_]:
    """Text of the time in ms of each sample from `start` on, after a line feed."""
    times = (index * 1000 / sampling_rate_hz for index in range(start, start + samples))
    return np.array([f"\n{time_ms:.10g}" for time_ms in times], dtype=_TIME_CELL)
