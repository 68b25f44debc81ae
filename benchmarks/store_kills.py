"""Whether builds into an object store that are killed, cut off, paused or doubled ever show or leave anything half.

Starts a store's server, a proxy before it, and a Dask scheduler and two workers on machines that share no disk. Builds
by them, and by processes of one machine, are struck at random moments and at every step of the commit protocol, while
a reader opens whatever is published. After the strikes of a dataset an undisturbed build must end with the sums of a
build into a folder, and nothing else may be left in the store or in temporary folders. Needs root, to keep machines
apart.

    python -m benchmarks.store_kills [STRIKES] [SEED] [--store s3|gs|az]
"""

from __future__ import annotations

import argparse
import random
import re
import time
from collections.abc import Iterable
from pathlib import Path

from benchmarks.stores.machine import Machine, can_be_apart
from benchmarks.stores.readers import Reader, check_nothing_else, published_in, sums_of
from benchmarks.stores.site import NAME, Site, build_to, site_on
from benchmarks.stores.strikes import Strikes
from ecgfactory.dataset.names import LATEST, SUMS_FILE

READ_EVERY_S = 0.2

PROCESSES_END_WITHIN_S = 20.0
"""After the build that started them, or after what killed it."""

LOCK = re.compile(r"lock|.*\.(dir)?lock")
"""What those who live keep in temporary folders when they have nothing to do."""


def main(count: int, seed: int, scheme: str) -> int:
    """Strike, and end each dataset undisturbed; return of how many something was wrong."""
    with site_on(scheme) as site:
        strikes = Strikes(site, random.Random(seed))
        local_sums = _sums_of_a_local_build(site)
        for on_cluster in (False, True, True):
            strikes.measure(on_cluster)
        drawn = strikes.drawn()
        number = ended = wrong = looks = whole = 0
        while number < count:
            site.next_output()
            reader = Reader(site.datasets, READ_EVERY_S)
            try:
                with reader.reading():
                    while number < count and not published_in(site.datasets):
                        number += 1
                        words, strike = next(drawn)
                        print(f"{number:3} {words}, {strike()}", flush=True)
                        site.cluster.wait()
                    took_s = _end_undisturbed(site, local_sums, on_cluster=bool(ended % 2))
            except AssertionError as error:
                wrong += 1
                print(f"    wrong: {error}; the reader saw {reader.problems or 'nothing wrong'}", flush=True)
            else:
                seen = f"of {reader.looks} looks {reader.seen_whole} saw the dataset whole, none anything else"
                print(f"    ended well, in {took_s:.0f} s; {seen}", flush=True)
            ended += 1
            looks += reader.looks
            whole += reader.seen_whole
        strikes.measure(on_cluster=True)  # workers remove what flows that were killed had left there
        if left := _left_on(site.cluster.machines):
            wrong += 1
            print(f"workers keep {left}")
    print(f"{number} strikes, {ended} datasets, of which {wrong} with something wrong")
    print(f"{looks} looks of the reader, {whole} at whole datasets")
    return wrong


def _sums_of_a_local_build(site: Site) -> str:
    folder = site.client.folder / "datasets"
    build = build_to(str(folder), site.client, {"PREFECT_API_URL": ""})
    assert build.end() == 0, build.said()
    return (folder / NAME / LATEST / SUMS_FILE).read_text()


def _end_undisturbed(site: Site, local_sums: str, on_cluster: bool) -> float:
    """Build with nothing that strikes, and look at what is there then; return how many seconds the build took.

    The other who builds asks for it once more, since what was killed on a machine is cleared away by the next there.
    """
    began = time.monotonic()
    _build_well(site, on_cluster, site.client)
    took_s = time.monotonic() - began
    _build_well(site, False, site.colleague)
    (dataset,) = published_in(site.datasets)
    assert sums_of(dataset) == local_sums
    check_nothing_else(site.output, NAME)
    until = time.monotonic() + PROCESSES_END_WITHIN_S
    while (left := _left_on([site.client, site.colleague])) and time.monotonic() < until:
        time.sleep(0.1)
    assert left == [], left
    return took_s


def _left_on(machines: Iterable[Machine]) -> list[Path]:
    return [path for machine in machines for path in machine.left() if not LOCK.fullmatch(path.name)]


def _build_well(site: Site, on_cluster: bool, machine: Machine) -> None:
    build = site.build(on_cluster, machine)
    code = build.end()
    assert code == 0, f"an undisturbed build ended with {code} and says:\n{build.said()}"


if __name__ == "__main__":
    if not can_be_apart():
        raise SystemExit("only root can give machines mounts of their own")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("strikes", type=int, nargs="?", default=24)
    parser.add_argument("seed", type=int, nargs="?", default=1)
    parser.add_argument("--store", choices=("s3", "gs", "az"), default="s3")
    arguments = parser.parse_args()
    raise SystemExit(bool(main(arguments.strikes, arguments.seed, arguments.store)))
