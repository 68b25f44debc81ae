"""`python -m benchmarks [NAME ...] [--save]`: run every benchmark here, or those named; print one table.

A benchmark is a module of this package with a function `run() -> list[Row]`; nothing else registers it.
"""

from __future__ import annotations

import argparse
import importlib
import pkgutil
from datetime import UTC, datetime
from pathlib import Path

import benchmarks
from benchmarks.timing import Row, machine, table


def main() -> None:
    """Run, print and, with --save, keep the table as a dated file."""
    found = [module.name for module in pkgutil.iter_modules(benchmarks.__path__) if module.name[0] != "_"]
    names = [name for name in found if hasattr(importlib.import_module(f"benchmarks.{name}"), "run")]
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Run the measurements.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"some of: {', '.join(names)}")
    parser.add_argument("--save", action="store_true", help="keep the table in benchmarks/results/DATE.md")
    arguments = parser.parse_args()
    unknown = sorted(set(arguments.names) - set(names))
    if unknown:
        parser.error(f"no benchmark is called {', '.join(unknown)}; there are {', '.join(names)}")

    rows: list[Row] = []
    for name in arguments.names or names:
        print(f"... {name}", flush=True)
        measured = importlib.import_module(f"benchmarks.{name}").run()
        print(table(measured), flush=True)  # all of it takes half an hour, which may be interrupted
        rows += measured
    text = f"{machine()}\n\n{table(rows)}\n"
    print(text)
    if arguments.save:
        path = Path(__file__).parent / "results" / f"{datetime.now(UTC):%Y-%m-%d}.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        print(f"saved as {path}")


if __name__ == "__main__":
    main()
