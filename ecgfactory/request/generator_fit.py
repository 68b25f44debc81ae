"""What a request may ask of its generator: lengths and edges that it makes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ecgfactory.generators import GENERATORS
from ecgfactory.generators.base import Edges


def check_duration(model: str, duration_s: int) -> None:
    """Check that a generator makes ECGs of a length.

    Raises
    ------
    ValueError
        When it does not: why, and the nearest that it makes.
    """
    generator = GENERATORS.load(model)
    if duration_s in generator.durations_s:
        return
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
    """Have a form accept, with one generator, only lengths that it makes; with others they are checked afterwards.

    Parameters
    ----------
    schema : dict
        JSON schema of the request, changed in place.
    model : str
        The generator: the one that a form without `generator` asks for.
    """
    generator = GENERATORS.load(model)
    schema["if"] = {"properties": {"generator": {"properties": {"model": {"const": model}}}}}
    schema["then"] = {"properties": {"duration_s": {"enum": list(generator.durations_s)}}}
    schema["properties"]["duration_s"]["description"] += (
        f"; with {model} {_listed(generator.durations_s)}, because {generator.durations_reason}"
    )


def _listed(durations_s: Sequence[int]) -> str:
    return " or ".join(map(str, durations_s))
