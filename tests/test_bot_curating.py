"""Votes, questions passed on to the curators, and the curators' inbox, through the real app."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from conftest import TODAY, Slack, noon
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML
from slack_limits import elements_of, problems
from slack_sdk.errors import SlackApiError

from bot.app import build_app
from bot.clients import OneToken
from bot.console import Clock, LocalClient, at_once
from bot.courier import Courier
from bot.curating import LONGEST_QUESTION, MOST_CLUSTERS, MOST_QUESTIONS, Curators, clusters_of, one_line
from bot.desk import Desk
from bot.ledger import KEEP_QUESTIONS, AskedQuestion, Ledger, Tier, Vote
from bot.outcomes import PhrasingRefused
from bot.views import inbox as views
from bot.views import troubles
from faq.answer import Answer, ask
from faq.entry import Faq, Sheet, assemble, load
from rules import Policy, figures

CHANNEL = "CCURATORS"
KNOWN = "Does coursework have to match the certification?"
WINE = "Which wine goes with grilled mackerel on a boat?"
ZEBRA = "does the exam renew my suspended zebra?"
TOPICS = ["wine", "beer", "cheese", "bread", "salt", "pepper", "honey", "coffee", "sugar", "olives"]
NOTHING = Answer("none", None, 0.0, None, (), None)


@pytest.fixture(scope="module")
def curated(policy: Policy) -> Faq:
    """The curated answers, read once for all tests."""
    return load(figures(policy), policy.sources)


@pytest.fixture
def desk(ledger: Ledger, policy: Policy, clock: Clock, curated: Faq) -> Desk:
    """A desk with one curator, UCAROL, and a channel of curators."""
    found = Desk(ledger, policy, clock, lambda who: "UTC", Curators(frozenset({"UCAROL"}), CHANNEL))
    found.faq = curated
    return found


@pytest.fixture
def bare(ledger: Ledger, policy: Policy, clock: Clock, curated: Faq) -> Slack:
    """The app without curators and their channel."""
    found = Desk(ledger, policy, clock, lambda who: "UTC")
    found.faq = curated
    return Slack(found)


Button = Mapping[str, Any]


def shown(answer: Any) -> dict[str, Any]:
    """What a command was answered, which Slack must take."""
    found: dict[str, Any] = json.loads(answer.body)
    assert problems(found) == []
    assert found["response_type"] == "ephemeral"
    return found


def sent(slack: Slack) -> dict[str, Any]:
    """The last answer to a click, which Slack must take."""
    payload = slack.sent[-1][1]
    assert problems(payload) == []
    return payload


def buttons(message: Mapping[str, Any]) -> dict[str, Button]:
    """The buttons of a message by their label, the first of each."""
    found: dict[str, Button] = {}
    for element in elements_of(message["blocks"]):
        found.setdefault(element["text"]["text"], element)
    return found


def button(message: Mapping[str, Any], label: str) -> dict[str, Any]:
    found = [one for text, one in buttons(message).items() if text.startswith(label)]
    assert found, f"no {label!r} among {list(buttons(message))}"
    return dict(found[0])


def asked(slack: Slack, question: str = WINE, **who: str) -> dict[str, Any]:
    return shown(slack.command(f"ask {question}", **who))


def clicked(slack: Slack, message: Mapping[str, Any], label: str, **who: Any) -> dict[str, Any]:
    slack.click(button(message, label), **who)
    return sent(slack)


def inbox(slack: Slack, **who: str) -> dict[str, Any]:
    return shown(slack.command("faq inbox", **{"user": "UCAROL", **who}))


def posts(slack: Slack) -> list[str]:
    return [said.text for said in slack.said if said.to == CHANNEL]


def rows(ledger: Ledger, table: str, columns: str = "*") -> list[tuple[Any, ...]]:
    return ledger._db().execute(f"SELECT {columns} FROM {table}").fetchall()


# Helpful, not helpful


@pytest.mark.parametrize(("label", "helpful"), [("Helpful", 1), ("Not helpful", 0)])
def test_a_vote_is_thanked_for_beside_the_answer_with_a_next_step(
    slack: Slack, ledger: Ledger, label: str, helpful: int
) -> None:
    thanks = clicked(slack, asked(slack, KNOWN), label)
    assert thanks["replace_original"] is False
    assert thanks["text"] == views.VOTED[Vote.COUNTED, bool(helpful)]
    assert "/ce " in thanks["text"]
    assert rows(ledger, "faq_votes", "member, helpful") == [("UALICE", helpful)]


def test_a_second_click_of_a_member_counts_nothing_and_another_vote_takes_the_first_ones_place(
    slack: Slack, ledger: Ledger
) -> None:
    card = asked(slack, KNOWN)
    clicked(slack, card, "Helpful")
    assert clicked(slack, card, "Helpful")["text"] == views.VOTED[Vote.SAME, True]
    assert clicked(slack, card, "Not helpful")["text"] == views.VOTED[Vote.CHANGED, False]
    assert clicked(slack, card, "Not helpful")["text"] == views.VOTED[Vote.SAME, False]
    assert rows(ledger, "faq_votes", "member, helpful") == [("UALICE", 0)]


def test_a_click_delivered_twice_is_answered_alike(slack: Slack, ledger: Ledger) -> None:
    card = asked(slack, KNOWN)
    first = clicked(slack, card, "Helpful", key="k1")
    assert clicked(slack, card, "Helpful", key="k1") == first
    assert clicked(slack, card, "Helpful", key="k2") != first
    assert len(rows(ledger, "faq_votes")) == 1


def test_each_member_has_a_vote_on_an_answer_in_a_channel(slack: Slack, ledger: Ledger) -> None:
    card = asked(slack, KNOWN)
    clicked(slack, card, "Helpful")
    assert clicked(slack, card, "Not helpful", user="UBOB")["text"] == views.VOTED[Vote.COUNTED, False]
    assert sorted(rows(ledger, "faq_votes", "member, helpful")) == [("UALICE", 1), ("UBOB", 0)]


def test_a_member_of_another_workspace_has_no_vote(slack: Slack, ledger: Ledger) -> None:
    card = asked(slack, KNOWN)
    assert troubles.QUESTION_GONE in clicked(slack, card, "Helpful", team="T2")["text"]
    assert rows(ledger, "faq_votes") == []


def test_a_question_kept_long_enough_has_no_vote_any_more(slack: Slack, clock: Clock) -> None:
    card = asked(slack, KNOWN)
    clock.moved_to = TODAY + KEEP_QUESTIONS
    asked(slack)
    assert clicked(slack, card, "Helpful")["text"] == views.VOTED[Vote.COUNTED, True]
    clock.moved_to = TODAY + KEEP_QUESTIONS + timedelta(days=1)
    asked(slack)
    assert troubles.QUESTION_GONE in clicked(slack, card, "Not helpful")["text"]


@pytest.mark.parametrize("words", ["", "x", "1 UALICE", "9" * 30, "<@UALICE>"])
@pytest.mark.parametrize("command", [views.HELPFUL, views.UNHELPFUL, views.NONE])
def test_a_vote_on_what_is_no_question_is_one_sentence(slack: Slack, command: str, words: str) -> None:
    assert troubles.QUESTION_GONE in shown(slack.command(f"{command} {words}"))["text"]


# What is kept of a question


def test_a_question_is_kept_without_its_asker_in_one_line(desk: Desk, slack: Slack, ledger: Ledger) -> None:
    asked(slack, "which  `wine`\n```for``` <b>mackerel</b> &amp; me?")
    ((question, tier, entry),) = rows(ledger, "faq_questions", "question, tier, entry")
    assert question == "which 'wine' '''for''' <b>mackerel</b> & me?"
    assert (tier, entry) == ("none", None)
    assert "ALICE" not in str(rows(ledger, "faq_questions"))


def test_whom_a_question_mentions_is_not_kept(slack: Slack, ledger: Ledger) -> None:
    asked(slack, "<@UBOB|bob> and <#C9|office>: which wine <!here> goes with 1 < 2?")
    assert rows(ledger, "faq_questions", "question") == [("and : which wine goes with 1 < 2?",)]


@given(st.text())
def test_a_line_is_printable_and_no_longer_than_it_may_be(text: str) -> None:
    line = one_line(text, 20)
    assert len(line) <= 20
    assert line.isprintable()
    assert line == line.strip()
    assert "`" not in line


@pytest.mark.parametrize(("length", "kept"), [(500, 500), (501, 500)])
def test_a_long_question_is_cut(desk: Desk, ledger: Ledger, length: int, kept: int) -> None:
    desk.curating.log("T1", "x" * length, NOTHING)
    ((question,),) = rows(ledger, "faq_questions", "question")
    assert len(question) == kept == LONGEST_QUESTION
    assert question.endswith("…") == (length > kept)


def test_what_says_nothing_is_not_kept(desk: Desk, ledger: Ledger) -> None:
    assert desk.curating.log("T1", " \n\u200b", NOTHING) is None
    assert rows(ledger, "faq_questions") == []


def test_a_topic_not_covered_was_answered_by_naming_who_can_help(desk: Desk, ledger: Ledger) -> None:
    desk.curating.log("T1", "ssl", Answer("none", None, 0.7, "Ask your administrators.", (), "ssl"))
    assert rows(ledger, "faq_questions", "tier") == [("not covered",)]


def test_where_nothing_can_be_written_a_question_is_not_kept_and_nothing_breaks(
    desk: Desk, ledger: Ledger
) -> None:
    ledger._db().execute("PRAGMA query_only = ON")
    assert desk.curating.log("T1", WINE, NOTHING) is None


# Passing on


def test_a_question_is_posted_only_after_its_asker_saw_just_that_and_said_yes(slack: Slack) -> None:
    card = asked(slack)
    preview = clicked(slack, card, "Ask the team's curators")
    assert preview["replace_original"] is False
    assert f"<#{CHANNEL}>" in preview["text"]
    assert posts(slack) == []
    done = clicked(slack, preview, "Post")
    (post,) = posts(slack)
    assert done["replace_original"] is True
    assert done["text"] == views.PASSED.format(channel=f"<#{CHANNEL}>")
    assert post in preview["text"]
    assert f">{WINE}" in post
    assert "UALICE" not in post


def test_only_with_my_name_names_the_asker(slack: Slack) -> None:
    preview = clicked(slack, asked(slack), "Ask the team's curators")
    clicked(slack, preview, "Post with my name")
    (post,) = posts(slack)
    assert post.startswith("<@UALICE> asks")
    assert views.CONSENT_NAMED.format(asker="<@UALICE>") in preview["text"]


def test_a_no_posts_nothing_and_leaves_the_way_open(slack: Slack) -> None:
    card = asked(slack)
    preview = clicked(slack, card, "Ask the team's curators")
    assert clicked(slack, preview, "Don't post")["text"] == views.NOT_POSTED
    assert posts(slack) == []
    clicked(slack, clicked(slack, card, "Ask the team's curators"), "Post")
    assert len(posts(slack)) == 1


def test_a_question_is_posted_once_however_often_somebody_clicks(slack: Slack) -> None:
    card = asked(slack)
    preview = clicked(slack, card, "Ask the team's curators")
    clicked(slack, preview, "Post")
    assert clicked(slack, preview, "Post")["text"] == views.PASSED_BEFORE
    assert clicked(slack, preview, "Post with my name")["text"] == views.PASSED_BEFORE
    clicked(slack, clicked(slack, card, "Ask the team's curators"), "Post")
    assert len(posts(slack)) == 1


def test_nobody_else_sees_or_posts_a_members_question(slack: Slack) -> None:
    card = asked(slack, "is my boss called Grizelda allowed to see this?")
    for who in ({"user": "UBOB"}, {"user": "UCAROL"}, {"team": "T2"}):
        refused = clicked(slack, card, "Ask the team's curators", **who)
        assert "Grizelda" not in refused["text"]
        assert list(elements_of(refused["blocks"])) == []
    preview = clicked(slack, card, "Ask the team's curators")
    assert troubles.NOT_YOUR_QUESTION in clicked(slack, preview, "Post", user="UBOB")["text"]
    assert troubles.QUESTION_GONE in clicked(slack, preview, "Post", team="T2")["text"]
    assert posts(slack) == []


def test_a_question_cannot_mention_anybody_in_the_curators_channel(slack: Slack) -> None:
    question = "<!channel> <@UBOB> ```now``` &lt;!here&gt; <https://evil.example|wine>?"
    preview = clicked(slack, asked(slack, question), "Ask the team's curators")
    clicked(slack, preview, "Post")
    (post,) = posts(slack)
    assert "<" not in post
    assert "```" not in post
    assert post.count("\n") == 2
    assert post in preview["text"]


def test_without_a_channel_of_curators_nothing_is_offered(bare: Slack, slack: Slack) -> None:
    assert buttons(asked(bare)) == {}
    card = asked(slack)
    assert troubles.NO_CHANNEL in clicked(bare, card, "Ask the team's curators")["text"]
    preview = clicked(slack, card, "Ask the team's curators")
    assert troubles.NO_CHANNEL in clicked(bare, preview, "Post")["text"]
    clicked(slack, preview, "Post")
    assert len(posts(slack)) == 1, "it was not taken for passed on"


class Uninvited(LocalClient):
    """Slack, where the bot is in no channel."""

    def api_call(self, api_method: str, **request: Any) -> Any:
        if api_method == "chat.postMessage":
            raise SlackApiError("not_in_channel", {"ok": False, "error": "not_in_channel"})
        return super().api_call(api_method, **request)


def test_where_slack_refuses_the_post_its_asker_is_told_so(desk: Desk, slack: Slack) -> None:
    client = Uninvited([])
    courier = Courier(
        OneToken(client), submit=at_once, send=lambda url, payload: slack.sent.append((url, payload))
    )
    slack.app = build_app(desk, courier, client)
    preview = clicked(slack, asked(slack), "Ask the team's curators")
    assert clicked(slack, preview, "Post")["text"] == views.NOT_PASSED.format(channel=f"<#{CHANNEL}>")
    assert WINE in inbox(slack)["text"]


# None of these


def suggestions(desk: Desk, slack: Slack, **who: str) -> dict[str, Any]:
    """A card with suggestions, for a question that gets some."""
    words = sorted({word for entry in desk.faq.entries.values() for word in entry.question.split()})
    vague = next(word for word in words if ask(desk.faq, word).tier == "suggest")
    return asked(slack, vague, **who)


def test_none_of_these_is_counted_and_offers_to_pass_the_question_on(
    desk: Desk, slack: Slack, ledger: Ledger
) -> None:
    card = suggestions(desk, slack)
    thanks = clicked(slack, card, "None of these")
    assert thanks["replace_original"] is False
    assert thanks["text"] == views.NONE_FITS
    assert rows(ledger, "faq_votes", "member, helpful") == [("UALICE", 0)]
    clicked(slack, clicked(slack, thanks, "Ask the team's curators"), "Post")
    assert len(posts(slack)) == 1
    assert clicked(slack, card, "None of these", key="again")["text"] == views.NONE_FITS
    assert len(rows(ledger, "faq_votes")) == 1


def test_none_of_these_of_somebody_else_counts_and_offers_them_nothing(desk: Desk, slack: Slack) -> None:
    thanks = clicked(slack, suggestions(desk, slack), "None of these", user="UBOB")
    assert thanks["text"] == views.NONE_FITS
    assert buttons(thanks) == {}


def test_none_of_these_offers_nothing_where_there_is_no_channel(desk: Desk, bare: Slack) -> None:
    assert buttons(clicked(bare, suggestions(desk, bare), "None of these")) == {}


# Who sees the inbox


@pytest.mark.parametrize(
    "command",
    [
        views.INBOX,
        views.PHRASINGS,
        views.ENTRIES,
        views.DRAFT,
        views.TAKE,
        views.NOT_OURS,
        views.DISMISS,
        views.REOPEN,
    ],
)
def test_whoever_is_no_curator_gets_one_kind_sentence_and_changes_nothing(
    slack: Slack, bare: Slack, ledger: Ledger, command: str
) -> None:
    asked(slack)
    ((number,),) = rows(ledger, "faq_questions", "id")
    before = rows(ledger, "faq_questions")
    for app in (slack, bare):
        found = shown(app.command(f"{command} {number} cost"))
        assert found["text"].startswith(troubles.NOT_A_CURATOR)
        assert WINE not in found["text"]
    assert rows(ledger, "faq_questions") == before


def test_curators_see_the_questions_of_their_own_workspace_only(slack: Slack, ledger: Ledger) -> None:
    asked(slack)
    ((number,),) = rows(ledger, "faq_questions", "id")
    assert inbox(slack, team="T2")["text"] == views.INBOX_EMPTY
    for command in (views.ENTRIES, views.DRAFT, views.TAKE, views.NOT_OURS, views.DISMISS):
        found = shown(slack.command(f"{command} {number} cost", user="UCAROL", team="T2"))
        assert troubles.QUESTION_GONE in found["text"]
    assert WINE in inbox(slack)["text"]


def test_without_questions_the_inbox_says_so(slack: Slack) -> None:
    asked(slack, KNOWN)
    assert inbox(slack)["text"] == views.INBOX_EMPTY


# What waits


def test_unhelpful_answers_wait_and_helpful_ones_do_not(slack: Slack) -> None:
    card = asked(slack, KNOWN)
    clicked(slack, card, "Helpful")
    assert inbox(slack)["text"] == views.INBOX_EMPTY
    clicked(slack, card, "Not helpful")
    assert "1 answer that did not help" in inbox(slack)["text"]
    assert KNOWN in inbox(slack)["text"]


def test_questions_wait_for_90_days(slack: Slack, clock: Clock) -> None:
    asked(slack)
    clock.moved_to = TODAY + KEEP_QUESTIONS
    assert WINE in inbox(slack)["text"]
    clock.moved_to = TODAY + KEEP_QUESTIONS + timedelta(days=1)
    assert inbox(slack)["text"] == views.INBOX_EMPTY


def test_similar_questions_stand_together_and_the_most_frequent_first(slack: Slack, clock: Clock) -> None:
    asked(slack, "Is there a discount for students?")
    asked(slack, WINE)
    clock.moved_to = date(2025, 12, 5)
    asked(slack, "wine with grilled mackerel on the boat, which one goes?", user="UBOB")
    text = inbox(slack)["text"]
    assert text.index(WINE) < text.index("discount")
    assert "Asked 2 times · last on Fri 2025-12-05" in text
    assert "Asked 1 time · last on Tue 2025-12-02" in text
    assert "Also: wine with grilled mackerel on the boat" in text


def a_question(number: int, question: str, days: int = 0) -> AskedQuestion:
    return AskedQuestion(number, question, Tier.NONE, None, TODAY + timedelta(days=days))


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ("can I get a refund for my exam", "exam refund please", True),
        ("refund for the exam fee?", "can i get the fee of my exam refunded", True),
        ("is there a discount for students", "student discount?", True),
        ("what about kubernetes certs", "kubernetes certification?", True),
        ("is there a discount for students", "is there a waiting list for students", False),
        ("can I get a refund for my exam", "can I get a badge for my exam", False),
        ("wine?", "beer?", False),
        ("🎉", "🎉🎉", True),
    ],
)
def test_questions_are_together_by_the_words_that_say_something(one: str, other: str, together: bool) -> None:
    found = clusters_of([a_question(1, one), a_question(2, other)])
    assert len(found) == (1 if together else 2)
    assert len(clusters_of([a_question(2, other), a_question(1, one)])) == len(found)


QUESTIONS = st.lists(
    st.lists(
        st.sampled_from(["exam", "refund", "badge", "wine", "student", "discount", "the", "is", "my"]),
        min_size=1,
        max_size=5,
    )
)


@given(QUESTIONS)
def test_every_question_is_in_one_cluster_and_speaks_for_it_or_is_spoken_for(texts: list[list[str]]) -> None:
    asked = [a_question(number, " ".join(words), number) for number, words in enumerate(texts)]
    found = clusters_of(asked)
    assert sorted(number for cluster in found for number in cluster.numbers) == list(range(len(texts)))
    assert clusters_of(asked) == found
    for cluster in found:
        assert cluster.spoken in cluster.questions
        assert list(cluster.questions) == sorted(cluster.questions, key=lambda one: one.asked_on)
        assert cluster.wordings[0] == cluster.spoken.question


def test_the_wording_used_most_speaks_for_a_cluster_then_the_shortest() -> None:
    (often,) = clusters_of(
        [
            a_question(1, "exam refund"),
            a_question(2, "a refund of my exam?"),
            a_question(3, "a refund of my exam"),
        ]
    )
    assert often.spoken.id == 3
    (short,) = clusters_of([a_question(1, "would there be an exam refund"), a_question(2, "exam refund")])
    assert short.spoken.id == 2


def test_ten_clusters_are_shown_and_the_others_counted(desk: Desk, slack: Slack) -> None:
    topics = [
        "wine",
        "beer",
        "cheese",
        "bread",
        "salt",
        "pepper",
        "honey",
        "coffee",
        "sugar",
        "olives",
        "rice",
        "butter",
    ]
    for topic in topics[:MOST_CLUSTERS]:
        desk.curating.log("T1", f"{topic} {topic} {topic}?", NOTHING)
    assert "more behind" not in inbox(slack)["text"]
    for topic in topics[MOST_CLUSTERS:]:
        desk.curating.log("T1", f"{topic} {topic} {topic}?", NOTHING)
    found = inbox(slack)
    assert sum(block["type"] == "actions" for block in found["blocks"]) == MOST_CLUSTERS
    assert views.INBOX_MORE.format(more=2) in found["text"]


def test_the_newest_questions_are_looked_at_where_there_are_very_many(desk: Desk, slack: Slack) -> None:
    desk.curating.log("T1", WINE, NOTHING)
    with desk._ledger.write() as writer:
        for _ in range(MOST_QUESTIONS - 1):
            writer.faq.log_question("T1", "is tea allowed", Tier.NONE, None, noon(TODAY) + timedelta(days=1))
    assert WINE in inbox(slack)["text"]
    with desk._ledger.write() as writer:
        writer.faq.log_question("T1", "is tea allowed", Tier.NONE, None, noon(TODAY) + timedelta(days=1))
    text = inbox(slack)["text"]
    assert f"Asked {MOST_QUESTIONS} times" in text
    assert WINE not in text


@pytest.mark.parametrize("filling", ["renewal of my certification ", "&<> ", "``` ", "*_~ ", "🎉"])
def test_the_inbox_stays_within_slacks_limits(desk: Desk, slack: Slack, filling: str) -> None:
    with desk._ledger.write() as writer:
        for topic in TOPICS:
            for place in range(20):
                text = one_line(f"{topic * 9} {place} {filling * 200}", LONGEST_QUESTION)
                writer.faq.log_question("T1", text, Tier.NONE, None, noon(TODAY))
    found = inbox(slack)
    assert list(elements_of(found["blocks"]))
    for label in ("New entry draft", "Not ours", "Dismiss"):
        clicked(slack, found, label, user="UCAROL")


# An accepted phrasing


def accepted(desk: Desk, slack: Slack, question: str = WINE, slug: str = "cost") -> dict[str, Any]:
    """What the curator is told who makes a question a phrasing."""
    number = desk.curating.log("T1", question, NOTHING)
    return shown(slack.command(f"{views.TAKE} {number} {slug}", user="UCAROL"))


def test_a_phrasing_works_at_once_in_its_workspace_and_nowhere_else(desk: Desk, slack: Slack) -> None:
    accepted(desk, slack)
    cost = desk.faq.entries["cost"].text
    assert asked(slack)["text"].startswith(cost)
    assert asked(slack, "which wine goes with grilled mackerel, on a boat", user="UBOB")["text"].startswith(
        cost
    )
    assert not asked(slack, team="T2")["text"].startswith(cost)
    assert desk.curating.faq_of("T2") is desk.faq
    assert desk.curating.faq_of("T1") is desk.curating.faq_of("T1")


def test_another_replica_knows_a_phrasing_at_once(
    desk: Desk, slack: Slack, ledger: Ledger, policy: Policy, clock: Clock
) -> None:
    replica = Desk(ledger, policy, clock, lambda who: "UTC")
    replica.faq = desk.faq
    assert replica.curating.faq_of("T1") is desk.faq
    done = accepted(desk, slack)
    assert ask(replica.curating.faq_of("T1"), WINE).entry == "cost"
    clicked(slack, done, "Undo", user="UCAROL")
    assert replica.curating.faq_of("T1") is desk.faq


def test_what_is_like_a_phrasing_comes_nearer_to_its_entry(desk: Desk, slack: Slack) -> None:
    other = "grilled mackerel: which wine?"
    assert ask(desk.curating.faq_of("T1"), other).tier == "none"
    accepted(desk, slack)
    found = ask(desk.curating.faq_of("T1"), other)
    assert found.tier != "none"
    assert found.entry == "cost"


def test_the_nearest_entry_is_offered_and_a_click_makes_it_a_phrasing(desk: Desk, slack: Slack) -> None:
    desk.curating.log("T1", ZEBRA, NOTHING)
    found = inbox(slack)
    label = next(text for text in buttons(found) if text.startswith("Add as phrasing of "))
    slug = button(found, label)["value"].split()[-1]
    nearest = next(
        one.slug for one in desk.faq.matcher.match(ZEBRA).candidates if one.slug in desk.faq.entries
    )
    assert slug == nearest
    assert desk.faq.entries[slug].question.startswith(label.removeprefix("Add as phrasing of ").rstrip("…"))
    done = clicked(slack, found, label, user="UCAROL")
    assert done["replace_original"] is True
    assert asked(slack, ZEBRA)["text"].startswith(desk.faq.entries[slug].text)
    assert inbox(slack)["text"] == views.INBOX_EMPTY


def test_up_to_three_more_entries_are_a_second_step(desk: Desk, slack: Slack) -> None:
    desk.curating.log("T1", ZEBRA, NOTHING)
    first = button(inbox(slack), "Add as phrasing of ")["value"]
    step = clicked(slack, inbox(slack), "Another entry", user="UCAROL")
    others = [one["value"] for one in elements_of(step["blocks"]) if one["value"].startswith(views.TAKE)]
    assert 1 <= len(others) <= 3
    assert first not in others
    clicked(slack, step, next(iter(buttons(step))), user="UCAROL")
    slug = others[0].split()[-1]
    assert desk.curating.faq_of("T1").entries[slug].phrasings[-1] == ZEBRA


def test_no_more_than_three_entries_are_offered_in_the_second_step(
    desk: Desk, slack: Slack, policy: Policy
) -> None:
    sheets = [
        Sheet(
            "entries",
            f"wine-{word}",
            f"---\nquestion: Can a certification for {word} be renewed?\nphrasings: [renewing for {word}]\n"
            "sources: [launch]\nreviewed_on: 2025-12-01\ntags: []\nsee_also: []\n---\nYes.",
        )
        for word in TOPICS[1:7]
    ]
    desk.faq = assemble(sheets, figures(policy), policy.sources)
    desk.curating.log("T1", f"Can a certification for {' '.join(TOPICS[1:7])} be renewed?", NOTHING)
    step = clicked(slack, inbox(slack), "Another entry", user="UCAROL")
    assert len(buttons(step)) == 3 + len(["Back to the inbox"])


def test_what_comes_near_no_entry_is_offered_as_a_draft(slack: Slack, ledger: Ledger) -> None:
    asked(slack)
    ((number,),) = rows(ledger, "faq_questions", "id")
    assert not [label for label in buttons(inbox(slack)) if "entry" in label and "draft" not in label]
    step = shown(slack.command(f"{views.ENTRIES} {number}", user="UCAROL"))
    assert views.NO_OTHER in step["text"]
    assert list(buttons(step)) == ["New entry draft", "Back to the inbox"]


def test_the_line_shown_goes_into_the_file_of_the_entry(desk: Desk, slack: Slack) -> None:
    question = 'wine: "red" \\ or #white {{ x }} & <b>, - what?'
    text = accepted(desk, slack, question)["text"]
    assert "`faq/entries/cost.md`" in text
    (line,) = re.findall(r"```\n(.*)\n```", text)
    typed = line.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert YAML(typ="safe", pure=True).load(f"phrasings:\n  - other\n{typed}\n") == {
        "phrasings": ["other", question]
    }


@pytest.mark.parametrize(("many", "is_full"), [(11, False), (12, True)])
def test_a_file_with_all_its_phrasings_takes_the_line_in_the_place_of_another(
    desk: Desk, slack: Slack, many: int, is_full: bool
) -> None:
    faq = desk.faq
    cost = replace(
        faq.entries["cost"], phrasings=tuple(f"{word} fee" for word in (*TOPICS, "rice", "tea")[:many])
    )
    desk.faq = replace(faq, entries={**faq.entries, "cost": cost})
    assert (views.FULL in accepted(desk, slack)["text"]) is is_full


@given(st.text(min_size=1, max_size=120))
def test_whatever_was_asked_is_read_back_from_its_line(text: str) -> None:
    question = one_line(text, 120)
    line = f"  - {views._quoted(question)}"
    assert YAML(typ="safe", pure=True).load(f"phrasings:\n{line}\n") == {"phrasings": [question]}


def test_a_phrasing_can_be_taken_back(desk: Desk, slack: Slack) -> None:
    done = accepted(desk, slack)
    back = clicked(slack, done, "Undo", user="UCAROL")
    assert back["text"].startswith("Taken back; 1 question")
    assert desk.curating.faq_of("T1") is desk.faq
    assert WINE in inbox(slack)["text"]
    again = clicked(slack, done, "Undo", user="UCAROL")
    assert "nothing left to undo" in again["text"]


def test_nobody_but_a_curator_of_the_workspace_takes_a_phrasing_back(desk: Desk, slack: Slack) -> None:
    done = accepted(desk, slack)
    assert troubles.NOT_A_CURATOR in clicked(slack, done, "Undo")["text"]
    clicked(slack, done, "Undo", user="UCAROL", team="T2")
    assert WINE in desk.curating.faq_of("T1").entries["cost"].phrasings


def test_a_phrasing_is_taken_back_after_its_question_was_deleted(
    desk: Desk, slack: Slack, clock: Clock
) -> None:
    done = accepted(desk, slack)
    clock.moved_to = TODAY + KEEP_QUESTIONS + timedelta(days=1)
    desk.curating.log("T1", "another", NOTHING)
    assert WINE in desk.curating.faq_of("T1").entries["cost"].phrasings
    assert clicked(slack, done, "Undo", user="UCAROL")["text"].startswith("Taken back; 0 questions")
    assert desk.curating.faq_of("T1") is desk.faq


def test_a_click_on_add_delivered_twice_is_done_once_and_answered_alike(
    desk: Desk, slack: Slack, ledger: Ledger
) -> None:
    number = desk.curating.log("T1", WINE, NOTHING)
    take = f"{views.TAKE} {number} cost"
    first = slack.command(take, user="UCAROL", key="k1")
    assert slack.command(take, user="UCAROL", key="k1").body == first.body
    assert troubles.SETTLED_ALREADY in shown(slack.command(take, user="UCAROL", key="k2"))["text"]
    assert len(rows(ledger, "faq_phrasings")) == 1


def test_accepted_phrasings_are_listed_as_lines_for_the_files_and_can_be_taken_back(
    desk: Desk, slack: Slack, clock: Clock
) -> None:
    assert shown(slack.command(views.PHRASINGS, user="UCAROL"))["text"] == views.NO_PHRASINGS
    accepted(desk, slack)
    clock.moved_to = TODAY + timedelta(days=1)
    accepted(desk, slack, "is tea allowed on a boat", "grace-period")
    found = shown(slack.command(views.PHRASINGS, user="UCAROL"))
    lines = [line for line in found["text"].splitlines() if line.startswith(("`faq", "  - "))]
    assert lines == [
        "`faq/entries/grace-period.md`",
        '  - "is tea allowed on a boat"',
        "`faq/entries/cost.md`",
        f'  - "{WINE}"',
    ]
    assert shown(slack.command(views.PHRASINGS, user="UCAROL", team="T2"))["text"] == views.NO_PHRASINGS
    clicked(slack, found, f"Undo {WINE}", user="UCAROL")
    assert WINE not in shown(slack.command(views.PHRASINGS, user="UCAROL"))["text"]
    assert WINE in inbox(slack)["text"]


@pytest.mark.parametrize(("many", "older"), [(10, ""), (12, "2 older ones")])
def test_many_long_phrasings_stay_within_slacks_limits(
    desk: Desk, slack: Slack, ledger: Ledger, many: int, older: str
) -> None:
    with ledger.write() as writer:
        for place in range(many):
            text = one_line(f"{place} " + "&<>" * 60, 120)
            writer.faq.accept_phrasing("T1", "cost", text, place, noon(TODAY))
    text = shown(slack.command(views.PHRASINGS, user="UCAROL"))["text"]
    assert older in text
    assert ("older" in text) == bool(older)


@pytest.mark.parametrize(
    ("question", "slug", "sentence"),
    [
        ("wine " * 23 + "bread", "cost", ""),
        ("wine " * 23 + "breads", "cost", views.REFUSED[PhrasingRefused.TOO_LONG]),
        ("🎉 ?!", "cost", views.REFUSED[PhrasingRefused.NO_WORDS]),
        (WINE, "no-such-entry", views.REFUSED[PhrasingRefused.NO_ENTRY]),
        (WINE, "", views.REFUSED[PhrasingRefused.NO_ENTRY]),
        (KNOWN, "cost", "It is too like"),
        (KNOWN, "coursework-must-match", ""),
    ],
)
def test_a_phrasing_is_checked_before_it_is_accepted(
    desk: Desk, slack: Slack, ledger: Ledger, question: str, slug: str, sentence: str
) -> None:
    text = accepted(desk, slack, question, slug)["text"]
    if sentence:
        assert sentence in text
        assert rows(ledger, "faq_phrasings") == []
        assert rows(ledger, "faq_questions", "state") == [("open",)]
    else:
        assert rows(ledger, "faq_phrasings", "entry, phrasing") == [(slug, question.strip())]


def test_a_way_to_ask_is_not_added_to_its_own_entry_nor_to_another(desk: Desk, slack: Slack) -> None:
    for topic in (desk.faq.entries["grace-period"], next(iter(desk.faq.not_covered.values()))):
        for phrasing in topic.ways_to_ask[:3]:
            for slug in ("cost", "grace-period"):
                refused = accepted(desk, slack, f"{phrasing.upper()} ?!", slug)["text"]
                assert refused.startswith(f'It is a way to ask "{topic.question}" already.')


def test_the_same_words_are_not_accepted_for_two_entries(desk: Desk, slack: Slack) -> None:
    accepted(desk, slack)
    assert "It is a way to ask" in accepted(desk, slack, WINE.lower(), "grace-period")["text"]
    assert "It is too like" in accepted(desk, slack, f"please, {WINE}", "grace-period")["text"]


def test_a_phrasing_that_came_into_the_files_or_lost_its_entry_does_no_harm(
    desk: Desk, ledger: Ledger
) -> None:
    asks = desk.faq.entries["coursework-must-match"].phrasings[0]
    with ledger.write() as writer:
        writer.faq.accept_phrasing("T1", "cost", asks, 1, noon(TODAY))
        writer.faq.accept_phrasing("T1", "gone", WINE, 2, noon(TODAY))
    found = desk.curating.faq_of("T1")
    assert found.entries == desk.faq.entries
    assert ask(found, asks).entry == "coursework-must-match"


# Drafts, not ours, dismissed


def test_a_draft_is_a_file_the_faq_reads_once_its_placeholders_are_filled_in(
    desk: Desk, slack: Slack, policy: Policy
) -> None:
    for question in (WINE, "wine with grilled mackerel on the boat?", "wine: grilled mackerel, boat"):
        asked(slack, question)
    text = clicked(slack, inbox(slack), "New entry draft", user="UCAROL")["text"]
    slug = re.search(r"`faq/entries/([a-z0-9-]+)\.md`", text)
    assert slug
    (draft,) = re.findall(r"(?s)```\n(.*)\n```", text)
    with_figures = draft.replace("{{ policy.… }}", "{{ policy.active_months }}")
    filled = with_figures.replace("[SOURCE]", "[launch]")
    found = assemble([Sheet("entries", slug[1], filled)], figures(policy), policy.sources)
    entry = found.entries[slug[1]]
    assert {entry.question, *entry.phrasings} == {
        WINE,
        "wine with grilled mackerel on the boat?",
        "wine: grilled mackerel, boat",
    }
    assert entry.reviewed_on == TODAY
    assert "launch" in text.split("```")[-1]


def test_a_draft_of_one_wording_asks_for_more_and_leaves_the_question_in_the_inbox(slack: Slack) -> None:
    asked(slack)
    draft = clicked(slack, inbox(slack), "New entry draft", user="UCAROL")
    assert "HOW ELSE PEOPLE ASK IT" in draft["text"]
    assert WINE in inbox(slack)["text"]
    clicked(slack, draft, "Take it out", user="UCAROL")
    assert inbox(slack)["text"] == views.INBOX_EMPTY


def test_what_is_too_long_for_a_phrasing_is_left_out_of_the_draft(slack: Slack) -> None:
    long = f"{WINE} {'grilled ' * 12}mackerel?"
    assert len(long) > 120
    for question in (WINE, long):
        asked(slack, question)
    draft = clicked(slack, inbox(slack), "New entry draft", user="UCAROL")["text"]
    assert WINE in draft
    assert long not in draft


def test_not_ours_shows_no_line_that_is_too_long_for_a_phrasing(desk: Desk, slack: Slack) -> None:
    question = next(iter(desk.faq.not_covered.values())).question
    desk.curating.log("T1", f"{question} {question} {question} {question} {question}", NOTHING)
    text = clicked(slack, inbox(slack), "Not ours", user="UCAROL")["text"]
    assert "phrasings:" not in text
    assert views.NO_DECOY not in text


def test_not_ours_shows_the_line_for_the_nearest_topic_not_covered(desk: Desk, slack: Slack) -> None:
    question = next(iter(desk.faq.not_covered.values())).question
    words = " ".join(question.split()[:-1])
    desk.curating.log("T1", f"{words} zebra?", NOTHING)
    text = clicked(slack, inbox(slack), "Not ours", user="UCAROL")["text"]
    (slug,) = re.findall(r"`faq/not_covered/([a-z0-9-]+)\.md`", text)
    assert slug in desk.faq.not_covered
    assert f'  - "{words} zebra?"' in text
    assert inbox(slack)["text"] == views.INBOX_EMPTY


def test_not_ours_says_where_a_new_topic_would_go_if_none_is_near(slack: Slack) -> None:
    asked(slack)
    text = clicked(slack, inbox(slack), "Not ours", user="UCAROL")["text"]
    assert views.NO_DECOY in text


@pytest.mark.parametrize("label", ["Not ours", "Dismiss"])
def test_what_is_out_of_the_inbox_comes_back_by_undo(slack: Slack, label: str) -> None:
    asked(slack)
    asked(slack, user="UBOB")
    first = inbox(slack)
    done = clicked(slack, first, label, user="UCAROL")
    assert "2 questions" in done["text"]
    assert inbox(slack)["text"] == views.INBOX_EMPTY
    assert troubles.SETTLED_ALREADY in clicked(slack, first, label, user="UCAROL")["text"]
    clicked(slack, done, "Undo", user="UCAROL")
    assert inbox(slack) == first


@pytest.mark.parametrize("label", ["Not ours", "Dismiss"])
def test_a_click_in_the_inbox_delivered_twice_is_answered_alike(slack: Slack, label: str) -> None:
    asked(slack)
    found = inbox(slack)
    first = clicked(slack, found, label, user="UCAROL", key="k1")
    assert clicked(slack, found, label, user="UCAROL", key="k1") == first


def test_a_question_asked_again_after_it_was_dismissed_waits_again(slack: Slack) -> None:
    asked(slack)
    clicked(slack, inbox(slack), "Dismiss", user="UCAROL")
    asked(slack)
    assert "Asked 1 time " in inbox(slack)["text"]
