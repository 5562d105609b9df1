"""An endpoint elsewhere, on the loopback interface, that nothing refused may connect to."""

import socket
import threading
from collections.abc import Iterator

import pytest


class Listener:
    """Counts the connections made to a port of its own, and closes each at once."""

    def __init__(self, server: socket.socket) -> None:
        self._server = server
        self._taken = self._own = 0
        self.port = int(server.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}/"

    def take_and_close(self) -> None:
        """Do so with all who come, until the port is closed."""
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            self._taken += 1
            connection.close()

    def count_callers(self) -> int:
        """How many have connected until now."""
        # They are taken in turn: when this one is closed, all who came before it are counted.
        with socket.create_connection(self._server.getsockname()) as last:
            last.recv(1)
        self._own += 1
        return self._taken - self._own


@pytest.fixture
def listener() -> Iterator[Listener]:
    """A listener that nobody has called."""
    with socket.create_server(("127.0.0.1", 0), backlog=256) as server:
        listener = Listener(server)
        thread = threading.Thread(target=listener.take_and_close)
        thread.start()
        yield listener
        server.shutdown(socket.SHUT_RDWR)
        thread.join()
