"""PR and QT as they follow the rate."""

from __future__ import annotations

import numpy as np
import pytest

from ecgfactory.rhythms.intervals import FULL, at_rate, qt_after
from ecgfactory.rhythms.score import Heart
from tests.played_scores import HEARTS


def test_heart_at_its_own_rate_is_itself() -> None:
    assert at_rate(HEARTS[0], HEARTS[0].rr_s) == HEARTS[0]


def test_qt_follows_the_cube_root_of_rr_and_pr_shortens_with_rate() -> None:
    slower = at_rate(HEARTS[0], 1.2)
    assert slower.qt_s == pytest.approx(0.38 * (1.2 / 0.8) ** (1 / 3))
    assert 1 < slower.pr_s / HEARTS[0].pr_s < 1.15


@pytest.mark.parametrize("rr_s", [0.4, 0.5, 0.6])
def test_pr_and_qt_fit_into_a_short_interval(rr_s: float) -> None:
    fitted = at_rate(Heart(rr_s=0.55, pr_s=0.24, p_s=0.11, qrs_s=0.1, qt_s=0.46), rr_s)
    assert fitted.pr_s + fitted.qt_s <= FULL * rr_s + 1e-9
    assert fitted.pr_s >= fitted.p_s
    assert fitted.qt_s > 0.2


def test_qt_follows_a_change_of_rate_with_a_time_constant_of_a_minute() -> None:
    onset_s = np.cumsum(np.concatenate([np.full(600, 1.0), np.full(600, 0.64)]))
    qt_s = qt_after(Heart(1.0, 0.16, 0.11, 0.09, 0.40), onset_s)
    before, after = qt_s[500], 0.40 * 0.64 ** (1 / 3)
    start = np.searchsorted(onset_s, onset_s[599] + 0.1)
    done = [
        (before - qt_s[np.searchsorted(onset_s, onset_s[start] + wait_s)]) / (before - after) for wait_s in (5, 60, 240)
    ]
    assert 0.1 < done[0] < 0.35
    assert 0.6 < done[1] < 0.85
    assert done[2] > 0.95


def test_t_ends_before_a_premature_qrs() -> None:
    onset_s = np.cumsum([0.8, 0.8, 0.35, 1.2, 0.8])
    qt_s = qt_after(HEARTS[0], onset_s)
    assert qt_s[1] == pytest.approx(0.33)
    assert qt_s[0] > 0.37
