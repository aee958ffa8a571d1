"""A network that drops: a proxy that cuts every connection once so many bytes have gone through."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator, Sequence


class DroppingProxy:
    """Passes bytes on to a port of this machine, and cuts all connections at given totals."""

    def __init__(self, port: int, cuts: Sequence[int]) -> None:
        self._target, self._cuts, self._lock = port, sorted(cuts), threading.Lock()
        self._open: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.passed, self.dropped = 0, 0
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        """Take no more connections and cut those there are."""
        self._listener.close()
        self._cut()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                try:
                    server = socket.create_connection(("127.0.0.1", self._target))
                except OSError:
                    client.close()
                    continue
                with self._lock:
                    self._open |= {client, server}
                for source, target in ((client, server), (server, client)):
                    threading.Thread(target=self._pass_on, args=(source, target), daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 14):
                with self._lock:
                    self.passed += len(data)
                    due = bool(self._cuts) and self.passed >= self._cuts[0]
                    if due:
                        self._cuts.pop(0)
                        self.dropped += 1
                if due:
                    self._cut()
                    return
                target.sendall(data)
        self._shut((source, target))

    def _cut(self) -> None:
        with self._lock:
            ended, self._open = self._open, set()
        self._shut(ended)

    @staticmethod
    def _shut(ended: Sequence[socket.socket] | set[socket.socket]) -> None:
        for one in ended:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()


@contextlib.contextmanager
def dropping_proxy(port: int, cuts: Sequence[int]) -> Iterator[DroppingProxy]:
    """A proxy for the time of a test."""
    proxy = DroppingProxy(port, cuts)
    try:
        yield proxy
    finally:
        proxy.close()
