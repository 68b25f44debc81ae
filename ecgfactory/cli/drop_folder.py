"""A folder whose YAML files are submitted: each once, then moved away, with a note on the outcome beside it."""

from __future__ import annotations

import hashlib
import itertools
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ecgfactory.cli.submit import load_submission
from ecgfactory.errors import BadInputError, EcgFactoryError
from ecgfactory.request.build_request import BuildRequest

SUFFIXES = {".yaml", ".yml"}
ACCEPTED, REJECTED = "accepted", "rejected"

LONGEST_LOOK_S = 5.0
"""After which the rest waits for the next look, so that who calls can do other things in between."""

LONGEST_STEM_BYTES = 200
"""Of a moved file: a file system takes 255 for a name, and the note's is longer."""

SETTLED_S = 2.0
"""A file that has not changed for this long is complete: who writes it may pause for a moment."""

Stamp = tuple[int, int, int]
"""Inode, size and modification time of a file: what is the same as before while the file is."""


class Outcome(NamedTuple):
    """What became of a file: the folder that it belongs in, and the run's address or the reason."""

    folder: str
    told: str


class DropFolder:
    """Watches a folder; call `look` now and then.

    Parameters
    ----------
    folder : Path
        Created when missing, with `accepted` and `rejected` in it.

    Raises
    ------
    BadInputError
        When it can't be made.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self._seen: dict[Path, tuple[Stamp, float]] = {}
        """What is there, and since when it has been the same."""
        self._unmoved: dict[Path, tuple[Stamp, Outcome]] = {}
        """Files that are done with and could not be moved away; they are not submitted again."""
        self._trouble = ""
        try:
            for name in (ACCEPTED, REJECTED):
                (self.folder / name).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise BadInputError(f"{folder}: can't be watched ({error.strerror}); choose another folder.") from None

    def look(self) -> Iterator[str]:
        """Submit the files that are complete; yield one line of text per file. Whatever goes wrong is told, not raised.

        A file stays while the server does not answer. Should this process die between submitting and moving a file,
        the next one's submission gives the same run.
        """
        trouble = ""
        try:
            yield from self._look()
        except Exception as error:  # the service outlives whatever a folder of other people's files can do
            trouble = f"{_printable(self.folder)} can't be looked at ({_reason(error)}); it is tried again"
        if trouble not in ("", self._trouble):
            yield trouble
        self._trouble = trouble

    def _look(self) -> Iterator[str]:
        from ecgfactory.flows.server import ServerUnreachableError

        until = time.monotonic() + LONGEST_LOOK_S
        for path, stamp in self._complete_files():
            if time.monotonic() > until:
                return
            if path in self._unmoved:
                self._settle(path, stamp, self._unmoved[path][1])  # told before
                continue
            try:
                outcome = _outcome(path, stamp)
            except ServerUnreachableError:
                return
            if outcome is not None:
                yield self._settle(path, stamp, outcome)

    def _complete_files(self) -> Iterator[tuple[Path, Stamp]]:
        """Yield what has not changed for a while."""
        before, self._seen, now = self._seen, {}, time.monotonic()
        for path in sorted(self.folder.iterdir()):
            if path.suffix.lower() in SUFFIXES and (stamp := _stamp(path)) is not None:
                known, since = before.get(path, (None, now))
                self._seen[path] = (stamp, since if known == stamp else now)
        self._unmoved = {
            path: known
            for path, known in self._unmoved.items()
            if path in self._seen and self._seen[path][0] == known[0]
        }
        for path, (stamp, since) in self._seen.items():
            if before.get(path, (None, now))[0] == stamp and now - since >= SETTLED_S:
                yield path, stamp

    def _settle(self, path: Path, stamp: Stamp, outcome: Outcome) -> str:
        """Move a file away; return the line of text on it."""
        name = _printable(path.name)
        told = f"submitted {name}: {outcome.told}" if outcome.folder == ACCEPTED else f"rejected {name}"
        if (now_there := _stamp(path)) != stamp:
            became = "it was removed meanwhile" if now_there is None else "another has taken its place, and is next"
            return f"{told}; {became}"
        try:
            note = self._move(path, outcome)
        except Exception as error:
            self._unmoved[path] = (stamp, outcome)
            reason = "" if outcome.folder == ACCEPTED else f": {' '.join(outcome.told.split())}"
            return f"{told}{reason}; it stays until it can be moved ({_reason(error)}), and is not submitted again"
        return told if outcome.folder == ACCEPTED else f"{told}; the reason is in {_printable(note)}"

    def _move(self, path: Path, outcome: Outcome) -> Path:
        """Move a file, under another name where its own is taken, and write a note on the outcome beside it."""
        folder, stem = self.folder / outcome.folder, _shortened(path.stem)
        folder.mkdir(exist_ok=True)
        numbers = itertools.chain([""], (f"-{number}" for number in itertools.count(2)))
        names = (f"{stem}{number}{path.suffix}" for number in numbers)
        target = next(target for name in names if not os.path.lexists(target := folder / name))
        note = target.with_name(f"{target.name}.txt")
        try:
            note.write_text(f"{outcome.told}\n", encoding="utf-8", errors="backslashreplace")
            path.rename(target)
        except OSError:
            note.unlink(missing_ok=True)
            raise
        return note


def _outcome(path: Path, stamp: Stamp) -> Outcome | None:
    """Submit a file; None when it changed or went meanwhile, and is for another look.

    Raises
    ------
    ServerUnreachableError
        When the server does not answer.
    """
    from ecgfactory.flows.server import ServerUnreachableError

    try:
        if path.is_symlink():
            raise BadInputError(f"{path}: is a symbolic link, which is not followed; put the file itself there.")
        request = load_submission(path)
        return Outcome(ACCEPTED, _submit(request, path, stamp)) if _stamp(path) == stamp else None
    except ServerUnreachableError:
        raise
    except Exception as error:
        return Outcome(REJECTED, _reason(error)) if _stamp(path) == stamp else None


def _submit(request: BuildRequest, path: Path, stamp: Stamp) -> str:
    from ecgfactory.flows.submission import submit

    key = hashlib.sha256(f"{path} {stamp} {request.model_dump_json()}".encode(errors="surrogateescape")).hexdigest()
    return submit(request, idempotency_key=key).url


def _stamp(path: Path) -> Stamp | None:
    try:
        status = path.lstat()
    except FileNotFoundError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns


def _reason(error: Exception) -> str:
    """Say what went wrong; of what nobody foresaw only the kind, since its text may quote the file."""
    if isinstance(error, EcgFactoryError):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return f"unexpected {type(error).__name__}; please report it"


def _shortened(stem: str) -> str:
    encoded = os.fsencode(stem)
    return stem if len(encoded) <= LONGEST_STEM_BYTES else encoded[:LONGEST_STEM_BYTES].decode(errors="ignore")


def _printable(name: Path | str) -> str:
    """Write a name for a terminal, which line breaks, escapes and bytes that are no UTF-8 would confuse."""
    return str(name) if str(name).isprintable() else ascii(str(name))
