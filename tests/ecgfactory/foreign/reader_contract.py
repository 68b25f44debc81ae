"""The contract of every format that ECGs are read from, as tests: a test class inherits it and writes such a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from ecgfactory.foreign.recording import UnreadableEcg
from ecgfactory.foreign.standard import ForeignEcg
from ecgfactory.leads import EIGHT_LEADS
from tests.foreign_files import EIGHT, only, problem, read


class ReaderContract:
    """What holds for every format."""

    suffix: ClassVar[str]
    stated: ClassVar[dict[str, Any]] = {}
    """What such a file does not tell."""

    def write(self, folder: Path) -> Path:
        """Write EIGHT as a file of this format."""
        raise NotImplementedError

    def test_an_ecg_reads_back_the_same(self, tmp_path: Path) -> None:
        path = self.write(tmp_path)
        assert path.suffix == self.suffix
        found = only(path, **self.stated)
        assert found.lead_names == EIGHT_LEADS
        np.testing.assert_allclose(found.signal_uv, EIGHT, atol=1e-3)

    def test_the_rate_that_a_user_states_overrules_the_file(self, tmp_path: Path) -> None:
        found = only(self.write(tmp_path), **{**self.stated, "rate_hz": 1000})
        assert found.signal_uv.shape == (8, 2500)

    @pytest.mark.parametrize(
        "content", [b"", b"\n", b"\0" * 5000, b"no ECG\n" * 9, b"PK\x03\x04", bytes(range(256)) * 40]
    )
    def test_garbage_is_told_in_one_sentence_and_reading_goes_on(self, tmp_path: Path, content: bytes) -> None:
        self.write(tmp_path)
        garbage = tmp_path / f"0{self.suffix}"
        garbage.write_bytes(content)
        told = problem(garbage, **self.stated)
        assert 10 < len(told) < 300
        assert "\n" not in told
        *_, good = read(tmp_path, **self.stated)
        assert isinstance(good, ForeignEcg)

    @pytest.mark.parametrize("share", [0.02, 0.2, 0.5, 0.9, 0.999])
    def test_a_file_that_is_cut_off_is_told_or_read_as_far_as_it_goes(self, tmp_path: Path, share: float) -> None:
        path = self.write(tmp_path)
        path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
        for found in read(path, **self.stated):
            if isinstance(found, UnreadableEcg):
                assert "\n" not in found.problem
            else:
                whole = found.signal_uv[:, :-1]  # the last number of a text may have lost digits
                np.testing.assert_allclose(whole, EIGHT[: len(whole), : whole.shape[1]], atol=1e-3)
