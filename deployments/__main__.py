"""`python -m ecgfactory.deployments [FOLDER]`: set everything up on the server that PREFECT_API_URL names."""

from __future__ import annotations

import sys
from pathlib import Path

from ecgfactory.deployments.deploy import deploy
from ecgfactory.storage.home import from_home

if __name__ == "__main__":
    for name in deploy(from_home(sys.argv[1]) if len(sys.argv) > 1 else Path.cwd()):
        print(name)  # noqa: T201
