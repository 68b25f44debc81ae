"""An independent judge of waves: the pretrained network of `openecg`, where it is installed."""

from __future__ import annotations

import importlib
import importlib.util
import warnings
from typing import Any

import numpy as np

from benchmarks.waves.bounds import LeadBounds
from ecgfactory.leads import SignalUv
from ecgfactory.validation.wave_score import TOLERANCE_S

PACKAGE = "openecg"
INSTALL = f"pip install {PACKAGE}"
"""27 MB, and `opendsp`; it runs on the torch that is here."""

RATE_HZ = 500
WAVES = {1: "p", 2: "qrs", 3: "t", 4: "qrs"}
"""Its classes of samples; 4 is a paced QRS."""


class Codec:
    """openecg's codec: one lead of 10 s at a time."""

    def __init__(self) -> None:
        self._openecg: Any = importlib.import_module(PACKAGE)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what torch has to say of the network's layers
            self._network = self._openecg.load_codec()

    @property
    def name(self) -> str:
        """Who it is, with its version."""
        return f"{PACKAGE} {self._openecg.__version__}"


class Judge(Codec):
    """What it makes of waves, for which it was trained on the cardiologists' marks of LUDB and other databases."""

    def find(self, signal_uv: SignalUv, lead_names: tuple[str, ...]) -> LeadBounds:
        """Find the waves of each lead of a record of 10 s at 500 Hz; ends that the record cuts off are absent."""
        return {lead: self._find(lead_uv) for lead, lead_uv in zip(lead_names, signal_uv, strict=True)}

    def _find(self, lead_uv: SignalUv) -> dict[str, np.ndarray]:
        codec = self._openecg.encode(lead_uv.astype(np.float32), fs=RATE_HZ, model=self._network)
        bounds: dict[str, list[int]] = {name: [] for name in TOLERANCE_S}
        for start, end, kind in codec.events("frame", drop_class=0):
            if start > 0:
                bounds[f"{WAVES[int(kind)]}_onset"].append(start)
            if end < lead_uv.size:
                bounds[f"{WAVES[int(kind)]}_offset"].append(end - 1)
        return {name: np.array(samples, np.float64) for name, samples in bounds.items()}


def judge() -> Judge | None:
    """Return the judge, or None where it is not installed."""
    return Judge() if importlib.util.find_spec(PACKAGE) else None
