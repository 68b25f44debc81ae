"""A dataset while it is put together: by one process, which alone writes to it."""

from __future__ import annotations

import shutil
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ecgfactory.dataset import publish
from ecgfactory.dataset.manifest import Manifest
from ecgfactory.dataset.seal import seal
from ecgfactory.request.plan import Plan
from ecgfactory.session.lease import Lease
from ecgfactory.session.ledger import StagedFile
from ecgfactory.session.workspace import Workspace
from ecgfactory.storage.durable import link
from ecgfactory.storage.place import Place


@dataclass(frozen=True)
class Made:
    """Files that workers made.

    Parameters
    ----------
    place : Path or StorePath
        Where they are.
    files : tuple of StagedFile
        Their paths below it.
    """

    place: Place
    files: tuple[StagedFile, ...]


class Draft(ABC):
    """A dataset that is put together.

    Attributes
    ----------
    folder : Path
        Where the build's own process writes what it adds, and finds all that is there, by name and size at least.
    """

    folder: Path

    @abstractmethod
    def begin(self) -> None:
        """Make it empty."""

    @abstractmethod
    def lay(self, files: Iterable[tuple[Place, StagedFile]]) -> None:
        """Add files that workers made: where each is, and what it is in the dataset."""

    @abstractmethod
    def hand_in(self) -> None:
        """Let workers read what was written into the folder."""

    @abstractmethod
    def sums(self) -> Mapping[str, str]:
        """Return the sha256 of files that are known, by path below the dataset."""

    @abstractmethod
    def seal(self, manifest: Manifest) -> None:
        """Write the sums of all files, and the manifest; the dataset is complete then, and not published yet."""

    @abstractmethod
    def publish(self) -> None:
        """Make it appear under its name, and `latest` beside it point there.

        Raises
        ------
        BuildFailedError
            When it can't, or another session builds this plan by now.
        """


class FolderDraft(Draft):
    """A folder in the workspace, of which all files are links, and which is published by renaming it.

    Parameters
    ----------
    workspace : Workspace
        The session's.
    target : Path
        Where the dataset is published.
    """

    def __init__(self, workspace: Workspace, target: Path) -> None:
        self.folder = workspace.dataset
        self._target = target
        self._sums: dict[str, str] = {}

    def begin(self) -> None:
        """Make the folder; see `Draft.begin`."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()

    def lay(self, files: Iterable[tuple[Place, StagedFile]]) -> None:
        """Link files, so that what made them stays complete, and this can be done again after a crash."""
        for source, file in files:
            assert isinstance(source, Path)
            link(source, self.folder / file.path)
            self._sums[file.path] = file.sha256

    def hand_in(self) -> None:
        """Do nothing: workers read the folder itself."""

    def sums(self) -> Mapping[str, str]:
        """Return the sums of what was laid; see `Draft.sums`."""
        return self._sums

    def seal(self, manifest: Manifest) -> None:
        """Write sums and manifest; see `Draft.seal`."""
        seal(self.folder, manifest, self._sums)

    def publish(self) -> None:
        """Rename the folder; see `Draft.publish`."""
        publish.publish(self.folder, self._target)


def draft_of(plan: Plan, workspace: Workspace, lease: Lease | None) -> Draft:
    """Return the draft of a plan's dataset, where its output is; in a store under a lease."""
    target = plan.dataset_path
    if isinstance(target, Path):
        return FolderDraft(workspace, target)
    from ecgfactory.line.store_draft import StoreDraft

    assert lease is not None
    return StoreDraft(plan, workspace, target, lease)
