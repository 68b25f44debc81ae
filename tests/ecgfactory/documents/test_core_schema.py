"""Words as YAML 1.2's core schema reads them, held against the table of its specification."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecgfactory.documents.core_schema import LONGEST_NUMBER, Scalar, scalar_of

TABLE: list[tuple[str, type]] = [
    (r"null | Null | NULL | ~", type(None)),
    (r"", type(None)),
    (r"true | True | TRUE | false | False | FALSE", bool),
    (r"[-+]? [0-9]+", int),
    (r"0o [0-7]+", int),
    (r"0x [0-9a-fA-F]+", int),
    (r"[-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?", float),
    (r"[-+]? ( \.inf | \.Inf | \.INF )", float),
    (r"\.nan | \.NaN | \.NAN", float),
    (r".*", str),
]
"""The regular expressions of section 10.3.2, in their order, as printed there."""


def kind_by_the_table(word: str) -> type:
    return next(kind for pattern, kind in TABLE if re.fullmatch(pattern, word, re.VERBOSE | re.DOTALL))


ODD = st.text(alphabet="0123456789+-._eEoxXabfnulINFtrsy~:,", max_size=12)


@given(ODD | st.one_of(*(st.from_regex(re.compile(pattern, re.VERBOSE), fullmatch=True) for pattern, _ in TABLE[2:9])))
def test_every_word_is_of_the_kind_that_the_table_says(word: str) -> None:
    if len(word) <= LONGEST_NUMBER:
        assert type(scalar_of(word)) is kind_by_the_table(word)


@given(st.integers(-(10**50), 10**50))
def test_numbers_come_back(number: int) -> None:
    assert scalar_of(f"{number}") == scalar_of(f"{number:+}") == number
    assert scalar_of(f"{number:0120}"[-100:]) in (number, abs(number))
    if number >= 0:
        assert scalar_of(f"0o{number:o}") == scalar_of(f"0x{number:x}") == number


@given(st.floats())
def test_fractions_come_back(number: float) -> None:
    written = repr(number).replace("inf", ".inf").replace("nan", ".nan")
    found = scalar_of(written)
    assert isinstance(found, float)
    assert found == number or math.isnan(number)


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("off", "off"),
        ("yes", "yes"),
        ("No", "No"),
        ("y", "y"),
        ("010", 10),
        ("0o10", 8),
        ("0b11", "0b11"),
        ("0x1F", 31),
        ("-0x1", "-0x1"),
        ("1:30", "1:30"),
        ("1e3", 1000.0),
        ("1_000", "1_000"),
        ("1,000", "1,000"),
        ("2026-11-28", "2026-11-28"),
        ("<<", "<<"),
        ("=", "="),
        ("~", None),
        ("", None),
        ("1.", 1.0),
        (".5", 0.5),
        (".", "."),
        ("-.INF", -math.inf),
        ("inf", "inf"),
        ("nan", "nan"),
        ("１２", "１２"),
        ("tRUE", "tRUE"),
    ],
)
def test_what_yaml_1_1_and_python_read_otherwise(word: str, value: Scalar) -> None:
    found = scalar_of(word)
    assert (type(found), found) == (type(value), value)


def test_no_number_is_too_long_for_python() -> None:
    for word in ("1" * 5000, "0x" + "f" * 5000, "1" * 5000 + ".5", "1e" + "9" * 5000):
        with pytest.raises(ValueError, match="a number of 5,00"):
            scalar_of(word)
    assert scalar_of("1" * 100) == int("1" * 100)
