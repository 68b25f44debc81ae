"""Finding, checking and loading Pulse2Pulse checkpoints."""

from __future__ import annotations

import importlib.util
import io
import pickle
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ecgfactory.errors import BadInputError
from ecgfactory.storage.durable import sha256_of

if TYPE_CHECKING:
    import torch

PUBLISHED_SHA256 = "676619cb3b81ed637e5ef93fabd591220d047bc4f5e199ffce930a3affb05cba"
"""Checkpoint `g_stat.pt` as PyPI's deepfake-ecg 1.1.2 ships it."""

GENERATOR_KEYS = ("stat_dict", "netG_state_dict")
"""Where the generator's weights stand: in the published file, and in what the Pulse2Pulse training code saves."""


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
    def published(cls) -> Checkpoint:
        """Return the checkpoint inside the installed deepfakeecg package.

        Raises
        ------
        BadInputError
            When the package is not installed.
        """
        spec = importlib.util.find_spec("deepfakeecg")
        if spec is None or spec.origin is None:
            raise BadInputError("generator.model: package deepfake-ecg is not installed; run `make dataset`.")
        return cls(str(Path(spec.origin).parent / "checkpoints" / "g_stat.pt"), PUBLISHED_SHA256)

    @classmethod
    def of_file(cls, path: Path) -> Checkpoint:
        """Return the checkpoint in a user's file, pinned to its present content.

        Raises
        ------
        BadInputError
            When there is no such file.
        """
        if not path.is_file():
            raise BadInputError(
                f"generator.checkpoint: there is no file {str(path)!r}; give the path of a Pulse2Pulse checkpoint."
            )
        return cls(str(path), sha256_of(path))

    def read(self) -> bytes:
        """Return the file's bytes.

        Raises
        ------
        BadInputError
            When the file is gone or its sha256 is another.
        """
        try:
            digest = sha256_of(Path(self.path))
        except OSError as error:
            raise BadInputError(f"{self.path}: can't be read ({error.strerror}).") from None
        if digest != self.sha256:
            raise BadInputError(
                f"{self.path}: its sha256 is {digest}, where {self.sha256} was expected; "
                "put the right file there or install deepfake-ecg again."
            )
        return Path(self.path).read_bytes()

    def generator_state(self) -> dict[str, torch.Tensor]:
        """Load the generator's weights, never running code from the file.

        Raises
        ------
        BadInputError
            When the file is no checkpoint, or holds no generator.
        """
        import torch

        content: Any
        try:
            content = torch.load(io.BytesIO(self.read()), map_location="cpu", weights_only=True)
        except (pickle.UnpicklingError, RuntimeError, EOFError, ValueError, KeyError, TypeError):
            raise BadInputError(
                f"{self.path}: is no PyTorch checkpoint that can be loaded safely (weights only); "
                "give a file saved by the Pulse2Pulse training code."
            ) from None
        for key in GENERATOR_KEYS:
            state = content.get(key) if isinstance(content, dict) else None
            if isinstance(state, dict):
                return {name.removeprefix("module."): tensor for name, tensor in state.items()}
        raise BadInputError(
            f"{self.path}: holds no generator weights (none of the keys {', '.join(GENERATOR_KEYS)}); "
            "give a file saved by the Pulse2Pulse training code."
        )
