"""What may stand where a file is expected, each told in one sentence and at once."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from ecgfactory.documents.file import LARGEST_BYTES, is_file, read_text
from ecgfactory.errors import BadInputError


def bind(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(os.path.relpath(path))


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (Path.mkdir, "is a folder, not a file"),
        (os.mkfifo, "is a pipe, not a file"),
        (bind, "is a socket, not a file"),
        (lambda path: path.symlink_to("/dev/zero"), "is a device, not a file"),
        (lambda path: path.symlink_to("/nowhere"), "can't be read (No such file or directory)"),
        (lambda path: path.symlink_to(path.name), "can't be read (Too many levels of symbolic links)"),
        (lambda path: path.write_bytes(b"#" * (LARGEST_BYTES + 1)), "is larger than the 250 kB that are read"),
        (lambda path: path.write_bytes("name: a".encode("utf-16")), "it is not UTF-8 text); save it as UTF-8"),
        (lambda path: path.write_bytes(b"name: \xe9"), "it is not UTF-8 text"),
        (lambda path: None, "can't be read (No such file or directory); give the path of a YAML file"),
    ],
)
def test_what_is_no_text_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: Callable[[Path], object], told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "odd.yaml"
    make(path)
    with pytest.raises(BadInputError) as caught:
        read_text(path)
    (problem,) = caught.value.problems
    assert problem.startswith(f"{path}: ")
    assert told in problem


@pytest.mark.parametrize("path", ["a\0b", "x" * 300, "/" * 5000])
def test_paths_that_can_not_be(path: str) -> None:
    with pytest.raises(BadInputError, match="can't be read"):
        read_text(Path(f"{path}/r.yaml"))
    assert not is_file(Path(path))


def test_links_and_byte_order_marks_are_read(tmp_path: Path) -> None:
    (tmp_path / "real.yaml").write_text("\ufeffname: a", encoding="utf-8")
    (tmp_path / "link.yaml").symlink_to("real.yaml")
    assert read_text(tmp_path / "link.yaml") == "name: a"
