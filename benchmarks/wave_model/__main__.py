"""Train the network that marks waves, and say how accurate it is on records that it did not see."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path

import numpy as np

from benchmarks.ludb_folder import parsed_with_ludb
from benchmarks.wave_model.augmentation import vary
from benchmarks.wave_model.cross_validation import FOLDS, accuracy_of, train_all
from benchmarks.wave_model.examples import Example, MarkedRecord, example, marked_record
from benchmarks.wave_model.folds import write_folds
from ecgfactory.validation.ludb import read_ludb
from ecgfactory.validation.wave_accuracy import WaveAccuracy
from ecgfactory.waves.accuracy import ACCURACY
from ecgfactory.waves.network import WEIGHTS, Weights

SEED = 2029
VARIATIONS, MEMBERS = 60, 2
SOURCE = (
    "Lobachevsky University Electrocardiography Database 1.0.1, records 1 to 100 (Kalyakulina et al., IEEE Access 8"
    " (2020) 186181-186190, doi:10.1109/ACCESS.2020.3029211; ODC-By 1.0)"
)


def main() -> None:
    """Train, measure and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=WEIGHTS.parent, help="folder of weights.npz and accuracy.json")
    parser.add_argument("--folds", type=Path, help="file to keep the networks of the cross-validation in")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="networks trained at a time")
    options = parsed_with_ludb(parser)
    records = list(read_ludb(options.ludb))
    variants = make_variants([marked_record(record) for record in records])
    folds, members = train_all(variants, MEMBERS, SEED, options.processes)
    if options.folds:
        write_folds([([records[row].name for row in fold.held_out], fold.members) for fold in folds], options.folds)
    options.output.mkdir(parents=True, exist_ok=True)
    write_accuracy(accuracy_of(folds, records), len(records), options.output)
    write_weights(members, options.output / WEIGHTS.name)


def make_variants(records: list[MarkedRecord]) -> list[list[Example]]:
    """Return the records as they are, and varied."""
    varied = [
        [example(vary(record, np.random.default_rng([SEED, number, row]))) for row, record in enumerate(records)]
        for number in range(VARIATIONS)
    ]
    return [[example(record) for record in records], *varied]


def write_accuracy(accuracy: WaveAccuracy, records: int, folder: Path) -> None:
    """Write and print how accurate networks are that did not see the records."""
    summary = {
        "source": SOURCE,
        "method": f"{FOLDS}-fold cross-validation by record, {records} records of 12 leads",
        **accuracy.summary(),
    }
    text = json.dumps(summary, indent=2)
    (folder / ACCURACY.name).write_text(text + "\n", encoding="utf-8")
    print(text)


def write_weights(members: tuple[Weights, ...], path: Path) -> None:
    """Store the networks in 16 bits."""
    stored = {
        f"{number}/{name}": value.astype(np.float16)
        for number, member in enumerate(members)
        for name, value in member.items()
    }
    np.savez(path, **stored)  # type: ignore[arg-type]
    print(f"wrote {path}, {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
