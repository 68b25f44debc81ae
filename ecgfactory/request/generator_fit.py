"""What a request may ask of its generator: lengths and edges that it makes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ecgfactory.generators import GENERATORS
from ecgfactory.generators.base import SOURCE_S, Edges


def makes_itself(model: str, duration_s: int) -> bool:
    """Return whether a generator makes ECGs of a length, so that none has to be composed for it."""
    return duration_s in GENERATORS.load(model).durations_s


def check_duration(model: str, duration_s: int, has_rhythm: bool) -> None:
    """Check that ECGs of a length can be had: from a generator, or composed of what it makes.

    Parameters
    ----------
    model : str
        The generator.
    duration_s : int
        Length of a record.
    has_rhythm : bool
        Whether a rhythm is asked for, in which they are composed.

    Raises
    ------
    ValueError
        When they can't: why, and what can be had.
    """
    generator = GENERATORS.load(model)
    if duration_s in generator.durations_s and not has_rhythm:
        return
    if SOURCE_S in generator.durations_s:
        if duration_s < SOURCE_S:
            reason = "records in a rhythm" if has_rhythm else f"{model} makes none of {duration_s} s, and others"
            raise ValueError(f"{reason} are composed, which takes {SOURCE_S} s or more; use {SOURCE_S}")
        return
    if has_rhythm:
        raise ValueError(
            f"records in a rhythm are composed of ECGs of {SOURCE_S} s, and {model} makes none; leave `rhythm` out"
        )
    shorter = [made for made in generator.durations_s if made < duration_s]
    longer = [made for made in generator.durations_s if made > duration_s]
    reason = f", because {generator.durations_reason}" if generator.durations_reason else ""
    nearest = _listed([*shorter[-1:], *longer[:1]])
    raise ValueError(f"{model} makes no ECGs of {duration_s} s; use {nearest}{reason}")


def check_edges(model: str, edges: Edges) -> None:
    """Check that a generator offers a choice of edges.

    Raises
    ------
    ValueError
        When it does not, with what it offers.
    """
    offered = GENERATORS.load(model).edges
    if edges not in offered:
        offers = f"offers {' or '.join(offered)}" if offered else "has no edges to mend"
        raise ValueError(f"{model} {offers}; leave the key out")


def limit_durations(schema: dict[str, Any], model: str) -> None:
    """Have a form accept, with one generator, only lengths that can be had; with others they are checked afterwards.

    Parameters
    ----------
    schema : dict
        JSON schema of the request, changed in place.
    model : str
        The generator: the one that a form without `generator` asks for.
    """
    generator = GENERATORS.load(model)
    schema["if"] = {"properties": {"generator": {"properties": {"model": {"const": model}}}}}
    schema["then"] = {"properties": {"duration_s": {"minimum": generator.durations_s[0]}}}
    schema["properties"]["duration_s"]["description"] += (
        f"; {model} makes {_listed(generator.durations_s)} s, and longer ones are composed of these"
    )


def _listed(durations_s: Sequence[int]) -> str:
    return " or ".join(map(str, durations_s))
