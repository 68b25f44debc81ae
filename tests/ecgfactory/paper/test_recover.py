"""The signal comes back from the mask, flat and aslant, and is missing where it isn't shown."""

import numpy as np
import numpy.typing as npt
import pytest

from ecgfactory.leads import TWELVE_LEADS
from ecgfactory.paper.page_map import PageMap
from ecgfactory.paper.recover import recover_signal
from ecgfactory.paper.truth_file import PictureTruth
from tests.drawn_ecgs import drawn_ecg
from tests.paper_pictures import aslant, flat, masked
from tests.printed_ecgs import printed

HEIGHTS_MV = (0.6, 1.1, 0.5, -0.8, 0.4, 0.9, -0.7, -1.2, 0.8, 1.4, 1.1, 0.9)
SIGNAL_UV = drawn_ecg((0.7, 1.5, 2.4, 3.3, 4.2), duration_s=5, leads=12, r_mv=HEIGHTS_MV)


def snr_db(recovered: list[npt.NDArray[np.float64]], truth: PictureTruth) -> list[float]:
    ratios = []
    for piece, found_uv in zip(truth.leads, recovered, strict=True):
        stored_uv = SIGNAL_UV[truth.lead_names.index(piece.lead), piece.first_sample : piece.last_sample + 1]
        error_uv = found_uv - stored_uv
        ratios.append(10 * np.log10(((stored_uv - stored_uv.mean()) ** 2).sum() / (error_uv**2).sum()))
    return ratios


@pytest.mark.parametrize(("speed", "gain", "least_db"), [(25, 10, 27), (50, 5, 24), (50, 10, 31)])
def test_an_undamaged_page(speed: int, gain: int, least_db: float) -> None:
    page = printed(SIGNAL_UV, dpi=150, speed_mm_per_s=speed, gain_mm_per_mv=gain)
    mask, truth = masked(page, TWELVE_LEADS, *flat(page))
    assert np.median(snr_db(recover_signal(mask, truth), truth)) > least_db


@pytest.mark.parametrize("bend_px", [0.0, 3.0])
def test_a_photographed_page(bend_px: float) -> None:
    page = printed(SIGNAL_UV, layout="6x2", dpi=150)
    mask, truth = masked(page, TWELVE_LEADS, *aslant(page, bend_px))
    assert np.median(snr_db(recover_signal(mask, truth), truth)) > 20


def test_what_is_not_shown_is_missing() -> None:
    signal_uv = SIGNAL_UV.astype(np.float64)
    signal_uv[0, 300:340] = np.nan
    page = printed(signal_uv, layout="12x1", dpi=100)
    page.traces[1].clipped[50:60] = True
    page_map, width_px, height_px = flat(page)
    mask, truth = masked(page, TWELVE_LEADS, page_map, width_px // 3, height_px)
    recovered = recover_signal(mask, truth)
    shown = np.array([piece.x_px < width_px // 3 - 1 for piece in truth.leads])
    shown[0, 300:340] = False
    shown[1, 50:60] = False
    differ = np.array([np.isnan(found_uv) for found_uv in recovered]) == shown
    # The last pixel's ink reaches a few samples.
    assert differ.sum(axis=1).max() < 30
    assert not differ[:, :200].any()


def test_a_map_that_is_wrong_is_found_out() -> None:
    page = printed(SIGNAL_UV, dpi=100)
    page_map, width_px, height_px = flat(page)
    mask, truth = masked(page, TWELVE_LEADS, page_map, width_px, height_px)
    moved = PageMap(page_map.homography + np.array([[0, 0, 0], [0, 0, 1.0], [0, 0, 0]]))
    _, wrong = masked(page, TWELVE_LEADS, moved, width_px, height_px)
    right_db, wrong_db = (np.median(snr_db(recover_signal(mask, said), said)) for said in (truth, wrong))
    assert right_db > wrong_db + 5
