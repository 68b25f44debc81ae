"""The clean twins of formats: the same files, somewhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecgfactory.errors import BadInputError
from ecgfactory.formats import FORMATS
from ecgfactory.formats.clean_twin import clean_twin, format_named
from ecgfactory.validation.format_contract import LABELLED, content, make_spec, staged_files, write


@pytest.mark.parametrize("name", FORMATS)
def test_twins_stand_beside_each_other_with_the_same_files(name: str, tmp_path: Path) -> None:
    own, twin = FORMATS.load(name), format_named(f"{name}_clean")
    assert (twin.name, clean_twin(own)) == (f"{name}_clean", twin)
    assert twin.top_folder() == {"data": "clean"}.get(own.top_folder(), f"{own.top_folder()}_clean")
    spec = make_spec(8, LABELLED)
    for member in (own, twin):
        batch = write(member, tmp_path, 8, [2], LABELLED)
        member.write_index(tmp_path, iter([batch.candidates]), spec)
    files = {
        member: {
            file.relative_to(member.top_folder()): text
            for file, text in content(tmp_path).items()
            if file.is_relative_to(member.top_folder())
        }
        for member in (own, twin)
    }
    assert files[own] == files[twin] != {}
    for member, other in ((own, twin), (twin, own)):
        assert member.count(tmp_path) == len(batch)
        for path, rows in staged_files(member, batch).items():
            read = member.read(tmp_path, path, batch.candidates[rows].tolist(), spec)
            assert (read == batch.signals_uv[rows]).all()
            assert member.published_path(path, 0, 2).startswith(f"{member.top_folder()}/")
            assert member.takes_for_data(path) and not other.takes_for_data(path)
        pattern = member.table_files("train")
        assert pattern is None or pattern.startswith(f"{member.top_folder()}/")
    assert own.table_schema(tmp_path) == twin.table_schema(tmp_path)


def test_a_name_that_is_no_format_is_told() -> None:
    with pytest.raises(BadInputError, match="'raw' is not a format"):
        format_named("raw_clean")
