import pytest

from ecgfactory.comparison.percent import percent, whole_percent


@pytest.mark.parametrize(
    ("share", "rounded"),
    [(0, 0), (0.001, 1), (0.285, 29), (0.904, 90), (0.905, 91), (0.895, 90), (0.996, 99), (1, 100)],
)
def test_halves_are_rounded_up_and_nearly_all_is_not_all(share: float, rounded: int) -> None:
    assert whole_percent(share) == rounded
    assert percent(share) == f"{rounded} %"
