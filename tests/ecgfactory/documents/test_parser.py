"""YAML texts as values with lines, and what becomes of those that would starve or hurt who reads them."""

from __future__ import annotations

import contextlib
import json
import time
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ecgfactory.documents.parser import DEEPEST_LEVEL, MOST_VALUES, ParseError, parse

LARGE = 250_000


def fault(text: str) -> str:
    with pytest.raises(ParseError) as caught:
        parse(text)
    return f"{caught.value.line}: {caught.value.reason}"


def test_values_and_the_line_of_each() -> None:
    document = parse("name: off\nsplits: {train: 1e3, test: ~}\nformats:\n  - 'no'\n  - !!str 010\n'8': \"\"\n")
    assert document.content == {
        "name": "off",
        "splits": {"train": 1000.0, "test": None},
        "formats": ["no", "010"],
        "8": "",
    }
    assert document.lines == {
        ("name",): 1,
        ("splits",): 2,
        ("splits", "train"): 2,
        ("splits", "test"): 2,
        ("formats",): 3,
        ("formats", 0): 4,
        ("formats", 1): 5,
        ("8",): 6,
    }


def test_aliases_are_values_of_their_own() -> None:
    document = parse("a: &a {x: [1]}\nb: *a\nc: &c [*a, *a]\nd: *c\n")
    a, b, d = (document.content[key] for key in "abd")
    assert a == b == d[0] == d[1] == {"x": [1]}
    b["x"].append(2)
    assert a == d[0] == {"x": [1]}
    assert document.lines["d", 1, "x"] == 1


def test_keys_are_text_as_written_and_doubles_are_found() -> None:
    document = parse("1: a\noff: b\n~: c\n1: d\nx: {y: 1, y: 2}\n")
    assert set(document.content) == {"1", "off", "~", "x"}
    assert document.doubled == [(("1",), 4), (("x", "y"), 5)]


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n", "---\n...\n"])
def test_nothing(text: str) -> None:
    assert parse(text).content is None


LAUGHS = "a: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"b{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]\n" for level in range(1, 12)
)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[" * 5000, "1: more than 20 levels"),
        ("a: " + "[" * 5000 + "]" * 5000, "1: more than 20 levels"),
        ("{a: " * 5000, "1: more than 20 levels"),
        ("".join(f"{' ' * level}a:\n" for level in range(500)), "22: more than 20 levels"),
        ("- " * 5000, "1: more than 20 levels"),
        ("[" + "a," * 100_000 + "]", "1: more than 20,000 values"),
        ("".join(f"k{number}: 1\n" for number in range(21_000)), "20000: more than 20,000 values"),
        (LAUGHS, "1: more than 20,000 values, counting those that aliases stand for"),
        ("- &a [[[[[[[[[[[[1]]]]]]]]]]]]\n- [[[[[[[[[[*a]]]]]]]]]]\n", "1: more than 20 levels"),
        ("a: 1\nf: &f [parquet, *f]\n", "2: an alias (*) stands for nothing that is complete before it"),
        ("&m\na: *m\n", "2: an alias (*) stands for nothing"),
        ("a: *nowhere\n", "1: an alias (*) stands for nothing"),
        ("a: &x 1\nb: &x 2\n", "2: an anchor (&) is given twice"),
        ("a: 1\n<<: {b: 2}\n", "2: a merge key (<<)"),
        ("a: !!python/object/apply:os.system [echo]\n", "1: a tag (!) is not read"),
        ("!!python/object/apply:os.system [echo]\n", "1: a tag (!) is not read"),
        ("a: !!int 3\n", "1: a tag (!) is not read"),
        ("a: !hidden!word b\n", "1: not valid YAML (a tag (!) of no known kind)"),
        ("? [a, b]\n: 1\n", "1: a key is not a word"),
        ("a: 1\n---\nb: 1\n", "2: a second document begins here"),
        ("\na: " + "1" * 5000, "2: a number of 5,000 characters"),
        ("a: b\n\tc: d\n", "2: not valid YAML (a tab; indent by spaces)"),
        ("a: 1\nb: \0\n", "2: not valid YAML (the character U+0000 is not allowed)"),
        ('a: "\\ud800"\n', "1: half of a character"),
        ('a: "\\U00110000"\n', "None: not valid YAML"),
        (f"%YAML 1.{'9' * 5000}\n---\n", "None: not valid YAML"),
        ("%YAML 2.0\n---\na: 1\n", "1: not valid YAML"),
        ("a: [1\n", "2: not valid YAML"),
    ],
)
def test_what_is_too_much_or_no_yaml_is_told_with_its_line(text: str, told: str) -> None:
    assert fault(text).startswith(told)


def test_limits_themselves_are_allowed() -> None:
    assert parse("[" * DEEPEST_LEVEL + "]" * DEEPEST_LEVEL).content
    assert len(parse("- a\n" * (MOST_VALUES - 1)).content) == MOST_VALUES - 1


def repeated(part: str) -> str:
    return part * (LARGE // len(part))


@pytest.mark.parametrize(
    "text",
    [
        "#" + repeated("x"),
        "a: " + repeated("b\n "),
        "a: |\n" + repeated("\n"),
        repeated("%a\n"),
        "[" + repeated("&a b,"),
        "- &a [x,x,x,x,x,x,x]\n" + repeated("- *a\n"),
        f"- &a [{'x,' * 9000}]\n" + repeated("- *a\n"),
        "{" + repeated('"a": 1,'),
    ],
    ids=lambda text: ascii(text[:12]),
)
def test_no_text_of_the_largest_size_takes_long(text: str) -> None:
    began = time.process_time()
    with contextlib.suppress(ParseError):
        parse(text)
    assert time.process_time() - began < 5


PARTS = [*"[]{}:,|>'\"#%\n\t\\\0\ud800é~a", ": ", "- ", "? ", "&a ", "*a ", "!!x ", "\n  ", "0o8", "<<", "---\n"]


@given(st.lists(st.sampled_from(PARTS), max_size=60).map("".join) | st.text(max_size=200))
def test_any_text_is_a_document_or_a_fault(text: str) -> None:
    try:
        parse(text)
    except ParseError as error:
        assert error.reason


SCALARS = st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats(allow_nan=False) | st.text(max_size=8)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
)


@given(VALUES)
def test_values_come_back_from_json(value: Any) -> None:
    written = json.dumps(value)
    if "<<" not in written and "Infinity" not in written:  # a merge key; what YAML writes .inf
        assert parse(written).content == value


def test_it_reads_what_pyyaml_does_where_both_versions_of_yaml_agree() -> None:
    text = "a: [1, 2.5, true, null, word, 'quoted']\nb:\n  c: |\n    lines\n    more\n  d: >-\n    folded\n    text\n"
    assert parse(text).content == yaml.safe_load(text)
