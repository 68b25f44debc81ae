"""The table of waves, against loops over lists of waves."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from ecgfactory.wave_table import ABSENT, ALL_LEADS, BEAT_WAVES, MASK_CODES, NO_BEAT, WAVES, WaveTable

LEADS = ("I", "aVR")
SAMPLES = 60

Wave = tuple[int, int, int, int, int, int]
"""Beat, lead, wave, onset, peak, offset."""


@dataclass(frozen=True)
class Listed:
    """Waves as lists, one of each record."""

    records: list[list[Wave]]

    @property
    def table(self) -> WaveTable:
        """The same as a table."""
        rows = [(record, *wave) for record, waves in enumerate(self.records) for wave in waves]
        columns = np.array(rows, dtype=np.int32).reshape(-1, 7).T
        record, beat, lead, wave, onset, peak, offset = columns
        small = (lead.astype(np.int8), wave.astype(np.int8))
        return WaveTable(LEADS, len(self.records), record, beat, *small, onset, peak, offset)


def listed(table: WaveTable) -> list[list[Wave]]:
    """Take a table apart."""
    columns = (table.record, table.beat, table.lead, table.wave, table.onset, table.peak, table.offset)
    assert [column.dtype for column in columns] == [np.int32] * 2 + [np.int8] * 2 + [np.int32] * 3
    records: list[list[Wave]] = [[] for _ in range(table.records)]
    for record, *wave in zip(*(column.tolist() for column in columns), strict=True):
        records[record].append(tuple(wave))
    return records


@st.composite
def waves_of_a_record(draw: st.DrawFn) -> list[Wave]:
    """Draw two or fewer beats, of which waves are missing, and bounds that an end of the record cuts off."""
    beats = draw(st.integers(0, 2))
    waves: list[Wave] = []
    for lead in range(1 + len(LEADS)):
        ends = draw(st.lists(st.integers(0, SAMPLES - 1), min_size=18, max_size=18, unique=True).map(sorted))
        marks = iter(ends)
        there = [
            (beat, wave)
            for beat, wave in itertools.product(range(beats), range(len(BEAT_WAVES)))
            if draw(st.booleans()) or (lead, BEAT_WAVES[wave]) == (0, "QRS")
        ]
        for place, (beat, wave) in enumerate(there):
            onset, peak, offset = next(marks), next(marks), next(marks)
            onset = ABSENT if place == 0 and draw(st.booleans()) else onset
            offset = ABSENT if place == len(there) - 1 and draw(st.booleans()) else offset
            waves.append((beat, lead, wave, onset, peak, offset))
    return sorted(waves)


tables = st.lists(waves_of_a_record(), min_size=1, max_size=4).map(Listed)


@settings(max_examples=25)
@given(tables, st.data())
def test_records_are_taken_put_and_joined(one: Listed, data: st.DataObject) -> None:
    n = len(one.records)
    rows = data.draw(st.lists(st.integers(0, n - 1), max_size=5))
    taken = one.table.take(np.array(rows, dtype=np.int64))
    assert listed(taken) == [one.records[row] for row in rows]
    assert listed(one.table.of(n - 1)) == [one.records[n - 1]]

    places = sorted(data.draw(st.sets(st.integers(0, n + 3), min_size=n, max_size=n)))
    put = one.table.put(np.array(places), n + 4)
    among: list[list[Wave]] = [[] for _ in range(n + 4)]
    for place, waves in zip(places, one.records, strict=True):
        among[place] = waves
    assert listed(put) == among
    assert listed(put.take(np.array(places))) == one.records
    assert listed(WaveTable.joined([one.table, put, taken])) == one.records + among + listed(taken)


@settings(max_examples=25)
@given(tables)
def test_waves_of_a_lead_and_r_peaks(one: Listed) -> None:
    for place, name in enumerate((ALL_LEADS, *LEADS)):
        of_lead = one.table.of_lead(name)
        assert listed(of_lead) == [[wave for wave in waves if wave[1] == place] for waves in one.records]
        assert set(of_lead.lead_of_each) <= {name}
    expected = [[wave[4] for wave in waves if wave[1] == 0 and BEAT_WAVES[wave[2]] == "QRS"] for waves in one.records]
    assert [peaks.tolist() for peaks in one.table.r_peaks()] == expected
    assert one.table.take(np.array([], dtype=np.int64)).r_peaks() == []


def test_masks_of_waves_that_overlap_show_qrs_before_t_before_p() -> None:
    p, qrs, t, flutter = (WAVES.index(wave) for wave in ("P", "QRS", "T", "F"))
    waves = [
        (NO_BEAT, 1, p, 0, 4, 8),
        (NO_BEAT, 1, p, 21, 23, 26),
        (NO_BEAT, 1, flutter, 0, 30, 59),
        (0, 1, qrs, 7, 10, 13),
        (0, 1, t, 18, 22, 29),
        (1, 1, p, 28, 30, 33),
        (1, 1, qrs, 33, 35, ABSENT),
    ]
    (drawn,) = Listed([waves]).table.masks(SAMPLES)[:, 1]
    expected = {(0, 7): "P", (7, 14): "QRS", (18, 30): "T", (30, 33): "P", (33, SAMPLES): "QRS"}
    for (first, stop), wave in expected.items():
        assert (drawn[first:stop] == MASK_CODES[wave]).all()
    assert not drawn[14:18].any()


@settings(max_examples=25)
@given(tables)
def test_masks_are_the_codes_from_onset_to_offset(one: Listed) -> None:
    expected = np.zeros((len(one.records), 1 + len(LEADS), SAMPLES), dtype=np.uint8)
    for record, waves in enumerate(one.records):
        for _, lead, wave, onset, _, offset in waves:
            if (onset, offset) == (ABSENT, ABSENT):
                continue  # where it is, nobody knows
            for sample in range(max(onset, 0), (offset if offset != ABSENT else SAMPLES - 1) + 1):
                expected[record, lead, sample] = MASK_CODES[BEAT_WAVES[wave]]
    masks = one.table.masks(SAMPLES)
    assert masks.dtype == np.uint8
    assert np.array_equal(masks, expected)
