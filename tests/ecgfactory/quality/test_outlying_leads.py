"""Which leads of a median beat count."""

import numpy as np

from ecgfactory.quality.outlying_leads import usable_leads


def test_noisy_and_flat_leads_do_not_count():
    rng = np.random.default_rng(61)
    beat_uv = 800 * np.exp(-0.5 * ((np.arange(500) - 200) / 10) ** 2) + rng.normal(0, 3, (3, 8, 500))
    beat_uv[0, 2] += rng.normal(0, 40, 500)
    beat_uv[1, 5] = 0
    beat_uv[2] += rng.normal(0, 40, (8, 500))  # as noisy as each other, they count
    usable = usable_leads(beat_uv.astype(np.float32), 500)
    np.testing.assert_array_equal(usable[0], np.arange(8) != 2)
    np.testing.assert_array_equal(usable[1], np.arange(8) != 5)
    assert usable[2].all()
