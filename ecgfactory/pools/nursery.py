"""The nursery: a process that has imported once what workers need, and forks a worker whenever one is asked for.

Run as a module, this file is that process. It ends when the pool that started it closes the connection, or is gone.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from multiprocessing.connection import Connection
from pathlib import Path

from ecgfactory.pools.worker import serve

_MESSAGE_BYTES = 65_536


class Nursery:
    """The process, as its pool sees it; making it returns at once.

    It runs in a session of its own, so that Ctrl-C reaches the pool's process alone, which then decides. The
    caller's `__main__` is not imported there: a plain script may use a pool.

    Parameters
    ----------
    modules : sequence of str
        What is imported before the first worker is forked.
    environment : mapping of str to str
        Added to this process's environment: what has to be set before Python starts.
    log : Path
        File that gets what the processes write to stderr.
    """

    def __init__(self, modules: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        paths = os.pathsep.join(path or str(Path.cwd()) for path in sys.path)
        command = [sys.executable, "-P", "-m", "ecgfactory.pools.nursery", str(theirs.fileno()), *modules]
        with theirs, log.open("ab") as stderr:
            self._process = subprocess.Popen(
                command,
                env={**os.environ, **environment, "PYTHONPATH": paths},
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=stderr,
                stderr=stderr,
                start_new_session=True,
            )

    def fork(self, environment: Mapping[str, str]) -> Connection:
        """Have a worker forked; return the connection to it (see `worker.serve`), which closes when the worker dies.

        Raises
        ------
        OSError
            When the nursery is gone.
        """
        ours, theirs = socket.socketpair()
        with theirs:
            socket.send_fds(self._control, [json.dumps({"fork": dict(environment)}).encode()], [theirs.fileno()])
        return Connection(ours.detach())

    def prepare(self, modules: Sequence[str]) -> None:
        """Have more modules imported, for the workers that are forked from then on."""
        self._control.send(json.dumps({"import": list(modules)}).encode())

    def close(self) -> None:
        """End the process; workers that it forked are not touched."""
        self._control.close()
        self._process.kill()
        self._process.wait()


def main() -> None:
    """Be the nursery."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel forgets dead workers by itself
    control = socket.socket(fileno=int(sys.argv[1]))
    _import(sys.argv[2:])
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, _MESSAGE_BYTES, 1)
        if not message:
            return
        wanted = json.loads(message)
        _import(wanted.get("import", ()))
        for descriptor in descriptors:
            if os.fork() == 0:
                control.close()
                _be_worker(descriptor, wanted["fork"])
            os.close(descriptor)


def _be_worker(descriptor: int, environment: Mapping[str, str]) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    try:
        serve(Connection(descriptor), environment)
    finally:
        os._exit(0)


def _import(modules: Sequence[str]) -> None:
    for module in modules:
        importlib.import_module(module)


if __name__ == "__main__":
    main()
