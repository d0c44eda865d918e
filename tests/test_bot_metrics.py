"""Figures for Prometheus: what is counted, under which names, and that no label says who or what."""

import base64
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import version

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

import rules
from bot.clients import Called, CountedClient, direct_client, slack_client
from bot.desk import Desk
from bot.installations import Granted, RefusedError, Tokens
from bot.ledger import Ledger, LedgerBusyError, Member, NoticeKey
from bot.listeners.commands import KNOWN, name_of
from bot.metrics import Metrics, Waiting
from bot.outcomes import Place
from bot.serve import _ways
from bot.settings import read_settings
from bot.watching import Watching

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
LABELS = {
    "kind", "status", "command", "outcome", "tier", "method", "level", "le", "version", "policy",
    "verified_on", "mode",
}  # fmt: skip


def page(metrics: Metrics) -> str:
    return b"".join(metrics.page({}, lambda status, headers: None)).decode()


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(f"ce_bot_{name}", labels)


@pytest.fixture
def busy() -> Iterator[Metrics]:
    """Figures of a bot at which everything has happened once."""
    found = Metrics()
    found.answered("command", 200, 0.002)
    found.turned_away("refused", 401)
    found.ran("status")
    found.wrote("saved", 0.001)
    found.reminded(2, 1)
    found.asked("answer")
    found.called("chat.postMessage", "ok", 0.1)
    found.logged("ERROR")
    found.tell("socket_connected", "Whether there is a connection.", lambda: 1.0)
    found.about("atlassian.certification", "2025-12-01", "http")
    found.watch_reminders(lambda: Waiting(3, 60.0))
    return found


def test_names_are_in_the_habit_of_prometheus(busy: Metrics) -> None:
    text = page(busy)
    kinds = dict(re.findall(r"^# TYPE (\S+) (\S+)$", text, re.MULTILINE))
    ours = {name: kind for name, kind in kinds.items() if not name.startswith("process_")}
    assert ours
    for name, kind in ours.items():
        assert name.startswith("ce_bot_")
        assert name.endswith("_total") is (kind == "counter")
        assert kind != "histogram" or name.endswith("_seconds")
    assert "_created" not in text
    assert set(re.findall(r'[{,]([a-z_]+)="', text)) <= LABELS


def test_what_the_documentation_names_is_there(busy: Metrics) -> None:
    text = page(busy)
    for line in (
        'ce_bot_requests_total{kind="command",status="200"} 1.0',
        'ce_bot_requests_total{kind="refused",status="401"} 1.0',
        'ce_bot_request_seconds_count{kind="command"} 1.0',
        'ce_bot_commands_total{command="status"} 1.0',
        'ce_bot_ledger_writes_total{outcome="saved"} 1.0',
        "ce_bot_ledger_write_seconds_count 1.0",
        'ce_bot_reminders_total{outcome="sent"} 2.0',
        'ce_bot_reminders_total{outcome="parked"} 1.0',
        "ce_bot_reminders_due 3.0",
        "ce_bot_reminders_oldest_due_seconds 60.0",
        'ce_bot_faq_answers_total{tier="answer"} 1.0',
        'ce_bot_slack_calls_total{method="chat.postMessage",outcome="ok"} 1.0',
        "ce_bot_slack_call_seconds_count 1.0",
        'ce_bot_log_records_total{level="error"} 1.0',
        "ce_bot_socket_connected 1.0",
    ):
        assert f"\n{line}\n" in text
    assert f'version="{version("ce-bot")}"' in text
    assert "process_resident_memory_bytes" in text


def test_what_may_happen_is_there_before_it_does() -> None:
    text = page(Metrics())
    assert 'ce_bot_log_records_total{level="error"} 0.0' in text
    assert 'ce_bot_ledger_writes_total{outcome="busy"} 0.0' in text
    assert 'ce_bot_reminders_total{outcome="parked"} 0.0' in text


@pytest.mark.parametrize("said", ["My secret hobby", "Größe", "x" * 100, "", "UALICE", "a\nb"])
def test_words_that_are_no_name_of_ours_never_become_a_label(said: str) -> None:
    metrics = Metrics()
    metrics.ran(name_of(said))
    metrics.called("users.info", said, 0.1)
    found = set(re.findall(r'(?:command|outcome)="([^"]*)"', page(metrics)))
    assert found <= {"status", "unknown", "other", "saved", "undone", "busy", "failed", "sent", "parked"}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("", "status"),
        ("status", "status"),
        ("STATUS @bob", "status"),
        ('add course "My secret hobby"', "add"),
        ("cert add ACP-620", "cert add"),
        ("my secret hobby", "unknown"),
        ("does coursework count?", "unknown"),
    ],
)
def test_a_command_is_counted_by_its_name(text: str, name: str) -> None:
    assert name_of(text) == name


def test_every_command_has_a_name_that_figures_take() -> None:
    metrics = Metrics()
    for name in KNOWN:
        metrics.ran(name_of(name))
    assert value(metrics, "commands_total", command="unknown") is None


# What tells of itself


def test_transactions_are_counted_by_what_became_of_them(ledger: Ledger) -> None:
    metrics = Metrics()
    ledger.watch(metrics.wrote)
    with ledger.write():
        pass
    with pytest.raises(LookupError), ledger.write():
        raise LookupError
    with pytest.raises(LedgerBusyError), ledger.write():
        raise LedgerBusyError
    counted = {
        outcome: value(metrics, "ledger_writes_total", outcome=outcome)
        for outcome in ("saved", "undone", "busy", "failed")
    }
    assert counted == {"saved": 1, "undone": 1, "busy": 1, "failed": 0}


def test_questions_are_counted_by_how_they_are_answered(desk: Desk) -> None:
    watching = Watching()
    watching.watch_desk(desk, "http")
    who = Member("T1", "UALICE")
    for question in ("does coursework need to match the cert?", "colourless green ideas sleep"):
        found = desk.answering.find("T1", question, Place("D1", is_private=True))
        assert found
        desk.answering.give(who, found, Place("D1", is_private=True))
    assert value(watching.metrics, "faq_answers_total", tier="answer") == 1
    assert value(watching.metrics, "faq_answers_total", tier="none") == 1


def test_what_is_due_is_looked_up_when_somebody_asks(ledger: Ledger) -> None:
    watching = Watching()
    watching.watch_ledger(ledger, lambda: NOON)
    assert value(watching.metrics, "reminders_due") == 0
    assert value(watching.metrics, "reminders_oldest_due_seconds") == 0
    with ledger.write() as writer:
        for minutes in (-10, -5, 5):
            key = NoticeKey("T1", "UALICE", "UALICE", f"ACP-{100 + minutes}", "30", date(2026, 2, 1))
            writer.outbox.plan(key, NOON + timedelta(minutes=minutes))
    assert value(watching.metrics, "reminders_due") == 2
    assert value(watching.metrics, "reminders_oldest_due_seconds") == 600


def test_where_that_cannot_be_known_the_other_figures_are_told(ledger: Ledger) -> None:
    metrics = Metrics()
    metrics.watch_reminders(lambda: None)
    assert "ce_bot_reminders_due" not in page(metrics)
    assert "ce_bot_requests_total" in page(metrics)


class Answers(CountedClient):
    """A client whose calls end as a test says."""

    def __init__(self, called: Called, error: Exception | None) -> None:
        super().__init__(called, token="xoxb-1")
        self.error = error

    def _urllib_api_call(self, **_: object) -> SlackResponse:
        if self.error:
            raise self.error
        return _response({"ok": True})

    _sync_send = _urllib_api_call


def _response(data: dict[str, object]) -> SlackResponse:
    return SlackResponse(
        client=None, http_verb="POST", api_url="x", req_args={}, data=data, headers={}, status_code=200
    )


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (None, "ok"),
        (SlackApiError("x", _response({"ok": False, "error": "ratelimited"})), "ratelimited"),
        (TimeoutError(), "unreachable"),
        (ConnectionResetError(), "unreachable"),
    ],
)
def test_calls_of_slack_are_counted_by_method_and_outcome(error: Exception | None, outcome: str) -> None:
    told: list[tuple[str, str]] = []
    client = Answers(lambda method, became, seconds: told.append((method, became)), error)
    if error:
        with pytest.raises(type(error)):
            client.chat_postMessage(channel="C1", text="x")
    else:
        client.chat_postMessage(channel="C1", text="x")
    assert told == [("chat.postMessage", outcome)]


def test_clients_are_counted_where_somebody_wants_to_know() -> None:
    for make in (slack_client, direct_client):
        assert isinstance(make("xoxb-1", "http://127.0.0.1:9/api/", called=lambda *_: None), CountedClient)


def test_every_call_is_counted_where_there_are_many_workspaces(ledger: Ledger) -> None:
    """By either client of a workspace, of whoever installs, and for a token that is to follow."""
    told: list[tuple[str, str]] = []
    settings = read_settings(
        {
            "SLACK_CLIENT_ID": "1.2",
            "SLACK_CLIENT_SECRET": "client-secret",
            "SLACK_SIGNING_SECRET": "signing-secret",
            "CE_BOT_TOKEN_KEY": base64.b64encode(bytes(32)).decode(),
            "CE_BOT_URL": "https://bot.example",
            "SLACK_API_URL": "http://127.0.0.1:9/api/",  # nobody answers there
        }
    )
    assert settings.slack
    ways = _ways(settings, settings.slack, ledger, lambda method, became, _: told.append((method, became)))
    assert ways.many
    assert ways.installing
    now = datetime.now(UTC)
    granted = Granted(Tokens("xoxb-1", "xoxe-1"), now + timedelta(days=1))
    ways.many._installations.keep(
        granted, workspace="T1", name="Acme", bot_user="U0BOT", bot="B1", scopes=(), at=now
    )
    with pytest.raises(OSError, match="refused"):
        ways.clients.of("T1").chat_postMessage(channel="C1", text="x")
    with pytest.raises(OSError, match="refused"):
        ways.clients.direct_of("T1").users_info(user="U1")
    with pytest.raises(OSError, match="refused"):
        ways.installing.client.auth_test()
    with pytest.raises(RefusedError):
        ways.many._refresh("xoxe-1")
    methods = ("chat.postMessage", "users.info", "auth.test", "oauth.v2.access")
    assert told == [(method, "unreachable") for method in methods]


def test_what_runs_is_told_with_its_policy(desk: Desk, policy: rules.Policy) -> None:
    watching = Watching()
    watching.watch_desk(desk, "socket")
    labels = {
        "version": version("ce-bot"),
        "policy": policy.id,
        "verified_on": policy.verified_on.isoformat(),
        "mode": "socket",
    }
    assert value(watching.metrics, "info", **labels) == 1


def test_the_console_does_without_figures() -> None:
    program = (
        "import sys, bot.console\n"
        "print(sorted({'prometheus_client', 'granian', 'pythonjsonlogger'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
