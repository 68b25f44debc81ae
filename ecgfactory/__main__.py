"""`python -m ecgfactory`: the command line."""

import sys

from ecgfactory.import_path import import_path

sys.path[:] = import_path()

from ecgfactory.cli.main import main  # noqa: E402 (imported from there)

main()
