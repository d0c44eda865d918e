"""The assistant's pane: a greeting, questions to choose from, and answers in its threads."""

import logging
from typing import Any

import pytest
from conftest import ALICE, Slack
from slack_limits import problems
from slack_sdk.errors import SlackApiError

from bot.app import build_app
from bot.clients import OneToken
from bot.console import LocalClient, at_once
from bot.courier import Courier
from bot.desk import Desk
from bot.ledger import Ledger, LedgerBusyError
from bot.views import assistant
from faq.answer import ask
from faq.entry import Faq

CHANNEL, THREAD = "DALICE", "1729999327.187299"


class Pane(LocalClient):
    """A Slack that has the pane: keeps what is suggested, or refuses to suggest it."""

    def __init__(self, slack: Slack, error: str = "") -> None:
        super().__init__(slack.said)
        self.error = error
        self.suggested: list[dict[str, Any]] = []
        self.posted: list[dict[str, Any]] = []

    def assistant_threads_setSuggestedPrompts(self, **values: Any) -> Any:  # noqa: N802 - Slack's name
        self.suggested.append(values)
        if self.error:
            raise SlackApiError("refused", {"ok": False, "error": self.error})

    def chat_postMessage(self, **values: Any) -> Any:  # noqa: N802 - Slack's name
        self.posted.append(values)
        return super().chat_postMessage(**values)


@pytest.fixture
def pane(slack: Slack, desk: Desk) -> Pane:
    return with_pane(slack, desk)


def with_pane(slack: Slack, desk: Desk, error: str = "") -> Pane:
    client = Pane(slack, error)
    slack.app = build_app(desk, Courier(OneToken(client), submit=at_once), client)
    return client


def start(slack: Slack, thread: str = THREAD, key: str | None = None) -> None:
    """Alice opens the pane, as Slack tells it to apps that were set up with its older form."""
    started = {
        "user_id": "UALICE",
        "context": {"channel_id": "C1", "team_id": "T1", "enterprise_id": None},
        "channel_id": CHANNEL,
        "thread_ts": thread,
    }
    event = {"type": "assistant_thread_started", "assistant_thread": started, "event_ts": "1715873754.4"}
    assert slack.event(event, key=key).status == 200


def open_messages(slack: Slack) -> None:
    """Alice opens the direct message, where the newer form has its place."""
    slack.event({"type": "app_home_opened", "user": "UALICE", "channel": CHANNEL, "tab": "messages"})


def say(slack: Slack, text: str, ts: str, **more: Any) -> None:
    event = {"type": "message", "channel": CHANNEL, "channel_type": "im", "user": "UALICE", "text": text}
    slack.event({**event, "ts": ts, "thread_ts": THREAD, **more})


def test_whoever_opens_the_pane_is_greeted_in_its_thread_and_offered_questions(
    slack: Slack, pane: Pane
) -> None:
    start(slack)
    (greeting,) = pane.posted
    assert (greeting["channel"], greeting["thread_ts"]) == (CHANNEL, THREAD)
    assert greeting["text"] == assistant.GREETING
    (suggested,) = pane.suggested
    assert (suggested["channel_id"], suggested["thread_ts"]) == (CHANNEL, THREAD)
    assert suggested["prompts"] == [
        {"title": title, "message": message} for title, message in assistant.PROMPTS
    ]


def test_a_member_with_certifications_is_offered_a_question_about_them_first(
    slack: Slack, pane: Pane
) -> None:
    slack.command("cert add ACP-620 earned 2024-03-01")
    start(slack)
    (suggested,) = pane.suggested
    assert suggested["prompts"][0] == assistant.PERSONAL._asdict()
    assert len(suggested["prompts"]) == 4
    say(slack, assistant.PERSONAL.message, "2.0")
    assert "ACP-620 needs" in pane.posted[-1]["text"]


def test_each_thread_is_greeted_once_however_often_its_start_is_delivered(slack: Slack, pane: Pane) -> None:
    start(slack, key="Ev1")
    start(slack, key="Ev1")
    start(slack, key="Ev2")
    assert len(pane.posted) == len(pane.suggested) == 1
    start(slack, thread="1730000000.1")
    assert len(pane.posted) == len(pane.suggested) == 2


def test_in_the_direct_message_questions_are_offered_without_a_word_each_time_it_is_opened(
    slack: Slack, pane: Pane
) -> None:
    """There Slack takes no thread: with one it would silently show nothing."""
    open_messages(slack)
    open_messages(slack)
    assert pane.posted == []
    assert [(one["channel_id"], one["thread_ts"]) for one in pane.suggested] == [(CHANNEL, None)] * 2


def test_what_is_asked_in_the_thread_is_answered_there_and_a_short_question_goes_on(
    slack: Slack, pane: Pane
) -> None:
    start(slack)
    say(slack, "How many CE units do I need to renew an ACP?", "2.0")
    say(slack, "what about ACA?", "3.0")
    _, first, second = pane.posted
    assert first["thread_ts"] == second["thread_ts"] == THREAD
    assert "100" in first["text"]
    assert "I took that as" in second["text"]
    assert "50" in second["text"]


def test_another_thread_knows_nothing_of_this_one(slack: Slack, pane: Pane) -> None:
    say(slack, "How many CE units do I need to renew an ACP?", "2.0")
    say(slack, "what about ACA?", "3.0", thread_ts="1730000000.1")
    assert "I took that as" not in pane.posted[-1]["text"]


@pytest.mark.parametrize(
    "own",
    [
        {"bot_id": "BBOT", "user": "UBOT"},
        {"bot_id": "BBOT", "bot_profile": {"id": "BBOT"}, "app_id": "A1"},
        {"subtype": "assistant_app_thread"},
        {"subtype": "message_changed", "message": {"subtype": "assistant_app_thread"}, "hidden": True},
        {"subtype": "bot_message", "bot_id": "BBOT"},
    ],
)
def test_what_the_bot_and_slack_itself_write_there_is_not_answered(
    slack: Slack, pane: Pane, own: dict[str, Any]
) -> None:
    say(slack, "What earns CE units, and how many?", "2.0", **own)
    assert pane.posted == pane.suggested == []


# Where there is no pane


@pytest.mark.parametrize(
    "error", ["unknown_method", "missing_scope", "not_allowed_token_type", "ratelimited", "access_denied"]
)
def test_where_slack_refuses_to_suggest_nothing_is_missed_and_it_is_logged_once_at_info(
    slack: Slack, desk: Desk, caplog: pytest.LogCaptureFixture, error: str
) -> None:
    pane = with_pane(slack, desk, error)
    with caplog.at_level(logging.INFO):
        start(slack)
        open_messages(slack)
        say(slack, "What earns CE units, and how many?", "2.0")
    assert len(pane.posted) == 2
    (record,) = [one for one in caplog.records if "suggested" in one.getMessage()]
    assert record.levelno == logging.INFO
    assert record.getMessage() == f"Prompts were not suggested: {error}. This is not logged again."
    assert "UALICE" not in caplog.text


def test_with_a_busy_database_the_thread_is_greeted_nevertheless(
    slack: Slack, pane: Pane, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object) -> bool:
        raise LedgerBusyError("busy")

    monkeypatch.setattr(desk, "is_new", busy)
    monkeypatch.setattr(desk, "overview", busy)
    start(slack)
    assert len(pane.posted) == 1
    assert pane.suggested[0]["prompts"][0] == assistant.PROMPTS[0]._asdict()


def test_whoever_only_opens_the_direct_message_is_not_kept(
    slack: Slack, pane: Pane, desk: Desk, ledger: Ledger
) -> None:
    open_messages(slack)
    stored, _ = desk.forgetting.stored(ALICE)
    assert stored.is_nothing


# What is suggested


@pytest.mark.parametrize("prompt", [*assistant.PROMPTS, assistant.PERSONAL])
def test_what_is_suggested_is_answered(curated: Faq, prompt: assistant.Prompt) -> None:
    assert ask(curated, prompt.message).tier == "answer"
    assert len(prompt.title) <= 40


def test_the_personal_question_is_answered_with_the_members_own_dates(curated: Faq) -> None:
    entry = ask(curated, assistant.PERSONAL.message).entry
    assert entry
    assert curated.entries[entry].personal


def test_all_that_is_suggested_is_different() -> None:
    for is_enrolled in (False, True):
        prompts = assistant.prompts(is_enrolled=is_enrolled)
        assert len({prompt.title for prompt in prompts}) == 4
        assert len({prompt.message for prompt in prompts}) == 4


def test_slack_takes_the_greeting() -> None:
    greeting = assistant.greeting()
    assert problems({"text": greeting.text, "blocks": greeting.blocks}) == []
    assert "\n" not in greeting.text
