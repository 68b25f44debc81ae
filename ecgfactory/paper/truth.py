"""The truth about a picture, as its JSON file tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ecgfactory.paper.picture import Picture


def truth_of(picture: Picture) -> dict[str, Any]:
    """Return all that is known of a picture."""
    raise NotImplementedError
