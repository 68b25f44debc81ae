"""The training of the network that marks waves: on a few drawn records, and a network that answers as its twin does."""

import numpy as np
import pytest
import torch

from benchmarks.wave_model import training
from benchmarks.wave_model.augmentation import vary
from benchmarks.wave_model.examples import example, marked_record
from benchmarks.wave_model.model import WaveModel
from ecgfactory.leads import TWELVE_LEADS
from ecgfactory.validation.ludb import LudbRecord, Mark
from ecgfactory.waves.network import ask
from ecgfactory.waves.windows import STARTS, cut_windows
from tests.drawn_ecgs import drawn_ecg

BEATS_S = np.arange(0.5, 10, 0.9)


@pytest.fixture(scope="module")
def record():
    """A drawn record, the first beat's P and the last one's T unmarked, and no P in the third."""
    marks = []
    for number, beat in enumerate((500 * BEATS_S).tolist()):
        if number not in (0, 2):
            marks.append(Mark("p", beat - 108, beat - 80, beat - 52))
        marks.append(Mark("N", beat - 25, beat, beat + 25))
        if number + 1 < BEATS_S.size:
            marks.append(Mark("t", beat + 95, beat + 150, beat + 205))
    signal_uv = drawn_ecg(BEATS_S, leads=12)
    return marked_record(LudbRecord("1", signal_uv, 500, dict.fromkeys(TWELVE_LEADS, marks), "", ()))


@pytest.fixture
def one_thread():
    """As networks are trained (`cross_validation`): steps this small are slower on several."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def test_each_beat_has_its_marks_and_what_was_not_looked_at_is_unknown(record):
    assert record.present[:, 1].tolist() == [1] * BEATS_S.size
    assert np.isnan(record.present[0, 0]) and np.isnan(record.present[-1, 2])
    assert record.present[2, 0] == 0
    assert np.nanmedian(record.bounds - record.places[:, None, None, None], axis=(0, 1)) == pytest.approx(
        np.array([[-108, -52], [-25, 25], [95, 205]]), abs=2
    )


def test_marks_move_with_the_signal(record):
    rng = np.random.default_rng(1)
    for _ in range(20):
        varied = vary(record, rng)
        assert len(varied.places) == len(varied.bounds) == len(varied.present) > 0
        assert varied.signal_uv.shape[0] == 12
        qrs = varied.bounds[:, :, 1] - varied.places[:, np.newaxis, np.newaxis]
        assert (qrs[..., 0] < 0).all() and (qrs[..., 1] > 0).all()
        assert np.nanmin(varied.bounds[:, :, 2, 0] - varied.bounds[:, :, 1, 1]) > 0


def test_the_same_seed_trains_the_same_network_and_it_learns(record, monkeypatch, one_thread):
    monkeypatch.setattr(training, "EPOCHS", 40)
    monkeypatch.setattr(training, "AVERAGING", 0.8)
    variants = [[example(record)] * 2, [example(vary(record, np.random.default_rng(2)))] * 2]
    first, second = (training.train(variants, seed=5) for _ in range(2))
    assert all((first[name] == second[name]).all() for name in first)
    places = np.rint(record.places).astype(np.int64)[np.newaxis]
    windows = cut_windows(record.signal_uv[np.newaxis].astype(np.int16), places, np.ones(places.shape, bool))
    answers = ask(windows, (first,))
    assert np.abs(np.median(answers.leads, axis=(0, 1)) - [[-108, -52], [-25, 25], [95, 205]]).max() < 20


def test_the_network_answers_as_its_twin_does():
    torch.manual_seed(1)
    model = WaveModel(torch.rand(STARTS.size) + 0.5, 32, 0.0).eval()
    signal_uv = np.random.default_rng(2).integers(-900, 900, (3, 5, 4000)).astype(np.int16)
    places = np.array([[300, 900, 1500], [100, 2000, 3900], [700, 0, 0]])
    windows = cut_windows(signal_uv, places, np.array([[True] * 3, [True] * 3, [True, False, False]]))
    answers = ask(windows, (model.weights(),))
    with torch.no_grad():
        twin = model(*(torch.from_numpy(values) for values in (windows.shape, windows.clock, windows.record)))
    assert answers.leads == pytest.approx(twin.leads.numpy(), abs=0.2, rel=0.01)
    assert answers.evidence == pytest.approx(twin.evidence.numpy(), abs=0.02, rel=0.01)
