"""What workers do for a build, whatever pool they are of: functions of a workspace's address and a few numbers."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

from ecgfactory.errors import ShardUnwantedError
from ecgfactory.line.draft import Made
from ecgfactory.line.hand_in import hand_in
from ecgfactory.line.layout import Pack
from ecgfactory.session.ledger import ledger_of
from ecgfactory.session.workspace import Workspace
from ecgfactory.storage.faults import fault_point

if TYPE_CHECKING:
    from ecgfactory.dataset.counts import Counts
    from ecgfactory.dataset.files import DatasetFiles
    from ecgfactory.generators.base import Generator
    from ecgfactory.quality.diversity import Diversity
    from ecgfactory.session.ledger import ShardEntry
    from ecgfactory.shards.handover import Holder

Result = TypeVar("Result")

REPORT_MODULES = ("ecgfactory.report.dataset", "pyarrow.dataset", "scipy.ndimage", "scipy.signal")
"""What jobs for reports import, for pools that can do so beforehand."""

PICTURE_MODULES = ("ecgfactory.pictures.writer", "cv2", "matplotlib.backends.backend_agg")
"""The same for pictures."""

COMPARISON_MODULES = ("ecgfactory.comparison.of_dataset", "sklearn.ensemble")
"""The same for the comparison with a reference."""

_log = logging.getLogger(__name__)


def shard_modules(generator: type[Generator]) -> tuple[str, ...]:
    """What jobs for shards import, for pools that can do so beforehand."""
    return ("ecgfactory.shards.shard", "scipy.signal", generator.__module__, *generator.modules)


@dataclass(frozen=True)
class ShardMade:
    """What the loop over shards needs to know of a committed one; the ledger holds the rest."""

    examined: int
    accepted: int
    rejects: dict[str, int]


@dataclass(frozen=True)
class Timed(Generic[Result]):
    """What a job returned, and the seconds that it took."""

    value: Result
    seconds: float


@dataclass(frozen=True)
class Compared:
    """What the comparison with a reference leaves: files, and a section of the dataset card."""

    made: Made
    card_section: str


@dataclass(frozen=True)
class Generated:
    """What the step that finishes a shard needs to know of the one that generated it.

    Parameters
    ----------
    holder : Holder or None
        Who has the signals; None where they are in a workspace that both steps use.
    """

    holder: Holder | None = None


def make_shard(workspace_root: str, shard: int, limit: int) -> ShardMade | None:
    """Make and commit one shard, from noise to files; None when it is no longer wanted."""
    from ecgfactory.shards import shard as shards

    return _unless_unwanted(workspace_root, lambda work: _made(shards.make_shard(work.read_plan(), shard, limit, work)))


def generate_shard(workspace_root: str, shard: int, limit: int) -> Generated | None:
    """Generate one shard for another process to finish; None when it is no longer wanted.

    All first steps of a shard have the same parameters: its limit only matters to those that assess.
    """
    from ecgfactory.shards.handover import Handover

    def generate(workspace: Workspace) -> Generated:
        Handover(workspace.read_plan(), shard, workspace).write()
        return Generated()

    return _unless_unwanted(workspace_root, generate)


def finish_shard(workspace_root: str, shard: int, limit: int, holder: Holder | None) -> ShardMade | None:
    """Assess, write and commit a shard that was generated elsewhere; None when it is no longer wanted."""
    from ecgfactory.shards import shard as shards

    return _unless_unwanted(
        workspace_root, lambda work: _made(shards.finish_shard(work.read_plan(), shard, limit, work, holder))
    )


def pack_shards(workspace_root: str, format_name: str, shards: list[int]) -> Timed[Pack]:
    """Write the records of committed shards into files that they share, in a folder of the attempt's own."""
    from ecgfactory.shards.packing import pack

    started = time.perf_counter()
    workspace = Workspace.at(workspace_root)
    folder = _new_folder(workspace, "pack")
    pack(workspace.read_plan(), format_name, shards, ledger_of(workspace), folder)
    made = hand_in(workspace, folder)
    fault_point("shards-packed")
    return Timed(Pack(tuple(shards), (format_name,), made), time.perf_counter() - started)


def write_report(workspace_root: str, counts: Counts) -> Timed[Made]:
    """Write report.pdf, a PDF for each sample and the web page; return where these files are.

    Each attempt has a folder of its own, outside the dataset, so that a worker that is killed leaves nothing in it.
    """
    from ecgfactory.report.dataset import write_reports

    started = time.perf_counter()
    workspace = Workspace.at(workspace_root)
    folder = _new_folder(workspace, "report")
    write_reports(_draft_files(workspace), counts, folder)
    return Timed(hand_in(workspace, folder), time.perf_counter() - started)


def compare_records(workspace_root: str) -> Timed[Diversity]:
    """Look for near-duplicates in a sample of the assembled dataset."""
    from ecgfactory.dataset.diversity import sample_diversity

    started = time.perf_counter()
    workspace = Workspace.at(workspace_root)
    diversity = sample_diversity(_draft_files(workspace))
    fault_point("records-compared")
    return Timed(diversity, time.perf_counter() - started)


def compare_with_reference(workspace_root: str) -> Timed[Compared]:
    """Compare the assembled dataset with its reference; return where the files are, and the card's section."""
    from ecgfactory.comparison.card import card_section
    from ecgfactory.comparison.files import write_files
    from ecgfactory.comparison.of_dataset import compare_dataset

    started = time.perf_counter()
    workspace = Workspace.at(workspace_root)
    folder = _new_folder(workspace, "comparison")
    comparison = compare_dataset(_draft_files(workspace))
    write_files(comparison, folder, draws_reference=False)  # real people's ECGs stay where they are
    return Timed(Compared(hand_in(workspace, folder), card_section(comparison)), time.perf_counter() - started)


def _new_folder(workspace: Workspace, purpose: str) -> Path:
    folder = workspace.scratch / f"{purpose}-{secrets.token_hex(4)}"
    folder.mkdir()
    return folder


def _draft_files(workspace: Workspace) -> DatasetFiles:
    """Return the files of the dataset that is put together."""
    from ecgfactory.dataset.files import DatasetFiles

    plan = workspace.read_plan()
    return DatasetFiles(workspace.dataset if workspace.kept is None else plan.dataset_path, plan)


def _unless_unwanted(workspace_root: str, work: Callable[[Workspace], Result]) -> Result | None:
    try:
        return work(Workspace.at(workspace_root))
    except ShardUnwantedError as reason:
        _log.info("%s", reason)
    except FileNotFoundError:
        if Workspace.is_there(workspace_root):
            raise
        # else the session ended while this shard was in progress
    return None


def _made(entry: ShardEntry) -> ShardMade:
    _log.info("shard %d: %d of %d candidates accepted", entry.shard, entry.accepted, entry.examined)
    return ShardMade(examined=entry.examined, accepted=entry.accepted, rejects=entry.rejects)
