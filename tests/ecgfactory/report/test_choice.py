"""Records that are asked for by ids, ranges and as samples."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecgfactory.dataset.reader import Dataset
from ecgfactory.errors import BadInputError
from ecgfactory.record import record_id
from ecgfactory.report.choice import SAMPLES, choose
from ecgfactory.report.dataset import accepted_samples


def problems_of(dataset: Dataset, *words: str) -> list[str]:
    with pytest.raises(BadInputError) as caught:
        choose(dataset, words)
    return caught.value.problems


@given(data=st.data())
def test_a_range_holds_its_accepted_records_and_counts_the_others(rejecting: Dataset, data: st.DataObject) -> None:
    accepted = {*rejecting.candidates.tolist()}
    low = data.draw(st.integers(0, max(accepted)))
    high = data.draw(st.integers(low, max(accepted)))
    meant = [number for number in range(low, high + 1) if number in accepted]
    if not meant:
        assert "no accepted record" in problems_of(rejecting, f"{low}-{high}")[0]
        return
    choice = choose(rejecting, [f"{low}-{high}"])
    assert choice.ids == [record_id(number) for number in meant]
    assert choice.left_out == high - low + 1 - len(meant)
    one_by_one = choose(rejecting, [",".join(map(str, range(low, high + 1)))])
    assert one_by_one.ids == [record_id(number) for number in range(low, high + 1)], "rejected ones too, when named"


def test_words_come_in_their_order_and_each_record_once(rejecting: Dataset) -> None:
    first, second, last = rejecting.record_ids[0], rejecting.record_ids[1], rejecting.record_ids[-1]
    words = [f" {int(last)} ,{second}", f"{int(first)}-{int(second)}", SAMPLES]
    ids = choose(rejecting, words).ids
    assert ids[:3] == [last, second, first]
    assert sorted(ids) == sorted({first, second, last, *accepted_samples(rejecting)})


def test_everything_that_means_no_record_is_told(rejecting: Dataset) -> None:
    told = problems_of(rejecting, "9-3,hello", "100000-200000", "77777", "1-2-3")
    for problem, words in zip(told, ("write 3-9", "'hello'", "no accepted record", "'77777'", "'1-2-3'"), strict=True):
        assert words in problem
    assert "no record is named" in problems_of(rejecting, ",", " ")[0]


def test_a_dataset_without_a_report_has_no_samples(rejecting: Dataset) -> None:
    dataset = Dataset(rejecting.path)
    none = dataset.plan.request.report.model_copy(update={"samples": 0})
    request = dataset.plan.request.model_copy(update={"report": none})
    dataset.plan = dataset.plan.model_copy(update={"request": request})
    assert "was built with report.samples 0" in problems_of(dataset, SAMPLES)[0]
