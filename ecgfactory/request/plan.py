"""The immutable plan of a dataset: all that decides its bytes, and the shards that follow from it."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import math
import secrets
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict

from ecgfactory import __version__
from ecgfactory.generators.checkpoint import Checkpoint
from ecgfactory.leads import lead_names
from ecgfactory.quality.policy import Policy, load_policy
from ecgfactory.record import SAMPLING_RATE_HZ
from ecgfactory.request.build_request import BuildRequest

SHARDS_WANTED = 16
"""Small requests are cut into about this many shards, so that several workers share them."""

PARQUET_FILE_BYTES = 125_000_000
"""Large requests get shards whose biggest Parquet file is about this size, above the 100 MB that readers like."""

PARQUET_BYTES_PER_SAMPLE = 0.84
"""Measured on the published model: a 12-lead record of 60,000 samples takes 50 kB."""

DECISIVE_PACKAGES = ("torch", "numpy", "scipy", "neurokit2", "pyarrow", "wfdb", "soundfile", "edfio", "matplotlib")
"""Packages whose version can change a byte of a dataset."""


class Plan(BaseModel):
    """A request with everything resolved.

    Parameters
    ----------
    request : BuildRequest
        As asked for, its seed drawn where it was absent.
    seed : int
        The seed of every candidate and split.
    checkpoint_path : str or None
        A user's own weights; None for the published ones, wherever they are installed.
    checkpoint_sha256 : str
        Digest of the weights. It is part of the plan's identity, the path is not.
    policy : Policy
        The rules, with the request's bounds.
    shard_records : int
        Candidates a shard.
    versions : dict of str to str
        Versions of what decides the bytes.
    """

    model_config = ConfigDict(frozen=True, ignored_types=(cached_property,))

    request: BuildRequest
    seed: int
    checkpoint_path: str | None
    checkpoint_sha256: str
    policy: Policy
    shard_records: int
    versions: dict[str, str]

    @cached_property
    def plan_id(self) -> str:
        """Sixteen hex digits of the sha256 of everything that decides the bytes of the dataset."""
        canonical = json.dumps(self.identity(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()[:16]

    def identity(self) -> dict[str, Any]:
        """Everything that decides the bytes: not where they are written, nor who works on it."""
        request = self.request.model_dump(
            mode="json",
            include={"name", "records", "leads", "duration_s", "formats", "splits", "report"},
        )
        return {
            **request,
            "seed": self.seed,
            "model": self.request.generator.model,
            "batch": self.request.generator.batch,
            "checkpoint_sha256": self.checkpoint_sha256,
            "policy": self.policy.model_dump(mode="json"),
            "shard_records": self.shard_records,
            "versions": self.versions,
        }

    @property
    def checkpoint(self) -> Checkpoint:
        """The weights to generate with."""
        if self.checkpoint_path is None:
            return Checkpoint.published()
        return Checkpoint(self.checkpoint_path, self.checkpoint_sha256)

    @property
    def lead_names(self) -> tuple[str, ...]:
        """Names of the stored leads, in order."""
        return lead_names(self.request.leads)

    @property
    def samples(self) -> int:
        """Samples a lead."""
        return self.request.duration_s * SAMPLING_RATE_HZ

    @property
    def dataset_path(self) -> Path:
        """Where the dataset is published."""
        return Path(self.request.output) / self.request.name / self.plan_id

    def shard_candidates(self, index: int) -> range:
        """Candidate numbers of a shard."""
        return range(index * self.shard_records, (index + 1) * self.shard_records)

    def splits_of(self, candidates: npt.ArrayLike) -> npt.NDArray[np.str_]:
        """Split of each candidate, as `split_of` gives it."""
        return split_of(self.seed, np.asarray(candidates), self.request.splits)


def make_plan(request: BuildRequest) -> Plan:
    """Resolve a request: draw its seed, pin its weights and policy, cut it into shards.

    Raises
    ------
    BadInputError
        When the checkpoint or the policy can't be used.
    """
    seed = secrets.randbelow(2**32) if request.seed is None else request.seed
    path = request.generator.checkpoint
    checkpoint = Checkpoint.of_file(Path(path)) if path else Checkpoint.published()
    return Plan(
        request=request.model_copy(update={"seed": seed}),
        seed=seed,
        checkpoint_path=path and checkpoint.path,
        checkpoint_sha256=checkpoint.sha256,
        policy=load_policy(request.quality.policy, request.quality.bounds),
        shard_records=request.shard_records or default_shard_records(request),
        versions={"ecgfactory": __version__}
        | {package: importlib.metadata.version(package) for package in DECISIVE_PACKAGES},
    )


def default_shard_records(request: BuildRequest) -> int:
    """Candidates a shard, from the request alone: whole micro-batches, few for few records.

    Returns
    -------
    int
        About a sixteenth of the records, at least one micro-batch, at most what makes a Parquet file of the
        largest split about 125 MB.
    """
    record_bytes = request.leads * request.duration_s * SAMPLING_RATE_HZ * PARQUET_BYTES_PER_SAMPLE
    largest = PARQUET_FILE_BYTES / (record_bytes * max(request.splits.values()))
    batch = request.generator.batch
    wanted = min(request.records / SHARDS_WANTED, largest)
    return max(1, math.ceil(wanted / batch)) * batch


def split_of(seed: int, candidates: npt.NDArray[np.integer[Any]], splits: dict[Any, float]) -> npt.NDArray[np.str_]:
    """Draw the split of each candidate from a hash of (seed, candidate).

    Parameters
    ----------
    seed : int
        Seed of the dataset.
    candidates : int array, shape (n,)
        Candidate numbers.
    splits : dict of str to float
        Shares in order, summing to 1.

    Returns
    -------
    str array, shape (n,)
        Name of the split. The hash is the finaliser of SplitMix64 (Steele et al. 2014, doi:10.1145/2660193.2660195).
    """
    mixed = _mix64(_mix64(np.array([seed], dtype=np.uint64)) ^ candidates.astype(np.uint64))
    uniform = (mixed >> np.uint64(11)).astype(np.float64) / 2**53
    names = np.array(list(splits))
    edges = np.cumsum(list(splits.values()))[:-1]
    drawn: npt.NDArray[np.str_] = names[np.searchsorted(edges, uniform, side="right")]
    return drawn


def _mix64(value: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    value = value + np.uint64(0x9E3779B97F4A7C15)
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))
