"""How long a user waits for little: small builds and a few ECGs, each in a new process, beside a plain script's."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.timing import Row, seconds

RUNS = 3
SCRIPT_ECGS = 20
QUICKSTART = Path(__file__).parents[1] / "configs" / "quickstart.yaml"

BUILD = """
import ecgfactory
ecgfactory.build({"name": "small", "records": 64, "seed": 7, "report": {"samples": 0}, "output": OUTPUT})
"""
GENERATE = "import ecgfactory; ecgfactory.generate(10, seed=7)"
IMPORT = "import ecgfactory"
PLAIN = f"""
import pathlib
from benchmarks.peer_pipeline import make_part
make_part(0, {SCRIPT_ECGS}, pathlib.Path(OUTPUT) / "ecgs.parquet")
"""


def run() -> list[Row]:
    """Measure each a few times; caches of the disk are warm from the second time on, so the median is."""
    with tempfile.TemporaryDirectory() as folder:
        quickstart = [_build(Path(folder) / f"quickstart-{turn}") for turn in range(RUNS)]
        again = [_build(Path(folder) / "quickstart-0") for _ in range(RUNS)]
        bare = [_build(Path(folder) / f"bare-{turn}", "--set", "report.samples=0") for turn in range(RUNS)]
        rows = {
            "quickstart: 64 records in three formats, report of 4 samples": quickstart,
            "the same without a report": bare,
            "the same when it is already there": again,
            "ecgfactory.build of 64 records as Parquet": [_script(BUILD, folder, turn) for turn in range(RUNS)],
            "ecgfactory.generate(10)": [_script(GENERATE, folder, turn) for turn in range(RUNS)],
            "import ecgfactory": [_script(IMPORT, folder, turn) for turn in range(RUNS)],
        }
        plain = statistics.median(_script(PLAIN, folder, turn) for turn in range(RUNS))
    return [
        *(Row(name, "s", statistics.median(taken)) for name, taken in rows.items()),
        Row(f"a plain script with the same libraries, {SCRIPT_ECGS} ECGs", "s", None, plain),
    ]


def _build(output: Path, *options: str) -> float:
    command = ["-m", "ecgfactory", "build", str(QUICKSTART), "--output", str(output), *options]
    return seconds(lambda: _python(command))


def _script(text: str, folder: str, turn: int) -> float:
    """Time a script whose OUTPUT is a new folder."""
    output = Path(folder) / f"script-{abs(hash(text))}-{turn}"
    output.mkdir()
    return seconds(lambda: _python(["-c", f"OUTPUT = {str(output)!r}\n{text}"]))


def _python(arguments: Sequence[str]) -> None:
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
