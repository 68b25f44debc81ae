"""Reading ECGs from elsewhere: WFDB, CSV and Parquet, of any sampling rate, unit, and order of leads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ecgfactory.arrays import Float64Array, FloatingArray
from ecgfactory.dataset.names import MANIFEST_FILE, RECORDS_FILE
from ecgfactory.errors import BadInputError
from ecgfactory.foreign.columns import ColumnError, is_unit, lead_and_unit, rate_of, uv_factors
from ecgfactory.foreign.resampling import rate_problem, resample
from ecgfactory.leads import TWELVE_LEADS
from ecgfactory.storage.home import from_home

READABLE = (".hea", ".csv", ".parquet")


@dataclass(frozen=True)
class ForeignEcg:
    """An ECG from elsewhere, at 500 Hz.

    Parameters
    ----------
    name : str
        Where it was read: the path within what was given, and for a table of many records the row's id.
    lead_names : tuple of str
        Its leads, as in `TWELVE_LEADS`, in the file's order.
    signal_uv : float array, shape (leads, samples)
        In uV; NaN where the file has no value.
    """

    name: str
    lead_names: tuple[str, ...]
    signal_uv: FloatingArray


@dataclass(frozen=True)
class UnreadableEcg:
    """A file, or a row of one, that holds no ECG that can be read.

    Parameters
    ----------
    name : str
        Where, as in `ForeignEcg`.
    problem : str
        What is wrong, in one sentence.
    """

    name: str
    problem: str


def read_ecgs(path: str | Path, sampling_rate_hz: float | None = None) -> Iterator[ForeignEcg | UnreadableEcg]:
    """Read every ECG at a path, one after the other; what can't be read is reported, and reading goes on.

    Parameters
    ----------
    path : str or Path
        A WFDB record (with or without suffix), a CSV or Parquet file, or a folder of them at any depth;
        a dataset of ours is one.
    sampling_rate_hz : float, optional
        Samples per second of CSV and Parquet files that do not state it.

    Returns
    -------
    iterator of ForeignEcg or UnreadableEcg
        Files in the order of their paths.

    Raises
    ------
    BadInputError
        When there is nothing at the path that could be an ECG.
    """
    path = from_home(path)
    return _read_each(_files(path), path if path.is_dir() else path.parent, sampling_rate_hz)


def _read_each(
    files: Sequence[Path], root: Path, sampling_rate_hz: float | None
) -> Iterator[ForeignEcg | UnreadableEcg]:
    for file in files:
        name = file.relative_to(root).as_posix()
        try:
            yield from _read_file(file, name, sampling_rate_hz)
        except ColumnError as error:
            yield UnreadableEcg(name, str(error))
        except Exception as error:  # whatever a parser raises concerns this damaged file alone
            yield UnreadableEcg(name, f"not readable ({type(error).__name__}: {' '.join(str(error).split())[:200]})")


def _files(path: Path) -> list[Path]:
    """Find the files to read."""
    if path.is_dir():
        files = sorted(file for file in path.rglob("*") if file.suffix.lower() in READABLE and _may_hold_ecgs(file))
        if not files:
            raise BadInputError(f"{path}: no {', '.join(READABLE)} file in this folder; give a folder of ECGs.")
        return files
    header = path.with_suffix(".hea") if path.suffix == ".dat" else path.with_name(path.name + ".hea")
    file = header if header.is_file() else path
    if not file.is_file():
        raise BadInputError(f"{path}: no such file, folder or WFDB record; check the path.")
    if file.suffix.lower() not in READABLE:
        raise BadInputError(f"{path}: {file.suffix or 'no'} suffix; give a file of {', '.join(READABLE)}, or a folder.")
    return [file]


def _may_hold_ecgs(file: Path) -> bool:
    """Leave out hidden files, and the tables of a dataset of ours beside its manifest; its signals are in folders."""
    is_shown = file.is_file() and not file.name.startswith(".")
    return is_shown and not (file.with_name(MANIFEST_FILE).is_file() and file.with_name(RECORDS_FILE).is_file())


def _read_file(file: Path, name: str, sampling_rate_hz: float | None) -> Iterator[ForeignEcg | UnreadableEcg]:
    suffix = file.suffix.lower()
    if suffix == ".hea":
        yield _read_wfdb(file, name)
    elif suffix == ".csv":
        yield _from_frame(_read_csv(file), name, sampling_rate_hz)
    else:
        yield from _read_parquet(file, name, sampling_rate_hz)


def _read_wfdb(file: Path, name: str) -> ForeignEcg:
    import wfdb

    record = wfdb.rdrecord(str(file.with_suffix("")))
    if record.p_signal is None or not record.sig_len:
        raise ColumnError("the record holds no signal")
    signals = dict(zip(record.sig_name, zip(record.p_signal.T, record.units, strict=True), strict=True))
    return _ecg(name, signals, float(record.fs))


def _read_csv(file: Path) -> pd.DataFrame:
    """Read a table of comma, semicolon or tab separated values, without a row of units under the header."""
    with file.open(encoding="utf-8-sig", errors="replace") as stream:
        head = stream.readline()
    separator = max(",;\t", key=head.count)
    frame = pd.read_csv(
        file,
        sep=separator,
        decimal="," if separator == ";" else ".",
        encoding="utf-8-sig",
        encoding_errors="replace",
        skipinitialspace=True,
        low_memory=False,
    )
    frame.columns = pd.Index([str(column).strip(" '\"") for column in frame.columns])
    units = [str(value).strip(" '\"") for value in frame.iloc[0]] if len(frame) else []
    if any(map(is_unit, units)):
        with_units = [
            f"{name} {unit}" if is_unit(unit) else name for name, unit in zip(frame.columns, units, strict=True)
        ]
        frame = frame.iloc[1:].reset_index(drop=True).set_axis(with_units, axis=1)
    return frame


def _from_frame(frame: pd.DataFrame, name: str, sampling_rate_hz: float | None) -> ForeignEcg:
    """Make an ECG from a table with one row per sample and one column per lead."""
    signals: dict[str, tuple[Float64Array, str]] = {}
    for column in frame.columns:
        lead, unit = lead_and_unit(str(column))
        if lead is not None:
            values = pd.to_numeric(frame[column], errors="coerce").to_numpy(np.float64)
            signals.setdefault(lead, (values, unit))
    return _ecg(name, signals, rate_of(frame) or sampling_rate_hz)


def _read_parquet(file: Path, name: str, sampling_rate_hz: float | None) -> Iterator[ForeignEcg | UnreadableEcg]:
    """Read a table with one row per record (one list per lead) or one row per sample (one number per lead)."""
    with pq.ParquetFile(file) as source:
        schema = source.schema_arrow
        leads = [field for field in schema if lead_and_unit(field.name)[0] is not None]
        lists = [field.name for field in leads if pa.types.is_nested(field.type)]
        if not lists:
            yield _from_frame(source.read().to_pandas(), name, sampling_rate_hz)
            return
        metadata = {key.decode(): value.decode() for key, value in (schema.metadata or {}).items()}
        rate = float(metadata.get("sampling_rate_hz", sampling_rate_hz or 0)) or None
        named = next((column for column in ("record_id", "record", "id") if column in schema.names), None)
        row = 0
        for batch in source.iter_batches(batch_size=64, columns=[*lists, *([named] if named else [])]):
            for values in batch.to_pylist():
                record = f"{name}:{values[named] if named else row}"
                row += 1
                try:
                    yield _ecg(record, _row_signals(values, lists, metadata.get("unit", "")), rate)
                except ColumnError as error:
                    yield UnreadableEcg(record, str(error))


def _row_signals(values: dict[str, object], columns: Sequence[str], unit: str) -> dict[str, tuple[Float64Array, str]]:
    """Collect the lists of one row by lead."""
    signals: dict[str, tuple[Float64Array, str]] = {}
    for column in columns:
        lead, own_unit = lead_and_unit(column)
        if lead is not None and values[column] is not None:
            signals.setdefault(lead, (np.array(values[column], dtype=np.float64), own_unit or unit))
    return signals


def _ecg(name: str, signals: dict[str, tuple[Float64Array, str]], rate_hz: float | None) -> ForeignEcg:
    """Put leads under their standard names, in uV, at 500 Hz.

    Raises
    ------
    ColumnError
        When there is no lead, the leads differ in length, or sampling rate or unit are unknown.
    """
    found: dict[str, tuple[Float64Array, str]] = {}
    for column, signal in signals.items():
        lead, _ = lead_and_unit(column)
        if lead is not None:
            found.setdefault(lead, signal)
    if not found:
        raise ColumnError(f"no lead named as one of {', '.join(TWELVE_LEADS)}")
    if len({len(values) for values, _ in found.values()}) > 1:
        raise ColumnError("its leads differ in length")
    if rate_hz is None:
        raise ColumnError("it states no sampling rate; add a time column or give the rate")
    if problem := rate_problem(rate_hz):
        raise ColumnError(problem)
    leads = [values for values, _ in found.values()]
    if not len(leads[0]):
        raise ColumnError("it holds no samples")
    factors = uv_factors([unit for _, unit in found.values()], leads)
    return ForeignEcg(name, tuple(found), resample(leads, rate_hz, factors.tolist()))
