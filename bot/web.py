"""The HTTP server: granian in this one process, the front on its loop, what works in threads beside it.

Bodies are read on the loop and within a time, so that one who sends slowly keeps nobody else waiting. The
way granian itself runs a WSGI app reads them in the threads that answer, and starts a second process.
"""

import asyncio
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any, NamedTuple, NoReturn

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.rsgi import (  # type: ignore[attr-defined]
    HTTPProtocol,
    ProtocolClosed,
    Scope,
)
from granian.server.embed import Server

from .front import KIND, Environ, Front, Refusal

log = logging.getLogger(__name__)

THREADS = 8
# Threads that compute at once get in each other's way: each look at the database lets go of the interpreter,
# and taking it back costs more than the look. So they take turns, and wait so long for one who is slow.
TURN_WAITS_S = 0.01
# Headers and bodies have to be here within that time; Slack itself waits three seconds in all.
HEADERS_WITHIN_MS = 5_000
BODY_WITHIN_S = 5.0
# All bodies that are being read may take so much memory.
BODIES_MOST = 32_000_000
# Connections waiting to be accepted, and those served at once: below the 1024 files that many systems allow.
BACKLOG = 1024
CONNECTIONS_MOST = 900
HEADERS_MOST = 64 * 1024

STOPS = (signal.SIGTERM, signal.SIGINT)
TOO_SLOW = Refusal("408 Request Timeout", (("connection", "close"),))
TOO_MANY = Refusal("503 Service Unavailable", (("retry-after", "1"),))
FAILED = Refusal("500 Internal Server Error")
# The worker's log goes where the bot's goes.
_LOG: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {},
    "handlers": {},
    "loggers": {"_granian": {"handlers": [], "propagate": True}},
}

# What became of a request: its kind and HTTP status, of those that the bot's own part did not count.
Note = Callable[[str, int], None]


class Answer(NamedTuple):
    """What goes back."""

    status: int
    headers: list[tuple[str, str]]
    content: bytes


class Web:
    """Serves a front until told to stop by SIGTERM or SIGINT, or by `stop`; what is under way is finished."""

    def __init__(self, front: Front, host: str, port: int, note: Note, threads: int = THREADS) -> None:
        self._front = front
        self._note = note
        self._address = (host, port)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="http")
        self._turn = threading.Lock()
        self._bodies = 0  # bytes of those that are being read; the loop alone counts them

    def run(self, started: Callable[[], None], stopping: Callable[[], None]) -> None:
        """Serve; `started` is called once it listens, `stopping` when it is told to stop."""
        asyncio.run(self._run(started, stopping))
        for number in STOPS:  # told again, it goes on with what it is at
            signal.signal(number, signal.SIG_IGN)
        self._pool.shutdown(wait=True)

    async def _run(self, started: Callable[[], None], stopping: Callable[[], None]) -> None:
        host, port = self._address
        server = Server(
            self._answer,
            address=host,
            port=port,
            interface=Interfaces.RSGI,
            http=HTTPModes.http1,
            http1_settings=HTTP1Settings(
                header_read_timeout=HEADERS_WITHIN_MS, max_buffer_size=HEADERS_MOST, pipeline_flush=False
            ),
            websockets=False,
            backlog=BACKLOG,
            backpressure=CONNECTIONS_MOST,
            log_level=LogLevels.error,
            log_dictconfig=_LOG,
        )

        def stop() -> None:
            stopping()
            server.stop()  # type: ignore[no-untyped-call]

        loop = asyncio.get_running_loop()
        for number in STOPS:
            loop.add_signal_handler(number, stop)
        server.on_startup(lambda: loop.call_soon(started))
        await server.serve()

    async def _answer(self, scope: Scope, protocol: HTTPProtocol) -> None:
        environ = _environ_of(scope)
        try:
            answer = await self._answered(environ, protocol)
        except ProtocolClosed:  # whoever asked has left
            return
        except Exception:  # whatever it is, whoever asks is answered
            log.exception("A request was not answered.")
            answer = self._refused(FAILED)
        protocol.response_bytes(answer.status, answer.headers, answer.content)

    async def _answered(self, environ: Environ, protocol: HTTPProtocol) -> Answer:
        refusal = self._front.refusal(environ)
        if refusal:
            return self._refused(refusal)
        if self._front.has_body(environ):
            length = int(environ["CONTENT_LENGTH"])
            if self._bodies + length > BODIES_MOST:
                return self._refused(TOO_MANY)
            self._bodies += length
            try:
                async with asyncio.timeout(BODY_WITHIN_S):
                    body = await protocol()
            except TimeoutError:
                return self._refused(TOO_SLOW)
            finally:
                self._bodies -= length
            if refusal := self._front.unsigned(environ, body):
                return self._refused(refusal)
            environ["wsgi.input"] = BytesIO(body)
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._worked, environ)

    def _worked(self, environ: Environ) -> Answer:
        """The front's answer, made in a thread."""
        started: list[tuple[str, list[tuple[str, str]]]] = []
        has_turn = self._turn.acquire(timeout=TURN_WAITS_S)
        try:
            content: Iterable[bytes] = self._front.answer(
                environ, lambda status, headers, *_: started.append((status, headers))
            )
            body = b"".join(content)
        finally:
            if has_turn:
                self._turn.release()
        status, headers = started[0]
        answer = Answer(int(status[:3]), headers, body)
        if environ.get(KIND) in ("malformed", "page", "calendar"):
            self._note(environ[KIND], answer.status)
        return answer

    def _refused(self, refusal: Refusal) -> Answer:
        status = int(refusal.status[:3])
        self._note("refused", status)
        return Answer(status, [("content-type", "text/plain"), *refusal.headers], b"")


def leave(code: int) -> NoReturn:
    """End this process at once, everything being finished.

    The server's threads may outlast it by a moment, and must not ask for an interpreter that is taken down.
    """
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _environ_of(scope: Scope) -> Environ:
    """What the front reads of a request, in WSGI's words; Slack sends none of its headers twice."""
    headers = scope.headers
    return {
        "REQUEST_METHOD": scope.method,
        "PATH_INFO": scope.path,
        "QUERY_STRING": scope.query_string,
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.url_scheme": scope.scheme,
        "CONTENT_TYPE": headers.get("content-type"),
        # A body in chunks has no length, whatever else stands beside.
        "CONTENT_LENGTH": None if "transfer-encoding" in headers else headers.get("content-length"),
        "HTTP_HOST": headers.get("host") or scope.authority,
        "HTTP_COOKIE": headers.get("cookie"),
        "HTTP_IF_NONE_MATCH": headers.get("if-none-match"),
        "HTTP_X_SLACK_REQUEST_TIMESTAMP": headers.get("x-slack-request-timestamp"),
        "HTTP_X_SLACK_SIGNATURE": headers.get("x-slack-signature"),
    }
