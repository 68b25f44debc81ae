"""Errors that a user is meant to read: one sentence with the value, the place and the fix."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

LONGEST_SHOWN = 80


def shown(value: object) -> str:
    """Write a value for a message: as Python does, cut where it is long."""
    try:
        text = repr(value)
    except ValueError:  # a whole number beyond Python's limit
        return "a number of thousands of digits"
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}..."


class EcgFactoryError(Exception):
    """Base of every expected error; `exit_code` is what the command line returns for it."""

    exit_code = 1


class BadInputError(EcgFactoryError):
    """What the user gave can't be used.

    Parameters
    ----------
    problems : sequence of str
        Everything that is wrong, one full sentence each.
    """

    exit_code = 2

    def __init__(self, problems: Sequence[str] | str) -> None:
        self.problems = [problems] if isinstance(problems, str) else list(problems)
        super().__init__("\n".join(self.problems))

    def __reduce__(self) -> tuple[type[BadInputError], tuple[list[str]]]:
        return type(self), (self.problems,)


class BuildFailedError(EcgFactoryError):
    """A build that started could not end; the message says why and what to do."""


class HopelessYieldError(BuildFailedError):
    """So few candidates pass that a build would never end; resuming it would not help."""


class BuildCancelledError(EcgFactoryError):
    """A build was stopped on request; what is committed is kept."""

    exit_code = 130


class ShardError(EcgFactoryError):
    """Something about one shard that the build has to know; it travels between processes.

    Parameters
    ----------
    shard : int
        Its number.
    """

    words: ClassVar[str]

    def __init__(self, shard: int) -> None:
        super().__init__(self.words.format(shard))
        self.shard = shard

    def __reduce__(self) -> tuple[type[ShardError], tuple[int]]:
        return type(self), (self.shard,)


class ShardUnwantedError(ShardError):
    """The build no longer needs this shard, or was cancelled."""

    words = "shard {} is no longer wanted"


class DamagedDatasetError(EcgFactoryError):
    """A published dataset is not what its manifest says.

    Parameters
    ----------
    problems : sequence of str
        Each names the file and what is wrong with it.
    """

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(self.problems))

    def __reduce__(self) -> tuple[type[DamagedDatasetError], tuple[list[str]]]:
        return type(self), (self.problems,)
