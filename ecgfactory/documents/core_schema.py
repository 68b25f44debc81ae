"""What an unquoted word of a YAML file is, by the core schema of YAML 1.2 (https://yaml.org/spec/1.2.2/#103-core-schema).

`yes`, `off`, `1:30`, `1_000` and `2026-11-28` are text there, `010` is ten and `0o10` eight.
"""

from __future__ import annotations

import re

Scalar = None | bool | int | float | str

WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
    **{f"{sign}{word}": float(f"{sign}inf") for sign in ("", "+", "-") for word in (".inf", ".Inf", ".INF")},
}
INTEGERS = {
    10: re.compile(r"[-+]?[0-9]+"),
    8: re.compile(r"0o[0-7]+"),
    16: re.compile(r"0x[0-9a-fA-F]+"),
}
FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")

LONGEST_NUMBER = 100
"""Characters; Python itself takes no more than 4,300 digits for a whole number."""


def scalar_of(word: str) -> Scalar:
    """Return the value that an unquoted word stands for.

    Raises
    ------
    ValueError
        When it is a number of more than a hundred characters.
    """
    if word in WORDS:
        return WORDS[word]
    base = next((base for base, pattern in INTEGERS.items() if pattern.fullmatch(word)), None)
    if base is None and not FLOAT.fullmatch(word):
        return word
    if len(word) > LONGEST_NUMBER:
        raise ValueError(f"a number of {len(word):,} characters")
    return int(word, base) if base is not None else float(word)
