"""What the log says, and what it must never say: names, titles, tokens, private addresses."""

import base64
import io
import json
import logging
import re
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

import pytest
from slack_bolt import BoltRequest
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

import rules
from bot.app import build_app
from bot.clients import OneToken
from bot.console import LocalClient, at_once
from bot.courier import Courier
from bot.desk import Desk
from bot.ledger import Ledger, LedgerBusyError
from bot.logs import FORMS, JSON, TEXT, lines_of, set_up
from bot.serve import secrets_of
from bot.settings import read_settings
from bot.views.blocks import Reply

SECRETS = (
    "xoxb-1-2-Secret",
    "xoxp-9-Secret",
    "xoxe.xoxp-1-Secret",
    "xoxe-1-Secret",
    "xapp-1-A1-Secret",
    "hooks.slack.com/commands/T1/2/Secret",
    "https://bot.example/calendar/Secret_token-x.ics",
    "Bearer Secret.abc",
    "client_secret=Secret&x=1",
    "/slack/oauth_redirect?code=Secret&state=Secret",
    "wss://wss.example/link/?ticket=Secret",
    "0123SigningSecret",
)


@contextmanager
def left_as_it_was() -> Iterator[io.StringIO]:
    """The log may be set up within the block."""
    root, hook = logging.getLogger(), threading.excepthook
    handlers, level = root.handlers[:], root.level
    try:
        yield io.StringIO()
    finally:
        root.handlers[:], threading.excepthook = handlers, hook
        root.setLevel(level)


@pytest.fixture(params=FORMS)
def written(request: pytest.FixtureRequest) -> Iterator[Callable[[], str]]:
    """All that is logged, in either form."""
    with left_as_it_was() as stream:
        set_up(
            request.param,
            stream=stream,
            level=logging.DEBUG,
            secrets=["0123SigningSecret"],
            speaking=(LedgerBusyError,),
        )
        yield stream.getvalue


log = logging.getLogger("bot.test")


def fail(error: BaseException) -> None:
    raise error


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("name", ["bot.test", "slack_sdk.web.base_client", "_granian", "websocket"])
def test_no_token_and_no_private_address_is_written(
    written: Callable[[], str], secret: str, name: str
) -> None:
    logger = logging.getLogger(name)
    logger.error("It says %s, it said", secret)
    logger.error(f"It says {secret}")
    logger.error("%(inner)s", {"inner": secret})
    try:
        fail(ValueError(secret))
    except ValueError as error:
        logger.exception("It failed.")
        logger.error("It failed again.", exc_info=error)
    assert "failed" in written()
    assert "Secret" not in written()


@pytest.mark.parametrize("form", FORMS)
def test_nothing_secret_of_the_settings_is_written(form: str) -> None:
    one = {"SLACK_BOT_TOKEN": "xoxb-odd", "SLACK_APP_TOKEN": "xapp-odd", "SLACK_SIGNING_SECRET": "odd-secret"}
    keys = (bytes(range(224, 256)), bytes(32))
    many = {
        "SLACK_CLIENT_ID": "1.2",
        "SLACK_CLIENT_SECRET": "odd-client",
        "SLACK_SIGNING_SECRET": "odd-signing",
        "CE_BOT_TOKEN_KEY": f"{base64.b64encode(keys[0]).decode()}, {base64.b64encode(keys[1]).decode()}",
        "CE_BOT_URL": "https://bot.example",
    }
    with left_as_it_was() as stream:
        for variables in (one, many):
            slack = read_settings(variables).slack
            assert slack
            set_up(form, stream=stream, secrets=secrets_of(slack))
            for name in variables.keys() - {"SLACK_CLIENT_ID", "CE_BOT_URL"}:
                log.error("It says %s", variables[name])
            for key in keys if slack.oauth else ():
                log.error("It says %s", base64.urlsafe_b64encode(key).decode())
        said = stream.getvalue()
    assert said.count("It says") == 8
    assert not re.search(r"odd|[A-Za-z0-9+/_-]{20}", said)


@pytest.mark.parametrize(
    "error",
    [
        ValueError('add course "My secret hobby"'),
        KeyError("My secret hobby"),
        RuntimeError("Alice said My secret hobby"),
        sqlite3.IntegrityError("UNIQUE constraint failed: My secret hobby"),
        UnicodeDecodeError("utf-8", b"My secret hobby", 0, 1, "secret"),
        SlackApiError(
            "The request to the Slack API failed. My secret hobby",
            SlackResponse(
                client=None,
                http_verb="POST",
                api_url="x",
                req_args={},
                data={"ok": False, "error": "My secret hobby"},
                headers={},
                status_code=200,
            ),
        ),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_exception_is_told_by_its_type_and_place_alone(
    written: Callable[[], str], error: Exception
) -> None:
    try:
        try:
            fail(error)
        except type(error) as cause:
            raise RuntimeError("which is about My secret hobby") from cause
    except RuntimeError:
        log.exception("It failed.")
    said = written()
    assert "secret" not in said
    assert "Traceback" not in said
    assert f"{type(error).__name__} at " in said
    assert "tests/test_bot_logs.py:" in said
    assert " fail" in said
    assert "RuntimeError at " in said


def test_what_is_known_to_be_harmless_is_told(written: Callable[[], str]) -> None:
    refused = SlackApiError(
        "x",
        SlackResponse(
            client=None,
            http_verb="POST",
            api_url="x",
            req_args={},
            data={"ok": False, "error": "channel_not_found"},
            headers={},
            status_code=200,
        ),
    )
    try:
        sqlite3.connect("file:/nowhere/at/all?mode=rw", uri=True)
    except sqlite3.OperationalError as error:
        unopened = error
    for error in (
        refused,
        unopened,
        LedgerBusyError("The database data/ce-bot.db is busy: try again in a moment."),
        FileNotFoundError(2, "No such file or directory", "/home/alice/secret"),
    ):
        log.error("It failed.", exc_info=error)
    said = written()
    for told in ("channel_not_found", "SQLITE_CANTOPEN", "is busy: try again", "No such file or directory"):
        assert told in said
    assert "secret" not in said


def test_of_others_lines_only_the_beginning_is_kept(written: Callable[[], str]) -> None:
    for text in (
        "Failed to run a listener: My secret hobby",
        'Sending a request - {"text": "My secret hobby"}',
        "on_error invoked (session id: 1, error: My secret hobby)",
        "Task exception was never retrieved\nfuture: <Task exception=ValueError('My secret hobby')>",
        "It said 'My secret hobby'",
    ):
        for name in ("slack_sdk.socket_mode", "bot.bolt", "asyncio", "_granian"):
            logging.getLogger(name).error(text)
    said = written()
    assert "Failed to run a listener" in said
    assert "secret" not in said


def test_what_libraries_tell_for_debugging_is_not_written(written: Callable[[], str]) -> None:
    for name in ("slack_sdk.web.base_client", "slack_bolt.App", "websocket", "urllib3", "asyncio"):
        logging.getLogger(name).debug("everything that is sent")
        logging.getLogger(name).info("everything that is sent")
    assert written() == ""


def test_an_error_that_nobody_catches_in_a_thread_is_logged_like_all_others(
    written: Callable[[], str],
) -> None:
    thread = threading.Thread(target=fail, args=[ValueError("My secret hobby")])
    thread.start()
    thread.join()
    assert "A thread ended by an error." in written()
    assert "ValueError at " in written()
    assert "secret" not in written()


def test_other_handlers_see_the_line_as_it_was(written: Callable[[], str]) -> None:
    seen: list[logging.LogRecord] = []

    class Keeps(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            seen.append(record)

    keeps = Keeps()
    logging.getLogger().addHandler(keeps)
    log.error("It says %s", "xoxb-1-Secret", exc_info=ValueError("x"))
    logging.getLogger().removeHandler(keeps)
    (record,) = seen
    assert record.getMessage() == "It says xoxb-1-Secret"
    assert record.exc_info
    assert "Secret" not in written()


def test_an_exception_without_end_is_cut() -> None:
    first = error = ValueError("1")
    for number in range(50):
        error.__cause__ = ValueError(str(number))
        error = error.__cause__
    error.__cause__ = first
    assert len(lines_of(first)) == 5


def test_errors_of_the_bot_at_work_say_nothing_of_whom_they_are_about(
    written: Callable[[], str], ledger: Ledger, policy: rules.Policy
) -> None:
    """A desk that fails with what was typed in its message, and a Slack that refuses with it."""
    said = 'add course "My secret hobby" yesterday'

    def refuse(**_: object) -> None:
        raise RuntimeError(f"Alice Example said {said} with xoxb-1-Secret")

    client = LocalClient([])
    client.chat_postMessage = refuse  # type: ignore[assignment, method-assign]
    courier = Courier(
        OneToken(client), submit=at_once, send=lambda url, payload: fail(ValueError(f"{url} {payload}"))
    )

    def clock() -> datetime:
        raise RuntimeError(said)

    app = build_app(Desk(ledger, policy, clock, lambda who: "UTC"), courier, client)
    courier.post("T1", "C1", Reply("My secret hobby", []))
    courier.respond("https://hooks.slack.com/actions/T1/Secret", Reply("My secret hobby", []), replace=True)
    answer = app.dispatch(
        BoltRequest(
            mode="socket_mode",
            body={
                "command": "/ce",
                "text": said,
                "user_id": "UALICE",
                "team_id": "T1",
                "channel_id": "C1",
                "trigger_id": "1.1",
                "response_url": "https://hooks.slack.com/commands/T1/Secret",
            },
        )
    )
    assert answer.status == 200
    assert "Request failed, reference" in written()
    assert "A message to Slack was not sent." in written()
    for word in ("ecret", "Alice Example", "hobby", "Traceback", "hooks.slack.com/a"):
        assert word not in written()


# The two forms


def test_json_is_one_object_a_line() -> None:
    with left_as_it_was() as stream:
        set_up(JSON, stream=stream)
        log.info("Sent %s reminders.\nAnd more.", 3)
        log.error("It failed.", exc_info=OSError(28, "No space left on device"))
        log.debug("not this")
    first, second = (json.loads(line) for line in stream.getvalue().splitlines())
    time = first.pop("time")
    assert time.endswith("+00:00")
    assert first == {"level": "INFO", "logger": "bot.test", "message": "Sent 3 reminders.\nAnd more."}
    assert second["errors"] == ["OSError (No space left on device)"]
    assert second["message"] == "It failed."


def test_text_has_the_exception_below_its_line() -> None:
    noted: list[str] = []
    with left_as_it_was() as stream:
        set_up(TEXT, stream=stream, note=noted.append)
        log.info("Fine.")
        log.warning("Look.")
        try:
            fail(LookupError("secret"))
        except LookupError:
            log.exception("It failed.")
    lines = stream.getvalue().splitlines()
    assert [line[24:] for line in lines[:3]] == [
        "INFO bot.test: Fine.",
        "WARNING bot.test: Look.",
        "ERROR bot.test: It failed.",
    ]
    assert lines[3].startswith("  LookupError at tests/test_bot_logs.py:")
    assert noted == ["WARNING", "ERROR"]


def test_set_up_twice_it_writes_once() -> None:
    with left_as_it_was() as first, left_as_it_was() as second:
        set_up(stream=first)
        set_up(stream=second)
        log.error("Once.")
    assert first.getvalue() == ""
    assert second.getvalue().count("Once.") == 1


def test_without_a_stream_it_goes_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    with left_as_it_was():
        set_up()
        log.error("Here.")
    found = capsys.readouterr()
    assert "Here." in found.err
    assert found.out == ""
