"""`ecgfactory compare`: ECGs against real ones."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ecgfactory.cli.output import console, print_rows
from ecgfactory.comparison.files import FILES, check_targets, write_json
from ecgfactory.storage.handed_out import whole_file
from ecgfactory.storage.place import Place


def compare_paths(
    dataset: Place,
    reference: Place,
    holdout: Place | None,
    stated: Mapping[str, Any],
    json_file: Path | None,
    folder: Path | None,
    overwrite: bool,
) -> None:
    """Compare, print a summary, and write the files that are asked for; that they may be made is checked before.

    Parameters
    ----------
    dataset, reference, holdout : Path or StorePath
        As `ecgfactory.compare` takes them.
    stated : mapping of str to value
        What the user says about reference and holdout, by parameter of `compare`.
    json_file, folder : Path, optional
        Where to write the JSON, and all files.
    overwrite : bool
        Whether files may be replaced.
    """
    check_targets(json_file, folder, overwrite)
    from ecgfactory.comparison.compare import compare  # imports scikit-learn
    from ecgfactory.comparison.summary import summary_rows

    comparison = compare(dataset, reference, holdout, **stated)
    print_rows(summary_rows(comparison))
    if json_file:
        with whole_file(json_file) as temporary:
            write_json(comparison, temporary)
        console().print(f"wrote {json_file}", markup=False)
    if folder:
        comparison.save(folder, overwrite)
        console().print(f"wrote {', '.join(FILES)} into {folder}", markup=False)
