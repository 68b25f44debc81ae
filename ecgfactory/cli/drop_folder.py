"""A folder whose YAML files are submitted: each once, then moved away, with a note on the outcome beside it."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator
from pathlib import Path

from ecgfactory.cli.submit import load_submission
from ecgfactory.errors import BadInputError, EcgFactoryError
from ecgfactory.request.build_request import BuildRequest

SUFFIXES = {".yaml", ".yml"}
ACCEPTED, REJECTED = "accepted", "rejected"

Stamp = tuple[int, int, int]
"""Inode, size and modification time of a file: when they are the same twice, the file is complete."""


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
        self._seen: dict[Path, Stamp] = {}
        try:
            for name in (ACCEPTED, REJECTED):
                (self.folder / name).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise BadInputError(f"{folder}: can't be watched ({error.strerror}); choose another folder.") from None

    def look(self) -> Iterator[str]:
        """Submit the files that are complete; yield one line of text per file.

        A file stays while the server does not answer. Should this process die between submitting and moving a file,
        the next one's submission gives the same run.
        """
        from ecgfactory.flows.server import ServerUnreachableError

        for path, stamp in self._complete_files():
            try:
                request = load_submission(path)
                url = _submit(request, path, stamp)
            except ServerUnreachableError:
                return
            except EcgFactoryError as error:
                yield f"rejected {path.name}; the reason is in {self._move(path, REJECTED, str(error))}"
            else:
                self._move(path, ACCEPTED, url)
                yield f"submitted {path.name}: {url}"

    def _complete_files(self) -> Iterator[tuple[Path, Stamp]]:
        """Yield the files that did not change since the last look; symbolic links are not followed."""
        before, self._seen = self._seen, {}
        for path in sorted(self.folder.iterdir()):
            if path.suffix.lower() in SUFFIXES and path.is_file() and not path.is_symlink():
                status = path.stat()
                self._seen[path] = stamp = (status.st_ino, status.st_size, status.st_mtime_ns)
                if before.get(path) == stamp:
                    yield path, stamp

    def _move(self, path: Path, folder: str, told: str) -> Path:
        """Move a file, under another name where its own is taken, and write a note on the outcome beside it."""
        names = itertools.chain([path.name], (f"{path.stem}-{number}{path.suffix}" for number in itertools.count(2)))
        target = next(target for name in names if not (target := self.folder / folder / name).exists())
        note = target.with_name(f"{target.name}.txt")
        note.write_text(f"{told}\n", encoding="utf-8")
        path.rename(target)
        return note


def _submit(request: BuildRequest, path: Path, stamp: Stamp) -> str:
    from ecgfactory.flows.submission import submit

    key = hashlib.sha256(f"{path} {stamp} {request.model_dump_json()}".encode()).hexdigest()
    return submit(request, idempotency_key=key).url
