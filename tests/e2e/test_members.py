"""What members see in Slack, from the words they type to the words that come back."""

import re
from datetime import date

import pytest
from e2e.local_slack import ANNA, BEN, BOT, TEAM, Bot, LocalSlack, Message, ago, until

MUST_MATCH = "does coursework need to match the cert?"
UNITS = "how many CE units do I need to renew an ACP?"
OFF_TOPIC = "what will the weather be in Lisbon on Sunday?"

# Facts, however worded: coursework need not match, units go to all certifications held; and no answer known.
COUNTS_FOR_ALL = re.compile(r"\b(any|all|every|each)\b", re.IGNORECASE)
DOES_NOT_KNOW = re.compile(
    r"(n.t|\b(?:not|no|cannot)) (\w+ )?(know|have|find|found|answer|sure|cover|reviewed|curated|entry)"
    r"|\boutside what I know\b",
    re.IGNORECASE,
)

pytestmark = pytest.mark.usefixtures("bot")


@pytest.fixture
def enrolled(bot: Bot, slack: LocalSlack) -> LocalSlack:
    """Anna and Ben hold ACP-620."""
    for member in (ANNA, BEN):
        slack.command(member, f"cert add ACP-620 earned {ago(200)}")
    return slack


def add(slack: LocalSlack, member: str, title: str) -> Message:
    return slack.command(member, f'add course "{title}" {ago(100)}')


def ephemeral(answer: Message) -> bool:
    """The answer to a command is for the member alone, unless it says otherwise."""
    return answer.sent.get("response_type", "ephemeral") == "ephemeral"


def credited(answer: Message) -> int:
    """The units of a status: 10 for "10 of 100" and for "10/100"."""
    found = re.search(r"\b(\d+)\s*(?:of|/)\s*100\b", answer.text)
    assert found, answer.text
    return int(found[1])


def test_a_course_logged_shows_in_the_status(slack):
    answers = [
        slack.command(ANNA, f"cert add ACP-620 earned {ago(200)}"),
        add(slack, ANNA, "Boards"),
        slack.command(ANNA, "status"),
    ]
    assert all("ACP-620" in answer.text for answer in answers), answers
    assert all(ephemeral(answer) for answer in answers), answers
    assert credited(answers[-1]) == 10


def test_a_mention_gets_one_answer_in_its_thread(slack, bot):
    question = slack.say(ANNA, f"<@{BOT}> {MUST_MATCH}", TEAM)
    until("an answer", lambda: slack.answers(TEAM))
    bot.stop()  # whatever else it would say is said now
    [answer] = slack.answers(TEAM)
    assert answer.sent["thread_ts"] == question.ts
    assert COUNTS_FOR_ALL.search(answer.text), answer.text


def test_a_message_that_is_not_for_the_bot_gets_no_answer(slack, bot):
    slack.say(ANNA, MUST_MATCH, TEAM)
    question = slack.say(ANNA, MUST_MATCH, ANNA)
    until("an answer to the direct message", lambda: slack.answers(question.channel))
    bot.stop()
    assert slack.answers(TEAM) == []


def test_a_direct_message_gets_one_answer(slack, bot):
    question = slack.say(ANNA, MUST_MATCH, ANNA)
    until("an answer", lambda: slack.answers(question.channel))
    bot.stop()
    [answer] = slack.answers(question.channel)
    assert COUNTS_FOR_ALL.search(answer.text), answer.text


def test_what_the_bot_does_not_know_it_says_so(slack, bot):
    question = slack.say(ANNA, OFF_TOPIC, ANNA)
    until("an answer", lambda: slack.answers(question.channel))
    bot.stop()
    [answer] = slack.answers(question.channel)
    assert DOES_NOT_KNOW.search(answer.text), answer.text


def test_a_channel_that_switched_it_on_is_answered_by_itself_in_a_thread(slack, bot):
    assert ephemeral(slack.command(ANNA, "faq on"))
    already = len(slack.answers(TEAM))
    slack.say(BEN, "I watched a course today.", TEAM)
    question = slack.say(BEN, MUST_MATCH, TEAM)
    until("an answer", lambda: len(slack.answers(TEAM)) > already)
    bot.stop()
    [answer] = slack.answers(TEAM)[already:]
    assert answer.sent["thread_ts"] == question.ts
    assert COUNTS_FOR_ALL.search(answer.text), answer.text


def test_a_mention_in_such_a_channel_gets_one_answer_too(slack, bot):
    slack.command(ANNA, "faq on")
    already = len(slack.answers(TEAM))
    question = slack.say(BEN, f"<@{BOT}> {MUST_MATCH}", TEAM)
    until("an answer", lambda: len(slack.answers(TEAM)) > already)
    bot.stop()
    [answer] = slack.answers(TEAM)[already:]
    assert answer.sent["thread_ts"] == question.ts


def test_only_in_a_direct_message_an_answer_says_what_is_the_askers_own(enrolled, bot):
    already = len(enrolled.answers(TEAM))
    enrolled.say(ANNA, f"<@{BOT}> {UNITS}", TEAM)
    until("an answer", lambda: len(enrolled.answers(TEAM)) > already)
    question = enrolled.say(ANNA, UNITS, ANNA)
    until("an answer to the direct message", lambda: enrolled.answers(question.channel))
    bot.stop()
    [public], [private] = enrolled.answers(TEAM)[already:], enrolled.answers(question.channel)
    assert "ACP-620 needs 10 more courses" in private.text
    assert "ACP-620" not in public.text


def test_a_short_question_is_understood_after_the_one_before_it(slack, bot):
    channel = slack.say(ANNA, UNITS, ANNA).channel
    until("an answer", lambda: len(slack.answers(channel)) == 1)
    slack.say(ANNA, "what about ACA?", ANNA)
    until("a second answer", lambda: len(slack.answers(channel)) == 2)
    _, second = slack.answers(channel)
    assert "I took that as" in second.text
    assert "50" in second.text


def test_a_related_question_is_answered_below_and_the_answer_stays(slack, bot):
    channel = slack.say(ANNA, UNITS, ANNA).channel
    until("an answer", lambda: len(slack.answers(channel)) == 1)
    [answer] = slack.answers(channel)
    related = answer.sent["blocks"][-2]["elements"][0]["text"]["text"]
    slack.click(ANNA, answer, related)
    until("a second answer", lambda: len(slack.answers(channel)) == 2)
    assert slack.answers(channel)[0].text == answer.text


def test_undo_undoes_once(enrolled):
    add(enrolled, ANNA, "Boards")
    added = add(enrolled, ANNA, "Queues")
    assert credited(enrolled.command(ANNA, "status")) == 20

    before = enrolled.messages(TEAM)
    enrolled.click(ANNA, added, "Undo")
    until("the bot says it is undone", lambda: enrolled.messages(TEAM) != before)
    assert credited(enrolled.command(ANNA, "status")) == 10

    enrolled.click(ANNA, added, "Undo")
    assert credited(enrolled.command(ANNA, "status")) == 10
    listed = enrolled.command(ANNA, "list").text
    assert "Boards" in listed
    assert "Queues" not in listed


def test_undo_belongs_to_the_member_who_added(enrolled):
    added = add(enrolled, ANNA, "Boards")
    add(enrolled, BEN, "Agile")
    enrolled.click(BEN, added, "Undo")
    assert credited(enrolled.command(ANNA, "status")) == 10
    assert credited(enrolled.command(BEN, "status")) == 10


def test_members_do_not_see_each_others_activities(enrolled):
    add(enrolled, ANNA, "Boards by Anna")
    add(enrolled, BEN, "Queues by Ben")
    of_anna, of_ben = enrolled.command(ANNA, "list"), enrolled.command(BEN, "list")
    assert ("Boards" in of_anna.text, "Queues" in of_anna.text) == (True, False)
    assert ("Boards" in of_ben.text, "Queues" in of_ben.text) == (False, True)
    assert ephemeral(of_anna)
    assert ephemeral(of_ben)


@pytest.mark.parametrize("typed", ["<!channel> & <b>", "&lt;!channel&gt; &amp; &lt;b&gt;"])
def test_what_people_type_stays_text(enrolled, typed):
    """Slack escapes what people type; it must come out the same if for once it has not."""
    added = add(enrolled, ANNA, typed)
    listed = enrolled.command(ANNA, "list")
    for answer in (added, listed):
        assert "&lt;!channel&gt; &amp; &lt;b&gt;" in answer.text
    assert "<!channel" not in enrolled.sent_by_bot()
    assert "&amp;lt;" not in enrolled.sent_by_bot()


NINE = ("2024-03-01", "2024-05-01", "2024-07-01", "2024-09-01", "2024-11-01",
        "2025-01-10", "2025-03-01", "2025-05-01", "2025-06-01")  # fmt: skip
MONTHLY = tuple(f"2026-{month:02}-15" for month in range(1, 10))
# What Anna did, and the status that one older course more would bring.
WORSENED = {
    "W6: it lapses": ((*NINE, "2025-12-01", *MONTHLY[:8], "2027-12-15", "2027-12-16"), "expired"),
    "W7: it ends earlier": ((*NINE, "2025-12-01", *MONTHLY, "2027-12-15"), "active"),
}


def then(day: str) -> date:
    """A day of the worked examples, as long ago as it was on 2028-01-10."""
    return ago((date(2028, 1, 10) - date.fromisoformat(day)).days)


@pytest.fixture(params=WORSENED.values(), ids=WORSENED)
def renewed(slack: LocalSlack, request: pytest.FixtureRequest) -> tuple[LocalSlack, str]:
    """Anna's ACP-620 has renewed twice; and the status it would have with one older course more."""
    days, status = request.param
    slack.command(ANNA, f"cert add ACP-620 earned {then('2024-01-01')}")
    for number, day in enumerate(days):
        slack.command(ANNA, f"add course Course {number} {then(day)}")
    assert "active" in slack.command(ANNA, "status").text
    return slack, status


def test_an_older_course_that_makes_dates_worse_is_saved_only_after_asking(renewed):
    slack, would_be = renewed
    before = slack.command(ANNA, "status").text
    older = f"add course Older {then('2025-07-01')}"

    asked = slack.command(ANNA, older)
    assert "Not saved yet" in asked.text
    assert slack.command(ANNA, "status").text == before
    slack.click(ANNA, asked, "Cancel")
    assert slack.command(ANNA, "status").text == before

    asked = slack.command(ANNA, older)
    slack.click(ANNA, asked, "Save")
    after = slack.command(ANNA, "status").text
    assert after != before
    assert would_be in after

    listed = slack.command(ANNA, "list").text
    assert "Older" in listed
    slack.click(ANNA, asked, "Save")
    assert slack.command(ANNA, "status").text == after
    assert slack.command(ANNA, "list").text == listed


def test_the_portals_dates_are_confirmed_by_a_click(slack):
    slack.command(ANNA, f"cert add ACA-100 earned {ago(400)}")
    for number in range(4):
        slack.command(ANNA, f"add course Course {number} {ago(60 + number)}")
    renewed = slack.command(ANNA, f"add course Fifth {ago(50)}")
    assert "What does the portal show" in renewed.text
    slack.click(ANNA, renewed, "Same dates")
    assert "as the portal shows them" in slack.command(ANNA, "status").text
