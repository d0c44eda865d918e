"""Answers as cards, answers unasked in a channel, short questions after others, and odd messages."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import ALICE
from slack_limits import elements_of, problems, texts_in
from slack_questions import KNOWN, Listening, direct, in_channel, mention

from bot.answering import Found, is_small_talk
from bot.console import Clock, Console
from bot.curating import Curators
from bot.desk import Desk
from bot.followups import MOST_WORDS, belongs_to, meanings_after, named_in
from bot.ledger import Ledger
from bot.listeners.commands import answer_question
from bot.outcomes import NOWHERE, Answered, Place
from bot.overheard import is_open_question
from bot.views import faq as views
from faq.answer import Answer, ask
from faq.entry import Faq
from rules import Policy

UNITS = "How many CE units do I need to renew an ACP?"
GRACE = "What is the time between suspension and expiration?"
OFF_TOPIC = "Which wine goes with grilled mackerel on a boat?"


@pytest.fixture
def listening(desk: Desk) -> Listening:
    return Listening(desk)


@pytest.fixture
def switched_on(listening: Listening) -> Listening:
    """The channel C1 has switched answers on."""
    assert "From now on I answer" in listening.command("faq on").body
    return listening


def labels(message: dict[str, Any]) -> list[str]:
    return [one["text"]["text"] for one in elements_of(message["blocks"])]


def entry_of(message: dict[str, Any], faq: Faq) -> str | None:
    """The slug of the entry that a message gives the answer of."""
    return next((slug for slug, one in faq.entries.items() if message["text"].startswith(one.text)), None)


# Cards


def test_below_an_answer_are_related_questions_and_two_votes(listening: Listening, curated: Faq) -> None:
    listening.event(direct(GRACE))
    (post,) = listening.posts
    related = [curated.entries[slug].question for slug in curated.entries["grace-period"].see_also]
    assert related
    assert labels(post) == [*related[:3], "Helpful", "Not helpful"]
    assert problems(post) == []


def test_of_many_related_questions_three_are_shown(desk: Desk, curated: Faq, policy: Policy) -> None:
    most = max(curated.entries.values(), key=lambda entry: len(entry.see_also))
    shown = views.answer(Answered(Answer("answer", most.slug, 1.0, most.text, (), ""), curated, "U1"), policy)
    assert len(list(elements_of(shown.blocks))) == min(len(most.see_also), 3)


@pytest.mark.parametrize(("channel", "channel_type"), [("D1", "im"), ("C1", "channel")])
def test_a_related_question_is_answered_below_and_the_first_answer_stays(
    listening: Listening, curated: Faq, channel: str, channel_type: str
) -> None:
    listening.event(direct(GRACE) if channel_type == "im" else mention(f"<@UBOT> {GRACE}"))
    (first,) = listening.posts
    listening.press(labels(first)[0], first, channel=channel)
    _, second = listening.posts
    assert listening.sent == []
    assert (second["channel"], second.get("thread_ts")) == (channel, first.get("thread_ts"))
    assert entry_of(second, curated) == curated.entries["grace-period"].see_also[0]


def test_below_a_message_at_the_top_of_a_channel_a_related_question_begins_a_thread(
    listening: Listening,
) -> None:
    listening.event(direct(GRACE))
    (card,) = listening.posts
    container = {"type": "message", "channel_id": "C1", "message_ts": "90.1", "is_ephemeral": False}
    listening.press(labels(card)[0], card, channel="C1", container=container)
    assert (listening.posts[-1]["channel"], listening.posts[-1]["thread_ts"]) == ("C1", "90.1")


def test_a_related_question_under_the_answer_to_a_command_is_answered_beside_it(
    listening: Listening, curated: Faq
) -> None:
    first = json.loads(listening.command(f"ask {GRACE}").body)
    listening.press(labels(first)[0], first, channel="C1", ephemeral=True)
    assert listening.posts == []
    ((_, said),) = listening.sent
    assert said["replace_original"] is False
    assert entry_of(said, curated) == curated.entries["grace-period"].see_also[0]


def test_a_click_on_a_related_question_delivered_twice_is_answered_once(listening: Listening) -> None:
    listening.event(direct(GRACE))
    (first,) = listening.posts
    for _ in range(2):
        listening.press(labels(first)[0], first, channel="D1", trigger_id="once")
    assert len(listening.posts) == 2


def test_a_vague_question_gets_up_to_three_questions_and_none_of_these(listening: Listening) -> None:
    listening.event(direct("renewal"))
    (post,) = listening.posts
    *questions, last = labels(post)
    assert 1 <= len(questions) <= 3
    assert last == "None of these"
    assert problems(post) == []


def test_what_is_not_known_goes_to_curators_only_where_there_is_a_channel_of_theirs(
    ledger: Ledger, policy: Policy, clock: Clock, curated: Faq
) -> None:
    shown = []
    for channel in (None, "CCURATORS"):
        desk = Desk(ledger, policy, clock, lambda who: "UTC", Curators(frozenset(), channel))
        desk.faq = curated
        listening = Listening(desk)
        listening.event(direct(OFF_TOPIC, channel=f"D{channel}"))
        (post,) = listening.posts
        assert post["text"].startswith(views.NOT_KNOWN)
        assert problems(post) == []
        shown.append(labels(post))
    assert shown == [[], ["Ask the team's curators"]]


def test_without_its_number_in_the_log_a_card_has_no_button_that_would_need_it(
    curated: Faq, policy: Policy
) -> None:
    slug, entry = next((slug, one) for slug, one in curated.entries.items() if one.see_also)
    for answer in (
        Answer("answer", slug, 1.0, entry.text, (), ""),
        Answer("suggest", slug, 0.5, None, (slug,), ""),
        Answer("none", None, 0.0, None, (), None),
    ):
        shown = views.answer(Answered(answer, curated, "U1", can_pass=True), policy)
        values = [one["value"] for one in elements_of(shown.blocks)]
        assert all(value.startswith("ask ") for value in values)


def test_a_decoy_is_answered_with_who_can_help_and_no_buttons(listening: Listening, curated: Faq) -> None:
    decoy = next(one for one in curated.not_covered.values() if not one.small_talk)
    listening.event(direct(decoy.question))
    (post,) = listening.posts
    assert post["text"] == decoy.text
    assert labels(post) == []


def test_small_talk_is_known_by_its_mark_and_nothing_of_it_is_kept(
    desk: Desk, ledger: Ledger, curated: Faq
) -> None:
    slug, decoy = next((slug, one) for slug, one in curated.not_covered.items() if not one.small_talk)
    answer = Answer("none", None, 1.0, decoy.text, (), decoy.question)
    for small_talk in (False, True):
        faq = Faq(curated.entries, {slug: replace(decoy, small_talk=small_talk)}, curated.matcher)
        is_kept = not small_talk
        assert is_small_talk(answer, faq) is small_talk
        given = desk.answering.give(ALICE, Found(decoy.question, answer, faq), NOWHERE)
        assert (given.number is not None) is is_kept


@pytest.mark.parametrize("is_english", [True, False])
def test_where_hardly_a_word_is_english_it_says_that_it_knows_no_other(
    curated: Faq, policy: Policy, is_english: bool
) -> None:
    answer = Answer("none", None, 0.0, None, (), None, is_english=is_english)
    shown = views.answer(Answered(answer, curated, "U1"), policy)
    assert shown.text.startswith(views.NOT_KNOWN if is_english else views.ONLY_ENGLISH)
    assert "https://" in shown.text


def test_topics_that_come_close_are_named_and_not_given_as_an_answer(curated: Faq, policy: Policy) -> None:
    slug = next(iter(curated.entries))
    answer = Answer("none", None, 0.3, None, (), None, closest=(slug,))
    shown = views.answer(Answered(answer, curated, "U1"), policy)
    assert shown.text.startswith(views.NOT_KNOWN)
    assert views.CLOSEST in shown.text
    assert [one["value"] for one in elements_of(shown.blocks)] == [f"ask {curated.entries[slug].question}"]
    without = views.answer(Answered(replace(answer, closest=()), curated, "U1"), policy)
    assert views.CLOSEST not in without.text


# By itself in a channel


def test_a_channel_that_switched_it_on_is_answered_by_itself_in_a_thread(switched_on: Listening) -> None:
    switched_on.event(in_channel())
    (post,) = switched_on.posts
    assert (post["channel"], post["thread_ts"]) == ("C1", "100.1")
    assert "coursework does not have to match" in post["text"]
    assert problems(post) == []


@pytest.mark.parametrize("channel_type", ["channel", "group"])
def test_public_and_private_channels_can_switch_it_on(switched_on: Listening, channel_type: str) -> None:
    switched_on.event(in_channel(channel_type=channel_type))
    assert len(switched_on.posts) == 1


@pytest.mark.parametrize(
    "event",
    [
        in_channel(channel="C2"),
        in_channel(channel_type="mpim"),
        in_channel(subtype="bot_message", bot_id="B7"),
        in_channel(bot_id="B7"),
        in_channel(bot_profile={"id": "B7"}),
        in_channel(user="UBOT"),
        in_channel(user="USLACKBOT"),
        in_channel(user=None),
        in_channel(subtype="message_changed"),
        in_channel(subtype="message_deleted"),
        in_channel(subtype="channel_join"),
        in_channel(subtype="thread_broadcast", thread_ts="90.1"),
        in_channel(thread_ts="90.1"),
        in_channel(f"<@UBOB> {KNOWN}"),
        in_channel(f"<!subteam^S1|@admins> {KNOWN}"),
        in_channel("Coursework does not have to match the certification."),
        in_channel("renewal?"),
        in_channel(OFF_TOPIC),
        in_channel("help"),
        in_channel("```\nDoes coursework have to match the certification?\n```"),
        in_channel("&gt; Does coursework have to match the certification?"),
        in_channel(""),
        in_channel(None),  # type: ignore[arg-type]
    ],
    ids=lambda event: " ".join(f"{key}={event[key]}" for key in list(event)[1:] if key not in ("ts", "user"))[
        :80
    ],
)
def test_unasked_it_says_nothing_but_a_sure_answer_to_an_open_question(
    switched_on: Listening, event: dict[str, Any]
) -> None:
    assert switched_on.event(event).status == 200
    assert switched_on.posts == []
    switched_on.event(in_channel(ts="101.1"))
    assert len(switched_on.posts) == 1, "the channel is still answered"


def test_off_again_it_is_quiet_and_a_mention_is_still_answered(switched_on: Listening) -> None:
    switched_on.command("faq off")
    switched_on.event(in_channel())
    assert switched_on.posts == []
    switched_on.event(mention(ts="101.1"))
    assert len(switched_on.posts) == 1


def test_switching_says_what_is_so_and_how_to_turn_it_back(listening: Listening) -> None:
    said = [json.loads(listening.command(words).body)["text"] for words in ("faq", "faq on", "faq on", "faq")]
    assert said == [views.OFF_ALREADY, views.ON, views.ON_ALREADY, views.ON_ALREADY]
    said = [json.loads(listening.command(words).body)["text"] for words in ("faq off", "faq off", "faq")]
    assert said == [views.OFF, views.OFF_ALREADY, views.OFF_ALREADY]


def test_a_switch_delivered_twice_is_answered_alike(listening: Listening) -> None:
    bodies = {listening.command("faq on", key="k1").body for _ in range(2)}
    assert len(bodies) == 1


@pytest.mark.parametrize("words", ["faq on", "faq off", "faq"])
@pytest.mark.parametrize(
    ("channel", "name"),
    [("D1", "directmessage"), ("D1", ""), ("", "directmessage"), ("C7", "mpdm-alice--bob-1")],
)
def test_in_a_direct_message_switching_is_said_to_belong_into_a_channel(
    listening: Listening, words: str, channel: str, name: str
) -> None:
    body = {
        "command": "/ce", "text": words, "user_id": "UALICE", "team_id": "T1", "channel_id": channel,
        "channel_name": name, "trigger_id": "once", "response_url": "https://hooks.example/1",
    }  # fmt: skip
    said = json.loads(listening.dispatch(body).body)["text"]
    assert said == views.ONLY_IN_CHANNELS


def test_a_question_after_faq_is_answered(listening: Listening) -> None:
    assert "coursework does not have to match" in json.loads(listening.command(f"faq {KNOWN}").body)["text"]


def test_where_the_database_is_gone_it_keeps_quiet_unasked(switched_on: Listening, ledger: Ledger) -> None:
    for file in (ledger.path, f"{ledger.path}-wal", f"{ledger.path}-shm"):
        Path(file).unlink(missing_ok=True)
    ledger.close()
    assert switched_on.event(in_channel()).status == 200
    assert switched_on.posts == []


def test_another_workspace_is_not_switched_on_with_this_one(switched_on: Listening) -> None:
    event = {"type": "event_callback", "team_id": "T2", "event_id": "Ev2", "event": in_channel()}
    switched_on.dispatch(event)
    assert switched_on.posts == []


def test_in_a_thread_with_an_answer_it_goes_on_answering(switched_on: Listening, clock: Clock) -> None:
    switched_on.event(in_channel())
    switched_on.event(in_channel(GRACE, thread_ts="100.1", ts="100.5"))
    assert [post["thread_ts"] for post in switched_on.posts] == ["100.1", "100.1"]


def test_an_hour_later_the_thread_is_forgotten(switched_on: Listening, clock: Clock) -> None:
    switched_on.event(in_channel())
    assert clock.moved_to
    clock.moved_to += timedelta(days=1)
    switched_on.event(in_channel(GRACE, thread_ts="100.1", ts="100.5"))
    assert len(switched_on.posts) == 1


@pytest.mark.parametrize(
    ("text", "is_open"),
    [
        ("does coursework need to match?", True),
        ("Hi all, how long is a cert active", True),
        ("quick question: can I renew early", True),
        ("anyone know how many units a course gives", True),
        ("I wonder whether local events count", True),
        ("<!here> how many units do I need?", True),
        ("is this right? <https://example.com/a|see>", True),
        ("My cert is suspended. What now?", True),
        ("what's the grace period", True),
        ("I renewed my cert with coursework", False),
        ("How I renewed my certification in two days", False),
        ("grace period", False),
        ("see <https://example.com/?q=renew>", False),
        ("see https://example.com/?q=renew for more", False),
        ("`how long?`", False),
        ("<@UBOB> how long is a cert active?", False),
        ("", False),
    ],
)
def test_what_reads_as_a_question_to_nobody_in_particular(text: str, is_open: bool) -> None:
    assert is_open_question(text) is is_open


# One answer for one mention


@pytest.mark.parametrize("first", ["app_mention", "message"])
@pytest.mark.parametrize("switched", [True, False])
def test_a_mention_is_answered_once_although_slack_sends_it_twice(
    listening: Listening, first: str, switched: bool
) -> None:
    if switched:
        listening.command("faq on")
    text = f"<@UBOT> {KNOWN}"
    events = [mention(text), in_channel(text)]
    for event in events if first == "app_mention" else reversed(events):
        listening.event(event)
    assert len(listening.posts) == 1
    for event in events:  # and delivered again
        listening.event(event)
    assert len(listening.posts) == 1


def test_a_mention_that_is_edited_afterwards_is_answered_once(listening: Listening) -> None:
    listening.event(mention())
    listening.event(mention(edited={"user": "UALICE", "ts": "100.2"}))
    assert len(listening.posts) == 1


def test_what_was_said_unasked_is_kept_as_it_was_typed(
    switched_on: Listening, ledger: Ledger, desk: Desk
) -> None:
    switched_on.event(in_channel(f"{KNOWN} &lt;3"))
    (post,) = switched_on.posts
    helpful = next(one["value"] for one in elements_of(post["blocks"]) if one["text"]["text"] == "Helpful")
    with ledger.faq() as faq:
        kept = faq.question("T1", int(helpful.split()[-1]))
    assert kept
    assert kept.question == f"{KNOWN} <3"


def test_an_unasked_answer_is_given_once(switched_on: Listening) -> None:
    for _ in range(3):
        switched_on.event(in_channel())
    assert len(switched_on.posts) == 1


# Short questions after others


@pytest.mark.parametrize(
    ("before", "after", "entry"),
    [
        (UNITS, "what about ACA?", "how-many-units"),
        (UNITS, "and for an associate?", "how-many-units"),
        (UNITS, "And ACA-120?", "how-many-units"),
        ("how many units for ACP?", "thanks, what about ACA?", "how-many-units"),
        (GRACE, "and how long?", "grace-period"),
    ],
)
def test_a_short_question_is_understood_after_the_one_before_it(
    listening: Listening, curated: Faq, before: str, after: str, entry: str
) -> None:
    assert ask(curated, after).tier != "answer"
    listening.event(direct(before))
    listening.event(direct(after, ts="100.2"))
    post = listening.posts[-1]
    assert entry_of(post, curated) == entry
    assert views.TAKEN_AS.format(question=curated.entries[entry].question) in post["text"]


@pytest.mark.parametrize("before", [UNITS, GRACE, KNOWN])
@pytest.mark.parametrize(
    "after",
    [
        "what about pizza?", "and my salary?", "why?", "really?", "and the weather?", "and for PMP?",
        "what about a visa?", "what about Salesforce?", "and my dog?", "ok", "and what about events?",
    ],
)  # fmt: skip
def test_unrelated_words_after_a_question_get_no_answer_that_it_would_have_got(
    listening: Listening, curated: Faq, before: str, after: str
) -> None:
    listening.event(direct(before))
    listening.event(direct(after, ts="100.2"))
    assert entry_of(listening.posts[0], curated)
    assert entry_of(listening.posts[1], curated) is None


@pytest.mark.parametrize("before", [UNITS, GRACE, KNOWN])
@pytest.mark.parametrize("after", ["what about pizza?", "and for my dog?", "and in Lisbon?"])
def test_what_the_answer_never_speaks_of_is_not_even_suggested(
    listening: Listening, before: str, after: str
) -> None:
    listening.event(direct(before))
    listening.event(direct(after, ts="100.2"))
    assert listening.posts[-1]["text"].startswith(views.NOT_KNOWN)


def test_an_entry_belongs_to_a_short_question_if_it_speaks_of_both(curated: Faq) -> None:
    grace = curated.entries["grace-period"]
    assert belongs_to(grace, GRACE, "and how long?")
    assert belongs_to(grace, GRACE, "for ACP-620?")
    assert not belongs_to(grace, GRACE, "and twice?")
    assert not belongs_to(grace, "Which wine goes with mackerel?", "and how long?")


def test_after_the_short_question_comes_another(listening: Listening, curated: Faq) -> None:
    for number, text in enumerate((UNITS, "what about ACA?", "and for ACP?")):
        listening.event(direct(text, ts=f"10{number}.1"))
    assert [entry_of(post, curated) for post in listening.posts] == ["how-many-units"] * 3


def test_what_is_not_known_in_between_is_skipped(listening: Listening, curated: Faq) -> None:
    for number, text in enumerate((UNITS, OFF_TOPIC, "what about ACA?")):
        listening.event(direct(text, ts=f"10{number}.1"))
    assert entry_of(listening.posts[-1], curated) == "how-many-units"


@pytest.mark.parametrize(("minutes", "is_understood"), [(60, True), (61, False)])
def test_the_question_before_is_kept_for_an_hour(
    ledger: Ledger, policy: Policy, clock: Clock, curated: Faq, minutes: int, is_understood: bool
) -> None:
    at = [clock()]
    desk = Desk(ledger, policy, lambda: at[0], lambda who: "UTC")
    desk.faq = curated
    listening = Listening(desk)
    listening.event(direct(UNITS))
    at[0] += timedelta(minutes=minutes)
    listening.event(direct("what about ACA?", ts="100.2"))
    assert (entry_of(listening.posts[-1], curated) == "how-many-units") is is_understood


@pytest.mark.parametrize(
    "elsewhere",
    [
        direct("what about ACA?", channel="D2", user="UBOB", ts="100.2"),
        direct("what about ACA?", thread_ts="90.1", ts="100.2"),
        mention("<@UBOT> what about ACA?", ts="100.2"),
    ],
    ids=["another member", "a thread", "a channel"],
)
def test_a_question_elsewhere_is_not_the_one_before(
    listening: Listening, curated: Faq, elsewhere: dict[str, Any]
) -> None:
    listening.event(direct(UNITS))
    listening.event(elsewhere)
    assert entry_of(listening.posts[-1], curated) is None


def test_in_a_thread_the_next_mention_is_understood_after_the_first(
    listening: Listening, curated: Faq
) -> None:
    listening.event(mention(f"<@UBOT> {UNITS}"))
    listening.event(mention("<@UBOT> what about ACA?", ts="100.2", thread_ts="100.1", user="UBOB"))
    assert entry_of(listening.posts[-1], curated) == "how-many-units"


def test_a_longer_question_says_by_itself_what_it_means() -> None:
    words = "and for an associate who lives in a far away country"
    assert len(words.split()) > MOST_WORDS
    assert meanings_after(UNITS, words) == ()
    assert meanings_after(UNITS, "and for an associate?")


def test_a_level_takes_the_place_of_the_other_and_is_not_put_beside_it() -> None:
    assert meanings_after("How many units for ACP?", "what about ACA?") == (
        ("How many units for ACA?", True),
    )


def test_a_new_subject_beside_the_old_is_never_sure() -> None:
    assert {meant.is_sure for meant in meanings_after("How many units for ACP?", "and pizza?")} == {False}


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("how long is my ACP-620 active", ("ACP-620",)),
        ("aca or acp?", ("ACA", "ACP")),
        ("for an Associate", ("ACA",)),
        ("two professionals", ("ACP",)),
        ("a cert", ()),
        ("the capacity", ()),
    ],
)
def test_codes_and_levels_are_read_from_a_question(question: str, named: tuple[str, ...]) -> None:
    assert named_in(question) == named


# Odd messages


@pytest.mark.parametrize(
    "text",
    [
        "", " \n ", ":tada:", "🎉🎉", "👩‍👩‍👧‍👦", "```\nprint('how long')\n```", "???", "<https://example.com>",
        "<!channel>", "<#C1|general>", "&lt;&gt;",
    ],
)  # fmt: skip
@pytest.mark.parametrize("make", [direct, mention])
def test_where_nothing_is_asked_it_says_what_can_be(listening: Listening, text: str, make: Any) -> None:
    listening.event(make(text))
    (post,) = listening.posts
    assert post["text"].startswith(views.EMPTY)


@pytest.mark.parametrize(
    "text",
    [
        "word " * 800,
        "x" * 4000,
        "?" * 4000,
        "`" * 4000,
        "> " * 2000,
        f"{KNOWN} " * 80,
        "Wie lange ist mein Zertifikat gültig, bitte?",
        "資格の更新に必要なポイントは？",
        "<!channel> <@UBOB> zebra &lt;!here&gt; <https://evil.example|zebra>",
        "*zebra* _zebra_ ~zebra~ `zebra`",
        "\u202eenoD\u202c",
        "{policy} {{ policy.active_months }} %s",
    ],
)
@pytest.mark.parametrize("make", [direct, mention, in_channel])
def test_whatever_is_said_breaks_nothing_and_is_not_said_back(
    switched_on: Listening, text: str, make: Any
) -> None:
    assert switched_on.event(make(text)).status == 200
    assert len(switched_on.posts) == (make is not in_channel or KNOWN in text)
    for post in switched_on.posts:
        assert problems(post) == []
        said = "\n".join([post["text"], *texts_in(post["blocks"])])
        assert "zebra" not in said
        assert "<!" not in said
        assert "went wrong" not in said


def test_what_it_says_itself_is_never_answered(switched_on: Listening) -> None:
    """What the bot posts comes back to it as a message of its own."""
    switched_on.event(in_channel())
    (post,) = switched_on.posts
    for user in ("UBOT", "UALICE"):
        switched_on.event(
            in_channel(f"{post['text']} {KNOWN}", user=user, bot_id="BBOT", ts="100.2", thread_ts="100.1")
        )
    assert len(switched_on.posts) == 1


# In the console


def test_in_the_console_a_channel_with_a_colon_is_a_message_to_nobody(desk: Desk, console: Console) -> None:
    assert console.feed(f"#general: {KNOWN}") == []
    console.feed("#general /ce faq on")
    (said,) = console.feed(f"#general: {KNOWN}")
    assert (said.to, said.kind) == ("#general", "message")
    assert console.feed("#general: good morning") == []
    (mentioned,) = console.feed(f"#general {KNOWN}")
    assert mentioned.text == said.text


def test_a_question_of_the_manual_is_answered_anywhere(desk: Desk) -> None:
    shown = answer_question(desk, ALICE, KNOWN, NOWHERE)
    assert shown.text == answer_question(desk, ALICE, KNOWN, Place("D1", "", is_private=True)).text
