"""What no rule can see, or none of ours does, and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping

REASONS: Mapping[str, tuple[Callable[[float | str], bool], str]] = {}
"""By the title of a kind and what of it: at which places of its scale that is, and why."""
