"""Machines that share no disk, played by folders: who runs on one finds the folders of the others empty."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

COVERED = 'for folder in $FOLDERS_OF_OTHERS; do mount -t tmpfs none "$folder"; done; exec "$@"'
"""Runs a command where other file systems lie over some folders; needs root, and a mount namespace of its own."""


@dataclass(frozen=True)
class Machine:
    """One of several machines.

    Parameters
    ----------
    folder : Path
        All that it has.
    others : tuple of Path
        The folders of the others.
    """

    folder: Path
    others: tuple[Path, ...]

    @property
    def temporary(self) -> Path:
        """Its folder for temporary files."""
        return self.folder / "tmp"

    @property
    def log(self) -> Path:
        """What its processes print."""
        return self.folder / "log"

    def start(self, command: Sequence[str], environment: Mapping[str, str]) -> psutil.Popen:
        """Start a Python module there."""
        own = {"TMPDIR": str(self.temporary), "HOME": str(self.folder), "OMP_NUM_THREADS": "1"}
        hidden = {"FOLDERS_OF_OTHERS": " ".join(map(str, self.others))}
        with self.log.open("ab") as log:
            return psutil.Popen(
                ["unshare", "--mount", "sh", "-c", COVERED, "sh", sys.executable, "-m", *command],
                cwd=self.folder,
                env={**os.environ, **own, **hidden, **environment},
                stdout=log,
                stderr=log,
            )

    def left(self) -> list[Path]:
        """Return the files of temporary folders that are there now."""
        return [path for path in self.temporary.rglob("*") if not path.is_dir()]


def machines(folder: Path, names: Sequence[str]) -> list[Machine]:
    """Make machines out of folders below one that is there."""
    folders = [folder / name for name in names]
    for each in folders:
        (each / "tmp").mkdir(parents=True)
    return [Machine(each, tuple(other for other in folders if other != each)) for each in folders]


def can_be_apart() -> bool:
    """Whether this user may cover folders."""
    return not subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode


def kill(process: psutil.Process) -> None:
    """Kill a process and all that it started, at once."""
    with contextlib.suppress(psutil.NoSuchProcess):
        family = [process, *process.children(recursive=True)]
        for member in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                member.send_signal(signal.SIGKILL)
        psutil.wait_procs(family, timeout=60)
