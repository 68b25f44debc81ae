"""How far a build is, in numbers and in words."""

from __future__ import annotations

import re
from dataclasses import dataclass

_WORDS = re.compile(r"([\d,]+) of ([\d,]+) records, ([\d,]+) candidates examined")


@dataclass(frozen=True)
class Progress:
    """Counts over all shards that were begun.

    Parameters
    ----------
    examined, accepted : int
        Candidates looked at, and those of them that passed: towards the end, more than are wanted.
    """

    examined: int = 0
    accepted: int = 0

    def words(self, wanted: int) -> str:
        """Write it for the UI of a server, where `parse` reads it again."""
        return f"{self.accepted:,} of {wanted:,} records, {self.examined:,} candidates examined"

    @classmethod
    def parse(cls, words: str) -> Progress:
        """Read what `words` wrote; what it did not write is no progress."""
        found = _WORDS.fullmatch(words)
        if found is None:
            return cls()
        accepted, _, examined = (int(number.replace(",", "")) for number in found.groups())
        return cls(examined, accepted)
