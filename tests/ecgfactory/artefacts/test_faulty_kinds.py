"""Kinds of packages that are faulty: a sentence names kind and package, and nothing wrong is put in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import ecgfactory as ef
from ecgfactory.artefacts import ARTEFACTS
from ecgfactory.artefacts.mixture import kind_named
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.validation.artefact_contract import usual_ecg
from tests.plugin_package import write_package

MODULE = """
import numpy as np

from ecgfactory.artefacts.base import Change, ElectrodeNoise, Potentials, SignalChange, Stage


def noise(name, given):
    return type(name, (ElectrodeNoise,), {"name": name, "title": "t", "potentials": lambda self, *_: given})


def change(name, change):
    kind = {"name": name, "title": "t", "stage": Stage.LEAD, "change": lambda self, uv, *_: change(uv)}
    return type(name, (SignalChange,), kind)


def raised(uv):
    raise RuntimeError("boom")


def outside(uv):
    uv[1] += 50
    return Change(100, 200)


def not_finite(uv):
    uv[1, 100:110] = np.nan
    return Change(100, 200)


tone = np.sin(np.arange(5000.0))
KINDS = {
    "raises": change("raises", raised),
    "outside": change("outside", outside),
    "not_finite": change("not_finite", not_finite),
    "nothing": change("nothing", lambda uv: None),
    "backwards": change("backwards", lambda uv: Change(60, 5)),
    "far": change("far", lambda uv: Change(0, 1_000_000)),
    "no_json": change("no_json", lambda uv: Change(0, 5, parameters={"a": np.arange(3)})),
    "nan_noise": noise("nan_noise", Potentials({"RA": tone * np.nan})),
    "no_noise": noise("no_noise", Potentials({"RA": 0 * tone})),
    "same_noise": noise("same_noise", Potentials(dict.fromkeys(["RA", "LA", "LL", "C1", "C2"], tone))),
    "unknown": noise("unknown", Potentials({"XX": tone})),
    "empty": noise("empty", Potentials({})),
    "mixed": noise("mixed", Potentials({"RA": tone, "LA": tone[:9]})),
    "too_long": noise("too_long", Potentials({"RA": tone}, onset=3)),
    "early": noise("early", Potentials({"RA": tone[:9]}, onset=-3)),
}
globals().update(KINDS)


class unfinished(ElectrodeNoise):
    name = "unfinished"
    title = "t"
"""

TOLD = {
    "raises": "RuntimeError: boom",
    "outside": "it changes samples that are not from 100 to 200, as it says",
    "not_finite": "what it leaves is not all finite",
    "nothing": "AttributeError: 'NoneType' object has no attribute",
    "backwards": "it is from sample 60 to 5, where the ECG has 5000",
    "far": "it is from sample 0 to 1000000, where the ECG has 5000",
    "no_json": "TypeError: Object of type ndarray is not JSON serializable",
    "nan_noise": "its potentials are not all finite",
    "no_noise": "its potentials add nothing to any lead",
    "unknown": "there is no electrode 'XX'",
    "empty": "its potentials are of the shapes [], not of one length",
    "mixed": "its potentials are of the shapes ['(5000,)', '(9,)'], not of one length",
    "too_long": "it is from sample 3 to 5002, where the ECG has 5000",
    "early": "it is from sample -3 to 5, where the ECG has 5000",
}


@pytest.fixture(scope="module", autouse=True)
def _site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder = tmp_path_factory.mktemp("faulty")
    names = "\n".join(f"{name} = ecg_faulty:{name}" for name in [*TOLD, "unfinished"])
    write_package(folder, "ecg-faulty", "9.9", f"[ecgfactory.artefacts]\n{names}\n")
    (Path(folder) / "ecg_faulty.py").write_text(MODULE, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(folder))
        yield
    kind_named.cache_clear()


@pytest.mark.parametrize("name", TOLD)
def test_a_fault_is_told_with_kind_and_package(name: str) -> None:
    signal = usual_ecg(8, 500)[:3]
    with pytest.raises(ef.BadInputError) as raised:
        ef.artefacts.apply(signal.astype(np.int16), 500, ["I", "II", "V1"], name, seed=1)
    (told,) = raised.value.problems
    assert told.startswith(f"kind of artefact '{name}' of package ecg-faulty 9.9 can't be used ({TOLD[name]}")
    assert told.endswith("install a working version of that package, or do without this kind of artefact.")


def test_a_kind_that_can_not_be_made_is_told_by_the_request() -> None:
    assert "unfinished" in ARTEFACTS
    with pytest.raises(ValueError, match=r"'unfinished' of package ecg-faulty 9\.9 can't be used .*abstract"):
        BuildRequest.model_validate({"name": "a", "records": 1, "artefacts": {"kinds": {"unfinished": 1}}})
