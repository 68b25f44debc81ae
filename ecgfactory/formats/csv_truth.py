"""Waves, beats and rhythms of a record as CSV files, beside that of its signals."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.csv

from ecgfactory.beat_table import SYMBOLS, BeatTable
from ecgfactory.formats.wave_rows import WAVE_SCHEMA, places_among, wave_rows, waves_of_rows
from ecgfactory.rhythm_kinds import NAMES
from ecgfactory.rhythm_table import RhythmTable
from ecgfactory.wave_table import NO_BEAT, WaveTable

_BEAT_SCHEMA = pa.schema([("beat", pa.int32()), ("sample", pa.int32()), ("symbol", pa.string())])
_RHYTHM_SCHEMA = pa.schema([("rhythm", pa.string()), ("onset", pa.int32()), ("offset", pa.int32())])

_UNQUOTED = pa.csv.WriteOptions(include_header=False, quoting_style="none")


def write_waves(path: Path, rows: pa.Table) -> None:
    """Write a file of waves, given their rows; see `wave_rows`."""
    _write(path, rows)


def read_waves(path: Path, lead_names: Sequence[str]) -> WaveTable:
    """Read a file of waves back; see `waves_of_rows`, for errors too."""
    rows = _read(path, WAVE_SCHEMA)
    return waves_of_rows(rows, lead_names, np.zeros(len(rows), dtype=np.int32), 1)


def write_beats(path: Path, beats: BeatTable) -> None:
    """Write a file of beats: number, sample of the R peak, and symbol."""
    numbers = pa.array(np.arange(len(beats), dtype=np.int32))
    symbols = pa.array(SYMBOLS).take(pa.array(beats.symbol))
    _write(path, pa.table([numbers, pa.array(beats.sample), symbols], _BEAT_SCHEMA))


def read_beats(path: Path, lead_names: Sequence[str]) -> BeatTable:
    """Read a file of beats back.

    Raises
    ------
    ValueError
        When one is of no known symbol.
    """
    rows = _read(path, _BEAT_SCHEMA)
    symbols = places_among(SYMBOLS, rows.column("symbol").to_pylist(), "beat")
    record = np.zeros(len(rows), dtype=np.int32)
    return BeatTable(tuple(lead_names), 1, record, rows.column("sample").to_numpy(), symbols)


def write_rhythms(path: Path, rhythms: RhythmTable) -> None:
    """Write a file of rhythms: name, first and last sample."""
    names = pa.array(NAMES).take(pa.array(rhythms.rhythm))
    _write(path, pa.table([names, pa.array(rhythms.onset), pa.array(rhythms.offset)], _RHYTHM_SCHEMA))


def read_rhythms(path: Path, lead_names: Sequence[str]) -> RhythmTable:
    """Read a file of rhythms back.

    Raises
    ------
    ValueError
        When one is not known.
    """
    rows = _read(path, _RHYTHM_SCHEMA)
    kinds = places_among(NAMES, rows.column("rhythm").to_pylist(), "rhythm")
    onset, offset = rows.column("onset").to_numpy(), rows.column("offset").to_numpy()
    return RhythmTable(tuple(lead_names), 1, np.zeros(len(rows), dtype=np.int32), kinds, onset, offset)


class WaveRows:
    """A file of the waves of one record, which come piece by piece and not in the order of their rows.

    Waves of no beat come first in it, by lead and kind: each such part is in a temporary file until it is put together.

    Parameters
    ----------
    path : Path
        The file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stack = ExitStack()
        self._of_no_beat: dict[tuple[int, int], BinaryIO] = {}
        self._of_beats = self._temporary()
        self._waiting: list[WaveTable] = []

    def add(self, waves: WaveTable) -> None:
        """Take the waves whose peaks are in the next piece."""
        is_of_none = waves.beat == NO_BEAT
        for lead, wave in sorted(
            set(zip(waves.lead[is_of_none].tolist(), waves.wave[is_of_none].tolist(), strict=True))
        ):
            part = waves.where(is_of_none & (waves.lead == lead) & (waves.wave == wave))
            if (lead, wave) not in self._of_no_beat:
                self._of_no_beat[lead, wave] = self._temporary()
            _append(self._of_no_beat[lead, wave], part)
        of_beats = waves.where(~is_of_none)
        if len(of_beats):
            held = WaveTable.of_one([*self._waiting, of_beats])
            is_whole = held.beat < of_beats.beat.min()
            _append(self._of_beats, held.where(is_whole))
            self._waiting = [held.where(~is_whole)]

    def close(self) -> None:
        """Put the file together."""
        with self._stack, self._path.open("wb") as stream:
            for waves in self._waiting:
                _append(self._of_beats, waves)
            stream.write(_head(WAVE_SCHEMA))
            for part in [*(self._of_no_beat[place] for place in sorted(self._of_no_beat)), self._of_beats]:
                part.seek(0)
                shutil.copyfileobj(part, stream)

    def _temporary(self) -> BinaryIO:
        return self._stack.enter_context(tempfile.TemporaryFile(dir=self._path.parent))


def _append(stream: BinaryIO, waves: WaveTable) -> None:
    pa.csv.write_csv(wave_rows(waves), stream, _UNQUOTED)


def _head(schema: pa.Schema) -> bytes:
    return f"{','.join(schema.names)}\n".encode()


def _write(path: Path, rows: pa.Table) -> None:
    with path.open("wb") as stream:
        stream.write(_head(rows.schema))
        pa.csv.write_csv(rows, stream, _UNQUOTED)


def _read(path: Path, schema: pa.Schema) -> pa.Table:
    return pa.csv.read_csv(path, convert_options=pa.csv.ConvertOptions(column_types=schema))
