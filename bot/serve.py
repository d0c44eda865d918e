"""The bot in Slack: by Socket Mode, or by HTTP behind the front."""

import logging
import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from slack_bolt import App
from slack_bolt.adapter.socket_mode.websocket_client import SocketModeHandler
from slack_bolt.adapter.wsgi import SlackRequestHandler
from slack_bolt.error import BoltError
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.signature import SignatureVerifier

from rules import load_policy

from .app import build_app
from .calendars import calendar_file, tag_of
from .clients import OneToken, direct_client, slack_client
from .courier import Courier
from .curating import Curators
from .desk import Desk
from .front import PATH, CalendarAt, Served, UnavailableError, Wsgi, guarded
from .ledger import Ledger, LedgerError
from .rounds import Rounds, Sent, Ticker, in_slack, to_the_end
from .settings import (
    APP_TOKEN,
    BOT_TOKEN,
    Settings,
    SettingsError,
    SlackRefusedError,
    SlackSettings,
    settings_here,
)

log = logging.getLogger(__name__)

# Slack renews connections every few hours within seconds; away for longer, a fresh process does better.
AWAY_MOST_S = 60
HTTP_THREADS = 8
LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def serve(settings: Settings, slack: SlackSettings) -> int:
    """Run until told to stop; 0 after a stop that was asked for, 1 where Slack stayed out of reach.

    Raises SlackRefusedError, LedgerError or PolicyError where the bot cannot start.
    """
    logging.basicConfig(level=logging.INFO, format=LOG_FORMAT)
    return _serve_socket(settings, slack) if slack.app_token else _serve_http(settings, slack)


def remind(settings: Settings, slack: SlackSettings) -> Sent:
    """Do one round of reminders, to its end or until told to stop.

    Raises SlackRefusedError, LedgerError or PolicyError where the bot cannot start.
    """
    logging.basicConfig(level=logging.WARNING, format=LOG_FORMAT)
    desk, courier, client = _parts(settings, slack)
    rounds = Rounds(desk, courier, _now, in_slack, at_any_hour=True)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: rounds.stop.set())
    with _refusals_named(slack):
        desk.forgetting.note_return(client.auth_test()["team_id"])
    try:
        return to_the_end(rounds, _now, rounds.stop.wait)
    finally:
        courier.close()


def _now() -> datetime:
    return datetime.now(UTC)


def _parts(settings: Settings, slack: SlackSettings) -> tuple[Desk, Courier, WebClient]:
    client = slack_client(slack.bot_token, slack.api_url)
    courier = Courier(OneToken(client, direct_client(slack.bot_token, slack.api_url)))
    curators = Curators(settings.curators or frozenset(), settings.curators_channel)
    ledger = Ledger(settings.database)
    url = settings.url if not slack.app_token else None  # by Socket Mode nobody reaches it from the web
    desk = Desk(ledger, load_policy(), _now, courier.timezone_of, curators, courier.people_of, url=url)
    return desk, courier, client


def _bot(settings: Settings, slack: SlackSettings) -> tuple[App, Desk, Courier, Ticker]:
    desk, courier, client = _parts(settings, slack)
    with _refusals_named(slack):
        app = build_app(
            desk, courier, client, signing_secret=slack.signing_secret if not slack.app_token else None
        )
        desk.forgetting.note_return(client.auth_test()["team_id"])
    return app, desk, courier, Ticker(Rounds(desk, courier, _now, in_slack))


@contextmanager
def _refusals_named(slack: SlackSettings) -> Iterator[None]:
    """Say in one sentence why Slack does not let the bot in."""
    try:
        yield
    except (BoltError, SlackApiError) as error:
        raise SlackRefusedError(f"Slack does not accept {BOT_TOKEN}: copy the bot token anew.") from error
    except (SlackClientError, OSError) as error:
        raise SlackRefusedError(f"Slack cannot be reached at {slack.api_url}: check the network.") from error


def _serve_socket(settings: Settings, slack: SlackSettings) -> int:
    app, _, courier, ticker = _bot(settings, slack)
    assert slack.app_token
    handler = SocketModeHandler(app, slack.app_token, web_client=slack_client(slack.app_token, slack.api_url))
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        handler.connect()  # type: ignore[no-untyped-call]
    except SlackApiError as error:
        raise SlackRefusedError(
            f"Slack does not accept {APP_TOKEN}: create it with connections:write."
        ) from error
    except (SlackClientError, OSError) as error:
        raise SlackRefusedError(f"Slack cannot be reached at {slack.api_url}: check the network.") from error
    log.info("Connected to Slack by Socket Mode.")
    ticker.start()
    away = 0
    while not stop.wait(1) and away <= AWAY_MOST_S:
        away = 0 if handler.client.is_connected() else away + 1
    ticker.stop()
    _close(handler, courier)
    if away > AWAY_MOST_S:
        log.error("Slack was out of reach for %s s; ending, so that a supervisor starts afresh.", away)
        return 1
    return 0


def _close(handler: SocketModeHandler, courier: Courier) -> None:
    """Finish what was taken on, then leave.

    The handler's own close() cuts the connection before answers under way are sent, and waits 10 s for a
    reader that is a daemon thread.
    """
    client = handler.client
    client.closed = True
    client.auto_reconnect_enabled = False
    client.message_processor.shutdown()  # type: ignore[no-untyped-call]
    client.message_workers.shutdown()
    courier.close()
    client.disconnect()


def _serve_http(settings: Settings, slack: SlackSettings) -> int:
    from granian import Granian
    from granian.constants import Interfaces

    _check_free(slack.host, slack.port)
    # This refuses in a sentence what the worker could only crash on.
    _, _, courier, _ = _bot(settings, slack)
    courier.close()
    os.environ["CE_BOT_DB"] = settings.database
    log.info("Listening on http://%s:%s%s.", slack.host, slack.port, PATH)
    Granian(
        "bot.serve:http_app",
        factory=True,
        address=slack.host,
        port=slack.port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=HTTP_THREADS,
        websockets=False,
        log_access=False,
    ).serve()
    return 0


def _check_free(host: str, port: int) -> None:
    try:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        raise SettingsError(
            f"CE_BOT_HOST {host}, CE_BOT_PORT {port} cannot be listened on ({error.strerror}): set others."
        ) from error


def http_app() -> Wsgi:
    """What the HTTP server's worker runs: the front, and Bolt behind it."""
    logging.basicConfig(level=logging.INFO, format=LOG_FORMAT)
    settings = settings_here()
    assert settings.slack
    assert settings.slack.signing_secret
    app, desk, _, ticker = _bot(settings, settings.slack)
    ticker.start()
    return guarded(
        SlackRequestHandler(app, path=PATH),
        SignatureVerifier(settings.slack.signing_secret),
        calendars_of(desk) if settings.url else None,
    )


def calendars_of(desk: Desk) -> CalendarAt:
    """What finds a calendar by the end of its private address."""

    def calendar_at(token: str) -> Served | None:
        try:
            found = desk.exporting.calendar_at(token)
        except LedgerError as error:
            raise UnavailableError from error
        if found is None:
            return None
        content = calendar_file(found, desk.policy)
        return Served(content, tag_of(content))

    return calendar_at
