"""The ECG dataset factory: synthetic ECGs in memory, as a stream, as datasets; and the assessment of any ECG.

    import ecgfactory as ef

    ecgs = ef.generate(100, seed=7)             accepted ECGs in memory: signals, features, rejects
    for record in ef.stream(seed=7): ...        without end
    ef.build("request.yaml")                    a published dataset
    dataset = ef.open_dataset("datasets/quickstart")
    ef.assess(signal, rate_hz=360, lead_names=["II", "V5"], unit="mV")
    ef.annotate(signal, rate_hz=360, lead_names=["II", "V5"], unit="mV")   its beats and waves
    ef.compare("datasets/quickstart", "folder of real ECGs")
    ef.artefacts.apply(signal, 500, ["II", "V5"], "muscle", seed=7)        noisy, and the truth about its artefacts
    ef.paper.render(signal, 500, ["II", "V5"], seed=7)                     its picture on paper, and the truth about it

Each name is imported when it is first used, so that `import ecgfactory` is fast.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.13.0"

if TYPE_CHECKING:
    from ecgfactory import artefacts, paper
    from ecgfactory.annotation.arrays import annotate
    from ecgfactory.artefact_table import ArtefactTable
    from ecgfactory.candidates.generate import GeneratedEcgs, generate
    from ecgfactory.candidates.pytorch import StreamDataset
    from ecgfactory.candidates.stream import EcgStream, stream
    from ecgfactory.comparison.compare import compare
    from ecgfactory.comparison.result import Comparison
    from ecgfactory.dataset.reader import Dataset, open_dataset
    from ecgfactory.ecgs import Ecgs
    from ecgfactory.errors import (
        BadInputError,
        BuildFailedError,
        DamagedDatasetError,
        EcgFactoryError,
        HopelessYieldError,
    )
    from ecgfactory.foreign.arrays import assess, measure
    from ecgfactory.foreign.assessment import Assessment
    from ecgfactory.foreign.reader import read_ecgs
    from ecgfactory.foreign.recording import UnreadableEcg
    from ecgfactory.foreign.standard import ForeignEcg
    from ecgfactory.line.build import Built, build
    from ecgfactory.match.profile import Profile
    from ecgfactory.profiles.make import profile
    from ecgfactory.quality.long_records.verdicts import Window
    from ecgfactory.record import Record
    from ecgfactory.report.style import PageStyle
    from ecgfactory.request.build_request import BuildRequest
    from ecgfactory.session.progress import Progress
    from ecgfactory.wave_table import WaveTable

_MODULES = {
    "ArtefactTable": "artefact_table",
    "Assessment": "foreign.assessment",
    "BadInputError": "errors",
    "BuildFailedError": "errors",
    "BuildRequest": "request.build_request",
    "Built": "line.build",
    "Comparison": "comparison.result",
    "DamagedDatasetError": "errors",
    "Dataset": "dataset.reader",
    "EcgFactoryError": "errors",
    "EcgStream": "candidates.stream",
    "ForeignEcg": "foreign.standard",
    "Ecgs": "ecgs",
    "GeneratedEcgs": "candidates.generate",
    "HopelessYieldError": "errors",
    "PageStyle": "report.style",
    "Profile": "match.profile",
    "Progress": "session.progress",
    "Record": "record",
    "StreamDataset": "candidates.pytorch",
    "UnreadableEcg": "foreign.recording",
    "WaveTable": "wave_table",
    "Window": "quality.long_records.verdicts",
    "annotate": "annotation.arrays",
    "assess": "foreign.arrays",
    "build": "line.build",
    "compare": "comparison.compare",
    "generate": "candidates.generate",
    "measure": "foreign.arrays",
    "open_dataset": "dataset.reader",
    "profile": "profiles.make",
    "read_ecgs": "foreign.reader",
    "stream": "candidates.stream",
}
"""Where each exported name lives. None of them is the name of a module in this package, which would hide it."""

_ROOMS = ("artefacts", "paper")
"""Modules that are themselves among what this package offers."""

__all__ = [
    "ArtefactTable",
    "Assessment",
    "BadInputError",
    "BuildFailedError",
    "BuildRequest",
    "Built",
    "Comparison",
    "DamagedDatasetError",
    "Dataset",
    "EcgFactoryError",
    "EcgStream",
    "Ecgs",
    "ForeignEcg",
    "GeneratedEcgs",
    "HopelessYieldError",
    "PageStyle",
    "Profile",
    "Progress",
    "Record",
    "StreamDataset",
    "UnreadableEcg",
    "WaveTable",
    "Window",
    "annotate",
    "artefacts",
    "assess",
    "build",
    "compare",
    "generate",
    "measure",
    "open_dataset",
    "paper",
    "profile",
    "read_ecgs",
    "stream",
]


def __getattr__(name: str) -> Any:
    if name in _ROOMS:
        return importlib.import_module(f"ecgfactory.{name}")
    if name not in _MODULES:
        raise AttributeError(f"module 'ecgfactory' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"ecgfactory.{_MODULES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
