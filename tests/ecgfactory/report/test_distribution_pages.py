import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pdf_lines import pdf_text

from ecgfactory.quality.features import FEATURES
from ecgfactory.report.distributions import distribution_pages
from ecgfactory.report.style import PALETTES
from ecgfactory.report.summary import REFERENCES, ReferenceRange, bin_edges

PALETTE = PALETTES["red"]


def draw(table):
    return [pdf_text(make_page()) for make_page in distribution_pages(table, PALETTE)]


def test_every_feature_of_the_table_is_drawn():
    columns = {f.name: ["Excellent", "Unacceptable"] if f.kind == "word" else [1.0, 2.0] for f in FEATURES}
    texts = draw(pa.table({"record_id": ["a", "b"], **columns}))
    assert len(texts) == -(-len(FEATURES) // 6)
    text = "".join(texts)
    assert "Excellent: 1" in text
    assert text.count("median 1.5") == sum(f.kind != "word" for f in FEATURES)


def test_large_table_is_summed_up_with_what_is_missing_and_beyond():
    rates = np.linspace(50, 90, 150_000)
    rates[:7], rates[7:10] = np.nan, 1e6
    (text,) = draw(pa.table({"heart_rate_bpm": rates}))
    assert "all 150,000 records" in text
    assert "median 70" in text
    assert "7 not measurable" in text
    assert "3 beyond the plot" in text
    assert "real ECGs 48 to 98" in text


@pytest.mark.parametrize(
    "values",
    [[None, None], [np.nan], [5.0], [3.0] * 10, []],
    ids=["null", "not a number", "one", "all the same", "no rows"],
)
def test_odd_columns_are_drawn(values):
    (text,) = draw(pa.table({"heart_rate_bpm": pa.array(values, pa.float64())}))
    assert "Heart rate" in text
    assert ("Too few records for a histogram." in text) == (values == [5.0])
    assert ("Not measurable in any record." in text) == (not any(v and v == v for v in values))


def test_table_without_features_gives_no_page():
    assert distribution_pages(pa.table({"record_id": ["a"]}), PALETTE) == []


def test_reference_ranges_are_in_order():
    assert all(reference.low < reference.high for reference in REFERENCES.values())


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=50), st.none() | st.just(ReferenceRange(48, 98)))
def test_bin_edges_rise_and_show_the_reference(values, reference):
    edges = bin_edges(np.array(values), reference)
    assert (np.diff(edges) > 0).all()
    assert edges[0] <= np.median(values) <= edges[-1]
    if reference is not None:
        assert edges[0] <= 48
        assert edges[-1] >= 98
