"""The bot in Slack: by Socket Mode, or by HTTP behind the front."""

import ctypes
import logging
import os
import signal
import socket
import threading
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any, NamedTuple, NoReturn

from slack_bolt import App
from slack_sdk import WebClient
from slack_sdk.signature import SignatureVerifier

from rules import load_policy

from . import logs
from .app import build_app
from .calendars import calendar_file, tag_of
from .clients import Called, Clients, OneToken, direct_client, slack_client
from .courier import Courier
from .curating import Curators
from .desk import Desk
from .front import NO_PAGES, PATH, CalendarAt, Front, Served, UnavailableError
from .installations import Installations
from .ledger import Ledger, LedgerError
from .listeners.commands import name_of
from .oauth import INSTALL, Authorized, Installing, SlackApp, pages, refresher
from .receiving import Receiver
from .rounds import Rounds, Sent, Ticker, in_slack, to_the_end
from .sealing import Keys
from .settings import (
    METRICS_PORT,
    TOKEN_KEY,
    Settings,
    SettingsError,
    SlackSettings,
)
from .socket_mode import SocketMode
from .starting import identity
from .watching import Watching
from .workspaces import ManyWorkspaces

log = logging.getLogger(__name__)

# Where the bot itself tries again, Slack has so long to answer.
ANSWER_WITHIN_S = 4
# Container supervisors kill after 10 s.
STOP_WITHIN_S = 8
# glibc's name for how many heaps there are, and how many do.
_M_ARENA_MAX, _HEAPS = -8, 2


def serve(settings: Settings, slack: SlackSettings) -> int:
    """Run until told to stop; 0 after a stop that was asked for, 1 where Slack stayed out of reach.

    Raises SlackRefusedError, LedgerError or PolicyError where the bot cannot start.
    """
    _share_heaps()
    serve_by = _serve_socket if slack.app_token else _serve_http
    with _watched(settings, slack) as watching:
        return serve_by(settings, slack, watching)


def _share_heaps() -> None:
    """Have threads share heaps: where each has its own, as glibc gives them, memory grows for hours."""
    with suppress(AttributeError, OSError, TypeError):  # no glibc
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, _HEAPS)


def remind(settings: Settings, slack: SlackSettings) -> Sent:
    """Do one round of reminders, to its end or until told to stop.

    Raises SlackRefusedError, LedgerError or PolicyError where the bot cannot start.
    """
    logs.set_up(settings.log, level=logging.WARNING, secrets=secrets_of(slack), speaking=(LedgerError,))
    desk, courier, ways = _parts(settings, slack)
    found = _identity(ways, slack)
    _note_return(desk, found)
    rounds = Rounds(desk, courier, _now, _serves(ways, found), keeps=in_slack, at_any_hour=True)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: rounds.stop.set())
    try:
        return to_the_end(rounds, _now, rounds.stop.wait)
    finally:
        courier.close()


def _now() -> datetime:
    return datetime.now(UTC)


class _Ways(NamedTuple):
    """How Slack is spoken to: with one token, or with that of each workspace that installed the bot."""

    client: WebClient
    clients: Clients
    many: ManyWorkspaces | None = None
    installing: Installing | None = None


def _ways(settings: Settings, slack: SlackSettings, ledger: Ledger, called: Called | None) -> _Ways:
    """How Slack is spoken to. Raises SettingsError where the key opens none of the tokens there are."""
    client = slack_client(slack.bot_token, slack.api_url, called)
    if slack.oauth is None:
        return _Ways(client, OneToken(client, direct_client(slack.bot_token, slack.api_url, called=called)))
    app = SlackApp(slack.oauth.client_id, slack.oauth.client_secret, slack.api_url, settings.url or "")
    installations = Installations(ledger, Keys(slack.oauth.keys), _now)
    there_are, shut = installations.check_keys()
    if there_are and shut == there_are:
        raise SettingsError(
            f"{TOKEN_KEY} opens none of the tokens that are kept: set the one they were kept with, after a "
            "comma behind a new one if need be (README.md says what to do where it is lost)."
        )
    asked = direct_client(None, slack.api_url, called=called)
    many = ManyWorkspaces(installations, refresher(app, _now, asked), slack.api_url, called=called)
    return _Ways(client, many, many, Installing(app, installations, _now, asked))


def _identity(ways: _Ways, slack: SlackSettings, called: Called | None = None) -> Mapping[str, Any] | None:
    """Who the bot is, where there is one token; its workspace has the bot."""
    if ways.many:
        return None
    return identity(direct_client(slack.bot_token, slack.api_url, wait_s=ANSWER_WITHIN_S, called=called))


def _serves(ways: _Ways, found: Mapping[str, Any] | None) -> Callable[[str], bool]:
    """In which workspaces the bot may speak: those that installed it, or that of its one token.

    A database may know others, from when there were many.
    """
    if found:
        own: str = found["team_id"]
        return own.__eq__
    assert ways.many
    return ways.many.serves


def _note_return(desk: Desk, found: Mapping[str, Any] | None) -> None:
    if found:
        desk.forgetting.note_return(found["team_id"])


def _parts(
    settings: Settings, slack: SlackSettings, watching: Watching | None = None
) -> tuple[Desk, Courier, _Ways]:
    ledger = Ledger(settings.database)
    ways = _ways(settings, slack, ledger, watching.called if watching else None)
    courier = Courier(ways.clients)
    curators = Curators(settings.curators or frozenset(), settings.curators_channel)
    url = settings.url if not slack.app_token else None  # by Socket Mode nobody reaches it from the web
    desk = Desk(ledger, load_policy(), _now, courier.timezone_of, curators, courier.people_of, url=url)
    if watching:
        watching.watch_ledger(ledger, _now)
        watching.watch_desk(desk, "socket" if slack.app_token else "http")
    return desk, courier, ways


class _Bot(NamedTuple):
    """The bot, ready to be connected to Slack."""

    app: App
    desk: Desk
    courier: Courier
    ticker: Ticker
    ways: _Ways


def _bot(settings: Settings, slack: SlackSettings, watching: Watching) -> _Bot:
    desk, courier, ways = _parts(settings, slack, watching)
    found = _identity(ways, slack, watching.called)
    app = build_app(
        desk,
        courier,
        ways.client,
        signing_secret=slack.signing_secret if not slack.app_token else None,
        authorize=Authorized(ways.many) if ways.many else None,
        identity=found,
    )
    _note_return(desk, found)
    ticker = Ticker(Rounds(desk, courier, _now, _serves(ways, found), keeps=in_slack))
    watching.watch_ticker(ticker)
    return _Bot(app, desk, courier, ticker, ways)


def _serve_socket(settings: Settings, slack: SlackSettings, watching: Watching) -> int:
    app, _, courier, ticker, _ = _bot(settings, slack, watching)
    assert slack.app_token
    client = direct_client(slack.app_token, slack.api_url, wait_s=ANSWER_WITHIN_S, called=watching.called)
    connection = SocketMode(Receiver(app, watching.metrics, name_of), slack.app_token, client)
    watching.watch_connection(lambda: connection.is_connected)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    ticker.start()
    try:
        was_told_to_stop = connection.run(stop)
    finally:
        _give_up_later()
        connection.finish()
        ticker.stop()
        courier.close()
        connection.leave()
    return 0 if was_told_to_stop else 1


def _serve_http(settings: Settings, slack: SlackSettings, watching: Watching) -> NoReturn:
    from .web import Web, leave

    assert slack.signing_secret
    _check_free(slack.host, slack.port)
    app, desk, courier, ticker, ways = _bot(settings, slack, watching)
    front = Front(
        Receiver(app, watching.metrics, name_of),
        SignatureVerifier(slack.signing_secret),
        calendars_of(desk) if settings.url else None,
        {**watching.health.pages(), **(pages(ways.installing) if ways.installing else NO_PAGES)},
    )

    def started() -> None:
        log.info("Listening on http://%s:%s%s.", slack.host, slack.port, PATH)
        if ways.installing:
            log.info("Workspaces install the bot at %s%s.", settings.url, INSTALL)
        ticker.start()

    web = Web(front, slack.host, slack.port, watching.metrics.turned_away)
    web.run(started, _give_up_later)
    ticker.stop()
    courier.close()
    leave(0)


def _give_up_later() -> None:
    """Whatever is under way may take so long to end and no longer: supervisors kill after 10 s."""

    def give_up() -> None:
        log.error("Not all that was under way could be finished within %s s.", STOP_WITHIN_S)
        os._exit(1)

    timer = threading.Timer(STOP_WITHIN_S, give_up)
    timer.daemon = True
    timer.start()


def _check_free(host: str, port: int) -> None:
    try:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        raise SettingsError(
            f"CE_BOT_HOST {host}, CE_BOT_PORT {port} cannot be listened on ({error.strerror}): set others."
        ) from error


def secrets_of(slack: SlackSettings) -> list[str]:
    """What the log must never show."""
    found = [slack.bot_token, slack.app_token, slack.signing_secret]
    if slack.oauth:
        found.append(slack.oauth.client_secret)
        for key in slack.oauth.keys:  # as it may have been written, with or without its last =
            found += [written(key).decode().rstrip("=") for written in (b64encode, urlsafe_b64encode)]
    return [one for one in found if one]


@contextmanager
def _watched(settings: Settings, slack: SlackSettings) -> Iterator[Watching]:
    """What is watched, and while this lasts the port on which it can be read, where there is one."""
    watching = Watching()
    logs.set_up(
        settings.log, secrets=secrets_of(slack), speaking=(LedgerError,), note=watching.metrics.logged
    )
    if settings.metrics_port is None:
        yield watching
        return
    try:
        monitor = watching.monitor(settings.metrics_port)
    except OSError as error:
        raise SettingsError(
            f"{METRICS_PORT} {settings.metrics_port} cannot be listened on ({error.strerror}): set another."
        ) from error
    monitor.start()
    try:
        yield watching
    finally:
        monitor.stop()


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
