"""The settings that decide how candidates look: those that a profile was made with have to be those of a request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ecgfactory.request.plan import Plan


def settings_of(plan: Plan) -> dict[str, Any]:
    """Return all of a plan that decides the signal of a candidate of some seed and number, as JSON values."""
    request = plan.request
    return {
        **request.model_dump(mode="json", include={"duration_s", "signal"}),
        "generator": request.generator.model_dump(mode="json", exclude={"device", "batch", "checkpoint"}),
        "checkpoint_sha256": plan.checkpoint_sha256,
    }


def differences(wanted: Mapping[str, Any], found: Mapping[str, Any], place: str = "") -> Iterator[str]:
    """Yield the keys in which settings differ, and both values, in words."""
    for key in sorted({*wanted, *found}):
        ours, theirs = wanted.get(key), found.get(key)
        if isinstance(ours, Mapping) and isinstance(theirs, Mapping):
            yield from differences(ours, theirs, f"{place}{key}.")
        elif ours != theirs:
            yield f"{place}{key} {theirs} instead of {ours}"
