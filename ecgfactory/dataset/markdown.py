"""Text of other people in Markdown."""

from __future__ import annotations

import re


def plain(text: str) -> str:
    """Write text so that it means nothing but itself in Markdown, also in a table: no mark-up, link, HTML or column."""
    return re.sub(r"([\\`*\[\]<>&|])", r"\\\1", " ".join(text.split()))
