"""From a request to its plan, with what its `match` means."""

from __future__ import annotations

from pathlib import Path

from ecgfactory.candidates.by_hand import fitted_by_hand
from ecgfactory.errors import BadInputError
from ecgfactory.match.acceptance import Match
from ecgfactory.match.profile import Profile, load_profile
from ecgfactory.realism.feature_space import feature_space
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.request.plan import Plan, make_plan
from ecgfactory.request.settings import differences, settings_of


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
    if asked.reference is None:
        return fitted_by_hand(request)
    return _fitting(request, profile or named_profile(asked.reference)).match(asked.strength)


def named_profile(reference: str) -> Profile:
    """Read the profile that a request's match names.

    Raises
    ------
    BadInputError
        When it is none.
    """
    path = Path(reference)
    if path.is_dir():
        raise BadInputError(
            f"match.reference: {path} is a folder, which only a build looks into; give the profile that `ecgfactory "
            f"profile {path} --output FILE` writes."
        )
    try:
        return load_profile(path)
    except BadInputError as error:
        raise BadInputError(f"match.reference: {error}") from None


def _fitting(request: BuildRequest, profile: Profile) -> Profile:
    """Return a profile that was made for what a request generates.

    Raises
    ------
    BadInputError
        When it was made for other settings, or in another feature space.
    """
    plan = make_plan(request.model_copy(update={"match": None}))
    head = f"match.reference: the profile of {profile.reference.name!r} was made"
    fix = "make it anew by `ecgfactory profile REFERENCE --for FILE.yaml --output FILE`, with this request as FILE.yaml"
    if other := list(differences(settings_of(plan), profile.settings)):
        raise BadInputError(f"{head} with {', '.join(other)}; {fix}.")
    space = {feature.name for feature in feature_space(upper_hz=profile.upper_hz)}
    if unknown := [name for name in profile.ratio.features if name not in space]:
        raise BadInputError(f"{head} by ecgfactory {profile.ecgfactory}, with features such as {unknown[0]}; {fix}.")
    return profile
