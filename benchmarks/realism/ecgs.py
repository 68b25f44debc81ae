"""ECGs of the realism evidence: real ones from a copy of LUDB, generated ones, and their features."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ecgfactory.arrays import Float64Array
from ecgfactory.comparison.features import FeatureMatrix
from ecgfactory.ecgs import Ecgs
from ecgfactory.generators.base import Edges
from ecgfactory.generators.deepfakeecg import published_checkpoint
from ecgfactory.generators.pulse2pulse import Pulse2PulseGenerator
from ecgfactory.leads import EIGHT_LEADS, TWELVE_LEADS, SignalUv
from ecgfactory.match.space import in_space
from ecgfactory.quality.feature import FeatureTable
from ecgfactory.quality.policy import load_policy
from ecgfactory.realism.band import WIDEST_UPPER_HZ
from ecgfactory.validation.evidence import measure_all
from ecgfactory.validation.ludb import read_ludb

SAMPLES = 5000
BATCH = 64
POLICIES = ("basic", "normal", "strict")


@dataclass(frozen=True, eq=False)
class RealEcgs:
    """Records of LUDB.

    Parameters
    ----------
    numbers : int array, shape (records,)
        As LUDB counts them.
    signals_uv : int16 array, shape (records, 8, samples)
        In the order of `EIGHT_LEADS`.
    is_sinus : bool array, shape (records,)
        Whether the rhythm is called sinus: rhythm, bradycardia, tachycardia or arrhythmia.
    """

    numbers: np.ndarray
    signals_uv: SignalUv
    is_sinus: np.ndarray

    @property
    def sinus_uv(self) -> SignalUv:
        """Those in sinus rhythm."""
        sinus_uv: SignalUv = self.signals_uv[self.is_sinus]
        return sinus_uv


def real_ecgs(folder: Path) -> RealEcgs:
    """Read a copy of LUDB."""
    records = list(read_ludb(folder))
    leads = [TWELVE_LEADS.index(name) for name in EIGHT_LEADS]
    return RealEcgs(
        np.array([int(record.name) for record in records]),
        np.stack([record.signal_uv[leads, :SAMPLES] for record in records]),
        np.array([record.rhythm.startswith("Sinus") for record in records]),
    )


def candidates(seed: int, count: int, edges: Edges = "mended") -> SignalUv:
    """Generate candidates, shape (count, 8, 5000), in uV."""
    generator = Pulse2PulseGenerator(published_checkpoint(), BATCH, "cpu", edges)
    return generator.generate(seed, range(count), SAMPLES)


def in_memory(signals_uv: SignalUv, numbers: np.ndarray, name: str) -> Ecgs:
    """Make ECGs that `compare` takes."""
    return Ecgs(signals_uv, numbers.astype(np.int64), EIGHT_LEADS, seed=0, measured={}, dataset=name)


def space_of(signals_uv: SignalUv) -> FeatureMatrix:
    """Measure the feature space in which ECGs are compared."""
    return matrix(in_space(signals_uv, EIGHT_LEADS, WIDEST_UPPER_HZ))


def matrix(table: Mapping[str, Float64Array]) -> FeatureMatrix:
    """Put the features of records into one array."""
    values = np.column_stack(list(table.values()))
    return FeatureMatrix(tuple(table), values, np.arange(len(values)))


def table_of(features: FeatureMatrix) -> dict[str, Float64Array]:
    """Take the features of an array apart."""
    return dict(zip(features.names, features.values.T, strict=True))


def rows_of(features: FeatureMatrix, rows: np.ndarray) -> FeatureMatrix:
    """Return some of the records, by index or mask."""
    values = features.values[rows]
    return FeatureMatrix(features.names, values, np.arange(len(values)))


def accepted_by(policy: str, table: FeatureTable) -> np.ndarray:
    """Return which records a policy accepts."""
    accepted: np.ndarray = load_policy(policy).judge(table, len(table["beats"])).accepted
    return accepted


def sound(signals_uv: SignalUv) -> SignalUv:
    """Return the ECGs that `basic` accepts."""
    kept: SignalUv = signals_uv[accepted_by("basic", measure_all(signals_uv, EIGHT_LEADS))]
    return kept


def yields_of(signals_uv: SignalUv) -> dict[str, float]:
    """Return the share that each policy accepts."""
    table = measure_all(signals_uv, EIGHT_LEADS)
    return {policy: float(accepted_by(policy, table).mean()) for policy in POLICIES}
