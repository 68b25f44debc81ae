"""A small package, as if installed, that brings a generator without weights, a format, a kind of artefact, a
feature for rules and a kind of store."""

from __future__ import annotations

from pathlib import Path

NAME, VERSION = "ecg-toy", "1.2.3"

MODULE = '''\
"""What a package on top of ecgfactory looks like."""

from __future__ import annotations

import hashlib
import itertools
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from ecgfactory.artefacts.base import ElectrodeNoise, Potentials, Recording
from ecgfactory.formats.base import Format, SignalSpec, record_folder
from ecgfactory.formats.batch import RecordBatch
from ecgfactory.generators.base import Device, Generator
from ecgfactory.generators.checkpoint import Checkpoint
from ecgfactory.generators.model_card import ModelCard
from ecgfactory.leads import SignalUv
from ecgfactory.quality.batch import EcgBatch
from ecgfactory.quality.extra_feature import ExtraFeature
from ecgfactory.record import SAMPLING_RATE_HZ, record_id
from ecgfactory.storage.attempts import check_request
from ecgfactory.storage.store import Store, Stored, StoreError, Unfinished


class Simulation(Generator):
    """ECGs of waves whose onsets and offsets are known."""

    name: ClassVar[str] = "simulated"
    model_card: ClassVar[ModelCard] = ModelCard(
        title="Simulation",
        kind="a simulation",
        origin="The generator adds lobes of a heart dipole, seen through Dower's matrix.",
        limits="Waves are smooth lobes, which no heart makes.",
    )

    def __init__(self, checkpoint: Checkpoint | None, batch: int, device: Device) -> None:
        self._simulates = checkpoint is None

    @property
    def device_name(self) -> str:
        return "cpu"

    def stream(self, seed: int, batches: Iterable[Sequence[int]], samples: int) -> Iterator[SignalUv]:
        for candidates in batches:
            yield np.stack([self._signal(seed, candidate, samples) for candidate in candidates])

    def _signal(self, seed: int, candidate: int, samples: int) -> SignalUv:
        from ecgfactory.validation.simulated import simulate_ecg

        draw = np.random.Generator(np.random.Philox(key=np.array([seed, candidate], dtype=np.uint64)))
        rate, qrs_ms = draw.uniform(55, 100), draw.uniform(75, 110)
        return simulate_ecg(draw, rate, qrs_ms, noise_uv=5.0, duration_s=samples / SAMPLING_RATE_HZ).signal_uv


class RawFormat(Format):
    """One file per record: int16, lead after lead."""

    name: ClassVar[str] = "raw"
    media_types: ClassVar[Mapping[str, str]] = {".i16": "application/octet-stream"}
    bytes_per_sample: ClassVar[float] = 2.0
    loading: ClassVar[Mapping[str, str]] = {
        "Raw": """\\
import numpy as np

ecg_uv = np.fromfile("$path", "<i2")    # lead after lead
"""
    }

    def write(self, batch: RecordBatch) -> None:
        for candidate, signal_uv in zip(batch.candidates.tolist(), batch.signals_uv, strict=True):
            path = self.folder / self.staged_path(candidate, "")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(signal_uv.astype("<i2").tobytes())

    @classmethod
    def staged_path(cls, candidate: int, split: str) -> str:
        return f"raw/{record_folder(candidate)}/{record_id(candidate)}.i16"

    @classmethod
    def count(cls, dataset: Path) -> int:
        return sum(1 for _ in (dataset / "raw").glob("*/*.i16"))

    @classmethod
    def read(cls, dataset: Path, path: str, candidates: Sequence[int], spec: SignalSpec) -> SignalUv:
        return np.fromfile(dataset / path, "<i2").reshape(1, len(spec.lead_names), spec.samples)


def _rms_uv(batch: EcgBatch) -> npt.NDArray[np.float64]:
    return np.sqrt(np.square(batch.signals_uv.astype(np.float64)).mean(axis=(1, 2)))


class Buzz(ElectrodeNoise):
    """A tone at every electrode."""

    name: ClassVar[str] = "buzz"
    title: ClassVar[str] = "a tone of 7 Hz"
    parameters: ClassVar[Mapping[str, str]] = {"phase": "of the tone, in turns"}

    def potentials(self, recording: Recording, rng: np.random.Generator) -> Potentials:
        phase = rng.uniform()
        tone = np.sin(2 * np.pi * (7 * recording.times_s(recording.samples) + phase))
        uv = {electrode: rng.uniform(0.5, 1) * tone for electrode in recording.montage.electrodes}
        return Potentials(uv, parameters={"phase": round(phase, 6)})


class Shelf(Store):
    """Objects in the memory of this process."""

    name: ClassVar[str] = "shelf"

    def __init__(self, bucket: str) -> None:
        super().__init__(bucket)
        self._held: dict[str, tuple[bytes, int]] = {}
        self._lock = threading.Lock()
        self._versions = itertools.count()

    def read(self, name: str, start: int = 0, stop: int | None = None) -> bytes:
        if name not in self._held:
            raise FileNotFoundError(name)
        return self._held[name][0][start:stop]

    def fetch(self, name: str, target: Path) -> None:
        target.write_bytes(self.read(name))

    def write(self, name: str, content: bytes) -> None:
        check_request()
        self._held[name] = (content, next(self._versions))

    def create(self, name: str, content: bytes) -> bool:
        return self._write_if(name, content, "")

    def swap(self, name: str, content: bytes, version: str) -> bool:
        return self._write_if(name, content, version)

    def send(self, source: Path, name: str, sha256: str) -> None:
        content = source.read_bytes()
        if hashlib.sha256(content).hexdigest() != sha256:
            raise StoreError(f"{source}: its content has changed; make it again.")
        self.write(name, content)

    def copy(self, source: str, target: str) -> None:
        self.write(target, self.read(source))

    def stat(self, name: str) -> Stored | None:
        return next((each for each in self.objects(name) if each.name == name), None)

    def objects(self, prefix: str) -> Iterator[Stored]:
        for name, (content, version) in sorted(self._held.items()):
            if name.startswith(prefix):
                yield Stored(name, len(content), 0.0, str(version))

    def folders(self, prefix: str) -> list[str]:
        below = [each.name.removeprefix(prefix) for each in self.objects(prefix)]
        return sorted({name.partition("/")[0] for name in below if "/" in name})

    def delete(self, names: Iterable[str]) -> None:
        for name in names:
            check_request()
            self._held.pop(name, None)

    def delete_version(self, name: str, version: str) -> None:
        check_request()
        with self._lock:
            if name in self._held and str(self._held[name][1]) == version:
                del self._held[name]

    def unfinished(self, prefix: str) -> list[Unfinished]:
        return []

    def abandon(self, upload: Unfinished) -> None:
        pass

    def _write_if(self, name: str, content: bytes, version: str) -> bool:
        check_request()
        with self._lock:
            held, held_version = self._held.get(name, (None, ""))
            if str(held_version) == version:
                self.write(name, content)
            return self._held.get(name, (held, ""))[0] == content


RMS = ExtraFeature("rms_uv", "uV", "number", "Root mean square over all leads.", _rms_uv)
'''

ENTRY_POINTS = """\
[ecgfactory.generators]
simulated = ecg_toy:Simulation

[ecgfactory.formats]
raw = ecg_toy:RawFormat

[ecgfactory.artefacts]
buzz = ecg_toy:Buzz

[ecgfactory.quality_rules]
rms_uv = ecg_toy:RMS

[ecgfactory.stores]
shelf = ecg_toy:Shelf
"""

POLICY = """\
name: toy
description: The basic rules, and one of a package.
extends: basic
rules:
  - {name: loud_enough, feature: rms_uv, min: 20, unit: uV, source: "ecg-toy"}
"""


def write_plugin_package(folder: Path) -> Path:
    """Write the package into a folder, which then belongs on `sys.path` or PYTHONPATH; return that folder."""
    write_package(folder, NAME, VERSION, ENTRY_POINTS)
    (folder / "ecg_toy.py").write_text(MODULE, encoding="utf-8")
    return folder


def write_package(folder: Path, name: str, version: str, entry_points: str) -> None:
    """Write the metadata that makes Python regard a package as installed."""
    described = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    described.mkdir(parents=True)
    (described / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", encoding="utf-8")
    (described / "entry_points.txt").write_text(entry_points, encoding="utf-8")


def write_plugin_policy(path: Path) -> Path:
    """Write a quality policy with a rule on the package's feature."""
    path.write_text(POLICY, encoding="utf-8")
    return path
