"""Real generated ECGs for the tests of pages and exports."""

from collections.abc import Callable
from pathlib import Path

import deepfakeecg
import numpy as np
import numpy.typing as npt
import pytest
import torch
from deepfakeecg.models import Generator

from ecgfactory.dataset.reader import Dataset
from ecgfactory.leads import LeadCount, derive_twelve, lead_names
from ecgfactory.line.build import build
from ecgfactory.record import Record
from tests.inline_pool import InlinePool


@pytest.fixture(scope="session")
def rejecting(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """A dataset of 12 records with as many rejects among them, and three samples in its report."""
    request = {
        "name": "rejecting",
        "records": 12,
        "seed": 11,
        "generator": {"batch": 16},
        "quality": {"bounds": {"heart_rate": {"min": 68}}},
        "report": {"samples": 3},
        "output": str(tmp_path_factory.mktemp("rejecting")),
    }
    return build(request, pool=lambda _: InlinePool()).open()


FEATURES = {
    "heart_rate_bpm": 72.3,
    "pr_ms": 162.0,
    "qrs_ms": 92.0,
    "qt_ms": 388.0,
    "qtc_bazett_ms": 424.0,
}


@pytest.fixture(scope="session")
def generated_uv() -> npt.NDArray[np.int16]:
    """Four ECGs of eight leads from the published model, shape (4, 8, 5000), in uV."""
    checkpoint = Path(deepfakeecg.__file__).parent / "checkpoints" / "g_stat.pt"
    model = Generator()
    model.load_state_dict(torch.load(checkpoint, weights_only=True, map_location="cpu")["stat_dict"])
    model.eval()
    noise = np.random.Generator(np.random.Philox(key=7)).random((4, 8, 5000), dtype=np.float32) * 2 - 1
    with torch.inference_mode():
        output = model(torch.from_numpy(noise)).numpy()
    signal_uv: npt.NDArray[np.int16] = np.rint(output * 6000).astype(np.int16)
    return signal_uv


MakeRecord = Callable[..., Record]


@pytest.fixture(scope="session")
def make_record(generated_uv: npt.NDArray[np.int16]) -> MakeRecord:
    """Return a function that makes a record of a generated ECG, fields changed at will."""

    def make(number: int = 0, leads: LeadCount = 12, **changes: object) -> Record:
        eight_uv = generated_uv[number]
        fields: dict[str, object] = {
            "record_id": f"{number:08d}",
            "lead_names": lead_names(leads),
            "signal_uv": derive_twelve(eight_uv) if leads == 12 else eight_uv,
            "seed": 7,
            "features": FEATURES,
        }
        return Record(**(fields | changes))  # type: ignore[arg-type]

    return make
