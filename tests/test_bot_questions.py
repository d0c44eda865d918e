"""Questions by mention, by direct message and by `/ce ask`, and messages that are none of our business."""

import json
from typing import Any

import pytest
from conftest import ALICE, TODAY, Slack
from slack_limits import elements_of, problems, texts_in
from slack_questions import KNOWN, Listening, direct, mention

from bot.console import Console, Said
from bot.desk import Desk
from bot.listeners.commands import answer_question
from bot.outcomes import NOWHERE
from bot.views import faq as views
from bot.views.manual import COMMANDS
from bot.views.standing import FIRST_STEP
from faq.answer import ask
from faq.entry import Faq

ANSWER = "coursework does not have to match"
OFF_TOPIC = "Which wine goes with grilled mackerel on a boat?"


@pytest.fixture
def listening(desk: Desk) -> Listening:
    return Listening(desk)


# Where it is answered


def test_a_mention_gets_one_answer_in_a_thread_below_it(listening: Listening) -> None:
    assert listening.event(mention()).status == 200
    (post,) = listening.posts
    assert post["channel"] == "C1"
    assert post["thread_ts"] == "100.1"
    assert ANSWER in post["text"]


def test_a_mention_inside_a_thread_is_answered_in_that_thread(listening: Listening) -> None:
    listening.event(mention(thread_ts="90.5"))
    (post,) = listening.posts
    assert post["thread_ts"] == "90.5"


def test_a_direct_message_is_answered_where_it_was_sent(listening: Listening) -> None:
    listening.event(direct())
    (post,) = listening.posts
    assert post["channel"] == "D1"
    assert post.get("thread_ts") is None
    assert ANSWER in post["text"]


def test_a_direct_message_in_a_thread_is_answered_in_that_thread(listening: Listening) -> None:
    listening.event(direct(thread_ts="90.5"))
    (post,) = listening.posts
    assert post["thread_ts"] == "90.5"


def test_ask_answers_in_place_for_the_eyes_of_the_asker(listening: Listening) -> None:
    found = json.loads(listening.command(f"ask {KNOWN}").body)
    assert ANSWER in found["text"]
    assert found["response_type"] == "ephemeral"
    assert listening.posts == []


def test_all_three_ways_give_the_same_answer(listening: Listening) -> None:
    listening.event(mention())
    listening.event(direct())
    by_mention, by_message = listening.posts
    by_command = json.loads(listening.command(f"ask {KNOWN}").body)
    shown = [list(texts_in(found["blocks"])) for found in (by_mention, by_message, by_command)]
    assert shown[0] == shown[1] == shown[2]


def test_addresses_in_an_answer_bring_no_previews(listening: Listening) -> None:
    listening.event(mention())
    (post,) = listening.posts
    assert post["unfurl_links"] is False


@pytest.mark.parametrize("event", [mention(), direct()], ids=["mention", "direct message"])
def test_the_same_event_delivered_twice_is_answered_once(listening: Listening, event: dict[str, Any]) -> None:
    listening.event(event, key="Ev7")
    listening.event(event, key="Ev7")
    assert len(listening.posts) == 1
    listening.event({**event, "ts": "100.2"}, key="Ev8")
    assert len(listening.posts) == 2


def test_two_members_who_ask_the_same_are_both_answered(listening: Listening) -> None:
    listening.event(direct())
    listening.event(direct(user="UBOB", channel="D2"))
    assert [post["channel"] for post in listening.posts] == ["D1", "D2"]


# What is none of our business


@pytest.mark.parametrize(
    "event",
    [
        direct(subtype="message_changed"),
        direct(subtype="message_deleted"),
        {
            "type": "message",
            "subtype": "message_changed",
            "channel": "D1",
            "channel_type": "im",
            "message": {"user": "UALICE", "text": KNOWN, "ts": "100.1"},
            "ts": "100.2",
        },
        {
            "type": "message",
            "subtype": "message_deleted",
            "channel": "D1",
            "channel_type": "im",
            "previous_message": {"user": "UALICE", "text": KNOWN, "ts": "100.1"},
            "ts": "100.2",
        },
        direct(subtype="bot_message", bot_id="B7"),
        direct(bot_id="B7"),
        direct(user=None),
        direct(user="UBOT", bot_id="BBOT"),
        direct(user="UBOT"),
        mention(bot_id="B7"),
        mention(user="UBOT"),
        direct(channel="C1", channel_type="channel"),
        direct(channel="C1", channel_type="group"),
        direct(channel="C1", channel_type="mpim"),
        direct(f"<@UBOT> {KNOWN}", channel="C1", channel_type="channel"),
        direct(channel="C1", channel_type="channel", subtype="channel_join"),
        direct(channel="C1", channel_type="channel", subtype="file_share"),
        direct("help", channel="C1", channel_type="channel"),
    ],
    ids=lambda event: " ".join(
        str(event[key]) for key in ("type", "subtype", "channel_type", "user", "bot_id") if key in event
    ),
)
def test_what_is_no_question_to_us_is_not_answered(listening: Listening, event: dict[str, Any]) -> None:
    assert listening.event(event).status == 200
    assert listening.posts == []
    listening.event(direct(ts="101.1"))
    assert len(listening.posts) == 1, "the bot still listens"


def test_an_event_without_text_is_taken_as_an_empty_question(listening: Listening) -> None:
    event = direct()
    del event["text"]
    listening.event(event)
    listening.event(direct(None, ts="100.2"))  # type: ignore[arg-type]
    assert all(post["text"].startswith(views.EMPTY) for post in listening.posts)
    assert len(listening.posts) == 2


# The two commands that are known by their name alone


@pytest.mark.parametrize("word", ["help", "Help", "STATUS", " status\n"])
def test_help_and_status_alone_in_a_direct_message_are_the_commands(listening: Listening, word: str) -> None:
    listening.command("cert add ACP-620 earned 2024-01-01")
    by_command = json.loads(listening.command(word.strip().lower()).body)
    listening.event(direct(word))
    (post,) = listening.posts
    assert (post["text"], post["blocks"]) == (by_command["text"], by_command["blocks"])


def test_the_status_by_direct_message_is_that_of_whoever_asks(listening: Listening) -> None:
    listening.command("cert add ACP-620 earned 2024-01-01")
    listening.event(direct("status"))
    listening.event(direct("status", user="UBOB", channel="D2"))
    alice, bob = listening.posts
    assert "*ACP-620*" in alice["text"]
    assert (bob["channel"], bob["text"]) == ("D2", FIRST_STEP)


@pytest.mark.parametrize(
    "event",
    [
        direct("help me"),
        direct("status?"),
        direct("list"),
        direct("undo"),
        direct("/ce help"),
        mention("<@UBOT> help"),
        mention("<@UBOT> status"),
    ],
    ids=lambda event: f"{event['type']} {event['text']}",
)
def test_whatever_else_is_said_is_a_question(listening: Listening, event: dict[str, Any]) -> None:
    listening.event(event)
    asked = event["text"].removeprefix("<@UBOT> ")
    (post,) = listening.posts
    assert post["text"] == json.loads(listening.command(f"ask {asked}").body)["text"]


def test_a_message_with_a_file_is_answered_by_its_text(listening: Listening) -> None:
    listening.event(direct(subtype="file_share", files=[{"id": "F1", "name": "proof.png"}]))
    answer, about_file = listening.posts
    assert ANSWER in answer["text"]
    assert "“proof.png”" in about_file["text"]


# What is asked


@pytest.mark.parametrize(
    "text",
    [
        f"<@UBOT> {KNOWN}",
        f"{KNOWN} <@UBOT>",
        f"<@UBOT|ce-bot> {KNOWN}",
        f"hey <@UBOT>: {KNOWN}",
        f"<@UBOT>{KNOWN}",
        f"<@UBOT> <@UBOB> {KNOWN}",
        KNOWN.upper() + " <@UBOT>",
    ],
)
def test_mentions_are_no_part_of_the_question(listening: Listening, text: str) -> None:
    listening.event(mention(text))
    (post,) = listening.posts
    assert ANSWER in post["text"]


@pytest.mark.parametrize("text", ["<@UBOT>", "<@UBOT> ", " <@UBOT>\n<@UBOB>", ""])
def test_a_mention_without_a_question_shows_what_can_be_asked(listening: Listening, text: str) -> None:
    listening.event(mention(text))
    (post,) = listening.posts
    assert post["text"].startswith(views.EMPTY)
    assert f"`{COMMANDS['ask'].examples[0]}`" in post["text"]


@pytest.mark.parametrize("line", ["/ce ask", "/ce ask   "])
def test_ask_without_a_question_shows_what_can_be_asked(tell: Any, line: str) -> None:
    assert tell(line).startswith(views.EMPTY)
    assert f"`{COMMANDS['ask'].examples[0]}`" in tell(line)


def test_an_answer_has_its_source_and_the_day_it_was_checked(tell: Any) -> None:
    text = tell(f"/ce ask {KNOWN}")
    assert "Source: Community thread" in text
    assert "Checked on 20" in text


def test_every_curated_question_leads_to_its_own_answer(desk: Desk) -> None:
    for slug, entry in desk.faq.entries.items():
        said = answer_question(desk, ALICE, entry.question, NOWHERE)
        assert said.text.startswith(entry.text), slug
        assert problems({"text": said.text, "blocks": said.blocks}) == []


def test_a_topic_that_is_not_covered_names_who_can_help(desk: Desk) -> None:
    for slug, decoy in desk.faq.not_covered.items():
        said = answer_question(desk, ALICE, decoy.question, NOWHERE)
        assert said.text == decoy.text, slug
        assert list(elements_of(said.blocks)) == []


def test_what_nobody_has_answered_is_said_honestly_with_where_to_look(tell: Any) -> None:
    text = tell(f"/ce ask {OFF_TOPIC}")
    assert text.startswith("I do not know that one.")
    assert "https://" in text
    assert "Atlassian Support" in text
    assert "Source:" not in text


def test_the_same_honest_word_comes_to_a_mention(listening: Listening) -> None:
    listening.event(mention(f"<@UBOT> {OFF_TOPIC}"))
    (post,) = listening.posts
    assert post["text"].startswith(views.NOT_KNOWN)


# Suggestions


def vague(faq: Faq) -> str:
    """A question that gets suggestions; of the curated phrasings' single words the first that does."""
    words = sorted({word for entry in faq.entries.values() for word in entry.question.split()})
    return next(word for word in words if len(ask(faq, word).suggestions) > 1)


def test_every_button_under_a_vague_question_leads_to_its_answer(desk: Desk, console: Console) -> None:
    question = vague(desk.faq)
    slugs = ask(desk.faq, question).suggestions
    for place, slug in enumerate(slugs):
        (said,) = console.feed(question)
        assert said.text == views.PERHAPS
        *labels, last = [button["text"]["text"] for button in elements_of(said.blocks)]
        assert (len(labels), last) == (len(slugs), "None of these")
        (answer,) = console.feed(f"!click {labels[place]}")
        assert answer.kind == "update"
        assert answer.text.startswith(desk.faq.entries[slug].text)


def test_suggestions_of_a_command_are_replaced_by_the_answer(desk: Desk, slack: Slack) -> None:
    question = vague(desk.faq)
    found = json.loads(slack.command(f"ask {question}").body)
    assert problems(found) == []
    slack.click(next(elements_of(found["blocks"])))
    (url, payload) = slack.sent[-1]
    slug = ask(desk.faq, question).suggestions[0]
    assert url == "https://hooks.example/2"
    assert payload["replace_original"] is True
    assert payload["text"].startswith(desk.faq.entries[slug].text)


def test_a_question_changes_nothing_that_is_kept(desk: Desk, slack: Slack) -> None:
    slack.command("cert add ACP-620 earned 2024-01-01")
    before = desk.overview(ALICE, TODAY)
    slack.event(mention("<@UBOT> add course Jira yesterday"))
    slack.event(direct("remove 1"))
    assert desk.overview(ALICE, TODAY) == before


def test_what_a_question_says_is_not_said_back(slack: Slack) -> None:
    said: list[Said] = slack.said
    slack.event(mention("<@UBOT> <!channel> &lt;!here&gt; zebra-crossing?"))
    assert len(said) == 1
    assert "zebra" not in said[0].text
    assert "channel>" not in said[0].text
