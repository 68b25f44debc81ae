"""The manifest of a dataset: what was asked, what was made, and the sums that verify it."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from pydantic import BaseModel, ConfigDict

from ecgfactory.dataset.counts import ArtefactCounts
from ecgfactory.request.plan import Plan


class ShardSummary(BaseModel):
    """One shard of the dataset; `sha256` is over the sums of its signal files in path order."""

    model_config = ConfigDict(frozen=True)

    shard: int
    first_candidate: int
    examined: int
    accepted: int
    sha256: str


class Manifest(BaseModel):
    """Content of manifest.json; what other versions had in it besides is passed over.

    Parameters
    ----------
    name, plan_id : str
        The dataset's name, and the id of its plan.
    published_at : str
        UTC time, ISO 8601. With `stage_seconds`, `devices` and `plan.request` the only content that a second build
        of the same plan may change.
    plan : Plan
        The request and everything it resolved to.
    records, candidates_examined : int
        Accepted records, and candidates looked at to find them.
    accepted_share : float
        The yield.
    rejects : dict of str to int
        Candidates that broke each rule (one may break several).
    splits : dict of str to int
        Records in each split.
    waves : dict of str to int
        Waves over all leads, by wave, of which QRS are the beats; empty where none were asked for.
    artefacts : ArtefactCounts or None
        How many records have none, and how many artefacts there are; None, and not in the file, where none were asked
        for.
    source : str
        `composed` where records are; empty, and not in the file, where they are as generated.
    rhythms, beats : dict of str to int
        Records in each rhythm, and beats by symbol; empty, and not in the file, where records are not composed.
    pictures : dict of str to int
        Pictures by the kind of damage; empty, and not in the file, where there are none.
    diversity : dict
        Near-duplicates in a sample of the records, or of their clean twins where these are kept; see
        `ecgfactory.quality.diversity`.
    shards : tuple of ShardSummary
        In candidate order.
    stage_seconds : dict of str to float
        Worker seconds spent in each stage.
    devices : tuple of str
        Where candidates were generated.
    sums_sha256 : str
        Digest of SHA256SUMS.txt, which holds the digest of every other file.
    manifest_sha256 : str
        Digest of this manifest without this field, as canonical JSON.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str
    plan_id: str
    published_at: str
    plan: Plan
    records: int
    candidates_examined: int
    accepted_share: float
    rejects: dict[str, int]
    splits: dict[str, int]
    waves: dict[str, int] = {}
    artefacts: ArtefactCounts | None = None
    source: str = ""
    rhythms: dict[str, int] = {}
    beats: dict[str, int] = {}
    pictures: dict[str, int] = {}
    diversity: dict[str, Any]
    shards: tuple[ShardSummary, ...]
    stage_seconds: dict[str, float]
    devices: tuple[str, ...]
    sums_sha256: str = ""
    manifest_sha256: str = ""

    def sealed(self, sums_sha256: str) -> Manifest:
        """Return the manifest with the digests of the sums and of itself."""
        unsealed = self.model_copy(update={"sums_sha256": sums_sha256, "manifest_sha256": ""})
        return unsealed.model_copy(update={"manifest_sha256": unsealed.own_sha256()})

    def own_sha256(self) -> str:
        """Digest of everything but the digest itself."""
        return manifest_sha256(self._content())

    def to_json(self) -> str:
        """Write the file's text."""
        return json.dumps(self._content(), indent=2) + "\n"

    def _content(self) -> dict[str, Any]:
        composed = () if self.source else ("source", "rhythms", "beats")
        without = {*composed, *(name for name in ("artefacts", "pictures") if not getattr(self, name))}
        return self.model_dump(mode="json", exclude=without)


def published_at(content: bytes) -> str:
    """Return when a manifest says that its dataset was published; the empty string where it is none that says so."""
    try:
        told = json.loads(content)["published_at"]
    except (ValueError, LookupError, TypeError):
        return ""
    return told if isinstance(told, str) else ""


def manifest_sha256(content: dict[str, Any]) -> str:
    """Digest of a manifest's content as canonical JSON, its own digest left out."""
    rest = {key: value for key, value in content.items() if key != "manifest_sha256"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
