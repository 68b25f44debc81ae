"""What a new Prefect server of a user begins with."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import pytest

from ecgfactory.flows.local_server import begin_migrated, keep_migrated


def run_sql(database: Path, statement: str) -> list[tuple[str]]:
    with contextlib.closing(sqlite3.connect(database)) as connection:
        rows = connection.execute(statement).fetchall()
        connection.commit()
    return rows


def test_a_new_database_begins_as_the_first_one_was_before_its_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    first, second = tmp_path / "first.db", tmp_path / "second.db"
    begin_migrated(first)
    keep_migrated(first)
    assert not list(tmp_path.rglob("*.db")), "there is nothing to begin with, or to keep, yet"
    run_sql(first, "create table flow (name text)")
    keep_migrated(first)
    run_sql(first, "insert into flow values ('own')")
    keep_migrated(first)
    begin_migrated(second)
    assert run_sql(second, "select name from flow") == []
    assert {path.name for path in tmp_path.iterdir()} == {"cache", "first.db", "second.db"}
