"""A build whose acceptance follows a profile: the same records however it is made, and said in the dataset."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from ecgfactory.candidates import by_hand
from ecgfactory.dataset.reader import Dataset
from ecgfactory.dataset.summary import summary_rows
from ecgfactory.dataset.verify import verify
from ecgfactory.line.build import Built
from ecgfactory.line.build import build as library_build
from ecgfactory.line.outlook import outlook
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.session.progress import Progress
from ecgfactory.sources.dataset import DatasetSource
from ecgfactory.sources.memory import EcgsSource
from tests.inline_pool import InlinePool
from tests.made_profile import made_profile, write_made_profile

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory, make_request: Callable[..., BuildRequest]) -> Callable[..., Any]:
    profile = write_made_profile(tmp_path_factory.mktemp("profile"))

    def make(**changes: Any) -> BuildRequest:
        small = {"records": 30, "formats": ["npy"], "report": {"samples": 0}, "splits": {"train": 1.0}}
        return make_request(**(small | {"match": {"reference": profile, "strength": 0.8}} | changes))

    return make


@pytest.fixture(scope="module")
def dataset(
    asked: Callable[..., Any], build: Callable[..., Built], tmp_path_factory: pytest.TempPathFactory
) -> Dataset:
    """Built by two processes."""
    return verify(build(asked(output=str(tmp_path_factory.mktemp("two")))).dataset)


def test_one_worker_that_was_stopped_gives_the_same_bytes(
    asked: Callable[..., Any], dataset: Dataset, tmp_path: Path
) -> None:
    def stop(progress: Progress) -> None:
        if progress.accepted:
            raise KeyboardInterrupt

    request = asked(output=str(tmp_path))
    with pytest.raises(KeyboardInterrupt):
        library_build(request, on_progress=stop, pool=lambda _: InlinePool())
    again = library_build(request, pool=lambda _: InlinePool()).dataset
    assert again.name == dataset.path.name
    assert (again / "SHA256SUMS.txt").read_text() == (dataset.path / "SHA256SUMS.txt").read_text()


def test_another_shard_size_gives_the_same_records(asked: Callable[..., Any], dataset: Dataset, tmp_path: Path) -> None:
    other = library_build(asked(shard_records=48, output=str(tmp_path)), pool=lambda _: InlinePool()).dataset
    for table in ("records.parquet", "rejected.parquet"):
        ours, theirs = (
            pd.read_parquet(folder / table).drop(columns="npy_path", errors="ignore")
            for folder in (other, dataset.path)
        )
        pd.testing.assert_frame_equal(ours, theirs)


def test_it_says_that_it_follows_a_reference(dataset: Dataset) -> None:
    profile, card = made_profile(), (dataset.path / "README.md").read_text()
    assert dataset.manifest.plan.match == profile.match(0.8)
    for ecgs in (DatasetSource(dataset), EcgsSource(dataset[:5]), dataset[:5][:2]):
        assert ecgs.followed == set(profile.reference.fitted_signals)
    words = f"reference larger with strength 0.8, profile of 2 ECGs {profile.sha256[:16]}"
    assert f"| Match | {words} |" in card
    assert "distributions of features here are not those of the generator" in " ".join(card.split())
    assert ("match", words) in summary_rows(dataset)
    assert dataset.manifest.rejects["match"] > 0
    rejected = dataset.rejected
    number = rejected.index[rejected.failed_rules.map(lambda rules: rules == ["match"])][0]
    assert rejected.reasons[number][0].startswith("match: accepted with probability 0.")


def test_the_outlook_is_what_comes(
    asked: Callable[..., Any], dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = outlook(asked(), 48)
    least, likeliest, most = seen.expected_yield
    assert 0 < least < likeliest < most < 1
    needed = seen.candidates_needed
    assert needed is not None
    assert 0.5 * needed < dataset.manifest.candidates_examined < 2 * needed
    assert seen.seconds_needed is not None and seen.seconds_needed > 0
    (beyond,) = seen.out_of_reach()  # the profile's reference has heart rates of 20 to 40
    assert (beyond.feature.name, beyond.reference) == ("heart_rate_bpm", (20, 30, 40))
    assert 50 < beyond.generated[0] <= beyond.expected[1] <= beyond.generated[2] < 110
    monkeypatch.setattr(by_hand, "FEWEST_CANDIDATES", 16)
    monkeypatch.setattr(by_hand, "ENOUGH_IN_BIN", 16)
    (one,) = outlook(asked(match={"heart_rate_bpm": {"40-110": 1}}), 16).bins()
    assert (one.feature, one.bin, one.asked, one.expected) == ("heart_rate_bpm", "40-110", 1.0, 1.0)
