"""Tables keep the contract of every format that ECGs are read from."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from ecgfactory.leads import EIGHT_LEADS
from tests.ecgfactory.foreign.reader_contract import ReaderContract
from tests.foreign_files import EIGHT

COLUMNS = [f"{name} (mV)" for name in EIGHT_LEADS]
TABLE = pd.DataFrame({"time_ms": range(0, 10_000, 2)} | dict(zip(COLUMNS, EIGHT / 1000, strict=True)))


class TestCsv(ReaderContract):
    suffix = ".csv"

    def write(self, folder: Path) -> Path:
        TABLE.to_csv(folder / "a.csv", index=False)
        return folder / "a.csv"


class TestParquet(ReaderContract):
    suffix = ".parquet"

    def write(self, folder: Path) -> Path:
        TABLE.to_parquet(folder / "a.parquet")
        return folder / "a.parquet"
