"""Times within a record, as people write them: 1:02:03."""

from __future__ import annotations

import re

from ecgfactory.errors import BadInputError

_CLOCK = re.compile(r"(?:(?:(\d{1,3}):)?([0-5]?\d):)?(\d{1,9}(?:\.\d+)?)", re.ASCII)


def clock(seconds: float) -> str:
    """Write a time: 1:02:03, below an hour 2:03; decimals of seconds only where there are some."""
    whole, part = divmod(round(seconds * 1000), 1000)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    decimals = f".{part:03d}".rstrip("0") if part else ""
    return (f"{hours}:{minutes:02d}" if hours else f"{minutes}") + f":{rest:02d}{decimals}"


def seconds_of(text: str) -> float:
    """Read a time: `1:02:03`, `2:03`, or seconds like `3723.5`.

    Raises
    ------
    BadInputError
        When it is no time.
    """
    found = _CLOCK.fullmatch(text.strip())
    if not found or (found[2] and float(found[3]) >= 60):
        raise BadInputError(f"time {text!r} can't be read; write 1:02:03, 2:03 or seconds like 3723.5.")
    hours, minutes = (int(part or 0) for part in found.groups()[:2])
    return 3600 * hours + 60 * minutes + float(found[3])
