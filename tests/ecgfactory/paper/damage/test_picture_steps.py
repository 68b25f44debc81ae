"""Each step of a picture does what its fields say."""

import numpy as np
import pytest

from ecgfactory.paper.damage.base import PictureStep, Pixels
from ecgfactory.paper.damage.blur import MotionBlur, OutOfFocus
from ecgfactory.paper.damage.contrast import Grey, Levels
from ecgfactory.paper.damage.fax import FaxLines
from ecgfactory.paper.damage.jpeg import Jpeg
from ecgfactory.paper.damage.light import Glare, Shadow, UnevenLight
from ecgfactory.paper.damage.noise import SensorNoise
from ecgfactory.paper.damage.screen import Moire

ALL = [
    UnevenLight(0.2, 30.0, 0.1, 1.0, 0.98, 0.95),
    Shadow(0.1, 0.2, 90.0, 0.5, 0.3, 0.3),
    Glare(0.1, 0.1, 0.2, 0.5),
    OutOfFocus(0.8),
    MotionBlur(2.5, 30.0),
    SensorNoise(2.0, 5),
    Jpeg(70),
    Levels(20, 230, 1.1),
    Grey(),
    Moire(1.03, 1.0, 0.01, 0.1),
    FaxLines(0.9, 0.5, 150.0, 0.2, 0.02, 7),
]


def plain(value: int = 200, height: int = 240, width: int = 320) -> Pixels:
    return np.full((height, width, 3), value, dtype=np.uint8)


def point(side: int = 41) -> Pixels:
    pixels = np.zeros((side, side, 3), dtype=np.uint8)
    pixels[side // 2, side // 2] = 255
    return pixels


def moments(pixels: Pixels) -> tuple[float, float, float, float]:
    """Mean and variance, across and down, of where a picture is bright."""
    weights = pixels[..., 0].astype(np.float64) / pixels[..., 0].sum()
    down, across = np.mgrid[: weights.shape[0], : weights.shape[1]]
    x, y = (weights * across).sum(), (weights * down).sum()
    return x, y, (weights * (across - x) ** 2).sum(), (weights * (down - y) ** 2).sum()


@pytest.mark.parametrize("step", ALL, ids=lambda step: step.name)
@pytest.mark.parametrize("shape", [(31, 47), (240, 320)])
def test_size_stays_and_so_does_the_outcome(step: PictureStep, shape: tuple[int, int]) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (*shape, 3), dtype=np.uint8)
    changed, again = step.on_picture(pixels.copy()), step.on_picture(pixels.copy())
    assert changed.shape == pixels.shape and changed.dtype == np.uint8
    assert changed.flags.c_contiguous
    assert np.array_equal(changed, again)
    assert not np.array_equal(changed, pixels)


def test_names_are_unique() -> None:
    assert len({step.name for step in ALL}) == len(ALL)


def test_light_falls_to_its_side_and_to_the_corners() -> None:
    falling = UnevenLight(0.4, 0.0, 0.0).on_picture(plain())[..., 0].astype(int)
    assert falling[120, 2] == pytest.approx(200, abs=3)
    assert falling[120, -3] == pytest.approx(120, abs=3)
    round_off = UnevenLight(0.0, 0.0, 0.4).on_picture(plain())[..., 0].astype(int)
    assert round_off[120, 160] == 200
    assert round_off[2, 2] == pytest.approx(200 * 0.6, abs=12)
    coloured = UnevenLight(0.0, 0.0, 0.0, 1.0, 0.9, 0.5).on_picture(plain())
    assert coloured[50, 50].tolist() == [200, 180, 100]


def test_shadow_is_below_its_end_and_nowhere_else() -> None:
    seen = Shadow(0.0, 0.0, 90.0, 0.5, 0.1, 0.3).on_picture(plain())[..., 0]
    assert seen[200, 160] == pytest.approx(140, abs=2)
    assert seen[20, 160] == 200
    assert seen[200, 20] == seen[200, 300] == 200


def test_glare_whitens_its_middle() -> None:
    seen = Glare(0.5, 0.0, 0.15, 0.5).on_picture(plain(55))[..., 0]
    assert seen[120, 240] == pytest.approx(155, abs=4)
    assert seen[120, 20] == 55


@pytest.mark.parametrize("sigma", [0.6, 1.2])
def test_focus_spreads_a_point_by_its_sigma(sigma: float) -> None:
    x, y, across, down = moments(OutOfFocus(sigma).on_picture(point()))
    assert (x, y) == pytest.approx((20, 20), abs=0.01)
    assert (across, down) == pytest.approx((sigma**2, sigma**2), rel=0.15)


def test_motion_spreads_a_point_along_its_way() -> None:
    x, y, across, down = moments(MotionBlur(6.0, 0.0).on_picture(point()))
    assert (x, y) == pytest.approx((20, 20), abs=0.02)
    assert across == pytest.approx(6**2 / 12, abs=0.5)
    assert down == pytest.approx(0, abs=0.01)
    _, _, across, down = moments(MotionBlur(6.0, 90.0).on_picture(point()))
    assert down > 5 * max(across, 0.1)


@pytest.mark.parametrize("sigma", [0.6, 1.5, 4.0])
def test_noise_has_its_spread_and_is_smooth(sigma: float) -> None:
    seen = SensorNoise(sigma, 3).on_picture(plain(128, 400, 400)).astype(np.float64)
    noise = seen[..., 0] - 128
    assert noise.mean() == pytest.approx(0, abs=0.05)
    assert noise.std() == pytest.approx(np.hypot(sigma, 0.29), rel=0.08)  # and that of rounding
    assert np.corrcoef(noise[:, 1:].ravel(), noise[:, :-1].ravel())[0, 1] > 0.3
    assert np.array_equal(seen[..., 0], seen[..., 2])
    assert not np.array_equal(seen, SensorNoise(sigma, 4).on_picture(plain(128, 400, 400)))


def test_jpeg_loses_more_at_lower_quality_and_keeps_colours() -> None:
    pixels = plain(230)
    pixels[::9] = (220, 40, 40)
    losses = [np.abs(Jpeg(q).on_picture(pixels.copy()).astype(int) - pixels).mean() for q in (20, 60, 95)]
    assert losses[0] > losses[1] > losses[2] > 0
    red = plain()
    red[:] = (220, 40, 40)
    assert np.abs(Jpeg(90).on_picture(red.copy()).astype(int) - red).max() < 4


def test_levels_put_black_and_white_where_they_say() -> None:
    pixels = np.arange(256, dtype=np.uint8).repeat(3).reshape(1, 256, 3)
    seen = Levels(30, 220, 1.3).on_picture(pixels.copy())[0, :, 0].astype(int)
    assert (seen[0], seen[-1]) == (30, 220)
    assert (np.diff(seen) >= 0).all()
    assert seen[128] < 125
    assert Levels(0, 300).on_picture(pixels.copy()).max() == 255


def test_grey_has_no_colour() -> None:
    pixels = plain()
    pixels[:] = (200, 100, 0)
    seen = Grey().on_picture(pixels)[5, 5]
    assert seen[0] == seen[1] == seen[2] == pytest.approx(0.299 * 200 + 0.587 * 100, abs=1)


@pytest.mark.parametrize("pitch", [0.96, 1.03])
def test_moire_beats_between_the_two_grids_of_pixels(pitch: float) -> None:
    seen = Moire(pitch, 0.0, 0.0, 0.1).on_picture(plain(180, 400, 1200)).astype(np.float64)
    waves = np.fft.rfft(seen.mean(axis=0) - seen.mean(axis=(0, 1)), axis=0)
    found = np.argmax(np.abs(waves), axis=0) / 1200
    assert found == pytest.approx(abs(1 / pitch - 1), abs=1 / 1200)
    assert seen.mean() == pytest.approx(180, abs=1)
    assert 2 * np.abs(waves).max() / 1200 == pytest.approx(18, rel=0.15)
    phases = np.angle(waves[np.argmax(np.abs(waves[:, 0]))])
    assert np.abs(np.exp(1j * (phases[1] - phases[0])) - 1) == pytest.approx(3**0.5, rel=0.05)  # a third of a turn


def test_fax_is_black_and_white_in_its_lines() -> None:
    pixels = np.random.default_rng(0).integers(100, 200, (300, 300, 3), dtype=np.uint8)
    seen = FaxLines(0.5, 0.25, 150.0, 0.0, 0.0, 1).on_picture(pixels)[..., 0]
    assert set(np.unique(seen)) == {0, 255}
    assert (seen.reshape(75, 4, 150, 2) == seen[::4, ::2].reshape(75, 1, 150, 1)).all()


def test_fax_keeps_lines_and_whitens_paper() -> None:
    pixels = plain(235)
    pixels[100:104] = 30
    seen = FaxLines(1.0, 0.5, 140.0, 0.0, 0.0, 1).on_picture(pixels)[..., 0]
    assert (seen[100:104] == 0).all()
    assert (np.delete(seen, range(100, 104), axis=0) == 255).all()


@pytest.mark.parametrize("lines", [0.98, 0.49, 0.653])
def test_fax_leaves_things_where_they_are(lines: float) -> None:
    pixels = plain(255, 901, 901)
    pixels[300:601, 300:601] = 0
    black = FaxLines(lines, lines, 128.0, 0.0, 0.0, 1).on_picture(pixels)[..., 0] == 0
    across, down = (np.flatnonzero(black.any(axis=axis)).mean() for axis in (0, 1))
    assert (across, down) == (pytest.approx(450, abs=0.2), pytest.approx(450, abs=0.2))


def test_fax_shows_greys_as_patterns() -> None:
    shares = [(FaxLines(1.0, 1.0, 127.5, 1.0, 0.0, 1).on_picture(plain(v)) == 255).mean() for v in (64, 128, 192)]
    assert shares == pytest.approx([0.25, 0.5, 0.75], abs=0.04)


def test_fax_prints_the_line_before_a_lost_one() -> None:
    pixels = plain(255, 400, 40)
    pixels[::2] = 0  # every second line black
    kept = FaxLines(1.0, 1.0, 128.0, 0.0, 0.0, 3).on_picture(pixels.copy())[:, 0, 0]
    lossy = FaxLines(1.0, 1.0, 128.0, 0.0, 0.1, 3).on_picture(pixels.copy())[:, 0, 0]
    lost = kept != lossy
    assert 15 < lost.sum() < 65
    assert all(lossy[line] == lossy[line - 1] for line in np.flatnonzero(lost))
