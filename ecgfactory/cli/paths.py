"""Options and arguments of the command line: files, folders and addresses in stores, and which were given."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer

from ecgfactory.errors import BadInputError
from ecgfactory.storage.home import from_home
from ecgfactory.storage.place import Place, as_place, is_address

AnyPlace = Any
"""A `Place` or None: Typer takes no unions, even where a parser gives it the value."""


def path_argument(metavar: str, text: str) -> Any:
    """Return an argument that is a file or a folder; `~` in it is the home."""
    return typer.Argument(metavar=metavar, help=text, parser=_here)


def path_option(metavar: str, text: str, *names: str) -> Any:
    """Return an option that is a file or a folder; `~` in it is the home, and what follows must not be an option."""
    return typer.Option(*names, metavar=metavar, help=text, parser=_here, callback=_not_an_option)


def place_argument(metavar: str, text: str) -> Any:
    """Return an argument that is a path, as of `path_argument`, or an address in a store, for an `AnyPlace`."""
    return typer.Argument(metavar=metavar, help=text, parser=as_place)


def place_option(metavar: str, text: str, *names: str) -> Any:
    """Return an option that is a path, as of `path_option`, or an address in a store; see `place_argument`."""
    return typer.Option(*names, metavar=metavar, help=text, parser=as_place, callback=_not_an_option)


def given_options(context: typer.Context) -> list[str]:
    """Return the options that were typed, as in `--layout`, in the order of the help."""
    sources = {parameter: context.get_parameter_source(parameter.name or "") for parameter in context.command.params}
    typed = [parameter for parameter, source in sources.items() if source is not None and source.name == "COMMANDLINE"]
    return [parameter.opts[0] for parameter in typed if parameter.param_type_name == "option"]


def _here(given: str) -> Path:
    """Return a path on this machine.

    Raises
    ------
    BadInputError
        When it is the address of a place in a store.
    """
    if is_address(given):
        raise BadInputError(f"{given} is an address in a store, where this command reads; give a path on this machine.")
    return from_home(given)


def _not_an_option(parameter: typer.CallbackParam, value: Place | None) -> Place | None:
    if str(value).startswith("-"):
        option = parameter.opts[0]
        raise BadInputError(
            f"{option} needs a file or folder, and {value} follows it; write {option} ./{value} if that is its name."
        )
    return value
