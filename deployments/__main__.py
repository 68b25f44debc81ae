"""`python -m ecgfactory.deployments [FOLDER]`: set everything up on the server that PREFECT_API_URL names."""

from __future__ import annotations

import sys

from ecgfactory.import_path import import_path

sys.path[:] = import_path()

from pathlib import Path  # noqa: E402 (imported from there)

from ecgfactory.cli.main import run  # noqa: E402
from ecgfactory.flows.configured import check_configured  # noqa: E402
from ecgfactory.storage.home import from_home  # noqa: E402


def main() -> None:
    """Set it up, and print the names of the deployments."""
    check_configured()
    from ecgfactory.deployments.deploy import deploy  # Prefect, which some wrong addresses keep from being imported

    for name in deploy(from_home(sys.argv[1]) if len(sys.argv) > 1 else Path.cwd()):
        print(name)  # noqa: T201


if __name__ == "__main__":
    run(main)
