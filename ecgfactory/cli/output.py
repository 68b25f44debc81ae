"""Printing for people: a console that never cuts a path, and rows of label and value."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from ecgfactory.record import FeatureValue

NAMED_FILES = 4
"""Written files that are named one by one; more are summed up by folder."""


class _PatientConsole(Console):
    """A console that goes on without printing when nobody reads any more: the work is done, the exit code tells how."""

    def on_broken_pipe(self) -> None:
        fall_silent()


def console(stderr: bool = False) -> Console:
    """Return a console that leaves lines as long as they are, and names such as `ecgs.csv:a:` as they are."""
    return _PatientConsole(stderr=stderr, highlight=False, soft_wrap=True, emoji=False)


def write_for_machines(text: str) -> None:
    """Write text as it is to the standard output."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        fall_silent()


def fall_silent() -> None:
    """Let the standard output go nowhere, as after `| head` has read enough."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def print_rows(rows: Iterable[tuple[str, str]]) -> None:
    """Print labels and values in two columns."""
    listed = list(rows)
    width = max(len(label) for label, _ in listed)
    for label, value in listed:
        console().print(f"[bold]{escape(label):<{width}}[/bold]  {escape(value)}")


def print_table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print rows in columns, with headings; plain text where there is no terminal."""
    listed = [list(row) for row in rows]
    widths = [max(len(text) for text in column) for column in zip(headings, *listed, strict=True)]

    def line(texts: Sequence[str]) -> str:
        return escape("  ".join(f"{text:<{width}}" for text, width in zip(texts, widths, strict=True)).rstrip())

    console().print(f"[bold]{line(headings)}[/bold]")
    for row in listed:
        console().print(line(row))


def feature_rows(features: Mapping[str, FeatureValue]) -> Iterator[tuple[str, str]]:
    """Write features for `print_rows`."""
    for name, value in features.items():
        if value is None:
            yield name, "not measurable"
        else:
            yield name, f"{value:.4g}" if isinstance(value, float) else str(value)


def print_files(written: Sequence[Path]) -> None:
    """Say which files were written."""
    if len(written) <= NAMED_FILES:
        for path in written:
            console().print(f"wrote {path}", markup=False)
        return
    by_folder: dict[Path, list[str]] = {}
    for path in written:
        by_folder.setdefault(path.parent, []).append(path.name)
    for folder, names in by_folder.items():
        several = f"{len(names):,} files into {folder}: {names[0]} to {names[-1]}"
        console().print(f"wrote {several if len(names) > 1 else folder / names[0]}", markup=False)
