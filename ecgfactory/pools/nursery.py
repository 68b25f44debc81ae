"""The nursery: a process that has imported once what workers need, and forks a worker whenever one is asked for.

Run as a module, this file is that process. It ends when the pool that started it closes the connection, or is gone.
"""

from __future__ import annotations

import contextlib
import fcntl
import gc
import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import traceback
from collections.abc import Mapping, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from weakref import WeakSet

from ecgfactory.import_path import import_path
from ecgfactory.pools.worker import serve

_MESSAGE_BYTES = 65_536

inherited: WeakSet[socket.socket | Connection] = WeakSet()
"""What a forked child of this process closes: the other ends must see when this process is gone."""


def _close_inherited() -> None:
    for end in list(inherited):
        end.close()


os.register_at_fork(after_in_child=_close_inherited)


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
        inherited.add(self._control)
        with theirs, log.open("ab") as stderr:
            descriptor = fcntl.fcntl(theirs, fcntl.F_DUPFD, 3)  # clear of stdin, stdout and stderr, which may be closed
            command = [sys.executable, "-P", "-m", "ecgfactory.pools.nursery", str(descriptor), *modules]
            try:
                self._process = subprocess.Popen(
                    command,
                    env={**os.environ, **environment, "PYTHONPATH": os.pathsep.join(import_path())},
                    pass_fds=[descriptor],
                    stdin=subprocess.DEVNULL,
                    stdout=stderr,
                    stderr=stderr,
                    start_new_session=True,
                )
            finally:
                os.close(descriptor)

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
        connection = Connection(ours.detach())
        inherited.add(connection)
        return connection

    def prepare(self, modules: Sequence[str]) -> None:
        """Have more modules imported, for the workers that are forked from then on."""
        self._control.send(json.dumps({"import": list(modules)}).encode())

    def failure(self) -> str:
        """Return why the process could not import something; empty when it could, or has not tried yet."""
        for _ in range(2):
            try:
                return self._control.recv(_MESSAGE_BYTES, socket.MSG_DONTWAIT).decode(errors="replace")
            except ConnectionResetError:  # said once, where requests were left unread; what it had to say comes next
                continue
            except OSError:  # nothing was said
                break
        return ""

    def close(self) -> None:
        """End the process, and the workers that it forked."""
        self._control.close()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


def main() -> None:
    """Be the nursery."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel forgets dead workers by itself
    control = socket.socket(fileno=int(sys.argv[1]))
    try:
        _serve(control, sys.argv[2:])
    except BrokenPipeError:
        pass
    except Exception as error:
        traceback.print_exc()
        control.send(f"{type(error).__name__}: {error}"[:1000].encode())
    finally:
        sys.stderr.flush()
        os._exit(0)  # what was imported has nothing to put in order


def _serve(control: socket.socket, modules: Sequence[str]) -> None:
    _import(modules)
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
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(0)


def _import(modules: Sequence[str]) -> None:
    for module in modules:
        importlib.import_module(module)
    # Workers are forked with all of this and keep it: their collections, of which a full one takes 0.1 s, need not look
    # through it.
    gc.collect()
    gc.freeze()


if __name__ == "__main__":
    main()
