"""What a request's match follows where it names ECGs themselves in place of a profile."""

from __future__ import annotations

from ecgfactory.errors import BadInputError
from ecgfactory.match.profile import Profile
from ecgfactory.request.build_request import BuildRequest


def profile_in_folder(request: BuildRequest) -> Profile | None:
    """Make the profile of the folder that a request's match names; None where it names none.

    Raises
    ------
    BadInputError
        When there are too few ECGs in it that can be used.
    """
    match = request.match
    if match is None or match.reference is None or match.path is None or not match.path.is_dir():
        return None
    from ecgfactory.profiles.make import profile  # imports readers of all kinds, which few builds need

    try:
        return profile(match.path, request=request, **match.reference.stated)
    except BadInputError as error:
        raise BadInputError([f"match.reference: {problem}" for problem in error.problems]) from None
