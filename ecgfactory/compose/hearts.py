"""To come."""

from __future__ import annotations

from typing import Any


def sources_of(generated_uv: Any, beats: Any, waves: Any, marks: Any) -> list[Any]:
    """To come."""
    raise NotImplementedError
