"""A worker process: it calls functions that come over a connection, one after the other, until that closes."""

from __future__ import annotations

import os
import pickle
import select
import threading
from collections.abc import Mapping
from multiprocessing.connection import Connection


def serve(connection: Connection, environment: Mapping[str, str]) -> None:
    """Serve the process at the other end, until it closes the connection or is gone.

    Sends the process id first. Then, for each (function, arguments) that arrives, sends (value, None) or (None, error).

    Parameters
    ----------
    connection : Connection
        To the pool.
    environment : mapping of str to str
        Variables to set before anything is done: which GPU it may see.
    """
    os.environ.update(environment)
    threading.Thread(target=_end_with, args=(connection.fileno(),), daemon=True).start()
    connection.send(os.getpid())
    while True:
        try:
            asked = connection.recv_bytes()
        except (EOFError, OSError):
            return
        connection.send_bytes(_reply(asked))


def _reply(asked: bytes) -> bytes:
    """Call the function that is asked for; return what to send of it, pickled."""
    try:
        function, parameters = pickle.loads(asked)  # noqa: S301 (of the process that started this one)
        return pickle.dumps((function(**parameters), None))
    except BaseException as error:
        if not isinstance(error, Exception):  # such as SystemExit
            error = RuntimeError(f"{type(error).__name__}: {error}")
        try:
            pickle.loads(told := pickle.dumps((None, error)))  # noqa: S301 (made one step before)
        except Exception:  # an error with parameters of its own may not survive the way
            told = pickle.dumps((None, RuntimeError(f"{type(error).__name__}: {error}")))
        return told


def _end_with(descriptor: int) -> None:
    """End this process, busy or not, when the other end of the connection is gone."""
    hang_up = select.poll()
    hang_up.register(descriptor, 0)  # hang-ups are reported without being asked for
    hang_up.poll()
    os._exit(1)
