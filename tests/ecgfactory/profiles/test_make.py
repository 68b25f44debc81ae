from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ecgfactory.candidates.planning import planned
from ecgfactory.dataset.reader import open_dataset
from ecgfactory.errors import BadInputError
from ecgfactory.leads import EIGHT_LEADS
from ecgfactory.line import steps
from ecgfactory.match.acceptance import ReferenceMatch
from ecgfactory.match.profile import load_profile
from ecgfactory.profiles import make
from ecgfactory.profiles.make import profile
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.sources.opening import open_source
from ecgfactory.sources.pieces import PIECE, Pieces, digest_of
from tests.generated_ecgs import generated_ecgs

MakeRequest = Callable[..., BuildRequest]


@pytest.fixture(autouse=True)
def few_candidates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(make, "CANDIDATES_FITTED", 60)
    monkeypatch.setattr(make, "CANDIDATES_JUDGED", 40)


def test_a_dataset_in_many_formats_is_read_once_and_split(built: Path, tmp_path: Path) -> None:
    made = profile(built)
    assert len(made.reference.fitted_on) == len(made.reference.judged_on) == 20
    assert not {*made.reference.fitted_on} & {*made.reference.judged_on}
    pieces = Pieces(open_source(built, "reference"))
    fitted = [row for row, name in enumerate(pieces.names) if name in made.reference.fitted_on]
    assert made.reference.fitted_signals == tuple(
        digest_of(signal_uv) for signal_uv in pieces.read(np.array(fitted), range(8), PIECE)
    )
    assert made.reference.name == open_dataset(built).title
    assert str(built.parent) not in made.to_json()
    assert made.separation.judged is not None and made.separation.judged < 0.8
    assert list(made.yields) == ["0.25", "0.5", "0.75", "1"]
    assert made.ranges["heart_rate_bpm"].reference[1] == pytest.approx(70, abs=8)
    made.write(tmp_path / "p.json")
    assert load_profile(tmp_path / "p.json") == made
    match = {"reference": str(tmp_path / "p.json")}
    assert planned(BuildRequest.model_validate({"name": "a", "records": 1, "match": match})).match == made.match(1.0)


def test_a_build_looks_into_a_folder_that_its_match_names(
    built: Path, make_request: MakeRequest, tmp_path: Path
) -> None:
    request = make_request(match={"reference": str(built), "strength": 0.5}, output=str(tmp_path))
    plan = steps.plan_dataset(request)
    assert isinstance(plan.match, ReferenceMatch)
    assert (plan.match.reference, plan.match.reference_records) == (open_dataset(built).title, 20)


def test_what_files_are_is_said_beside_their_folder(make_request: MakeRequest, tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", generated_ecgs(20)[0])
    said = {"path": str(tmp_path), "leads": [*EIGHT_LEADS], "rate_hz": 500}
    with pytest.raises(BadInputError, match=r"^match\.reference: unit is 'furlong'; give uV"):
        steps.plan_dataset(make_request(match={"reference": {**said, "unit": "furlong"}}, output=str(tmp_path / "o")))
    with pytest.raises(BadInputError, match=r"^match\.reference: .*: 1 ECGs can be used, and at least 40"):
        steps.plan_dataset(make_request(match={"reference": {**said, "unit": "uV"}}, output=str(tmp_path / "o")))


def test_too_few_are_refused(built: Path, make_request: MakeRequest, tmp_path: Path) -> None:
    strict = {"quality": {"policy": "strict", "bounds": {"heart_rate": {"min": 70}}}}
    with pytest.raises(
        BadInputError, match=r"\d+ ECGs can be used \(\d+ rejected by the policy strict\), and at least"
    ):
        profile(built, request=make_request(**strict))
    with pytest.raises(BadInputError, match=r"^match\.reference: .* ECGs can be used"):
        steps.plan_dataset(make_request(match={"reference": str(built)}, output=str(tmp_path), **strict))


def test_what_can_t_be_is_told(built: Path) -> None:
    with pytest.raises(BadInputError, match="use is 'most'; choose 'half' or 'all'"):
        profile(built, use="most")  # type: ignore[arg-type]
    with pytest.raises(BadInputError, match="is a dataset, which says all of itself; leave unit out"):
        profile(built, unit="mV")
    with pytest.raises(BadInputError, match="reference is 3; give the path of a dataset, file or folder"):
        profile(3)  # type: ignore[arg-type]
