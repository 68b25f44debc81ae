import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ecgfactory.quality.ragged import side_by_side


@given(st.lists(st.lists(st.integers(-5, 5), max_size=6), max_size=6), st.integers(0, 3))
def test_each_series_is_found_in_its_row(series, width):
    values, exists = side_by_side([np.array(one, np.int64) for one in series], width)
    assert values.shape == exists.shape == (len(series), max([width, *map(len, series)]))
    assert [row[there].tolist() for row, there in zip(values, exists, strict=True)] == series
    assert not values[~exists].any()
