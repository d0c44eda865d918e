"""The bot by Socket Mode: a connection to Slack, and another as soon as it ends, leaves or falls silent.

Bolt's own handlers find out too late: they take 10 s after a reset and never notice a server that says
nothing more. What they do with a request is used here; the connection is kept by other means.
"""

import json
import logging
import socket
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http import HTTPStatus
from typing import Any, NamedTuple, Protocol

import websocket
from slack_bolt import BoltRequest, BoltResponse
from slack_bolt.adapter.socket_mode.internals import run_bolt_app, send_response
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from .refusals import is_shut, seconds_asked
from .settings import APP_TOKEN, SlackRefusedError

log = logging.getLogger(__name__)
# Bolt tells it at every request how long it took.
_link_log = logging.getLogger(f"{__name__}.link")
_link_log.setLevel(logging.INFO)

# So many requests are answered at once; the others wait their turn.
WORKERS = 10
LOOK_EVERY_S = 0.25


class Answers(Protocol):
    """What answers requests: Bolt's app, or what stands before it."""

    def dispatch(self, req: BoltRequest) -> BoltResponse:
        """The answer to a request."""


class Patience(NamedTuple):
    """How long what may take, in seconds.

    Slack has `answer_s` to open a connection, and as long again to greet. Where nothing is heard for
    `ping_after_s` it is asked for a sign of life, and after as many questions as `unanswered_most` given up.
    Between tries there is a pause, each twice as long as the one before, of `pause_most_s` at most; after a
    connection that lasted for `lasting_s` they begin anew. One that Slack is about to end is read for
    `leave_s` more. After `away_s` without any connection a fresh process does better.
    """

    answer_s: float = 4.0
    ping_after_s: float = 2.0
    unanswered_most: int = 2
    pause_s: float = 0.25
    pause_most_s: float = 2.0
    lasting_s: float = 5.0
    leave_s: float = 10.0
    away_s: float = 60.0


USUAL = Patience()


class SocketMode:
    """Answers what comes by Socket Mode until told to stop, by way of whichever connection there is.

    `client` should try nothing twice and wait for nothing long: trying again is done here.
    """

    def __init__(self, app: Answers, app_token: str, client: WebClient, patience: Patience = USUAL) -> None:
        self._app = app
        self._token = app_token
        self._client = client
        self._patience = patience
        self._workers = ThreadPoolExecutor(WORKERS, thread_name_prefix="socket-mode")
        self._ending = threading.Event()
        self._links: list[_Link] = []
        self._lock = threading.Lock()
        self._refused: SlackRefusedError | None = None

    @property
    def is_connected(self) -> bool:
        """Whether there is a connection on which Slack has greeted."""
        return self._open_link() is not None

    def run(self, stop: threading.Event) -> bool:
        """Stay connected until told to stop; False where Slack was out of reach for too long.

        Raises SlackRefusedError where Slack does not accept the app token, now or any more.
        """
        # A look-up of a name can hang for a minute: nothing waits for this thread.
        threading.Thread(target=self._keep, name="socket-mode-keep", daemon=True).start()
        away_s = 0.0
        while not stop.wait(LOOK_EVERY_S):
            if self._refused:
                raise self._refused
            away_s = 0.0 if self.is_connected else away_s + LOOK_EVERY_S
            if away_s > self._patience.away_s:
                log.error("Slack was out of reach for %.0f s.", away_s)
                return False
        return True

    def finish(self) -> None:
        """Take on nothing more, and finish and acknowledge what was."""
        self._ending.set()
        self._workers.shutdown()

    def leave(self) -> None:
        """End the connections."""
        for link in self._all_links():
            link.close()

    # In a thread of its own

    def _keep(self) -> None:
        """Have a connection, always; one that is there is let go once there is another."""
        pause_s = self._patience.pause_s
        while not self._ending.is_set():
            try:
                link = self._connect()
            except SlackRefusedError as error:
                self._refused = error
                return
            except _LaterError as error:
                log.warning("Slack asks for patience before a connection: %s s.", error.seconds)
                self._ending.wait(max(error.seconds, pause_s))
            except Exception as error:  # whatever it is, the next try may do better
                log.warning("There is no connection to Slack: %s.", _named(error))
                self._ending.wait(pause_s)
            else:
                log.info("Connected to Slack by Socket Mode.")
                self._let_go_of_others(link)
                if link.is_ending.wait(self._patience.lasting_s):
                    self._ending.wait(pause_s)
                else:
                    pause_s = self._patience.pause_s
                    link.is_ending.wait()
                    continue
            pause_s = min(pause_s * 2, self._patience.pause_most_s)

    def _connect(self) -> "_Link":
        """A new connection on which Slack has greeted."""
        link = _Link(self._address(), self._patience, self._take, self._drop)
        with self._lock:
            self._links.append(link)
        link.start()
        if not link.is_greeted.wait(self._patience.answer_s) or link.is_gone.is_set():
            link.close()
            raise ConnectionError("Slack does not greet")
        return link

    def _address(self) -> str:
        """Where Slack wants the next connection. Raises SlackRefusedError, _LaterError and others."""
        try:
            address = self._client.apps_connections_open(app_token=self._token)["url"]
        except SlackApiError as error:
            said = error.response.data
            reason = said.get("error") if isinstance(said, dict) else None
            if is_shut(reason):
                raise SlackRefusedError(
                    f"Slack does not accept {APP_TOKEN} ({reason}): create it anew with connections:write."
                ) from error
            if error.response.status_code == HTTPStatus.TOO_MANY_REQUESTS or reason == "ratelimited":
                raise _LaterError(seconds_asked(error.response.headers)) from error
            raise
        if not isinstance(address, str):
            raise TypeError("Slack names no address")
        return address

    def _let_go_of_others(self, link: "_Link") -> None:
        """Slack sends to any connection it has, so those that it is about to end are read for a while."""
        for other in self._all_links():
            if other is not link:
                timer = threading.Timer(self._patience.leave_s, other.close)
                timer.daemon = True
                timer.start()

    # In the threads of connections and of requests

    def _take(self, link: "_Link", request: SocketModeRequest) -> None:
        """Take on a request; what comes too late is not acknowledged, and Slack sends it elsewhere."""
        if self._ending.is_set():
            return
        try:
            self._workers.submit(self._answer, link, request)
        except RuntimeError:
            log.info("A request came too late.")

    def _answer(self, link: "_Link", request: SocketModeRequest) -> None:
        """Answer a request where it came from, or by what has taken that connection's place."""
        try:
            answer = run_bolt_app(self._app, request)  # type: ignore[arg-type]
            through = link if not link.is_gone.is_set() else self._open_link() or link
            send_response(through, request, answer, 0.0)
        except Exception as error:  # whatever it is, other requests are to be answered
            log.error("A request was not acknowledged: %s.", _named(error))

    def _drop(self, link: "_Link") -> None:
        with self._lock:
            if link in self._links:
                self._links.remove(link)

    def _all_links(self) -> list["_Link"]:
        with self._lock:
            return list(self._links)

    def _open_link(self) -> "_Link | None":
        """The newest connection that is of use."""
        open_ones = (one for one in self._all_links() if one.is_greeted.is_set() and not one.is_gone.is_set())
        return next(reversed(list(open_ones)), None)


class _LaterError(Exception):
    """Slack asks to be left alone for so many seconds; 0 where it does not say for how many."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class _Link(BaseSocketModeClient):
    """One connection, from its handshake to its end; `is_ending` is set when another is needed."""

    def __init__(
        self,
        url: str,
        patience: Patience,
        take: Callable[["_Link", SocketModeRequest], None],
        ended: Callable[["_Link"], None],
    ) -> None:
        self.logger = _link_log
        self.is_greeted = threading.Event()
        self.is_ending = threading.Event()
        self.is_gone = threading.Event()
        self._patience = patience
        self._take = take
        self._ended = ended
        self._socket = websocket.create_connection(url, timeout=patience.answer_s)
        self._socket.settimeout(patience.ping_after_s)

    def start(self) -> None:
        """Begin to read, in a thread of its own."""
        threading.Thread(target=self._read, name="socket-mode-read", daemon=True).start()

    def send_message(self, message: str) -> None:
        """Send an answer. One that cannot be sent whole leaves a connection of no more use."""
        try:
            self._socket.send(message)
        except (websocket.WebSocketException, OSError):
            self._end()
            raise

    def close(self) -> None:
        """Say goodbye, and end."""
        if not self.is_gone.is_set():
            try:
                self._socket.send_close()
            except (websocket.WebSocketException, OSError) as error:
                log.debug("A connection was gone already: %s.", _named(error))
        self._end()

    def _read(self) -> None:
        try:
            self._read_on()
        except Exception as error:  # whatever it is, another connection takes its place
            log.warning("A connection to Slack has ended: %s.", _named(error))
        finally:
            self._end()
            self._ended(self)
            self._socket.shutdown()  # type: ignore[no-untyped-call]

    def _read_on(self) -> None:
        unanswered = 0
        while not self.is_gone.is_set():
            try:
                opcode, content = self._socket.recv_data(control_frame=True)
            except websocket.WebSocketTimeoutException:
                if unanswered >= self._patience.unanswered_most:
                    raise
                self._socket.ping()
                unanswered += 1
                continue
            unanswered = 0
            if opcode == websocket.ABNF.OPCODE_CLOSE:
                return
            if opcode == websocket.ABNF.OPCODE_TEXT:
                self._hear(content)

    def _hear(self, content: bytes) -> None:
        try:
            message: Any = json.loads(content)
            kind = message.get("type")
            request = SocketModeRequest.from_dict(message)
        except (ValueError, RecursionError, AttributeError, TypeError):
            log.warning("Slack sent something that is no message.")
            return
        if kind == "hello":
            self.is_greeted.set()
        elif kind == "disconnect":
            log.info("Slack ends a connection: %s.", str(message.get("reason"))[:60])
            self.is_ending.set()
        elif request:
            self._take(self, request)

    def _end(self) -> None:
        self.is_gone.set()
        self.is_greeted.set()
        self.is_ending.set()
        # This wakes the thread that reads, which then lets go of it.
        if connection := self._socket.sock:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


def _named(error: Exception) -> str:
    """An error for the log, without what Slack or the network put into it."""
    if isinstance(error, SlackApiError):
        return f"Slack answered with status {error.response.status_code}"
    return type(error).__name__
