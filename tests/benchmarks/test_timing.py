from benchmarks.timing import Row, machine, per_record, table


def test_both_sides_take_turns_after_one_unmeasured_call_each():
    calls = []
    row = per_record("both", lambda: calls.append("ours"), 2, lambda: calls.append("peer"), 1, pairs=3)
    assert calls == ["ours", "peer"] * 4
    assert row.unit == "ms/record"
    assert row.ours is not None and row.peer is not None and row.ratio is not None


def test_a_table_line_leaves_out_what_was_not_measured():
    lines = table([Row("a", "ms", 1.5, 3.0, 2.0), Row("b", "s", None, 4.0)]).splitlines()
    assert lines[2:] == ["| a | ms | 1.500 | 3.000 | 2.0 |", "| b | s |  | 4.000 |  |"]


def test_the_machine_is_named():
    assert "cores" in machine()
