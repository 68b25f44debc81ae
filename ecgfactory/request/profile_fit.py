"""Whether a profile was made for what a request generates."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ecgfactory.errors import BadInputError, shown
from ecgfactory.match.profile import Profile, load_profile
from ecgfactory.realism.feature_space import feature_space
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.request.plan import Plan, make_plan

MOST_TOLD = 4
"""Things in which a profile is for another request."""

WORD = re.compile(r"[A-Za-z0-9_.-]{1,80}")


def fitting_profile(request: BuildRequest, path: Path) -> Profile:
    """Read the profile that a request names by its path.

    Raises
    ------
    BadInputError
        When it is none, or was made for other signals or in another feature space; one sentence without a place.
    """
    profile = load_profile(path)
    settings = settings_of(make_plan(request.model_copy(update={"match": None})))
    space = {feature.name for feature in feature_space(upper_hz=profile.upper_hz)}
    unknown = [f"the feature {_plain(name)}" for name in profile.ratio.features if name not in space]
    if other := [*_differences(settings, profile.settings), *unknown[:1]]:
        raise BadInputError(
            f"the profile of {profile.reference.name!r} was made by ecgfactory {profile.ecgfactory} with "
            f"{', '.join(other[:MOST_TOLD])}; make one for this request by `ecgfactory profile REFERENCE --for "
            "FILE.yaml --output FILE`."
        )
    return profile


def settings_of(plan: Plan) -> dict[str, Any]:
    """Return all of a plan that decides the signal of a candidate of some seed and number, as JSON values."""
    request = plan.request
    return {
        **request.model_dump(mode="json", include={"duration_s", "signal"}),
        **({"rhythm": plan.rhythms} if plan.is_composed else {}),
        "generator": request.generator.model_dump(mode="json", exclude={"device", "batch", "checkpoint"}),
        "checkpoint_sha256": plan.checkpoint_sha256,
    }


def _differences(wanted: Mapping[str, Any], found: Mapping[str, Any], place: str = "") -> Iterator[str]:
    """Yield the keys in which settings differ, and both values, in words."""
    for key in sorted({*wanted, *found}):
        ours, theirs = wanted.get(key), found.get(key)
        if isinstance(ours, Mapping) and isinstance(theirs, Mapping):
            yield from _differences(ours, theirs, f"{place}{key}.")
        elif ours != theirs:
            yield f"{place}{_plain(key)} {_plain(theirs)} instead of {_plain(ours)}"


def _plain(value: Any) -> str:
    """Write what a profile holds for a message, plain words without quotes."""
    is_word = isinstance(value, str) and WORD.fullmatch(value)
    return str(value) if is_word else shown(value)
