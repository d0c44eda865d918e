"""Figures and health on a port of this machine alone, beside whatever Slack is served by."""

import threading
from collections.abc import Iterable, Mapping
from socketserver import TCPServer, ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from .front import NOT_FOUND, NOT_READ, READS, Environ, StartResponse, Wsgi, refuse

HOST = "127.0.0.1"
# Whoever is slower than that is no monitoring.
PATIENCE_S = 5
# How soon it notices that it is to stop.
LOOK_EVERY_S = 0.2


class Monitor:
    """Serves pages in threads of its own, once started. Raises OSError where the port is taken."""

    def __init__(self, port: int, pages: Mapping[str, Wsgi]) -> None:
        self._server = _Server((HOST, port), _Request)
        self._server.set_app(_one_of(pages))
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(LOOK_EVERY_S,), name="monitor", daemon=True
        )

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._server.server_port)

    def start(self) -> None:
        """Begin to serve."""
        self._thread.start()

    def stop(self) -> None:
        """Serve no longer."""
        self._server.shutdown()
        self._server.server_close()


def _one_of(pages: Mapping[str, Wsgi]) -> Any:
    def app(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        page = pages.get(environ["PATH_INFO"])
        if page is None:
            return refuse(NOT_FOUND, start_response)
        if environ["REQUEST_METHOD"] not in READS:
            return refuse(NOT_READ, start_response)
        return page(environ, start_response)

    return app


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def server_bind(self) -> None:
        """Bind without asking the network for this machine's name."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = HOST, self.server_address[1]
        self.setup_environ()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever asked has gone."""


class _Request(WSGIRequestHandler):
    timeout = PATIENCE_S

    def log_message(self, *_: Any) -> None:
        """Say nothing: monitoring asks all the time."""
