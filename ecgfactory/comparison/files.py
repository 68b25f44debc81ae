"""The files of a comparison."""

from __future__ import annotations

import json
from pathlib import Path

from ecgfactory.comparison.pages.book import write_comparison_book
from ecgfactory.comparison.pages.web import write_comparison_page
from ecgfactory.comparison.result import Comparison
from ecgfactory.dataset.names import COMPARISON_PAGE
from ecgfactory.errors import BadInputError
from ecgfactory.report.export import check_target

JSON_FILE, PDF_FILE = "comparison.json", "comparison.pdf"
FILES = (COMPARISON_PAGE, PDF_FILE, JSON_FILE)
"""Names of what `write_files` writes."""


def save(comparison: Comparison, folder: Path, overwrite: bool) -> None:
    """Make a folder of a comparison's files; see `Comparison.save`."""
    check_targets(None, folder, overwrite)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInputError(f"{folder}: can't be made ({error.strerror}); choose another folder.") from None
    write_files(comparison, folder)


def write_json(comparison: Comparison, path: Path) -> None:
    """Write everything but signals as JSON."""
    path.write_text(json.dumps(comparison.to_json(), indent=1) + "\n", encoding="utf-8", newline="\n")


def write_files(comparison: Comparison, folder: Path, draws_reference: bool = True) -> None:
    """Write page, PDF and JSON of a comparison.

    Parameters
    ----------
    comparison : Comparison
        What was found.
    folder : Path
        Where; it exists.
    draws_reference : bool
        Whether the pages may draw ECGs of the reference: not where they are passed on with a dataset, since these are
        of people.

    Raises
    ------
    BadInputError
        When a file can't be written.
    """
    write_comparison_page(comparison, folder / COMPARISON_PAGE, draws_reference)
    write_comparison_book(comparison, folder / PDF_FILE, draws_reference)
    write_json(comparison, folder / JSON_FILE)


def check_targets(json_file: Path | None, folder: Path | None, overwrite: bool) -> None:
    """Check that the JSON, and all files in a folder, may be made.

    Raises
    ------
    BadInputError
        Naming everything that is in the way.
    """
    problems = [f"{folder}: is a file; choose a folder."] if folder and folder.is_file() else []
    targets = [json_file] if json_file else []
    targets += [folder / name for name in FILES] if folder and not problems else []
    for target in targets:
        try:
            check_target(target, (target.suffix if target is not json_file else ".json",), False, overwrite)
        except BadInputError as error:
            problems += error.problems
    if problems:
        raise BadInputError(problems)
