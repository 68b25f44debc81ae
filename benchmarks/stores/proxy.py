"""A proxy before a server on loopback, whose connections can be cut, as networks do it."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Coroutine, Iterator
from typing import Any

from benchmarks.stores.servers import HOST

BLOCK_BYTES = 2**16
AT_ONCE = struct.pack("ii", 1, 0)
"""For SO_LINGER: what is closed is reset, and what it still held is lost."""


class CuttableProxy:
    """Hands connections on to a server; `cuttable_proxy` gives one.

    Parameters
    ----------
    port : int
        Where it listens.
    server_port : int
        Of the server.
    """

    def __init__(self, port: int, server_port: int) -> None:
        self.port, self._server_port = port, server_port
        self._loop = asyncio.new_event_loop()
        self._listening: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()

    @property
    def url(self) -> str:
        """Where clients are to come."""
        return f"http://{HOST}:{self.port}"

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Hand on for the length of the block."""
        thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        thread.start()
        self._do(self._listen())
        try:
            yield
        finally:
            self._do(self._cut())
            self._loop.call_soon_threadsafe(self._loop.stop)
            thread.join()

    @contextlib.contextmanager
    def cut(self) -> Iterator[None]:
        """Reset all connections, and refuse new ones for the length of the block."""
        self._do(self._cut())
        try:
            yield
        finally:
            self._do(self._listen())

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _listen(self) -> None:
        self._listening = await asyncio.start_server(self._hand_on, HOST, self.port)

    async def _cut(self) -> None:
        assert self._listening is not None
        self._listening.close()
        for writer in list(self._open):
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
            writer.transport.abort()

    async def _hand_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there: asyncio.StreamWriter | None = None
        with contextlib.suppress(OSError):
            back, there = await asyncio.open_connection(HOST, self._server_port)
            self._open |= {writer, there}
            await asyncio.gather(_pump(reader, there), _pump(back, writer))
        for each in (writer, there):
            if each is not None:
                self._open.discard(each)
                each.close()


async def _pump(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while block := await source.read(BLOCK_BYTES):
            target.write(block)
            await target.drain()
    target.close()
