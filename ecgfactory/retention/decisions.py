"""Retention's decisions: what is removed, what is kept, and why. Nothing here touches a disk or a clock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict

from ecgfactory.errors import EcgFactoryError
from ecgfactory.request.preflight import size_text
from ecgfactory.retention.items import DatasetItem, Item, LeftoverItem, SessionItem, UnknownItem
from ecgfactory.retention.retention_request import RetentionRequest
from ecgfactory.storage.disk_use import freed_bytes

SECONDS_PER_HOUR = 3600.0
SECONDS_PER_DAY = 86_400.0
BYTES_PER_GB = 10**9

DEAD_GRACE_S = 60.0
"""A session that seems dead is left alone for so long after its last heartbeat: it may just be starting."""

LEFTOVER_GRACE_S = 3600.0
"""Incomplete things that nobody locks are left alone for so long: somebody may be making them."""

HEADINGS = ("action", "kind", "size", "what", "reason")
"""Of a table of decisions."""

Action = Literal["remove", "keep", "failed"]
Kind = Literal["session", "dataset", "leftover", "flow run", "unknown"]


class Decision(BaseModel):
    """What is to happen, or has happened, to one thing.

    Parameters
    ----------
    action : {'remove', 'keep', 'failed'}
        Failed is what should have been removed, and could not.
    kind : str
        What it is.
    path : str
        Where it is, below the output folder; a flow run's id.
    size_bytes : int
        Its size.
    reason : str
        Why, in words.
    """

    model_config = ConfigDict(frozen=True)

    action: Action
    kind: Kind
    path: str
    size_bytes: int
    reason: str

    def turned(self, action: Action, reason: str) -> Decision:
        """Return the decision as it turned out."""
        return self.model_copy(update={"action": action, "reason": reason})


class RetentionOutcome(BaseModel):
    """What a retention ends with.

    Parameters
    ----------
    dry_run : bool
        Whether nothing was deleted.
    decisions : tuple of Decision
        On everything that was found.
    freed_bytes : int
        Bytes that the removals free, or would free.
    """

    dry_run: bool
    decisions: tuple[Decision, ...]
    freed_bytes: int

    @property
    def summary(self) -> str:
        """One sentence."""
        count = sum(decision.action == "remove" for decision in self.decisions)
        verb = "would go and free" if self.dry_run else "removed, freeing"
        return f"{count} of {len(self.decisions)} {verb} {size_text(self.freed_bytes)}"

    def or_raise(self) -> RetentionOutcome:
        """Return this, or raise `RetentionFailedError` when something could not be removed."""
        if any(decision.action == "failed" for decision in self.decisions):
            raise RetentionFailedError(self)
        return self

    def rows(self) -> list[tuple[str, ...]]:
        """Every decision as a row of text, under `HEADINGS`."""
        words = {"remove": "would go", "keep": "stays"} if self.dry_run else {"remove": "removed", "keep": "kept"}
        return [
            (words.get(d.action, d.action), d.kind, size_text(d.size_bytes), d.path, d.reason) for d in self.decisions
        ]


class RetentionFailedError(EcgFactoryError):
    """Something could not be removed; all else was.

    Parameters
    ----------
    outcome : RetentionOutcome
        What was done.
    """

    def __init__(self, outcome: RetentionOutcome) -> None:
        self.outcome = outcome
        failed = (decision for decision in outcome.decisions if decision.action == "failed")
        super().__init__("\n".join(f"{decision.path}: {decision.reason}" for decision in failed))

    def __reduce__(self) -> tuple[type[RetentionFailedError], tuple[RetentionOutcome]]:
        return type(self), (self.outcome,)


def decide(items: Sequence[Item], request: RetentionRequest, now: float) -> list[Decision]:
    """Decide on everything that an output folder holds.

    Parameters
    ----------
    items : sequence of Item
        What was found.
    request : RetentionRequest
        Ages and limits.
    now : float
        The time, in seconds since the epoch. What seems to be from the future counts as new.

    Returns
    -------
    list of Decision
        One per item, the sessions first.
    """
    sessions = [item for item in items if isinstance(item, SessionItem)]
    datasets = [item for item in items if isinstance(item, DatasetItem)]
    leftovers = [item for item in items if isinstance(item, LeftoverItem)]
    unknown = [item for item in items if isinstance(item, UnknownItem)]
    return [
        *(_on_session(item, request, now) for item in sessions),
        *_on_datasets(datasets, request, now),
        *(_on_leftover(item, now) for item in leftovers),
        *(Decision(action="keep", kind="unknown", path=i.path, size_bytes=0, reason=i.why) for i in unknown),
    ]


def freed_by(items: Iterable[Item], decisions: Iterable[Decision]) -> int:
    """Bytes that the removals among the decisions free; files that something else still names are not counted."""
    gone = {decision.path for decision in decisions if decision.action == "remove"}
    return freed_bytes(item.use for item in items if not isinstance(item, UnknownItem) and item.path in gone)


def _on_session(item: SessionItem, request: RetentionRequest, now: float) -> Decision:
    limits_h = {
        "finished": request.finished_session_hours,
        "failed": request.failed_session_hours,
        "cancelled": request.cancelled_session_hours,
        "dead": request.dead_session_hours,
    }
    if item.state == "running":
        return _decision("keep", item, "running")
    limit_h, age_s = limits_h[item.state], _age_s(item.seen_at, now)
    key = f"{item.state}_session_hours"
    if limit_h is None:
        return _decision("keep", item, f"{item.state}; {key} is null")
    if item.state == "dead" and age_s < DEAD_GRACE_S:
        return _decision("keep", item, "seems dead, and may just be starting")
    action: Action = "remove" if age_s >= limit_h * SECONDS_PER_HOUR else "keep"
    return _decision(action, item, f"{item.state}, {age_s / SECONDS_PER_HOUR:.1f} h old; {key} is {limit_h:g}")


def _on_datasets(datasets: Sequence[DatasetItem], request: RetentionRequest, now: float) -> Iterator[Decision]:
    newest_first = sorted(datasets, key=lambda item: (-item.published_at, item.path))
    rank: dict[str, int] = {}
    unprotected = []
    for item in newest_first:
        rank[item.name] = rank.get(item.name, 0) + 1
        reason = _protection(item, rank[item.name], request, now)
        if reason is None:
            unprotected.append(item)
        else:
            yield _decision("keep", item, reason)
    total_bytes = sum(item.use.size_bytes for item in datasets)
    budget_bytes = None if request.max_gb is None else request.max_gb * BYTES_PER_GB
    for item in reversed(unprotected):
        if budget_bytes is None:
            yield _decision("remove", item, _beyond(item, request, now))
        elif total_bytes > budget_bytes:
            words = f"all datasets would be {size_text(total_bytes)}; max_gb is {request.max_gb:g}"
            yield _decision("remove", item, words)
            total_bytes -= item.use.size_bytes
        else:
            yield _decision("keep", item, f"fits in max_gb, {request.max_gb:g}")


def _protection(item: DatasetItem, rank: int, request: RetentionRequest, now: float) -> str | None:
    """Why a dataset stays whatever the budget; None when nothing protects it."""
    age_days = _age_s(item.published_at, now) / SECONDS_PER_DAY
    if item.pinned_by:
        return item.pinned_by
    if item.is_latest:
        return "the one that latest names"
    if request.keep_last is not None and rank <= request.keep_last:
        return f"number {rank} of its name, from the newest; keep_last is {request.keep_last}"
    if request.keep_days is not None and age_days < request.keep_days:
        return f"{age_days:.1f} days old; keep_days is {request.keep_days:g}"
    if request.keep_last is None and request.keep_days is None and request.max_gb is None:
        return "no limit for datasets is given"
    return None


def _beyond(item: DatasetItem, request: RetentionRequest, now: float) -> str:
    age_days = _age_s(item.published_at, now) / SECONDS_PER_DAY
    limits = {"keep_last": request.keep_last, "keep_days": request.keep_days}
    words = " and ".join(f"{key} {limit:g}" for key, limit in limits.items() if limit is not None)
    return f"{age_days:.1f} days old; beyond {words}"


def _on_leftover(item: LeftoverItem, now: float) -> Decision:
    if item.made_at is not None and _age_s(item.made_at, now) < LEFTOVER_GRACE_S:
        return _decision("keep", item, f"{item.what}, less than an hour old")
    return _decision("remove", item, item.what)


def _age_s(since: float, now: float) -> float:
    return max(0.0, now - since)


def _decision(action: Action, item: SessionItem | DatasetItem | LeftoverItem, reason: str) -> Decision:
    kinds: dict[type[Item], Kind] = {SessionItem: "session", DatasetItem: "dataset", LeftoverItem: "leftover"}
    return Decision(
        action=action, kind=kinds[type(item)], path=item.path, size_bytes=item.use.size_bytes, reason=reason
    )
