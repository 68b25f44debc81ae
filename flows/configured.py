"""Whether the user has a Prefect server."""

from __future__ import annotations

import os
from pathlib import Path


def is_configured() -> bool:
    """Return whether the user has a Prefect server; Prefect is only imported where nothing else answers that."""
    if "PREFECT_API_URL" in os.environ:
        return bool(os.environ["PREFECT_API_URL"])
    home = Path(os.environ.get("PREFECT_HOME") or Path.home() / ".prefect")
    if not (home / "profiles.toml").is_file():
        return False
    from prefect.settings import PREFECT_API_URL

    return bool(PREFECT_API_URL.value())
