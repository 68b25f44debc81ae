"""The immutable plan of a dataset: all that decides its bytes, and the shards that follow from it."""

from __future__ import annotations

import dataclasses
import hashlib
import importlib.metadata
import json
import math
import secrets
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from ecgfactory import __version__
from ecgfactory.artefacts import ARTEFACTS
from ecgfactory.artefacts.mixture import Mixture
from ecgfactory.formats import CLEAN_SUFFIX, FORMATS
from ecgfactory.formats.base import Labels, SignalSpec, StoredArtefacts
from ecgfactory.generators import GENERATORS
from ecgfactory.generators.base import SOURCE_S, Edges, Generator
from ecgfactory.generators.checkpoint import Checkpoint
from ecgfactory.leads import lead_names
from ecgfactory.match.acceptance import Match, ReferenceMatch
from ecgfactory.quality.features import EXTRA_FEATURES
from ecgfactory.quality.policy import Policy, load_policy
from ecgfactory.record import SAMPLING_RATE_HZ
from ecgfactory.recorder.recorder import Recorder
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.request.cutting import (
    default_candidates_per_shard,
    packable_formats,
    packs_wanted,
)
from ecgfactory.request.images import ImagesRequest
from ecgfactory.request.reference import ReferenceDigest
from ecgfactory.storage.place import Place

DECISIVE_PACKAGES = ("numpy", "scipy", "neurokit2", "pyarrow", "matplotlib", "reportlab")
"""Packages whose version can change a byte of any dataset; generator and formats name theirs."""

PICTURE_PACKAGES = ("opencv-python-headless", "pillow", "isal")
"""More of them where there are pictures."""

COMPARISON_PACKAGES = ("scikit-learn",)
"""More of them where the dataset is compared with a reference."""


class Plan(BaseModel):
    """A request with everything resolved.

    Parameters
    ----------
    request : BuildRequest
        As asked for, its seed drawn, its edges and pictures chosen where they were absent; its rhythm is sinus where
        records have to be composed for their length.
    seed : int
        The seed of every candidate and split.
    checkpoint_path : str or None
        A user's own weights; None for the published ones, wherever they are installed.
    checkpoint_sha256 : str or None
        Digest of the weights, None where the generator has none. It is part of the plan's identity, the path is not.
    policy : Policy
        The rules, with the request's bounds.
    match : ReferenceMatch, HandMatch or None
        How likely candidates that pass the policy are accepted; None: all of them are.
    candidates_per_shard : int
        Candidates in each shard.
    packs : int or None
        Files of each split that the shards share, in the formats that keep many records in a file; None where each
        shard has files of its own.
    reference : ReferenceDigest or None
        What the dataset is compared with; None without a reference. It and what is said of its files are part of the
        plan's identity, their place is not.
    versions : dict of str to str
        Versions of what decides the bytes, by package: of ecgfactory, of what it computes with, and of the packages
        that bring the generator, a format, a kind of artefact or a rule's feature.
    """

    model_config = ConfigDict(frozen=True, ignored_types=(cached_property,), validate_by_name=True)

    request: BuildRequest
    seed: int
    checkpoint_path: str | None
    checkpoint_sha256: str | None
    policy: Policy
    match: Match | None = None
    candidates_per_shard: int = Field(validation_alias=AliasChoices("candidates_per_shard", "shard_records"))
    packs: int | None = None
    reference: ReferenceDigest | None = None
    versions: dict[str, str]

    @cached_property
    def plan_id(self) -> str:
        """Sixteen hex digits of the sha256 of everything that decides the bytes of the dataset."""
        canonical = json.dumps(self.identity(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()[:16]

    def identity(self) -> dict[str, Any]:
        """Everything that decides the bytes: not where they are written, nor by which workers."""
        request = self.request.model_dump(
            mode="json",
            include={"name", "records", "leads", "duration_s", "formats", "splits", "report"},
        )
        return {
            **request,
            **({} if self.recorder.keeps_signals else {"signal": self.request.signal.model_dump(mode="json")}),
            **({"labels": self.request.labels.model_dump(mode="json")} if self.labels else {}),
            **({"rhythm": self.rhythms} if self.is_composed else {}),
            **self._artefacts_identity(),
            **({"images": self.pictures.identity} if self.pictures else {}),
            "seed": self.seed,
            "model": self.request.generator.model,
            "batch": self.request.generator.batch,
            "checkpoint_sha256": self.checkpoint_sha256,
            **({"edges": self.request.generator.edges} if self.request.generator.edges else {}),
            "policy": self.policy.model_dump(mode="json"),
            **({"match": self.match.model_dump(mode="json")} if self.match else {}),
            "shard_records": self.candidates_per_shard,
            **({"packs": self.packs} if self.packs else {}),
            **self._reference_identity(),
            "versions": self.versions,
        }

    def _reference_identity(self) -> dict[str, Any]:
        if self.reference is None:
            return {}
        said = self.request.reference.model_dump(mode="json", exclude={"path"}, exclude_none=True)
        return {"reference": self.reference.model_dump() | said}

    def _artefacts_identity(self) -> dict[str, Any]:
        """Return what decides artefacts: two ways to ask for the same are the same."""
        asked, mixture = self.request.artefacts, self.artefacts
        if asked is None or mixture is None:
            return {}
        stored = {"keep_clean": asked.keep_clean, "clean_features": asked.clean_features}
        return {"artefacts": {**dataclasses.asdict(mixture), **stored}}

    @property
    def packages_gone(self) -> list[str]:
        """Packages, with their version, that decided the bytes and aren't installed in it: nothing more can be made."""
        return [f"{name} {version}" for name, version in self.versions.items() if _installed(name) != version]

    @property
    def generator_class(self) -> type[Generator]:
        """The generator's class, which describes it; to generate, see `ecgfactory.candidates`."""
        return GENERATORS.load(self.request.generator.model)

    @property
    def checkpoint(self) -> Checkpoint | None:
        """The weights to generate with; None where the generator has none."""
        if self.checkpoint_path is None or self.checkpoint_sha256 is None:
            return self.generator_class.published_checkpoint()
        return Checkpoint(self.checkpoint_path, self.checkpoint_sha256)

    @property
    def expected_yield(self) -> float:
        """Share that `match` is expected to accept of the candidates that pass the policy."""
        return self.match.expected_yield if self.match else 1.0

    @property
    def followed(self) -> frozenset[str]:
        """Digests of the ECGs that `match` was fitted on; see `ReferenceMatch`."""
        return frozenset(self.match.fitted_signals if isinstance(self.match, ReferenceMatch) else ())

    @property
    def edges(self) -> Edges | None:
        """What the generator does about faults at both ends of an ECG; None where it has none.

        Plans from before there was a choice name none, and are as published.
        """
        return (self.request.generator.edges or "as_published") if self.generator_class.edges else None

    @property
    def lead_names(self) -> tuple[str, ...]:
        """Names of the stored leads, in order."""
        return lead_names(self.request.leads)

    @property
    def recorder(self) -> Recorder:
        """What is between generated signals and stored ones."""
        return self.request.signal.recorder

    @property
    def labels(self) -> Labels:
        """What is written of the waves of every beat."""
        return self.request.labels.labels

    @property
    def artefacts(self) -> Mixture | None:
        """How artefacts are spread over the records; None where they have none."""
        return self.request.artefacts.mixture if self.request.artefacts else None

    @property
    def is_composed(self) -> bool:
        """Whether records are composed of generated beats."""
        return self.request.rhythm is not None

    @property
    def rhythms(self) -> dict[str, float]:
        """Share of the records in each rhythm, by its name; empty where they are not composed."""
        return dict(self.request.rhythm or {})

    @property
    def generated_samples(self) -> int:
        """Samples per lead as generated."""
        return (SOURCE_S if self.is_composed else self.request.duration_s) * SAMPLING_RATE_HZ

    @property
    def measured_samples(self) -> int:
        """Samples per lead at the rate at which ECGs are measured, and composed."""
        return self.request.duration_s * SAMPLING_RATE_HZ

    @property
    def samples_per_lead(self) -> int:
        """Samples per lead as stored."""
        return self.request.samples_per_lead

    @property
    def signal_spec(self) -> SignalSpec:
        """What all records of the dataset have in common."""
        return SignalSpec(
            self.lead_names,
            self.samples_per_lead,
            self.seed,
            self.recorder.rate_hz,
            self.recorder.filters,
            self.labels,
            self._stored_artefacts,
            self.is_composed,
        )

    @property
    def formats(self) -> tuple[str, ...]:
        """Names of the formats that records are in: those asked for, then their clean twins where these are kept."""
        asked = self.request.signal_formats
        return asked + tuple(f"{name}{CLEAN_SUFFIX}" for name in asked) if self.keeps_clean else asked

    def spec_of(self, format_name: str) -> SignalSpec:
        """What all records have in common in a format, or in the clean twin of one, where they have no artefacts."""
        spec = self.signal_spec
        return spec if format_name in self.request.signal_formats else replace(spec, artefacts=None)

    @property
    def pictures(self) -> ImagesRequest | None:
        """What pictures of its records are drawn; None for none."""
        return self.request.pictures

    @property
    def keeps_clean(self) -> bool:
        """Whether each record is stored without its artefacts too."""
        return self.request.artefacts is not None and self.request.artefacts.keep_clean

    @property
    def _stored_artefacts(self) -> StoredArtefacts | None:
        asked = self.request.artefacts
        return StoredArtefacts(asked.keep_clean, asked.clean_features) if asked else None

    @property
    def dataset_path(self) -> Place:
        """Where the dataset is published."""
        return self.request.output_place / self.request.name / self.plan_id

    @property
    def fewest_shards(self) -> int:
        """Shards that are needed when every candidate passes."""
        return math.ceil(self.request.records / self.candidates_per_shard)

    @property
    def packed_formats(self) -> list[str]:
        """The formats in which shards share files, and clean twins of such."""
        packable = packable_formats(self.request) if self.packs else []
        return [name for name in self.formats if name.removesuffix(CLEAN_SUFFIX) in packable]

    def shard_candidates(self, index: int) -> range:
        """Candidate numbers of a shard."""
        return range(index * self.candidates_per_shard, (index + 1) * self.candidates_per_shard)

    def splits_of(self, candidates: npt.ArrayLike) -> npt.NDArray[np.str_]:
        """Split of each candidate, as `split_of` gives it."""
        return split_of(self.seed, np.asarray(candidates), self.request.splits)


def make_plan(request: BuildRequest, match: Match | None = None) -> Plan:
    """Resolve a request: draw its seed, choose edges and rhythm, pin its weights and policy, cut it into shards.

    Parameters
    ----------
    request : BuildRequest
        What is asked for.
    match : ReferenceMatch or HandMatch, optional
        What `request.match` was found to mean; see `ecgfactory.candidates.planning`, which calls this with it.

    Raises
    ------
    BadInputError
        When the checkpoint or the policy can't be used.
    """
    if (match is None) != (request.match is None):
        raise ValueError("request.match and its meaning belong together")
    seed = secrets.randbelow(2**32) if request.seed is None else request.seed
    generator, path = GENERATORS.load(request.generator.model), request.generator.checkpoint
    checkpoint = Checkpoint.of_file(Path(path)) if path else generator.published_checkpoint()
    edges = request.generator.edges or next(iter(generator.edges), None)
    policy = load_policy(request.quality.policy, request.quality.bounds)
    resolved = {
        "seed": seed,
        "generator": request.generator.model_copy(update={"edges": edges}),
        "images": request.pictures,
        "rhythm": request.rhythm or ({"sinus": 1.0} if request.is_composed else None),
    }
    return Plan(
        request=request.model_copy(update=resolved),
        seed=seed,
        checkpoint_path=checkpoint.path if path and checkpoint else None,
        checkpoint_sha256=checkpoint.sha256 if checkpoint else None,
        policy=policy,
        match=match,
        candidates_per_shard=request.shard_records
        or default_candidates_per_shard(request, match.expected_yield if match else 1.0),
        packs=packs_wanted(request),
        reference=ReferenceDigest.of(Path(request.reference.path)) if request.reference.path else None,
        versions=_versions(request, policy),
    )


def _versions(request: BuildRequest, policy: Policy) -> dict[str, str]:
    """Return the versions of all packages that decide the bytes of what is asked for."""
    model = request.generator.model
    bringing = [
        GENERATORS.package(model),
        *(FORMATS.package(name) for name in request.signal_formats),
        *(ARTEFACTS.package(name) for name in (request.artefacts.kinds if request.artefacts else ())),
        *(EXTRA_FEATURES.package(feature.name) for feature in policy.extra_features),
    ]
    needed = {*DECISIVE_PACKAGES, *GENERATORS.load(model).packages}
    needed |= set(COMPARISON_PACKAGES) if request.reference.path else set()
    needed |= set(PICTURE_PACKAGES) if request.pictures else set()
    needed |= {package for name in request.signal_formats for package in FORMATS.load(name).packages}
    return {
        "ecgfactory": __version__,
        **{package: importlib.metadata.version(package) for package in sorted(needed)},
        **{package.name: package.version for package in bringing if package},
    }


def _installed(package: str) -> str | None:
    if package == "ecgfactory":
        return __version__
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


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
