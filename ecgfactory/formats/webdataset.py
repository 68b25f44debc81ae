"""WebDataset: tar files of a split's records, an array and a JSON file for each, in candidate order.

Layout: https://github.com/webdataset/webdataset. The headers hold no times or owners, so that the same records give
the same bytes.
"""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from ecgfactory.formats.base import Format, SignalSpec, numbered
from ecgfactory.formats.batch import RecordBatch
from ecgfactory.formats.rows import record_columns
from ecgfactory.leads import SignalUv
from ecgfactory.record import record_id

_SIGNAL, _FEATURES = ".npy", ".json"


class WebDatasetFormat(Format):
    """Tar files for each split: NUMBER.npy, int16 (leads, samples) in uV, and NUMBER.json, the features."""

    name: ClassVar[str] = "webdataset"
    media_types: ClassVar[Mapping[str, str]] = {".tar": "application/x-tar"}
    loading: ClassVar[Mapping[str, str]] = {
        "WebDataset": """\
from glob import glob

import webdataset

files = sorted(glob("webdataset/$split-*.tar"))
ecgs = webdataset.WebDataset(files, shardshuffle=False).decode()
for ecg in ecgs:
    signal_uv, features = ecg["npy"], ecg["json"]    # (leads, samples); leads are named in features["leads"]
"""
    }

    def __init__(self, folder: Path, spec: SignalSpec) -> None:
        super().__init__(folder, spec)
        self._tars: dict[str, tarfile.TarFile] = {}

    def write(self, batch: RecordBatch) -> None:
        """Write records; see `Format.write`."""
        columns = {name: values.to_pylist() for name, values in record_columns(batch).items()}
        for row, signal_uv in enumerate(batch.signals_uv):
            features: dict[str, Any] = {name: values[row] for name, values in columns.items()}
            features |= {"leads": self.spec.lead_names, "sampling_rate_hz": self.spec.sampling_rate_hz}
            if self.spec.filters:
                features["filters"] = str(self.spec.filters)
            stream = io.BytesIO()
            np.save(stream, signal_uv)
            tar = self._tar(features["split"])
            _add(tar, features["record_id"] + _SIGNAL, stream.getvalue())
            _add(tar, features["record_id"] + _FEATURES, json.dumps(features).encode())

    def close(self) -> None:
        """Finish the tar files."""
        for tar in self._tars.values():
            tar.close()

    def _tar(self, split: str) -> tarfile.TarFile:
        if split not in self._tars:
            path = self.place(self.staged_path(0, split))
            self._tars[split] = tarfile.open(path, "w", format=tarfile.USTAR_FORMAT)  # noqa: SIM115 (see close)
        return self._tars[split]

    @classmethod
    def staged_path(cls, candidate: int, split: str) -> str:
        """One file per split."""
        return f"webdataset/{split}.tar"

    @classmethod
    def published_path(cls, staged_path: str, position: int, count: int) -> str:
        """Number the files of a split; see `numbered`."""
        return numbered(staged_path, position, count)

    @classmethod
    def count(cls, dataset: Path) -> int:
        """Count the arrays in all files."""
        total = 0
        for path in (dataset / "webdataset").glob("[!.]*.tar"):
            with tarfile.open(path) as tar:
                total += sum(name.endswith(_SIGNAL) for name in tar.getnames())
        return total

    @classmethod
    def read(cls, dataset: Path, path: str, candidates: Sequence[int], spec: SignalSpec) -> SignalUv:
        """Read records back; see `Format.read`."""
        signals = []
        with tarfile.open(dataset / path) as tar:
            for candidate in candidates:
                member = tar.extractfile(record_id(candidate) + _SIGNAL)
                signal_uv = np.load(io.BytesIO(member.read() if member else b""))
                if signal_uv.dtype != np.int16 or signal_uv.shape != (len(spec.lead_names), spec.samples):
                    raise ValueError(f"{path} has records of another shape or type than the dataset")
                signals.append(signal_uv)
        return np.stack(signals)


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)  # time, owner and group are 0, the mode 0644
    entry.size = len(content)
    tar.addfile(entry, io.BytesIO(content))
