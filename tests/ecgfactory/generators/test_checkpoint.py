from __future__ import annotations

import pickle
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from ecgfactory.errors import BadInputError
from ecgfactory.generators.checkpoint import LARGEST_BYTES, Checkpoint
from ecgfactory.generators.deepfakeecg import PUBLISHED_SHA256, published_checkpoint
from ecgfactory.generators.pulse2pulse import Pulse2PulseGenerator, generator_state, load_network


def test_the_published_checkpoint_is_the_pinned_one() -> None:
    published = published_checkpoint()
    assert published.sha256 == PUBLISHED_SHA256
    assert "conv_1.weight" in generator_state(published)


def test_a_changed_file_is_refused(tmp_path: Path) -> None:
    copy = tmp_path / "g.pt"
    shutil.copy(published_checkpoint().path, copy)
    with copy.open("r+b") as stream:
        stream.seek(1000)
        stream.write(b"\x00\x01")
    with pytest.raises(BadInputError, match="its sha256 is"):
        generator_state(Checkpoint(str(copy), PUBLISHED_SHA256))


def test_what_the_training_code_saves_works_by_path(tmp_path: Path) -> None:
    """The layout of a training checkpoint: epoch, both networks and both optimisers."""
    state = generator_state(published_checkpoint())
    parameter = torch.nn.Parameter(torch.zeros(3))
    optimiser = torch.optim.Adam([parameter]).state_dict()
    own = {
        "epoch": 100,
        "netG_state_dict": state,
        "netD_state_dict": {"fc1.weight": torch.zeros(1, 4)},
        "optimizerG_state_dict": optimiser,
        "optimizerD_state_dict": optimiser,
    }
    torch.save(own, tmp_path / "checkpoint_epoch:100.pt")
    checkpoint = Checkpoint.of_file(tmp_path / "checkpoint_epoch:100.pt")
    mine = Pulse2PulseGenerator(checkpoint, batch=2, device="cpu").generate(3, [0, 1], 5000)
    published = Pulse2PulseGenerator(published_checkpoint(), batch=2, device="cpu").generate(3, [0, 1], 5000)
    assert (mine == published).all()


@pytest.fixture(scope="module")
def state() -> dict[str, torch.Tensor]:
    """The published weights, for reading only."""
    return generator_state(published_checkpoint())


def saved(content: object, folder: Path) -> Checkpoint:
    torch.save(content, folder / "g.pt")
    return Checkpoint.of_file(folder / "g.pt")


@pytest.mark.parametrize("key", [None, "stat_dict", "netG_state_dict", "state_dict", "model_state_dict"])
@pytest.mark.parametrize("prefix", ["", "module."], ids=["", "data-parallel"])
def test_weights_load_however_they_were_saved(
    state: dict[str, torch.Tensor], tmp_path: Path, key: str | None, prefix: str
) -> None:
    named = {prefix + name: tensor for name, tensor in state.items()}
    loaded = generator_state(saved({key: named} if key else named, tmp_path))
    assert loaded.keys() == state.keys()
    assert all(torch.equal(loaded[name], state[name]) for name in state)


def test_sound_weights_of_the_users_own_pass_the_check(state: dict[str, torch.Tensor], tmp_path: Path) -> None:
    Pulse2PulseGenerator.check_checkpoint(saved({name: weights.double() for name, weights in state.items()}, tmp_path))


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        ("deconv_3.conv1d.bias", lambda weights: weights.fill_(torch.nan), "deconv_3.conv1d.bias are not all finite"),
        ("conv_1.weight", lambda weights: weights.fill_(-torch.inf), "conv_1.weight are not all finite"),
        ("conv_1.weight", lambda weights: weights.double() * 1e300, "conv_1.weight are not all finite"),
        ("conv_1.weight", lambda weights: weights.int(), "conv_1.weight are not all finite floating-point"),
        ("conv_1.weight", lambda weights: weights[:-1], "do not fit the Pulse2Pulse generator"),
        ("conv_1.weight", lambda weights: torch.zeros(1).expand(10**12), "do not fit the Pulse2Pulse generator"),
        ("conv_1.weight", lambda weights: 3, "do not fit the Pulse2Pulse generator"),
        ("conv_4.weight", lambda weights: weights.fill_(3e38), "the ECGs that it makes are not numbers"),
        ("deconv_7.conv1d.weight", lambda weights: weights * 1e4, "are at their limit of 6 mV most of the time"),
        ("deconv_7.conv1d.weight", torch.zeros_like, "the ECGs that it makes are flat lines"),
        ("deconv_7.conv1d.bias", lambda weights: weights.fill_(-1e6), "the ECGs that it makes are flat lines"),
    ],
)
def test_weights_that_make_no_ecgs_are_told_before_any_work(
    state: dict[str, torch.Tensor], tmp_path: Path, name: str, change: Callable[..., object], words: str
) -> None:
    spoilt = saved(state | {name: change(state[name].clone())}, tmp_path)
    with pytest.raises(BadInputError, match=words) as caught:
        Pulse2PulseGenerator.check_checkpoint(spoilt)
    assert str(caught.value).startswith(spoilt.path)


def test_a_truncated_file_is_told(tmp_path: Path) -> None:
    whole = Path(published_checkpoint().path).read_bytes()
    for size in (1, 100, len(whole) // 2, len(whole) - 1):
        (tmp_path / "g.pt").write_bytes(whole[:size])
        with pytest.raises(BadInputError, match="is not a PyTorch checkpoint"):
            generator_state(Checkpoint.of_file(tmp_path / "g.pt"))


def test_an_archive_that_would_fill_the_memory_is_not_unpacked(tmp_path: Path) -> None:
    torch.save({"conv_1.weight": torch.zeros(10**6)}, tmp_path / "plain.pt")
    with (
        zipfile.ZipFile(tmp_path / "plain.pt") as plain,
        zipfile.ZipFile(tmp_path / "bomb.pt", "w", zipfile.ZIP_DEFLATED) as bomb,
    ):
        for entry in plain.namelist():
            bomb.writestr(entry, plain.read(entry))
    with pytest.raises(BadInputError, match="is not a PyTorch checkpoint"):
        generator_state(Checkpoint.of_file(tmp_path / "bomb.pt"))


def test_a_file_of_an_absurd_size_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "huge.pt").open("wb") as stream:
        stream.truncate(LARGEST_BYTES + 1)
    with pytest.raises(BadInputError, match="has more than 1 GB"):
        Checkpoint.of_file(tmp_path / "huge.pt")


class _Attack:
    """Would make a file when unpickled without care."""

    def __init__(self, target: str) -> None:
        self.target = target

    def __reduce__(self) -> tuple[object, tuple[str, str]]:
        return (open, (self.target, "w"))


def test_code_in_a_checkpoint_is_never_run(tmp_path: Path) -> None:
    (tmp_path / "x.pt").write_bytes(pickle.dumps(_Attack(str(tmp_path / "attacked")), protocol=2))
    with pytest.raises(BadInputError, match="is not a PyTorch checkpoint"):
        load_network(Checkpoint.of_file(tmp_path / "x.pt"))
    assert not (tmp_path / "attacked").exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is not a PyTorch checkpoint"),
        (b"not a checkpoint at all", "is not a PyTorch checkpoint"),
        ({"weights": 1}, "holds no generator weights"),
        ([1, 2], "holds no generator weights"),
        ({"weights": {"lr": 0.1}}, "holds no generator weights"),
        ({"netG_state_dict": {"conv_1.weight": torch.zeros(2)}}, "do not fit the Pulse2Pulse generator"),
        ({"conv_1.weight": torch.zeros(2)}, "do not fit the Pulse2Pulse generator"),
    ],
    ids=["empty", "text", "other-keys", "list", "no-tensors", "other-network", "other-network-alone"],
)
def test_a_file_that_is_no_checkpoint_is_told(tmp_path: Path, content: object, words: str) -> None:
    path = tmp_path / "x.pt"
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        torch.save(content, path)
    with pytest.raises(BadInputError, match=words) as caught:
        load_network(Checkpoint.of_file(path))
    assert str(path) in str(caught.value)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="there is no file"):
        Checkpoint.of_file(tmp_path / "none.pt")
