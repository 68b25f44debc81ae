"""From a request to its plan, with what its `match` means."""

from __future__ import annotations

from pathlib import Path

from ecgfactory.candidates.by_hand import fitted_by_hand
from ecgfactory.errors import BadInputError
from ecgfactory.match.acceptance import Match
from ecgfactory.match.profile import Profile
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.request.plan import Plan, make_plan
from ecgfactory.request.profile_fit import fitting_profile


def planned(request: BuildRequest, profile: Profile | None = None) -> Plan:
    """Resolve a request, its match with it.

    Parameters
    ----------
    request : BuildRequest
        What is asked for.
    profile : Profile, optional
        What was found in the folder that its match names; a profile that it names is read here.

    Raises
    ------
    BadInputError
        When checkpoint, policy or match can't be used.
    """
    return make_plan(request, _match(request, profile))


def _match(request: BuildRequest, profile: Profile | None) -> Match | None:
    asked = request.match
    if asked is None:
        return None
    if asked.path is None:
        return fitted_by_hand(request)
    return (profile or named_profile(request, asked.path)).match(asked.strength)


def named_profile(request: BuildRequest, path: Path) -> Profile:
    """Read the profile that a request's match names.

    Raises
    ------
    BadInputError
        When it is none, or was not made for what the request generates.
    """
    if path.is_dir():
        raise BadInputError(
            f"match.reference: {path} is a folder, which only a build looks into; give the profile that "
            f"`ecgfactory profile {path} --output FILE` writes."
        )
    try:
        return fitting_profile(request, path)
    except BadInputError as error:
        raise BadInputError(f"match.reference: {error}") from None
