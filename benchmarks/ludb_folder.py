"""The folder of LUDB, as commands take it."""

from __future__ import annotations

import argparse
import os
from pathlib import Path


def add_ludb(parser: argparse.ArgumentParser, purpose: str = "") -> None:
    """Let a command take the folder of LUDB as its argument `ludb`, or from ECGFACTORY_LUDB; None without either.

    Parameters
    ----------
    parser : ArgumentParser
        The command's.
    purpose : str
        What it is for, in the help.
    """
    parser.add_argument(
        "ludb",
        type=Path,
        nargs="?",
        default=os.environ.get("ECGFACTORY_LUDB") or None,
        help=f"folder of LUDB{purpose}; by default what ECGFACTORY_LUDB names",
    )


def parsed_with_ludb(parser: argparse.ArgumentParser) -> argparse.Namespace:
    """Parse the arguments of a command that can't do without LUDB, and end it with a sentence where there is none."""
    add_ludb(parser)
    options = parser.parse_args()
    if options.ludb is None:
        parser.error("name the folder of LUDB, or set ECGFACTORY_LUDB")
    return options
