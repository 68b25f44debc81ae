"""A published dataset in a few lines, for the terminal and the Prefect UI."""

from __future__ import annotations

from collections.abc import Mapping

from ecgfactory.dataset.manifest import Manifest
from ecgfactory.dataset.reader import Dataset
from ecgfactory.request.preflight import size_text
from ecgfactory.storage.disk_use import disk_use
from ecgfactory.storage.place import Place
from ecgfactory.storage.store_path import StorePath


def summary_rows(dataset: Dataset) -> list[tuple[str, str]]:
    """Return labels and values: records, yield, rejects, splits, formats, work, size, seed, and where to look."""
    manifest = dataset.manifest
    report = dataset.path / "reports/index.html"
    accepted = f"{manifest.accepted_share:.1%} accepted"
    match = manifest.plan.match
    return [
        ("records", f"{manifest.records:,} of {manifest.candidates_examined:,} candidates ({accepted})"),
        ("rejected by", _numbers(manifest.rejects) or "nothing"),
        *([("match", match.words)] if match else []),
        ("splits", _numbers(manifest.splits)),
        ("formats", ", ".join(manifest.plan.request.formats)),
        *([("waves", f"{_numbers(manifest.waves)} over all leads")] if manifest.waves else []),
        *([("rhythms", f"composed: {_numbers(manifest.rhythms)}")] if manifest.rhythms else []),
        *([("beats", _numbers(manifest.beats))] if manifest.beats else []),
        *([("artefacts", _artefacts(manifest))] if manifest.artefacts else []),
        *([("pictures", _numbers(manifest.pictures))] if manifest.pictures else []),
        ("work", ", ".join(f"{stage} {spent:,.1f} s" for stage, spent in manifest.stage_seconds.items())),
        ("size", size_text(_size_bytes(dataset.path))),
        ("seed", str(manifest.plan.seed)),
        ("dataset", str(dataset.path)),
        ("look at", str(report if report.is_file() else dataset.path / "README.md")),
    ]


def _size_bytes(place: Place) -> int:
    if isinstance(place, StorePath):
        return sum(stored.size_bytes for stored in place.store.objects(place.prefix))
    return disk_use(place).size_bytes


def _artefacts(manifest: Manifest) -> str:
    assert manifest.artefacts is not None
    clean = f"{manifest.artefacts.clean_records:,} records without"
    twins = "; clean twins of all" if manifest.plan.keeps_clean else ""
    return "; ".join(filter(None, (_numbers(manifest.artefacts.kinds), clean))) + twins


def _numbers(counted: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {number:,}" for name, number in counted.items())
