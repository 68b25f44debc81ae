from __future__ import annotations

from pathlib import Path

import pytest

from ecgfactory.dataset.names import SUMS_FILE
from ecgfactory.dataset.seal import read_sums


@pytest.mark.parametrize("path", ["../x", "data/../../x", "/etc/passwd", ""])
def test_sums_never_lead_out_of_a_dataset(path: str, tmp_path: Path) -> None:
    (tmp_path / SUMS_FILE).write_text(f"{'0' * 64}  {path}\n")
    with pytest.raises(ValueError, match="is no path below it"):
        read_sums(tmp_path)
