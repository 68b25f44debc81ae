"""Writing records in each format, on one core: ours against the libraries' own writers."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import torch
import wfdb

from benchmarks.timing import Row, per_record
from ecgfactory.formats.csv_encoding import encode_csv
from ecgfactory.formats.parquet_settings import signal_type, writer_options
from ecgfactory.formats.wfdb_encoding import GAIN_PER_MV, encode_record
from ecgfactory.generators.deepfakeecg import published_checkpoint
from ecgfactory.generators.noise import candidate_noise
from ecgfactory.generators.polyphase import PolyphaseNetwork
from ecgfactory.generators.pulse2pulse import load_network
from ecgfactory.leads import TWELVE_LEADS, SignalUv, derive_twelve

RECORDS = 64
RATE_HZ = 500
COMMENTS = ["synthetic, not for diagnosis"]


def run() -> list[Row]:
    """Compare each format's writer, files included."""
    network = PolyphaseNetwork(load_network(published_checkpoint()))
    noise = torch.from_numpy(candidate_noise(1, range(RECORDS), 5000))
    signals_uv = derive_twelve(network.signal_uv(noise).numpy())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)

        def compare(
            what: str, ours: Callable[[Path, SignalUv], None], peer: Callable[[Path, SignalUv], None], records: int
        ) -> Row:
            return per_record(
                what,
                lambda: ours(folder, signals_uv),
                RECORDS,
                lambda: peer(folder, signals_uv[:records]),
                records,
                5,
            )

        return [
            compare("WFDB, against wfdb.wrsamp", _our_wfdb, _wrsamp, 8),
            compare("CSV, against numpy.savetxt", _our_csv, _savetxt, 8),
            compare("CSV, against pandas.to_csv", _our_csv, _pandas_csv, 8),
            compare("Parquet, against pandas.to_parquet", _our_parquet, _pandas_parquet, RECORDS),
            Row(
                "Parquet, size against pandas.to_parquet",
                "kB/record",
                (our_size := (folder / "ours.parquet").stat().st_size / RECORDS / 1000),
                (peer_size := (folder / "peer.parquet").stat().st_size / RECORDS / 1000),
                peer_size / our_size,
            ),
        ]


def _our_wfdb(folder: Path, signals_uv: SignalUv) -> None:
    for index, signal_uv in enumerate(signals_uv):
        header, signal = encode_record(f"ours{index}", signal_uv, TWELVE_LEADS, RATE_HZ, COMMENTS)
        (folder / f"ours{index}.hea").write_text(header, encoding="utf-8")
        (folder / f"ours{index}.dat").write_bytes(signal)


def _wrsamp(folder: Path, signals_uv: SignalUv) -> None:
    leads = len(TWELVE_LEADS)
    for index, signal_uv in enumerate(signals_uv):
        wfdb.wrsamp(
            f"peer{index}",
            fs=RATE_HZ,
            units=["mV"] * leads,
            sig_name=list(TWELVE_LEADS),
            d_signal=signal_uv.T,
            fmt=["16"] * leads,
            adc_gain=[GAIN_PER_MV] * leads,
            baseline=[0] * leads,
            comments=COMMENTS,
            write_dir=str(folder),
        )


def _our_csv(folder: Path, signals_uv: SignalUv) -> None:
    for index, signal_uv in enumerate(signals_uv):
        (folder / f"ours{index}.csv").write_bytes(encode_csv(signal_uv, TWELVE_LEADS, RATE_HZ))


def _savetxt(folder: Path, signals_uv: SignalUv) -> None:
    header = ",".join(["time_ms", *TWELVE_LEADS])
    time_ms = np.arange(signals_uv.shape[2]) * 1000 // RATE_HZ
    for index, signal_uv in enumerate(signals_uv):
        columns = np.vstack([time_ms, signal_uv]).T
        np.savetxt(folder / f"peer{index}.csv", columns, fmt="%d", delimiter=",", header=header, comments="")


def _pandas_csv(folder: Path, signals_uv: SignalUv) -> None:
    time_ms = np.arange(signals_uv.shape[2]) * 1000 // RATE_HZ
    for index, signal_uv in enumerate(signals_uv):
        frame = pd.DataFrame({"time_ms": time_ms} | dict(zip(TWELVE_LEADS, signal_uv, strict=True)))
        frame.to_csv(folder / f"peer{index}.csv", index=False)


def _our_parquet(folder: Path, signals_uv: SignalUv) -> None:
    kind = signal_type(signals_uv.shape[2])
    schema = pa.schema([pa.field(name, kind, nullable=False) for name in TWELVE_LEADS])
    columns = [
        pa.FixedSizeListArray.from_arrays(pa.array(np.ascontiguousarray(signals_uv[:, lead]).reshape(-1)), type=kind)
        for lead in range(len(TWELVE_LEADS))
    ]
    with pq.ParquetWriter(folder / "ours.parquet", schema, **writer_options(schema, TWELVE_LEADS)) as writer:
        writer.write_table(pa.table(columns, schema=schema))


def _pandas_parquet(folder: Path, signals_uv: SignalUv) -> None:
    frame = pd.DataFrame({name: list(signals_uv[:, lead]) for lead, name in enumerate(TWELVE_LEADS)})
    frame.to_parquet(folder / "peer.parquet")
