"""Datasets in stores as their readers see them: a manifest, the sums of all files, and nothing half."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from ecgfactory.dataset.names import LATEST, MANIFEST_FILE, SUMS_FILE
from ecgfactory.storage.store_path import StorePath


def published_in(datasets: StorePath) -> list[StorePath]:
    """Return the datasets of a name that have a manifest."""
    ids = datasets.store.folders(datasets.prefix)
    return [datasets / plan_id for plan_id in ids if (datasets / plan_id / MANIFEST_FILE).is_file()]


def sums_of(dataset: StorePath) -> str:
    """Return the text of the dataset's sums."""
    return (dataset / SUMS_FILE).read_text()


def check_whole(dataset: StorePath) -> None:
    """Read every object of a published dataset: its manifest seals the sums, and these all else that is there."""
    manifest = json.loads((dataset / MANIFEST_FILE).read_text())
    sums = (dataset / SUMS_FILE).read_bytes()
    assert hashlib.sha256(sums).hexdigest() == manifest["sums_sha256"]
    listed = {path: sha256 for sha256, path in (line.split("  ", 1) for line in sums.decode().splitlines())}
    there = {dataset.below(stored.name) for stored in dataset.store.objects(dataset.prefix)}
    assert there == {*listed, MANIFEST_FILE, SUMS_FILE}, there ^ {*listed, MANIFEST_FILE, SUMS_FILE}
    for path, sha256 in listed.items():
        assert hashlib.sha256((dataset / path).read_bytes()).hexdigest() == sha256, path


def check_nothing_else(output: StorePath, name: str) -> None:
    """Make sure that nothing is below an output but one published dataset and what names it."""
    (dataset,) = published_in(output / name)
    others = [
        stored.name for stored in output.store.objects(output.prefix) if not stored.name.startswith(dataset.prefix)
    ]
    assert others == [(output / name / LATEST).name], others
    assert (output / name / LATEST).read_text() == f"{dataset.last}\n"
    unfinished = output.store.unfinished(output.prefix)
    assert unfinished == [], unfinished


class Reader:
    """Somebody who opens the datasets of a name again and again, whatever is done there.

    Parameters
    ----------
    datasets : StorePath
        `<output>/<name>`.
    every_s : float
        Seconds from one look to the next.
    """

    def __init__(self, datasets: StorePath, every_s: float = 0.05) -> None:
        self._datasets, self._every_s = datasets, every_s
        self.looks = 0
        self.seen_whole = 0
        self.problems: list[str] = []
        self._over = threading.Event()

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Look for the length of the block; raise AssertionError after it when anything was not whole."""
        thread = threading.Thread(target=self._read, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._over.set()
            thread.join()
        assert self.problems == []

    def _read(self) -> None:
        is_over = False
        while not is_over:
            is_over = self._over.wait(self._every_s)  # it looks once more when it is
            self.looks += 1
            try:
                for dataset in published_in(self._datasets):
                    check_whole(dataset)
                    self.seen_whole += 1
            except Exception as error:
                self.problems.append(repr(error))
