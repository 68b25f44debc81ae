"""Which shard to make next, and when there are enough records: state only, no files and no workers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ecgfactory.candidates.yields import Yield


@dataclass(frozen=True)
class ShardOrder:
    """A shard to make.

    Parameters
    ----------
    shard : int
        Its number.
    limit : int
        Accepted records after which it stops: more of them can't be needed.
    """

    shard: int
    limit: int


@dataclass
class Selection:
    """Chooses the first `records` accepted candidates, in candidate order, from shards that end in any order.

    Parameters
    ----------
    records : int
        Accepted records wanted.
    candidates_per_shard : int
        Candidates in each shard.
    in_flight : set of int
        Shards begun and not committed.
    judged : Yield
        Candidates in the committed shards, before any was cut.
    """

    records: int
    candidates_per_shard: int
    in_flight: set[int] = field(default_factory=set)
    judged: Yield = field(default_factory=Yield)
    _waiting: dict[int, int] = field(default_factory=dict)  # accepted, of committed shards after a gap
    _complete_shards: int = 0  # shards 0 .. this - 1 are committed and wanted in full ...
    _complete_records: int = 0  # ... and hold this many records
    _next_shard: int = 0

    def next_order(self) -> ShardOrder | None:
        """Return a shard worth starting now, or None to wait for one in flight (or because all is done).

        Shards are started as long as those begun are not expected to yield enough. The last shard needed is cut
        to what is missing, by making it again when it holds more.
        """
        if self.is_complete or self._boundary in self.in_flight:
            return None
        shard = self._boundary
        if shard is None:
            if self.in_flight and self._expected >= self.records:
                return None
            shard = self._next_shard
            self._next_shard += 1
        self.in_flight.add(shard)
        return ShardOrder(shard, limit=self.missing)

    def commit(self, order: ShardOrder, examined: int, accepted: int, rejects: Mapping[str, int]) -> None:
        """Take note of a finished shard: its candidates, and how many of them broke each rule.

        Raises
        ------
        HopelessYieldError
            When so few candidates pass that the build would not end.
        """
        self.in_flight.discard(order.shard)
        if order.shard not in self._waiting:  # else it was made again, only to be cut
            self.judged.add(examined, accepted, rejects)
        self._waiting[order.shard] = accepted
        while (held := self._waiting.get(self._complete_shards)) is not None and not self.is_complete:
            if self._complete_records + held > self.records:
                break
            self._complete_records += self._waiting.pop(self._complete_shards)
            self._complete_shards += 1
        if not self.is_complete:
            self.judged.check()

    @property
    def is_complete(self) -> bool:
        """Whether shards 0, 1, ... without a gap hold exactly the records wanted."""
        return self._complete_records == self.records

    @property
    def missing(self) -> int:
        """Records still wanted of all shards after the gapless run, thus the most that any one of them needs."""
        return self.records - self._complete_records

    @property
    def complete_shards(self) -> list[int]:
        """The gapless run of shards that are committed and wanted in full."""
        return list(range(self._complete_shards))

    @property
    def last_wanted(self) -> int | None:
        """The last shard that is needed, once that is known."""
        return self._complete_shards - 1 if self.is_complete else self._boundary

    @property
    def _boundary(self) -> int | None:
        """The committed shard with which the gapless run goes beyond the records wanted."""
        return self._complete_shards if self._complete_shards in self._waiting and not self.is_complete else None

    @property
    def _expected(self) -> float:
        """Accepted records that the shards begun are expected to hold."""
        judged = self.judged
        share = judged.accepted / judged.examined if judged.examined else judged.expected
        return judged.accepted + share * self.candidates_per_shard * len(self.in_flight)
