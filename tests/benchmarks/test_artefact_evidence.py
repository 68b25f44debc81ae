"""The page on artefacts, of a few records."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from benchmarks.artefact_evidence import Sizes, write_page
from benchmarks.artefacts import curves, examples
from benchmarks.artefacts.examples import draw_examples
from benchmarks.artefacts.plain_script import add_noise
from benchmarks.artefacts.published import muscle_density
from benchmarks.artefacts.recall import Recall
from benchmarks.artefacts.scales import Scale
from ecgfactory.artefacts import ARTEFACTS
from ecgfactory.leads import derive_twelve
from ecgfactory.validation.faults import FAULTS
from tests.generated_ecgs import generated_ecgs


@pytest.mark.slow
def test_the_page_and_its_pictures(tmp_path: Path) -> None:
    few = Sizes(generated=3, simulated=0, times=2, ratio_draws=2, spectrum_draws=4, pairs=0)
    page = write_page(tmp_path, few, ["basic"]).read_text()
    deviation_db = re.search(r"largest deviation of all is \*\*([\d.]+) dB\*\*", page)
    assert deviation_db is not None
    assert float(deviation_db[1]) < 0.1
    for name in [*ARTEFACTS, *(fault.name for fault in FAULTS)]:
        assert f"| {name.replace('_', ' ')} |" in page
    pictures = sorted(path.name for path in tmp_path.glob("*.png"))
    assert {"recall_basic.png", "recall_faults.png", "spectra.png", "areas.png"} <= set(pictures)
    assert len([name for name in pictures if name.startswith("examples")]) == len(ARTEFACTS) // 4
    for name in pictures:
        assert f"({name})" in page
        with Image.open(tmp_path / name) as drawn:
            assert min(drawn.size) > 300


def test_legends_lie_over_no_curve_and_no_bar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = list[Figure]()
    monkeypatch.setattr(curves, "save", lambda figure, path, dpi: drawn.append(figure))
    shares = {rule: np.array([1.0, 0.5]) for rule in ("beats_in_all_leads", "chest_electrodes")}
    words, numbers = (Recall(places, [9, 9], np.ones(2), shares, np.zeros(2)) for places in (["LA", "RA"], [1, 20]))
    found = {f"{number}": (Scale("uV"), (words, numbers)[number % 2]) for number in range(6)}
    curves.plot_recall(found, "title", tmp_path / "a.png")
    (figure,) = drawn
    figure.canvas.draw()
    panels = [axes.get_window_extent() for axes in figure.axes]
    legends = [legend.get_window_extent() for axes in figure.axes if (legend := axes.get_legend())]
    assert len(legends) == 6
    assert not any(legend.overlaps(panel) for legend in legends for panel in panels)
    assert max(legend.x1 for legend in legends) < figure.bbox.x1


def test_amounts_of_examples_are_plain_numbers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    drawn = list[Figure]()
    monkeypatch.setattr(examples, "save", lambda figure, path, dpi: drawn.append(figure))
    kinds = [ARTEFACTS.load(name)() for name in ("electrode_pop", "pacemaker_spikes")]
    draw_examples(derive_twelve(generated_ecgs(1)[0]), kinds, 1, tmp_path)
    told = [axes.get_title(loc="left") for figure in drawn for axes in figure.axes]
    assert any(re.search(r"\d uV$", title) for title in told)
    assert not any("e+" in title for title in told)


def test_published_muscle_noise_has_its_peak_where_surface_emg_has() -> None:
    frequencies = np.arange(1, 250.0)
    assert 50 < frequencies[muscle_density(frequencies).argmax()] < 80


def test_the_plain_script_adds_noise_of_the_ratio_and_knows_no_lead_equations() -> None:
    clean = generated_ecgs(1)[0].astype(np.float64)
    added = add_noise(clean, 500, 6, np.random.default_rng(1)) - clean
    ratios_db = 10 * np.log10(clean.var(axis=1) / np.square(added).mean(axis=1))
    np.testing.assert_allclose(ratios_db, 6, atol=0.05)
