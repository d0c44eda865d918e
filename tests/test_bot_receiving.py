"""What Slack signed and yet makes no sense: an honest answer, never a trace of an error, and little work."""

import copy
import json
import logging
import time
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

import pytest
from signing import FORM, JSON, SECRET, signed, through
from slack_sdk.signature import SignatureVerifier

from bot.app import build_app
from bot.clients import OneToken
from bot.console import LocalClient, at_once
from bot.courier import Courier
from bot.desk import Desk
from bot.front import Front
from bot.ledger import Ledger, Member
from bot.listeners.commands import name_of
from bot.metrics import Metrics
from bot.receiving import FIELDS_MOST, NotSlacksError, Receiver, read
from bot.shapes import kind_of

ALICE = Member("T1", "UALICE")
COMMAND = {
    "token": "t",
    "team_id": "T1",
    "team_domain": "acme",
    "channel_id": "C1",
    "channel_name": "general",
    "user_id": "UALICE",
    "user_name": "alice",
    "command": "/ce",
    "text": 'add course "Jira Automation" 2025-12-01',
    "api_app_id": "A1",
    "is_enterprise_install": "false",
    "response_url": "https://hooks.example/1",
    "trigger_id": "1.command",
}
CLICK: dict[str, Any] = {
    "type": "block_actions",
    "user": {"id": "UALICE", "username": "alice", "name": "alice", "team_id": "T1"},
    "api_app_id": "A1",
    "token": "t",
    "container": {"type": "message", "message_ts": "1.1", "channel_id": "C1", "is_ephemeral": True},
    "trigger_id": "1.click",
    "team": {"id": "T1", "domain": "acme"},
    "enterprise": None,
    "is_enterprise_install": False,
    "channel": {"id": "C1", "name": "general"},
    "state": {"values": {}},
    "response_url": "https://hooks.example/2",
    "actions": [
        {
            "action_id": "ce:run:1",
            "block_id": "b1",
            "text": {"type": "plain_text", "text": "Status"},
            "value": "status",
            "type": "button",
            "action_ts": "1.2",
        }
    ],
}
VIEW: dict[str, Any] = {
    "id": "V1",
    "team_id": "T1",
    "type": "modal",
    "callback_id": "ce:form:add",
    "private_metadata": "{}",
    "hash": "1.h",
    "state": {"values": {"title": {"ce:field:title": {"type": "plain_text_input", "value": "Jira"}}}},
    "blocks": [{"type": "input", "block_id": "title", "element": {"type": "plain_text_input"}}],
}
SUBMISSION: dict[str, Any] = {
    "type": "view_submission",
    "team": {"id": "T1", "domain": "acme"},
    "user": {"id": "UALICE", "username": "alice", "name": "alice", "team_id": "T1"},
    "api_app_id": "A1",
    "token": "t",
    "trigger_id": "1.submission",
    "view": VIEW,
    "response_urls": [],
    "is_enterprise_install": False,
    "enterprise": None,
}
MESSAGE: dict[str, Any] = {
    "token": "t",
    "team_id": "T1",
    "api_app_id": "A1",
    "event": {
        "user": "UALICE",
        "type": "message",
        "ts": "1764676800.1",
        "client_msg_id": "x",
        "text": "does coursework need to match the cert?",
        "team": "T1",
        "blocks": [{"type": "rich_text", "block_id": "r", "elements": []}],
        "channel": "D1",
        "event_ts": "1764676800.1",
        "channel_type": "im",
    },
    "type": "event_callback",
    "event_id": "Ev1",
    "event_time": 1764676800,
    "authorizations": [
        {
            "enterprise_id": None,
            "team_id": "T1",
            "user_id": "U0BOT",
            "is_bot": True,
            "is_enterprise_install": False,
        }
    ],
    "is_ext_shared_channel": False,
    "event_context": "4-x",
}
HOME = {
    **MESSAGE,
    "event_id": "Ev2",
    "event": {
        "type": "app_home_opened",
        "user": "UALICE",
        "channel": "D1",
        "tab": "home",
        "event_ts": "1.1",
    },
}
MENTION = {
    **MESSAGE,
    "event_id": "Ev3",
    "event": {**MESSAGE["event"], "type": "app_mention", "channel": "C1", "channel_type": "channel"},
}
DROPPED = {
    **MESSAGE,
    "event_id": "Ev4",
    "event": {
        **MESSAGE["event"],
        "subtype": "file_share",
        "files": [
            {"id": "F1", "name": "t.csv", "filetype": "csv", "size": 10, "url_private_download": "https://x/"}
        ],
    },
}
SHORTCUT = {**SUBMISSION, "type": "shortcut", "callback_id": "log_activity", "trigger_id": "1.shortcut"}
del SHORTCUT["view"]
OF_MESSAGE = {
    **SHORTCUT,
    "type": "message_action",
    "callback_id": "log_message",
    "channel": {"id": "C1", "name": "general"},
    "message": {"type": "message", "user": "UBOB", "ts": "1764676800.2", "text": "Course done"},
    "response_url": "https://hooks.example/3",
}
EVERYTHING = {
    "command": COMMAND,
    "click": CLICK,
    "submission": SUBMISSION,
    "message": MESSAGE,
    "home": HOME,
    "mention": MENTION,
    "file": DROPPED,
    "shortcut": SHORTCUT,
    "message shortcut": OF_MESSAGE,
}
HONEST = {200, 400, 404, 413, 415}

Send = Callable[[bytes, str], tuple[int, bytes]]


class Whole:
    """The whole chain from the front on, and what it remembers."""

    def __init__(self, desk: Desk) -> None:
        client = LocalClient([])
        courier = Courier(OneToken(client), submit=at_once, send=lambda url, payload: None)
        self.metrics = Metrics()
        self.app = build_app(desk, courier, client)
        receiver = Receiver(self.app, self.metrics, name_of)
        self.front = Front(receiver, SignatureVerifier(SECRET))

    def send(self, body: bytes, content_type: str = FORM) -> tuple[int, bytes]:
        started: list[str] = []
        answer = through(
            self.front,
            {**signed(body, content_type), "wsgi.input": BytesIO(body)},
            lambda status, headers: started.append(status),
        )
        content = b"".join(answer)
        return int(started[0].split()[0]), content

    def count(self, **labels: str) -> float:
        return self.metrics.registry.get_sample_value("ce_bot_requests_total", labels) or 0.0


@pytest.fixture
def whole(desk: Desk) -> Whole:
    return Whole(desk)


def as_slack_sends_it(payload: Any) -> tuple[bytes, str]:
    """The body and its type: a form for commands, JSON in a form for what is clicked, JSON for events."""
    if isinstance(payload, dict) and "command" in payload:
        fields = {key: str(value) for key, value in payload.items() if value is not None}
        return urlencode(fields, errors="surrogatepass").encode(), FORM
    if isinstance(payload, dict) and payload.get("type") == "event_callback":
        return json.dumps(payload).encode(), JSON
    return urlencode({"payload": json.dumps(payload)}).encode(), FORM


@pytest.mark.parametrize("name", EVERYTHING)
def test_all_that_slack_sends_has_the_shape_that_is_looked_for(whole: Whole, name: str) -> None:
    assert kind_of(EVERYTHING[name])
    status, _ = whole.send(*as_slack_sends_it(EVERYTHING[name]))
    assert status == 200


def paths_in(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a payload."""
    if path:
        yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from paths_in(inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from paths_in(inner, (*path, number))


MISSING = object()
ODD = (MISSING, None, "", "x", 7, -1.5, True, [], ["x"], {}, {"id": 7}, {"x": []}, [[]], "\ud800", "x" * 5000)


def changed(payload: Any, path: tuple[Any, ...], value: Any) -> Any:
    """The payload with something else, or nothing, at one place."""
    found = copy.deepcopy(payload)
    inner = found
    for part in path[:-1]:
        inner = inner[part]
    if value is MISSING:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return found


@pytest.mark.parametrize("name", EVERYTHING)
def test_whatever_else_stands_at_any_place_it_is_answered_honestly(
    desk: Desk, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    whole = Whole(desk)
    caplog.set_level(logging.ERROR)
    for path in paths_in(EVERYTHING[name]):
        for value in ODD:
            odd = changed(EVERYTHING[name], path, value)
            status, _ = whole.send(*as_slack_sends_it(odd))
            assert status in HONEST, (path, value)
            assert not caplog.records, (path, value, caplog.text)


# Bodies that are no request at all


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"{", JSON, 400),
        (b"", JSON, 400),
        (b"null", JSON, 400),
        (b"7", JSON, 400),
        (b"[]", JSON, 400),
        (b"{}", JSON, 400),
        (b'"text"', JSON, 400),
        (b"[" * 20_000 + b"]" * 20_000, JSON, 400),
        (b'{"a":' * 20_000 + b"1" + b"}" * 20_000, JSON, 400),
        (b'{"type": ' + b"9" * 5000 + b"}", JSON, 400),
        (b'{"type": "event_callback", "event_time": 1e999}', JSON, 400),
        (b'{"type": "x", "type": "url_verification", "challenge": "c"}', JSON, 200),
        (b"\xef\xbb\xbf{}", JSON, 400),
        (b"payload=", FORM, 400),
        (b"payload={", FORM, 400),
        (b"payload=[1,2]", FORM, 400),
        (b"payload=" + b"[" * 20_000, FORM, 400),
        (b"payload=%FF", FORM, 400),
        (b"", FORM, 400),
        (b"&" * 500_000, FORM, 400),
        (b"a=1&" * 200_000, FORM, 400),
        (b"command=%2Fce", FORM, 400),
        (b"command=%2Fother&user_id=U1&team_id=T1&channel_id=C1&trigger_id=1", FORM, 404),
        (b'{"type": "unheard_of"}', JSON, 404),
        (b"ssl_check=1&token=t", FORM, 400),
        (b"command=%2Fce", "text/plain", 415),
        (b"command=%2Fce", "", 415),
        (b"command=%2Fce", "multipart/form-data; boundary=x", 415),
        (b"{}", "application/json; charset=utf-16", 415),
        (b"{}", "application/json; charset=utf-8; x=y", 415),
    ],
)
def test_a_signed_body_that_is_no_request_is_refused_with_little_work(
    whole: Whole, body: bytes, content_type: str, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    began = time.process_time()
    found, _ = whole.send(body, content_type)
    took_s = time.process_time() - began
    assert found == status
    assert took_s < 0.1
    assert not [one for one in caplog.records if one.levelno >= logging.ERROR]
    assert body[:30].decode("utf-8", "replace") not in caplog.text or len(body) < 10


@pytest.mark.parametrize(
    "content_type",
    [
        JSON,
        "application/json; charset=utf-8",
        "Application/JSON;charset=UTF-8",
        'application/json; charset="utf-8"',
    ],
)
def test_json_may_name_its_letters_as_slack_writes_them(whole: Whole, content_type: str) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "c1", "token": "t"}).encode()
    status, answer = whole.send(body, content_type)
    assert status == 200
    assert b"c1" in answer


def test_a_form_may_have_as_many_fields_as_that_and_no_more() -> None:
    fields = [(f"f{number}", "x") for number in range(FIELDS_MOST - 1)]
    body = urlencode([("command", "/ce"), *fields]).encode()
    assert len(read(body, FORM)) == FIELDS_MOST
    with pytest.raises(NotSlacksError) as caught:
        read(body + b"&more=x", FORM)
    assert caught.value.status == 400


def test_the_word_payload_in_a_command_is_a_word_like_any_other(whole: Whole) -> None:
    """Bolt takes every body with this word in it for one that was clicked."""
    body, content_type = as_slack_sends_it({**COMMAND, "text": "add course payload=x 2025-12-01"})
    status, answer = whole.send(body, content_type)
    assert status == 200
    assert "payload=x" in json.loads(answer)["text"]


def test_a_key_that_comes_twice_counts_as_it_comes_last(whole: Whole) -> None:
    body, content_type = as_slack_sends_it(COMMAND)
    status, answer = whole.send(body + b"&text=help", content_type)
    assert status == 200
    assert "/ce add" in json.loads(answer)["text"]


# The same again


@pytest.mark.parametrize(
    "text", ["add course Tenth 2025-12-01", "cert add ACP-620 earned 2024-01-01", "undo"]
)
def test_a_command_that_is_replayed_changes_nothing_and_is_answered_alike(
    whole: Whole, ledger: Ledger, text: str
) -> None:
    whole.send(
        *as_slack_sends_it({**COMMAND, "trigger_id": "0.first", "text": "add course Ninth 2025-11-01"})
    )
    body, content_type = as_slack_sends_it({**COMMAND, "text": text})
    first = whole.send(body, content_type)
    facts = ledger.facts(ALICE)
    assert [whole.send(body, content_type) for _ in range(3)] == [first] * 3
    assert ledger.facts(ALICE) == facts


@pytest.mark.parametrize("name", EVERYTHING)
def test_whatever_is_replayed_writes_nothing_more(whole: Whole, ledger: Ledger, name: str) -> None:
    body, content_type = as_slack_sends_it(EVERYTHING[name])
    first = whole.send(body, content_type)
    before = all_rows(ledger)
    assert whole.send(body, content_type)[0] == first[0]
    assert all_rows(ledger) == before


def all_rows(ledger: Ledger) -> dict[str, int]:
    """How many rows each table has."""
    with ledger.write() as writer:
        tables = writer._db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return {name: writer._db.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for (name,) in tables}


# What is counted


def test_requests_are_counted_by_kind_and_commands_by_name(whole: Whole) -> None:
    whole.send(*as_slack_sends_it(COMMAND))
    whole.send(*as_slack_sends_it({**COMMAND, "text": "statsu of my secret hobby", "trigger_id": "2"}))
    whole.send(*as_slack_sends_it(CLICK))
    whole.send(b"{", JSON)
    assert whole.count(kind="command", status="200") == 2
    assert whole.count(kind="block_actions", status="200") == 1
    value = whole.metrics.registry.get_sample_value
    assert value("ce_bot_commands_total", {"command": "add"}) == 1
    assert value("ce_bot_commands_total", {"command": "unknown"}) == 1
    assert value("ce_bot_commands_total", {"command": "status"}) == 1
    assert value("ce_bot_request_seconds_count", {"kind": "command"}) == 2


def test_bolt_meets_the_listener_of_commands_before_all_others(whole: Whole) -> None:
    """It tries them in order, and each one before costs every command some time."""
    first = whole.app._listeners[0]
    assert first.ack_function.__module__ == "bot.listeners.ce"
    assert first.ack_function.__name__ == "answer"
