"""What a user writes today for a dataset of synthetic ECGs, as a script over two processes.

`deepfakeecg.generate` to text files, `numpy.loadtxt`, the twelve leads, NeuroKit2's `ecg_process` and `ecg_quality` on
lead II, and pandas to Parquet. It is written fairly: one thread per process, each process loads its libraries and runs
once before the clock starts, and loading the model is taken off its time.
"""

from __future__ import annotations

import statistics
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from benchmarks.timing import Row, seconds
from ecgfactory.leads import TWELVE_LEADS

RATE_HZ = 500


@dataclass(frozen=True)
class PeerRun:
    """What one run of the script took.

    Parameters
    ----------
    records : int
        Records made.
    start_up_s : float
        Seconds until every process had loaded everything and made one record.
    work_s : float
        Seconds for the records, loading of the model not counted.
    """

    records: int
    start_up_s: float
    work_s: float

    @property
    def records_per_s(self) -> float:
        """Records per second, start-up excluded."""
        return self.records / self.work_s


def measure(records: int, folder: Path, processes: int = 2) -> PeerRun:
    """Run the script and check that its files hold what ours would: 12 leads of 5000 samples per record.

    Parameters
    ----------
    records : int
        A multiple of `processes`.
    folder : Path
        Where its Parquet files go, one per process.
    processes : int
        How many share the work.

    Returns
    -------
    PeerRun
        The times.
    """
    share = records // processes
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        loading_s: list[float] = []
        start_up_s = seconds(lambda: loading_s.extend(pool.map(_start_up, range(processes))))
        firsts = [share * process for process in range(processes)]
        paths = [folder / f"part-{process}.parquet" for process in range(processes)]
        work_s = seconds(lambda: list(pool.map(make_part, firsts, [share] * processes, paths)))
    _check(paths, records)
    return PeerRun(records, start_up_s, work_s - statistics.median(loading_s))


def run() -> list[Row]:
    """Measure the script alone; whole-pipeline benchmarks pair `measure` with ours."""
    with tempfile.TemporaryDirectory() as folder:
        made = measure(64, Path(folder))
    return [
        Row("the user's script of today, two processes", "records/s", None, made.records_per_s),
        Row("its start-up", "s", None, made.start_up_s),
    ]


def _start_up(process: int) -> float:
    """Load the libraries and make one record; return the seconds that loading the model alone takes."""
    import torch

    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        make_part(process, 1, Path(folder) / "one.parquet")
        return seconds(lambda: _generate(Path(folder), 0, 0))


def make_part(first: int, records: int, path: Path) -> None:
    """Make one process's share of the dataset."""
    with tempfile.TemporaryDirectory() as folder:
        _generate(Path(folder), first, records)
        rows = [_row(Path(folder) / f"{number}.asc", number) for number in range(first, first + records)]
    pd.DataFrame(rows).to_parquet(path)


def _generate(folder: Path, first: int, records: int) -> None:
    from benchmarks.generation import text_files

    text_files(folder, records, first)


def _row(path: Path, number: int) -> dict[str, object]:
    """Read one record, derive its leads, measure it."""
    import neurokit2 as nk

    i, ii, v1, v2, v3, v4, v5, v6 = np.loadtxt(path).T
    leads = (i, ii, ii - i, -(i + ii) / 2, i - ii / 2, ii - i / 2, v1, v2, v3, v4, v5, v6)
    lead_ii_mv = ii / 1000
    signals, information = nk.ecg_process(lead_ii_mv, sampling_rate=RATE_HZ)
    quality = nk.ecg_quality(
        signals["ECG_Clean"], rpeaks=information["ECG_R_Peaks"], sampling_rate=RATE_HZ, method="zhao2018"
    )
    row: dict[str, object] = {
        name: np.rint(lead).astype(np.int16) for name, lead in zip(TWELVE_LEADS, leads, strict=True)
    }
    return row | {"record_id": f"{number:08d}", "heart_rate_bpm": signals["ECG_Rate"].mean(), "quality": quality}


def _check(paths: list[Path], records: int) -> None:
    """Make sure that the script did the work it is timed for."""
    frame = pd.concat([pq.read_table(path).to_pandas() for path in paths])
    assert frame["record_id"].nunique() == records
    for name in TWELVE_LEADS:
        signals_uv = np.stack(frame[name].to_list())
        assert signals_uv.shape == (records, 5000) and np.ptp(signals_uv, axis=1).min() > 100
    assert frame["heart_rate_bpm"].between(30, 200).all()
    assert frame["quality"].notna().all()
