"""What the bot says: Slack takes all of it, what was typed stays text, and the words are right."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta

import pytest
from conftest import ALICE, TODAY, noon
from slack_limits import elements_of, problems, texts_in

from bot.dates import with_weekday
from bot.desk import Desk
from bot.ledger import Decision, Ledger, LedgerError, LoggedActivity
from bot.listeners import commands
from bot.outcomes import (
    AlreadyNotedError,
    Answered,
    AnsweredAlreadyError,
    CannotUndoError,
    DeskError,
    Effect,
    EnteredAlreadyError,
    FileGoneError,
    NoAddressError,
    NoChannelError,
    NoSuchActivityError,
    NoSuchExamError,
    NoSuchQuestionError,
    NotACuratorError,
    NotALeadError,
    NoTeamError,
    NotHeldError,
    NotHeldInTeamError,
    NothingNewError,
    NothingStoredError,
    NothingToUndoError,
    NotInTeamError,
    NotInvitedError,
    NotJoinedError,
    NotSharedError,
    NotYourQuestionError,
    PhrasingRefused,
    PhrasingRefusedError,
    QuestionGoneError,
    RenewalGoneError,
    SettledAlreadyError,
    TeamThereError,
)
from bot.views import blocks, changes, faq, lists, manual, standing, troubles, words
from bot.views.blocks import Reply, reply
from faq.answer import Answer
from rules import Credential, ExamPass, History, Kind, Policy, Standing, standings

EARNED_ON = date(2024, 1, 1)


def found_in(said: Reply) -> list[str]:
    return problems({"text": said.text, "blocks": said.blocks})


# What Slack takes


class Burdened:
    """A member who holds and did very much, written straight into the ledger."""

    def __init__(self, ledger: Ledger, desk: Desk) -> None:
        self._ledger, self._desk = ledger, desk
        self._keys = iter(range(10_000))

    def have(self, certifications: int, activities: int, title: str, link: str | None = None) -> None:
        """Hold so many certifications, and have done so many courses, a day apart."""
        with self._ledger.write() as writer:
            change = writer.begin_change(ALICE, "import", "all", noon(TODAY))
            for number in range(certifications):
                earned_on = EARNED_ON + timedelta(days=number)
                writer.add_credential(ALICE, f"ACA-{100 + number}", earned_on, change)
            for ago in range(1, activities + 1):
                number = writer.next_number(ALICE, noon(TODAY))
                done_on = TODAY - timedelta(days=ago)
                done = LoggedActivity(number, Kind.COURSE, done_on, title, None, link=link)
                writer.add_activity(ALICE, done, change)

    def say(self, line: str) -> Reply:
        return commands.run(self._desk, ALICE, line, f"key{next(self._keys)}")


@pytest.fixture
def burdened(ledger: Ledger, desk: Desk) -> Burdened:
    return Burdened(ledger, desk)


LINES = (
    "status",
    "list",
    "cert list",
    'add course "Now" 2025-12-01',
    'add course "Early" 2024-06-01',
    'add presentation "Talk"',
    "edit 2 2024-06-02",
    "remove 3",
    "undo",
    "exam ACA-101 2025-12-01",
    "exam remove ACA-101 2025-12-01",
    "cert add ACA-100 earned 2024-02-01",
    "portal ACA-101 suspends 2026-03-01",
    "cert remove ACA-102",
)


@pytest.mark.parametrize(
    ("title", "link"),
    [
        ("t" * 200, None),
        ("&" * 200, None),
        ("Jira", "https://example.com/" + "l" * 1_900),
        ("<" * 200, "https://example.com/" + "&" * 1_900),
        ("🎉" * 200, "https://example.com/" + "&" * 60),
    ],
    ids=["long titles", "titles to escape", "long links", "both", "links that just fit"],
)
@pytest.mark.parametrize(("certifications", "activities"), [(40, 60), (40, 4), (1, 100)])
def test_slack_takes_every_answer_to_a_member_with_very_much(
    burdened: Burdened, certifications: int, activities: int, title: str, link: str | None
) -> None:
    burdened.have(certifications, activities, title, link)
    for line in LINES:
        assert found_in(burdened.say(line)) == [], line


def test_slack_takes_every_answer_to_a_member_with_40_certifications_and_500_activities(
    burdened: Burdened,
) -> None:
    burdened.have(40, 500, "t" * 200)
    for line in LINES:
        assert found_in(burdened.say(line)) == [], line


def test_what_does_not_fit_into_the_status_is_the_least_urgent_and_it_says_where_all_are(
    burdened: Burdened,
) -> None:
    burdened.have(40, 0, "")
    text = burdened.say("status").text
    assert "*ACA-100*" in text
    assert "*ACA-139*" not in text
    assert standing.NOT_ALL in text
    shown = burdened.say("cert list").text
    assert all(f"*ACA-{number}*" in shown for number in range(100, 140))
    assert blocks.LEFT_OUT not in shown


def test_the_status_of_a_few_is_complete(burdened: Burdened) -> None:
    burdened.have(12, 5, "Jira")
    text = burdened.say("status").text
    assert all(f"*ACA-{number}*" in text for number in range(100, 112))
    assert standing.NOT_ALL not in text


@pytest.mark.parametrize(
    ("activities", "more"),
    [
        (30, None),
        (31, "1 older one is kept but not shown here."),
        (32, "2 older ones are kept but not shown here."),
    ],
)
def test_the_list_says_how_many_older_ones_it_leaves_out(
    burdened: Burdened, activities: int, more: str | None
) -> None:
    burdened.have(1, activities, "Jira")
    text = burdened.say("list").text
    assert text.count("course") == 30
    assert (more or "") in text
    assert ("not shown here" in text) is (more is not None)


def test_the_list_is_short_where_its_lines_are_long_and_still_counts_the_rest(burdened: Burdened) -> None:
    burdened.have(1, 100, "&" * 200)
    text = burdened.say("list").text
    shown = sum(line.startswith("*") for line in text.splitlines())
    assert 5 < shown < 30
    assert f"{100 - shown} older ones are kept" in text


@pytest.mark.parametrize("length", [1, 2_900, 2_901, 3_000, 11_900, 12_001, 50_000])
@pytest.mark.parametrize("newlines", [0, 1, 7])
def test_a_paragraph_of_any_length_is_taken(length: int, newlines: int) -> None:
    text = "\n".join(["x" * max(length // (newlines + 1), 1)] * (newlines + 1))
    said = reply(text, small=["y" * 100], buttons=changes.undo_button(1))
    assert found_in(said) == []
    assert said.blocks[-1]["type"] == "actions"
    whole = "".join(texts_in(said.blocks)).count("x") == text.count("x")
    assert whole is (blocks.LEFT_OUT not in said.text)
    assert whole or length > 11_000


@pytest.mark.parametrize("paragraphs", [1, 47, 48, 49, 50, 51, 120])
@pytest.mark.parametrize("small", [0, 1, 15, 16, 60])
def test_any_number_of_paragraphs_and_small_lines_is_taken(paragraphs: int, small: int) -> None:
    said = reply(*["p"] * paragraphs, small=["s"] * small, buttons=changes.undo_button(1))
    assert found_in(said) == []
    complete = said.text.split("\n").count("p") == paragraphs and said.text.split("\n").count("s") == small
    assert complete is (blocks.LEFT_OUT not in said.text)


def test_empty_paragraphs_and_lines_leave_no_empty_blocks() -> None:
    said = reply("first", "", "last", small=["", "small", ""])
    assert [block["type"] for block in said.blocks] == ["section", "section", "context"]
    assert said.text == "first\nlast\nsmall"


def test_the_text_says_what_the_blocks_say() -> None:
    said = reply("one", "two", small=["three"], buttons=changes.undo_button(1))
    assert said.text == "one\ntwo\nthree"
    assert list(texts_in(said.blocks)) == ["one", "two", "three", "Undo"]


def replies_to_trouble() -> Iterator[Reply]:
    for error in (
        NoSuchActivityError(7),
        NotHeldError("ACP-620"),
        NotHeldInTeamError("ACP-620"),
        NoSuchExamError(ExamPass("ACP-620", TODAY)),
        AlreadyNotedError(ExamPass("ACP-620", TODAY)),
        NothingToUndoError(),
        CannotUndoError("activity 3"),
        *(AnsweredAlreadyError(decision) for decision in Decision),
        NoSuchQuestionError(),
        FileGoneError(),
        NothingNewError(),
        RenewalGoneError(),
        NotACuratorError(),
        QuestionGoneError(),
        NotYourQuestionError(),
        NoChannelError(),
        SettledAlreadyError(),
        EnteredAlreadyError(entered=True),
        EnteredAlreadyError(entered=False),
        NoAddressError(),
        NothingStoredError(),
        NoTeamError(),
        TeamThereError(("Alice", "", "<!channel>")),
        NotInTeamError(),
        NotALeadError(("&" * 80,) * 200),
        NotJoinedError("bob"),
        NotInvitedError(),
        NotSharedError(),
        *(PhrasingRefusedError(reason, "Why?" * 30, "What?" * 30) for reason in PhrasingRefused),
    ):
        yield troubles.missing(error)
    for kind in (LedgerError, *LedgerError.__subclasses__()):
        yield troubles.ledger_trouble(kind("a path and a code"))
    yield troubles.unexpected("0a1b2c3d")
    yield troubles.not_sent("x.png")
    yield troubles.not_posted("x.png", "C1")
    yield troubles.hint("A sentence with <brackets> & more.", "/ce help add")
    yield troubles.hint("Why.", "")
    yield troubles.hint("Why `not`?", "/ce add `x`", buttons=(("First", "add x"), ("Second", "x" * 2_001)))
    yield troubles.unknown_command("w" * 5_000, None, "/ce status")


def test_slack_takes_every_answer_to_trouble_and_each_says_what_to_do() -> None:
    for said in replies_to_trouble():
        assert found_in(said) == []
        assert len(said.text) > 3
    assert "a path and a code" not in troubles.ledger_trouble(LedgerError("a path and a code")).text


def test_every_kind_of_missing_thing_has_its_words() -> None:
    assert {kind.__name__ for kind in DeskError.__subclasses__()} == {
        "NoSuchActivityError",
        "NotHeldError",
        "NotHeldInTeamError",
        "NoSuchExamError",
        "AlreadyNotedError",
        "NothingToUndoError",
        "AnsweredAlreadyError",
        "NoSuchQuestionError",
        "FileGoneError",
        "NothingNewError",
        "RenewalGoneError",
        "CannotUndoError",
        "NotACuratorError",
        "QuestionGoneError",
        "NotYourQuestionError",
        "NoChannelError",
        "EnteredAlreadyError",
        "NoAddressError",
        "NothingStoredError",
        "TeamError",
        "SettledAlreadyError",
        "PhrasingRefusedError",
        "NoSuchProofError",
        "ProofThereError",
        "ProofRefusedError",
        "ProofDeletedError",
    }


def test_a_trouble_with_the_database_says_that_nothing_was_saved() -> None:
    for kind in (LedgerError, *LedgerError.__subclasses__()):
        assert "saved" in troubles.ledger_trouble(kind("x")).text


def test_slack_takes_every_curated_answer(desk: Desk, policy: Policy) -> None:
    assert len(desk.faq.entries) > 20
    for slug, entry in desk.faq.entries.items():
        said = faq.answer(
            Answered(Answer("answer", slug, 1.0, entry.text, (), ""), desk.faq, ALICE.id), policy
        )
        assert found_in(said) == [], slug
        assert said.text.startswith(entry.text)
        assert f"Checked on {entry.reviewed_on}" in said.text
    for slug, entry in desk.faq.not_covered.items():
        said = faq.answer(Answered(Answer("none", None, 0.9, entry.text, (), ""), desk.faq, ALICE.id), policy)
        assert found_in(said) == [], slug
        assert said.text == entry.text


def test_every_curated_question_fits_on_a_button_and_in_its_value(desk: Desk, policy: Policy) -> None:
    for slug in desk.faq.entries:
        said = faq.answer(
            Answered(Answer("suggest", slug, 0.5, None, (slug,), ""), desk.faq, ALICE.id), policy
        )
        assert found_in(said) == [], slug


def test_three_suggestions_have_three_buttons(desk: Desk, policy: Policy) -> None:
    slugs = tuple(desk.faq.entries)[:3]
    said = faq.answer(Answered(Answer("suggest", slugs[0], 0.5, None, slugs, ""), desk.faq, ALICE.id), policy)
    buttons = list(elements_of(said.blocks))
    assert [button["value"] for button in buttons] == [
        f"ask {desk.faq.entries[slug].question}" for slug in slugs
    ]


def test_one_suggestion_is_asked_about_as_one(desk: Desk, policy: Policy) -> None:
    slugs = tuple(desk.faq.entries)[:2]
    one = faq.answer(
        Answered(Answer("suggest", slugs[0], 0.5, None, slugs[:1], ""), desk.faq, ALICE.id), policy
    )
    two = faq.answer(Answered(Answer("suggest", slugs[0], 0.5, None, slugs, ""), desk.faq, ALICE.id), policy)
    assert (one.text, two.text) == (faq.PERHAPS_THIS, faq.PERHAPS)


def test_slack_takes_the_whole_manual() -> None:
    assert found_in(manual.everything()) == []
    for command in manual.COMMANDS:
        assert found_in(manual.about(command)) == []


# What was typed stays text

HARMFUL = (
    "<!channel>",
    "<@U123>",
    "<https://evil.example|good>",
    "a & b",
    "a > b",
    "> quote",
    "a | b",
    "&lt;",
)
NAUGHTY = (*HARMFUL, "*bold*", "_it_", "~no~", "`code`", "```", ":tada:", '"', "“", "‮")


def shown_with(title: str, desk: Desk, ledger: Ledger, policy: Policy) -> list[Reply]:
    """Every view in which a title can stand."""
    activity = LoggedActivity(0, Kind.PRESENTATION, TODAY, title, None, link="https://example.com/?a=1&b=<2>")
    with ledger.write() as writer:
        desk.state_credential(writer, ALICE, "ACP-620", TODAY, earned_on=EARNED_ON)
        added = desk.add_activity(writer, ALICE, activity, TODAY)
        twice = desk.add_activity(writer, ALICE, activity, TODAY)
        assert twice.activity
        edited = desk.edit_activity(writer, ALICE, twice.activity, TODAY)
    found = [
        changes.activity_added(added, policy),
        changes.activity_added(twice, policy),
        changes.activity_edited(edited, policy),
        lists.activities(desk.listing(ALICE, TODAY), policy),
        standing.overview(desk.overview(ALICE, TODAY), policy),
    ]
    with ledger.write() as writer:
        return [*found, changes.activity_removed(desk.remove_activity(writer, ALICE, 1, TODAY), policy)]


@pytest.mark.parametrize("title", NAUGHTY)
def test_a_title_is_shown_as_text_in_every_view(
    title: str, desk: Desk, ledger: Ledger, policy: Policy
) -> None:
    for said in shown_with(title, desk, ledger, policy):
        assert found_in(said) == []
        for text in (said.text, *texts_in(said.blocks)):
            for harmful in ("<!", "<@", "<#", "<https://evil", "<2>"):
                assert harmful not in text
            assert not any(line.startswith(">") for line in text.splitlines())


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("a & b <c> d", "a &amp; b &lt;c&gt; d"),
        ("&lt;", "&amp;lt;"),
        ("a | b * c ` d", "a | b * c ` d"),
        ("```", "'''"),
    ],
)
def test_a_title_is_escaped_once(title: str, shown: str, policy: Policy) -> None:
    line = words.activity(LoggedActivity(3, Kind.COURSE, TODAY, title), policy)
    assert line == f'*3* · course "{shown}", Tue 2025-12-02'


def test_titles_cannot_hold_the_lines_between_them_as_code(
    desk: Desk, ledger: Ledger, policy: Policy
) -> None:
    with ledger.write() as writer:
        for title in ("```first", "second", "third```"):
            desk.add_activity(writer, ALICE, LoggedActivity(0, Kind.PRESENTATION, TODAY, title), TODAY)
        desk.state_credential(writer, ALICE, "ACP-620", TODAY, earned_on=EARNED_ON)
    overview = standing.overview(desk.overview(ALICE, TODAY), policy).text
    assert "first" in overview
    assert "```" not in overview
    assert "```" not in lists.activities(desk.listing(ALICE, TODAY), policy).text


@pytest.mark.parametrize("typed", HARMFUL)
def test_a_hint_shows_what_was_typed_as_text(typed: str) -> None:
    for said in (
        troubles.hint(f"{typed} is wrong.", f"/ce add {typed}"),
        troubles.unknown_command(typed, None, "/ce status"),
    ):
        assert found_in(said) == []
        assert not any(raw in said.text for raw in ("<", "> ", "&l ", "& "))


def test_an_example_with_backticks_stays_one_piece_of_code() -> None:
    assert troubles.hint("Why.", "/ce add course `x`").text.endswith("Try: `/ce add course 'x'`")


@pytest.mark.parametrize("text", ["", "a & b", "<!channel>", "&amp;", "&lt;&gt;", "&amp;lt;"])
def test_what_is_escaped_comes_back_unescaped(text: str) -> None:
    assert blocks.unescaped(blocks.escaped(text)) == text


def test_halves_of_characters_are_dropped() -> None:
    assert blocks.unescaped("a\ud83db\udc00c") == "abc"


@pytest.mark.parametrize(("length", "linked"), [(500, True), (590, False)])
def test_a_very_long_link_is_kept_but_not_shown(length: int, linked: bool, policy: Policy) -> None:
    link = "https://example.com/" + "l" * (length - 20)
    line = words.activity(LoggedActivity(1, Kind.COURSE, TODAY, "Jira", link=link + "x" * 10), policy)
    assert (link in line) is linked
    assert "proof" in line


# Words


@pytest.mark.parametrize(
    ("day", "shown"),
    [
        (date(2025, 12, 1), "Mon 2025-12-01"),
        (date(2025, 12, 2), "Tue 2025-12-02"),
        (date(2025, 12, 3), "Wed 2025-12-03"),
        (date(2025, 12, 4), "Thu 2025-12-04"),
        (date(2025, 12, 5), "Fri 2025-12-05"),
        (date(2025, 12, 6), "Sat 2025-12-06"),
        (date(2025, 12, 7), "Sun 2025-12-07"),
        (date(2028, 2, 29), "Tue 2028-02-29"),
    ],
)
def test_a_day_is_shown_with_its_weekday(day: date, shown: str) -> None:
    assert words.day(day) == with_weekday(day) == shown


@pytest.mark.parametrize(
    ("days", "shown"),
    [
        (-400, "400 days ago"),
        (-2, "2 days ago"),
        (-1, "1 day ago"),
        (0, "today"),
        (1, "in 1 day"),
        (2, "in 2 days"),
        (729, "in 729 days"),
    ],
)
def test_how_far_away_a_day_is(days: int, shown: str) -> None:
    assert words.days_from(TODAY, TODAY + timedelta(days=days)) == shown


@pytest.mark.parametrize(
    ("counted", "shown"),
    [
        ({}, ""),
        ({Kind.COURSE: 1}, "1 course"),
        ({Kind.COURSE: 2}, "2 courses"),
        ({Kind.GLOBAL_EVENT: 1, Kind.LOCAL_EVENT: 4}, "1 global event and 4 local events"),
        (
            {Kind.COURSE: 2, Kind.LOCAL_EVENT: 1, Kind.PRESENTATION: 2},
            "2 courses, 1 local event and 2 presentations",
        ),
    ],
)
def test_amounts_have_their_plural(counted: dict[Kind, int], shown: str, policy: Policy) -> None:
    assert words.kinds(counted, policy) == shown


@pytest.mark.parametrize(
    ("parts", "shown"),
    [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")],
)
def test_parts_stand_in_a_sentence(parts: Sequence[str], shown: str) -> None:
    assert words.listed(parts) == shown


Done = dict[str, Kind]


def standing_with(
    policy: Policy, *done: tuple[Kind, str], units: int | None = None, code: str = "ACP-620"
) -> Standing:
    """Where somebody stands on TODAY with these activities."""
    facts = [
        LoggedActivity(
            number, kind, date.fromisoformat(day), "Title", units if kind is Kind.PRESENTATION else None
        ).as_fact()
        for number, (kind, day) in enumerate(done, 1)
    ]
    history = History(TODAY, (Credential(code, EARNED_ON),), tuple(facts))
    return standings(history, policy)[0]


def courses(number: int) -> list[tuple[Kind, str]]:
    return [(Kind.COURSE, f"2025-02-{day:02}") for day in range(1, number + 1)]


GLOBAL, LOCAL = (Kind.GLOBAL_EVENT, "2025-04-09"), (Kind.LOCAL_EVENT, "2025-03-{:02}")


@pytest.mark.parametrize(
    ("done", "shown"),
    [
        (courses(9), "1 more course, or 1 local event, or 1 global event"),
        (
            courses(8),
            "2 more courses, or 1 global event, or 2 local events",
        ),
        (courses(7), "3 more courses, or 1 global event, or 3 local events"),
        (courses(0), "10 more courses, or 7 courses and 1 global event, or 9 courses and 1 local event"),
        ([GLOBAL, *courses(6)], "1 more course, or 1 local event"),
        (
            [GLOBAL, *((Kind.LOCAL_EVENT, f"2025-03-0{day}") for day in (1, 2, 3, 4)), *courses(1)],
            "2 more courses",
        ),
    ],
    ids=lambda case: "" if isinstance(case, str) else str(len(case)),
)
def test_what_would_renew_is_said_in_plain_words(
    done: list[tuple[Kind, str]], shown: str, policy: Policy
) -> None:
    assert words.needs(standing_with(policy, *done), TODAY, policy) == shown


@pytest.mark.parametrize(("units", "missing"), [(1, 99), (45, 55), (95, 5), (99, 1)])
def test_a_rest_smaller_than_any_activity_takes_a_whole_one(units: int, missing: int, policy: Policy) -> None:
    found = standing_with(policy, (Kind.PRESENTATION, "2025-03-01"), units=units)
    assert found.missing == missing
    assert words.needs(found, TODAY, policy).startswith(f"{-(-missing // 10)} more course")


@pytest.mark.parametrize("number", range(25))
def test_nothing_missing_is_never_shown(number: int, policy: Policy) -> None:
    for code in ("ACP-620", "ACA-900"):
        text = standing.credential(standing_with(policy, *courses(number), code=code), TODAY, policy)
        assert "Missing 0" not in text
        assert ": ." not in text
        assert "  more" not in text


@pytest.mark.parametrize(
    ("number", "bar"),
    [(0, "░░░░░░░░░░"), (1, "█░░░░░░░░░"), (5, "█████░░░░░"), (9, "█████████░"), (10, "░░░░░░░░░░")],
)
def test_the_bar_is_as_full_as_the_cycle(number: int, bar: str, policy: Policy) -> None:
    assert words.bar(standing_with(policy, *courses(number))) == bar


def test_a_bar_is_never_longer_than_itself(policy: Policy) -> None:
    for units in (1, 9, 10, 95, 99):
        found = standing_with(policy, (Kind.PRESENTATION, "2025-03-01"), units=units)
        assert len(words.bar(found)) == words.BAR
        assert words.bar(found).count("█") == units // 10


# Effects

Add = Callable[..., str]


@pytest.fixture
def add(ledger: Ledger, desk: Desk, policy: Policy) -> Add:
    """Log something as somebody with ACP-620 earned in 2024; the answer."""
    with ledger.write() as writer:
        desk.state_credential(writer, ALICE, "ACP-620", TODAY, earned_on=EARNED_ON)

    def logged(kind: Kind, day: str, today: date = TODAY, title: str = "Title") -> str:
        activity = LoggedActivity(0, kind, date.fromisoformat(day), f"{title} {day}")
        with ledger.write() as writer:
            return changes.activity_added(desk.add_activity(writer, ALICE, activity, today), policy).text

    return logged


def effect(text: str) -> str:
    """The line on ACP-620."""
    return next(line for line in text.splitlines() if "*ACP-620*" in line)


def test_what_counts_is_said_with_what_is_missing_now(add: Add) -> None:
    assert effect(add(Kind.COURSE, "2025-11-01")) == (
        "• *ACP-620*: +10 CE, now 10 of 100 CE; missing 90: 9 more courses, or 6 courses and 1 global event, "
        "or 8 courses and 1 local event; suspends Thu 2026-01-01."
    )


def test_over_the_cap(add: Add) -> None:
    add(Kind.GLOBAL_EVENT, "2025-04-09")
    assert effect(add(Kind.GLOBAL_EVENT, "2025-10-08")) == (
        "• *ACP-620*: +0 CE, because only 1 global event can count in a cycle."
    )


@pytest.mark.parametrize(("day", "counts"), [("2024-01-01", False), ("2024-01-02", True)])
def test_before_the_cycle(add: Add, day: str, counts: bool) -> None:
    line = effect(add(Kind.COURSE, day))
    because = "• *ACP-620*: +0 CE, because this cycle takes what is dated after Mon 2024-01-01."
    assert (line == because) is not counts
    assert ("+10 CE" in line) is counts


@pytest.mark.parametrize(("day", "served"), [("2025-02-10", True), ("2025-02-11", False)])
def test_in_a_closed_cycle(add: Add, day: str, served: bool) -> None:
    for number in range(1, 11):
        add(Kind.COURSE, f"2025-02-{number:02}")
    line = effect(add(Kind.COURSE, day, title="Another"))
    because = "• *ACP-620*: +0 CE, because it served the renewal of Mon 2025-02-10."
    assert (line == because) is served
    assert ("+10 CE, now 10 of 100 CE" in line) is not served


@pytest.mark.parametrize(
    ("day", "line"),
    [
        (
            "2026-03-31",
            "• *ACP-620*: +10 CE, but it expired on Wed 2026-04-01, with 10 of 100 CE.",
        ),
        ("2026-04-01", "• *ACP-620*: +0 CE, because it expired on Wed 2026-04-01."),
    ],
)
def test_after_expiry(add: Add, day: str, line: str) -> None:
    assert effect(add(Kind.COURSE, day, today=date(2026, 5, 1))) == line


def test_in_the_grace_period_the_last_safe_day_is_named(add: Add) -> None:
    line = effect(add(Kind.COURSE, "2026-01-05", today=date(2026, 1, 5)))
    assert line.endswith("suspended, last safe day Tue 2026-03-31.")


def test_without_a_value(add: Add) -> None:
    assert effect(add(Kind.PRESENTATION, "2025-11-01")) == (
        "• *ACP-620*: +0 CE, until you state the units the portal granted: `/ce edit 1 30 units`."
    )


def test_a_renewal(add: Add) -> None:
    for number in range(1, 10):
        add(Kind.COURSE, f"2025-02-{number:02}")
    assert effect(add(Kind.COURSE, "2025-02-28")) == (
        ":tada: *ACP-620* reached 100 CE and renewed on Fri 2025-02-28: now suspends *Sun 2027-02-28*, "
        "expires *Fri 2027-05-28*."
    )


def test_a_renewal_that_brings_dates_forward_is_a_warning_and_no_reason_to_celebrate(add: Add) -> None:
    for number in range(1, 11):
        add(Kind.COURSE, f"2025-02-{number:02}")
    text = add(Kind.COURSE, "2025-01-15")
    assert ":tada:" not in text
    assert effect(text) == (
        "• *ACP-620*: this completes 100 CE earlier, so it renews on Sun 2025-02-09 already. If the portal "
        "shows a later renewal, tell me its dates with `/ce portal`; if the date is a slip, Undo."
    )
    assert "The portal has the last word" not in text
    assert (
        ":warning: ACP-620 gets worse by this: suspends was Wed 2027-02-10, now *Tue 2027-02-09*; "
        "expires was Mon 2027-05-10, now *Sun 2027-05-09*." in text
    )


def test_an_effect_that_is_worse_brings_no_renewal(ledger: Ledger, desk: Desk) -> None:
    def logged(day: str) -> Effect:
        activity = LoggedActivity(0, Kind.COURSE, date.fromisoformat(day), day)
        with ledger.write() as writer:
            return desk.add_activity(writer, ALICE, activity, TODAY).effects[0]

    with ledger.write() as writer:
        desk.state_credential(writer, ALICE, "ACP-620", TODAY, earned_on=EARNED_ON)
    for number in range(1, 10):
        found = logged(f"2025-02-{number:02}")
        assert (found.renewal, found.is_worse) == (None, False)
    found = logged("2025-02-28")
    assert found.renewal
    assert (found.renewal.renewed_on, found.is_worse) == (date(2025, 2, 28), False)
    found = logged("2025-02-27")
    assert (found.renewal, found.is_worse) == (None, True)
    assert (found.after and found.after.renewals[-1].renewed_on) == date(2025, 2, 27)


def test_a_change_with_nothing_to_warn_of_has_its_undo_last_and_nothing_small(
    ledger: Ledger, desk: Desk, policy: Policy
) -> None:
    with ledger.write() as writer:
        activity = LoggedActivity(0, Kind.COURSE, TODAY, "Title")
        said = changes.activity_added(desk.add_activity(writer, ALICE, activity, TODAY), policy)
    assert [block["type"] for block in said.blocks] == ["section", "section", "actions"]
    assert changes.NO_CERTIFICATION in said.text
