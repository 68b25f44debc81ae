"""Marks of WFDB annotation files, as `wfdb.wrann` of wfdb 4.3 writes them.

Layout: annot(5) of the WFDB Applications Guide, https://physionet.org/physiotools/wag/annot-5.htm. Marks are counted in
samples of the record; the sampling rate is in the record's header, and not noted once more (no `fs` in `wrann`), as in
LUDB's files.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from ecgfactory.arrays import BoolArray, IntArray

_SKIP, _NUM, _SUBTYPE, _TEXT = 59, 60, 61, 63
"""Codes of words that say more of a mark, in their upper 6 bits: `_SKIP` is before the mark, and the two words after it
hold the samples since the mark before, the upper half first; the others are after it."""

_LOWER = 1023
"""The other bits of a word; in that of a mark, most samples since the mark before that need no `_SKIP`."""

_COLUMNS = ("file", "sample", "code", "num", "subtype", "text")


@dataclass(frozen=True)
class Marks:
    """Marks in some files.

    Parameters
    ----------
    file : int64 array, shape (marks,)
        Number of the file that each is in.
    sample : int64 array, shape (marks,)
        Where it is.
    code : int64 array, shape (marks,)
        Its type.
    num, subtype : int64 array, shape (marks,)
        What annotators may say by numbers, from 0 to 127.
    text : int64 array, shape (marks,)
        Place of its text in `texts`.
    texts : tuple of str
        Texts (`aux`), the first of which is none.
    """

    file: IntArray
    sample: IntArray
    code: IntArray
    num: IntArray
    subtype: IntArray
    text: IntArray
    texts: tuple[str, ...]

    @classmethod
    def of(
        cls,
        file: npt.NDArray[np.integer],
        sample: npt.NDArray[np.integer],
        code: npt.NDArray[np.integer],
        num: IntArray | int = 0,
    ) -> Self:
        """Return marks without a subtype and a text."""
        none = np.zeros(len(sample), dtype=np.int64)
        file, sample, code = (values.astype(np.int64) for values in (file, sample, code))
        return cls(file, sample, code, none + num, none, none, ("",))

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """Put marks in the same files, whose texts are the same ones, behind each other."""
        columns: dict[str, Any] = {name: np.concatenate([getattr(part, name) for part in parts]) for name in _COLUMNS}
        return replace(parts[0], **columns)

    def __len__(self) -> int:
        return len(self.sample)

    def take(self, places: IntArray | BoolArray) -> Self:
        """Return some of the marks, by index or by whether each is wanted."""
        columns: dict[str, Any] = {name: getattr(self, name)[places] for name in _COLUMNS}
        return replace(self, **columns)


@dataclass
class Ends:
    """Where files have got to: the sample and the `num` of the last mark in each, to which the next refers."""

    sample: IntArray
    num: IntArray
    files: int = field(init=False)

    def __post_init__(self) -> None:
        self.files = len(self.sample)

    @classmethod
    def none(cls, files: int) -> Self:
        """Return those of so many files without a mark."""
        return cls(np.zeros(files, dtype=np.int64), np.zeros(files, dtype=np.int64))


def encode_marks(marks: Marks, ends: Ends, is_last: bool = True) -> list[bytes]:
    """Encode marks that follow what files hold, whose ends are moved on.

    Parameters
    ----------
    marks : Marks
        Those on the same sample of a file stay in the order in which they are given.
    ends : Ends
        Where the files have got to.
    is_last : bool
        Whether no more marks follow.

    Returns
    -------
    list of bytes
        For each file, the words of its marks by sample, and after the last ones of all the end.
    """
    marks = marks.take(np.lexsort((marks.sample, marks.file)))
    file, texts = marks.file, [_text_words(text) for text in marks.texts]
    since, num_before = np.diff(marks.sample, prepend=0), np.concatenate([[0], marks.num])[:-1]
    is_first = np.diff(file, prepend=-1) != 0
    since[is_first] = marks.sample[is_first] - ends.sample[file[is_first]]
    num_before[is_first] = ends.num[file[is_first]]
    is_long, is_renumbered = since > _LOWER, marks.num != num_before

    words_after = [is_renumbered, marks.subtype != 0, np.array([len(words) for words in texts])[marks.text]]
    counts = 1 + 3 * is_long + np.sum(words_after, axis=0, dtype=np.int64)
    words_before = np.concatenate([[0], np.cumsum(counts)])
    last = np.searchsorted(file, np.arange(ends.files), side="right")
    limits = words_before[last] + np.arange(1, ends.files + 1) * is_last
    words = np.zeros(limits[-1] if ends.files else 0, dtype="<u2")

    place = words_before[:-1] + file * is_last  # each file before has ended with a word
    skips, far = place[is_long], since[is_long]
    words[skips], words[skips + 1], words[skips + 2] = _SKIP << 10, far >> 16, far & 0xFFFF
    place = place + 3 * is_long
    words[place] = marks.code << 10 | np.where(is_long, 0, since)
    place += 1
    for code, values, is_said in ((_NUM, marks.num, is_renumbered), (_SUBTYPE, marks.subtype, marks.subtype != 0)):
        words[place[is_said]] = code << 10 | values[is_said]
        place += is_said
    for number, text in enumerate(texts):
        if len(text):
            words[place[marks.text == number, np.newaxis] + np.arange(len(text))] = text

    has_marks = np.diff(last, prepend=0) > 0
    ends.sample[has_marks], ends.num[has_marks] = marks.sample[last[has_marks] - 1], marks.num[last[has_marks] - 1]
    content = words.tobytes()
    return [content[start:end] for start, end in itertools.pairwise([0, *(2 * limits).tolist()])]


def decode_marks(content: bytes) -> Marks:
    """Read the marks of a file back, as those of file 0.

    Raises
    ------
    ValueError
        When it has no end, goes on after it, or says of marks what these files don't say.
    """
    if len(content) % 2:
        raise ValueError("an annotation file ends within a word")
    words = np.frombuffer(content, dtype="<u2").tolist()
    found: list[list[int]] = []
    texts = {"": 0}
    sample, num, place, is_ended = 0, 0, 0, False
    while place < len(words) and not is_ended:
        code, lower = words[place] >> 10, words[place] & _LOWER
        place += 1
        if code == _SKIP:
            high, low = [*words[place : place + 2], 0, 0][:2]
            sample, place = sample + (high << 16 | low), place + 2
        elif code < _SKIP and words[place - 1]:
            sample += lower
            found.append([sample, code, num, 0, 0])
        elif code == _NUM and found:
            num = found[-1][2] = lower
        elif code == _SUBTYPE and found:
            found[-1][3] = lower
        elif code == _TEXT and found:
            text = content[2 * place : 2 * place + lower].decode("latin-1")
            found[-1][4], place = texts.setdefault(text, len(texts)), place + (lower + 1) // 2
        elif code:
            raise ValueError("an annotation file says something of a mark that such files do not say")
        else:
            is_ended = True
    at, codes, nums, subtypes, text_of_each = np.array(found, dtype=np.int64).reshape(-1, 5).T
    if not is_ended or place != len(words) or 0 in codes:
        raise ValueError("an annotation file has no end, or goes on after it")
    return Marks(np.zeros_like(at), at, codes, nums, subtypes, text_of_each, tuple(texts))


def _text_words(text: str) -> npt.NDArray[np.uint16]:
    """Return the words that give a mark a text; none where that is none."""
    if not text:
        return np.zeros(0, dtype=np.uint16)
    content = text.encode("ascii")
    return np.frombuffer(
        np.uint16(_TEXT << 10 | len(content)).tobytes() + content + bytes(len(content) % 2), dtype="<u2"
    ).astype(np.uint16)
