"""Artefacts as WFDB annotation files of noise marks, as `wfdb.wrann` of wfdb 4.3 writes them.

A noise mark, `~`, says that the quality of the signal changes. Kind and leads are in its text: "muscle II" where that
artefact begins, "end muscle II" at the first sample after it; one that lasts to the end of the record has no end. Both
have the number of the artefact in the record as `num`, and as `chan` that of the lead where it is in one alone, else 0.
The bits of `subtype` are the leads that are in any artefact from there on, the first lead lowest, as in the MIT-BIH
Arrhythmia Database (WFDB Programmer's Guide, annotation codes, https://physionet.org/physiotools/wpg/); it has eight.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from ecgfactory.artefact_table import ArtefactTable
from ecgfactory.formats.artefact_text import artefact_texts, artefacts_of_texts

ANNOTATOR = "art"
"""Suffix of the file of a record."""

END = "end "
"""How the text of the mark after an artefact begins."""

_NOISE, _SKIP, _NUM, _SUBTYPE, _CHAN, _TEXT = 14, 59, 60, 61, 62, 63
"""Codes in the upper 6 bits of a word; see annot(5) of the WFDB Applications Guide."""

_LOWER = 1023
"""The other bits of a word."""

_SUBTYPE_BITS = 8


class _Mark(NamedTuple):
    """A mark; they are sorted by these fields, so that an artefact ends before another begins."""

    sample: int
    begins: bool
    number: int


def encode_noise_marks(artefacts: ArtefactTable, samples: int) -> bytes:
    """Encode the artefacts of one record of so many samples."""
    marks = [_Mark(onset, True, number) for number, onset in enumerate(artefacts.onset.tolist())]
    ends = [_Mark(offset + 1, False, number) for number, offset in enumerate(artefacts.offset.tolist())]
    marks = sorted(marks + [mark for mark in ends if mark.sample < samples])
    texts = artefact_texts(artefacts)
    content, sample, num, chan = bytearray(), 0, 0, 0
    for mark in marks:
        since, sample = mark.sample - sample, mark.sample
        if since > _LOWER:
            content += struct.pack("<3H", _SKIP << 10, since >> 16, since & 0xFFFF)
            since = 0
        content += _word(_NOISE, since)
        if mark.number != num:
            num = mark.number
            content += _word(_NUM, num)
        if subtype := _leads_within(artefacts, sample):
            content += _word(_SUBTYPE, subtype)
        touched = np.flatnonzero(artefacts.touched[mark.number])
        if (lead := int(touched[0]) if len(touched) == 1 else 0) != chan:
            chan = lead
            content += _word(_CHAN, chan)
        text = f"{'' if mark.begins else END}{texts[mark.number]}".encode("ascii")
        content += _word(_TEXT, len(text)) + text + bytes(len(text) % 2)
    return bytes(content + _word(0, 0))


def decode_noise_marks(content: bytes, lead_names: Sequence[str], samples: int) -> ArtefactTable:
    """Read the artefacts of one record of so many samples back; see `artefacts_of_texts`.

    Raises
    ------
    ValueError
        When the file holds anything but beginnings and ends of artefacts.
    """
    texts, onsets, offsets = dict[int, str](), dict[int, int](), dict[int, int]()
    for sample, number, text in _marks(content):
        if not text.startswith(END):
            texts[number], onsets[number], offsets[number] = text, sample, samples - 1
        elif texts.get(number) == text.removeprefix(END):
            offsets[number] = sample - 1
        else:
            raise ValueError(f"an annotation file ends {text.removeprefix(END)!r}, which has not begun")
    held = [(texts[number], onsets[number], offsets[number]) for number in sorted(texts)]
    return artefacts_of_texts(lead_names, held)


def _word(code: int, lower: int) -> bytes:
    return struct.pack("<H", code << 10 | lower)


def _leads_within(artefacts: ArtefactTable, sample: int) -> int:
    """Return the leads that are in an artefact at a sample, as bits, as far as there are bits."""
    touched = artefacts.touched[(artefacts.onset <= sample) & (sample <= artefacts.offset), :_SUBTYPE_BITS]
    return sum(1 << lead for lead in np.flatnonzero(np.any(touched, axis=0)).tolist())


def _marks(content: bytes) -> Iterator[tuple[int, int, str]]:
    """Yield sample, number and text of the marks in a file."""
    place, sample, number, words = 0, 0, 0, len(content) // 2
    at = struct.unpack(f"<{words}H", content[: 2 * words])
    begun = False
    while place < words - 1:
        code, lower = at[place] >> 10, at[place] & _LOWER
        place += 1
        if code == _SKIP:
            sample += int.from_bytes(content[2 * place : 2 * place + 2], "little") << 16
            sample += int.from_bytes(content[2 * place + 2 : 2 * place + 4], "little")
            place += 2
        elif code == _NOISE and not begun:
            sample, begun = sample + lower, True
        elif code == _NUM and begun:
            number = lower
        elif code == _TEXT and begun:
            yield sample, number, content[2 * place : 2 * place + lower].decode("ascii")
            place, begun = place + (lower + 1) // 2, False
        elif code not in (_SUBTYPE, _CHAN) or not begun:
            raise ValueError("an annotation file has marks that are of no artefact")
    if begun or len(content) != 2 * (place + 1) or content[-2:] != b"\0\0":
        raise ValueError("an annotation file of artefacts has no end, or goes on after it")
