"""A file of weights, pinned to its content."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ecgfactory.errors import BadInputError
from ecgfactory.storage.durable import sha256_of

LARGEST_BYTES = 10**9
"""Larger files are not read into memory: ten times what a training checkpoint of both networks needs."""


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint file and the sha256 it must have.

    Parameters
    ----------
    path : str
        The file.
    sha256 : str
        Hex digest, checked again at every load.
    """

    path: str
    sha256: str

    @classmethod
    def of_file(cls, path: Path) -> Checkpoint:
        """Return the checkpoint in a user's file, pinned to its present content.

        Raises
        ------
        BadInputError
            When there is no such file, or it can't be read.
        """
        if not path.is_file():
            raise BadInputError(
                f"generator.checkpoint: there is no file {str(path)!r}; give the path of a file of weights."
            )
        if path.stat().st_size > LARGEST_BYTES:
            raise BadInputError(
                f"generator.checkpoint: {str(path)!r} has more than {LARGEST_BYTES / 1e9:.0f} GB; give a file that "
                "holds the weights alone."
            )
        try:
            return cls(str(path), sha256_of(path))
        except OSError as error:
            raise BadInputError(
                f"generator.checkpoint: {str(path)!r} can't be read ({error.strerror}); change its permissions, or "
                "give another file."
            ) from None

    def read(self) -> bytes:
        """Return the file's bytes.

        Raises
        ------
        BadInputError
            When the file is missing or its sha256 differs.
        """
        try:
            digest = sha256_of(Path(self.path))
        except OSError as error:
            raise BadInputError(f"{self.path}: can't be read ({error.strerror}).") from None
        if digest != self.sha256:
            raise BadInputError(
                f"{self.path}: its sha256 is {digest}, where {self.sha256} was expected; "
                "put the right file there, or reinstall the package that it belongs to."
            )
        return Path(self.path).read_bytes()
