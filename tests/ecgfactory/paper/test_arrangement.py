import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecgfactory.errors import BadInputError
from ecgfactory.leads import EIGHT_LEADS, TWELVE_LEADS
from ecgfactory.paper.arrangement import USUAL_LAYOUTS, Layout, arrange, column_edges, layout_of

NAMES = tuple(f"E{number}" for number in range(1, 21))

layouts = st.sampled_from(USUAL_LAYOUTS).map(layout_of)


@pytest.mark.parametrize("name", USUAL_LAYOUTS)
def test_layouts_read_as_they_are_written(name):
    assert str(layout_of(name)) == name


def test_leads_below_the_others_are_in_the_order_of_writing():
    assert layout_of("3x4+V5+II") == Layout(3, 4, ("V5", "II"))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("3 by 4", "as 3x4+II"),
        ("0x4", "as 3x4+II"),
        ("3x5", "15 leads, and layouts are written for twelve"),
        ("3x4+II+II", "twice"),
        ("12x1+I+II+III+V1", "16 rows"),
    ],
)
def test_what_is_no_layout_is_told_with_its_fix(name, words):
    with pytest.raises(BadInputError, match=re.escape(words)):
        layout_of(name)


@given(layouts, st.integers(1, len(NAMES)))
def test_each_lead_stands_once_above_the_rhythm_leads_column_by_column(layout, count):
    leads = NAMES[:count]
    rows = arrange(leads, layout).rows
    by_column = [row[column] for column in range(len(rows[0])) for row in rows if column < len(row)]
    assert tuple(by_column) == leads
    assert max(map(len, rows)) <= layout.columns


def test_rhythm_leads_are_those_the_record_has():
    assert arrange(TWELVE_LEADS, layout_of("3x4+II+V1+V5")).rhythm_leads == ("II", "V1", "V5")
    assert arrange(NAMES[:12], layout_of("3x4+II")).rhythm_leads == ("E1",)
    assert arrange(EIGHT_LEADS, layout_of("12x1")).rhythm_leads == ()
    assert arrange(TWELVE_LEADS, layout_of("6x2")).rhythm_leads == ()


@given(st.integers(0, 100_000), st.integers(1, 12))
def test_columns_share_the_samples_evenly(shown, columns):
    edges = column_edges(shown, columns)
    assert (edges[0], edges[-1]) == (0, shown)
    assert np.ptp(np.diff(edges)) <= 1
