"""The form in which an activity is logged or edited, filled in by a member and looked at while it is."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from typing import Any

import pytest
from conftest import ALICE, TODAY, Slack
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from slack_limits import texts_in, view_problems
from talking import opened

from bot.console import Console
from bot.desk import Desk
from bot.grammar import LONGEST_TITLE, ActivityWords, cleaned
from bot.ledger import Ledger, LoggedActivity
from bot.listeners import commands
from bot.outcomes import OfferedFile
from bot.signatures import ENDINGS
from bot.views.activity_form import LINK_MOST, Draft, draft_of, form
from rules import Kind, Policy, State

Values = dict[str, dict[str, Any]]
EARNED = "cert add ACP-620 earned 2024-01-01"


def values(
    kind: Kind | None = Kind.COURSE,
    title: str | None = "Jira",
    day: date | None = None,
    *,
    units: str | None = None,
    link: str | None = None,
    files: tuple[dict[str, Any], ...] = (),
    shared: tuple[str, ...] = (),
) -> Values:
    """What the fields hold, as Slack sends them."""
    return {
        "kind": {"selected_option": {"value": kind.value} if kind else None},
        "title": {"value": title},
        "day": {"selected_date": (day or date(2025, 11, 20)).isoformat()},
        "units": {"value": units},
        "link": {"value": link},
        "files": {"files": list(files)},
        "shared": {"selected_options": [{"value": one} for one in shared]},
    }


def field(view: dict[str, Any], name: str) -> dict[str, Any] | None:
    return next((block for block in view["blocks"] if block.get("block_id") == name), None)


def filled(view: dict[str, Any]) -> dict[str, Any]:
    """What the fields of a form hold at first, by their names."""
    found = {}
    for block in view["blocks"]:
        if block["type"] == "input":
            element = block["element"]
            initial = element.get("initial_option", {}).get("value")
            found[block["block_id"]] = (
                initial or element.get("initial_value") or element.get("initial_date") or None
            )
    return found


def said_in(view: dict[str, Any]) -> str:
    """What a form says between its fields."""
    return "\n".join(texts_in([one for one in view["blocks"] if one["type"] in ("section", "context")]))


def errors(slack: Slack, view: dict[str, Any], found: Values) -> dict[str, str]:
    answer = slack.submit(view, found)
    assert answer["response_action"] == "errors", answer
    return dict(answer["errors"])


def result(slack: Slack, view: dict[str, Any], found: Values) -> str:
    """What stands in the place of a form that was sent, as text."""
    answer = slack.submit(view, found)
    assert answer["response_action"] == "update", answer
    assert view_problems(answer["view"]) == []
    return "\n".join(texts_in(answer["view"]["blocks"]))


def saved(ledger: Ledger) -> LoggedActivity:
    """Alice's newest activity."""
    return ledger.facts(ALICE).activities[-1]


# The words that open it


def test_add_alone_opens_an_empty_form_dated_today(slack: Slack) -> None:
    view = opened(slack, "add")
    assert view["title"]["text"] == "Log an activity"
    assert filled(view) == {"kind": None, "title": None, "day": "2025-12-02", "link": None, "files": None}
    assert "Choose a kind" in said_in(view)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("course", {"kind": "course"}),
        ("log webinar", {"kind": "course"}),
        ("presentation 30 units", {"kind": "presentation", "units": "30"}),
        ("course yesterday", {"kind": "course", "day": "2025-12-01"}),
        ("course https://a.example/b", {"kind": "course", "link": "https://a.example/b"}),
        ("Jira Automation", {"title": "Jira Automation"}),
        ('"Jira Automation" 1 Nov', {"title": "Jira Automation", "day": "2025-11-01"}),
        ("2025-11-20", {"day": "2025-11-20"}),
        ("https://a.example/b", {"link": "https://a.example/b"}),
        ("A &lt;b&gt; &amp;amp; c", {"title": "A <b> &amp; c"}),
    ],
)
def test_half_the_words_open_the_form_with_that_half(
    slack: Slack, words: str, expected: dict[str, str]
) -> None:
    command = words if words.startswith("log ") else f"add {words}"
    found = {name: value for name, value in filled(opened(slack, command)).items() if value}
    assert found == {"day": "2025-12-02", **expected}


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ('course "A" "B"', "Two titles stand in quotes"),
        ("cuorse Jira", "did you mean course"),
        ("Jira Automation course", "The kind comes first"),
        ("course 03/04/2025", "can be Tue 2025-03-04 or Thu 2025-04-03"),
        ("course tomorrow", "is still to come"),
        ("presentation 0 units", "Units are a whole number"),
        ('course "Jira', "A quote is opened but not closed"),
        (f"course {'x' * 201}", "shorten it"),
        ("x" * 201, "The kind comes first"),
        ("course Jira", "Logged *1*"),
        ("ACE", "Logged *1*"),
    ],
)
def test_words_that_are_wrong_or_say_all_are_answered_as_ever(slack: Slack, words: str, answer: str) -> None:
    assert answer in json.loads(slack.command(f"add {words}").body)["text"]
    assert slack.client.views == {}


def test_a_reading_chosen_for_half_the_words_opens_the_form(slack: Slack) -> None:
    blocks = json.loads(slack.command("add course 03/04/2025").body)["blocks"]
    slack.click(blocks[-1]["elements"][0])
    assert filled(slack.view)["day"] == "2025-03-04"
    assert filled(slack.view)["kind"] == "course"


def test_the_number_alone_opens_an_activity_with_its_values(slack: Slack) -> None:
    slack.command('add presentation "Talk" 2025-11-04 30 units https://a.example/b')
    view = opened(slack, "edit 1")
    assert view["title"]["text"] == "Edit activity 1"
    assert {name: value for name, value in filled(view).items() if value} == {
        "kind": "presentation",
        "title": "Talk",
        "day": "2025-11-04",
        "units": "30",
        "link": "https://a.example/b",
    }


@pytest.mark.parametrize("words", ["edit 77", "form edit 77"])
def test_an_activity_there_is_not_opens_no_form(slack: Slack, words: str) -> None:
    slack.command("status")  # by which the member's day is known
    assert "You have no activity 77" in json.loads(slack.command(words).body)["text"]
    assert slack.client.views == {}


def test_the_form_is_offered_by_words_to_whoever_cannot_open_it(desk: Desk) -> None:
    reply = commands.run(desk, ALICE, "add", "k")
    assert '`/ce add course "Jira Automation" yesterday`' in reply.text
    commands.run(desk, ALICE, 'add course "A"', "k2")
    assert "`/ce edit 1 2025-11-20`" in commands.run(desk, ALICE, "edit 1", "k3").text


# While it is filled in


def test_it_says_what_each_certification_gets_and_why_another_gets_nothing(slack: Slack) -> None:
    for line in (EARNED, "cert add ACP-120 earned 2025-11-21", 'add course "Boards" 2025-11-01'):
        slack.command(line)
    view = slack.fill(opened(slack, "add"), "kind", values())
    assert "• *ACP-620*: counts 10 CE, then 20 of 100 CE." in said_in(view)
    assert (
        "• *ACP-120*: counts 0 CE, because this cycle takes what is dated after Fri 2025-11-21."
        in said_in(view)
    )
    later = slack.fill(view, "day", values(day=date(2025, 11, 22)))
    assert "• *ACP-120*: counts 10 CE, then 10 of 100 CE." in said_in(later)


def test_it_says_what_would_be_renewed_and_until_when(slack: Slack) -> None:
    slack.command(EARNED)
    for number in range(9):
        slack.command(f'add course "Course {number}" 2025-11-0{number + 1}')
    said = said_in(slack.fill(opened(slack, "add"), "kind", values()))
    assert ":tada: *ACP-620*: renews on Thu 2025-11-20, then suspends *Sat 2027-11-20*" in said


def test_a_day_to_come_is_said_at_once(slack: Slack) -> None:
    slack.command(EARNED)
    view = slack.fill(opened(slack, "add"), "day", values(day=TODAY + timedelta(days=1)))
    assert "2025-12-03 is still to come" in said_in(view)


def test_what_makes_something_worse_is_said_before_it_is_sent(slack: Slack) -> None:
    slack.command(EARNED)
    for number in range(10):
        slack.command(f'add course "Course {number}" 2025-11-{number + 1:02}')
    said = said_in(slack.fill(opened(slack, "add"), "kind", values(day=date(2025, 10, 15))))
    assert ":warning: *ACP-620*: serves the renewal of Sun 2025-11-09" in said
    assert "It gets worse by this: suspends *Tue 2027-11-09*" in said
    assert "I ask once more before I save it" in said


def test_a_title_there_is_already_is_pointed_at(slack: Slack) -> None:
    for line in (EARNED, 'add course "Jira" 2025-11-01'):
        slack.command(line)
    assert "have the same title" in said_in(slack.fill(opened(slack, "add"), "title", values(title="jira")))
    assert "same title" not in said_in(slack.fill(opened(slack, "add"), "title", values(title="Other")))
    assert "same title" not in said_in(opened(slack, "edit 1"))


def test_editing_is_shown_with_the_version_before_out_of_the_way(slack: Slack) -> None:
    for line in (EARNED, 'add course "Jira" 2025-11-01'):
        slack.command(line)
    view = opened(slack, "edit 1")
    assert "counts 10 CE, then 10 of 100 CE" in said_in(view)
    view = slack.fill(view, "kind", values(Kind.GLOBAL_EVENT))
    assert view["title"]["text"] == "Edit activity 1"
    assert "counts 30 CE, then 30 of 100 CE" in said_in(view)


def test_units_are_asked_for_only_where_the_policy_has_no_value(slack: Slack, policy: Policy) -> None:
    slack.command(EARNED)
    view = opened(slack, "add")
    for kind in Kind:
        view = slack.fill(view, "kind", values(kind))
        unvalued = policy.kinds[kind].units.on(date(2025, 11, 20)) is None
        assert (field(view, "units") is not None) is unvalued, kind
    assert "counts 0 CE so far" in said_in(view)
    view = slack.fill(view, "units", values(Kind.PRESENTATION, units="25"))
    assert "counts 25 CE" in said_in(view)
    assert field(slack.fill(view, "kind", values(Kind.COURSE, units="25")), "units") is None


def test_what_was_filled_in_stands_in_the_form_that_is_shown_anew(slack: Slack) -> None:
    found = values(Kind.PRESENTATION, "A <b> & “c” 🎉", units="25", link="https://a.example/?b=1&c=2")
    view = slack.fill(opened(slack, "add"), "kind", found)
    assert filled(slack.fill(view, "units", found)) == {
        "kind": "presentation",
        "title": "A <b> & “c” 🎉",
        "day": "2025-11-20",
        "units": "25",
        "link": "https://a.example/?b=1&c=2",
        "files": None,
    }


def test_what_is_no_certification_yet_is_kept_and_the_form_says_so(slack: Slack) -> None:
    assert "I know of no certification of yours yet" in said_in(
        slack.fill(opened(slack, "add"), "kind", values())
    )


def test_looking_writes_nothing(slack: Slack, desk: Desk, ledger: Ledger) -> None:
    slack.command(EARNED)
    before = [*_dump(ledger)]
    view = slack.fill(opened(slack, "add"), "kind", values())
    slack.fill(view, "day", values(day=date(2025, 11, 3)))
    assert [*_dump(ledger)] == before


def _dump(ledger: Ledger) -> Iterator[str]:
    with closing(sqlite3.connect(ledger.path)) as db:
        yield from (
            line for line in db.iterdump() if '"requests"' not in line and "sqlite_sequence" not in line
        )


# Sent


def test_every_error_stands_at_its_field(slack: Slack) -> None:
    view = slack.fill(opened(slack, "add"), "kind", values(Kind.PRESENTATION))
    found = errors(
        slack,
        view,
        values(
            Kind.PRESENTATION,
            "x" * 3000,
            date(2025, 12, 3),
            units="2.5",
            link="a.example",
            files=({"id": "F1", "name": "a.exe", "mimetype": "application/x-dosexec", "size": 1},),
        ),
    )
    assert found["title"] == f"The title has 3000 characters where {LONGEST_TITLE} are the most: shorten it."
    assert "still to come" in found["day"]
    assert "whole number from 1 to 1000" in found["units"]
    assert "https://" in found["link"]
    assert "no picture" in found["files"]


@pytest.mark.parametrize("title", [None, "", "   ", "\u202e", "\u200b\n\t", "\ud800"])
def test_a_title_is_needed_that_can_be_seen(slack: Slack, title: str | None) -> None:
    assert "Say what it was" in errors(slack, opened(slack, "add"), values(title=title))["title"]


def test_a_kind_is_needed(slack: Slack) -> None:
    assert errors(slack, opened(slack, "add"), values(None)) == {
        "kind": "Choose what kind of activity it was."
    }


@pytest.mark.parametrize("units", ["0", "-1", "1001", "1.5", "x", "3e1", "٣", "9" * 400])
def test_units_are_whole_and_within_reason(slack: Slack, units: str) -> None:
    view = opened(slack, "add presentation")
    assert errors(slack, view, values(Kind.PRESENTATION, units=units)).keys() == {"units"}


def test_units_of_a_kind_with_a_value_are_refused_at_their_field(slack: Slack) -> None:
    """R5: the field stood there for another kind, and was sent before it could go."""
    view = opened(slack, "add presentation 30 units")
    found = errors(slack, view, values(Kind.COURSE, units="30"))
    assert found == {"units": "A course counts 10 CE units by the programme's rules: leave the units out."}


@pytest.mark.parametrize(
    "link",
    [
        "a.example",
        "ftp://a.example",
        "https://",
        "https:// a.example",
        "javascript:alert(1)",
        "https://a b",
        "x" * 3000,
    ],
)
def test_a_link_is_a_web_address(slack: Slack, link: str) -> None:
    assert errors(slack, opened(slack, "add"), values(link=link)).keys() == {"link"}


def test_a_link_of_the_longest_length_is_taken_and_one_character_more_is_not(slack: Slack) -> None:
    longest = "https://a.example/" + "x" * (LINK_MOST - 18)
    assert "more than 2000" in errors(slack, opened(slack, "add"), values(link=longest + "x"))["link"]
    assert "Logged" in result(slack, opened(slack, "add"), values(link=longest))


def test_what_would_end_a_link_in_a_message_is_written_as_addresses_do(slack: Slack, ledger: Ledger) -> None:
    text = result(slack, opened(slack, "add"), values(link='https://a.example/a|b<c>"d"'))
    assert saved(ledger).link == "https://a.example/a%7Cb%3Cc%3E%22d%22"
    assert "<https://a.example/a%7Cb%3Cc%3E%22d%22|proof>" in text


def test_nothing_different_is_not_saved_again(slack: Slack) -> None:
    slack.command('add course "Jira" 2025-11-20 https://a.example/b')
    view = opened(slack, "edit 1")
    assert "Nothing is different" in errors(slack, view, values(link="https://a.example/b"))["title"]


def test_editing_changes_what_is_different_and_keeps_how_far_it_is(slack: Slack, ledger: Ledger) -> None:
    for line in (EARNED, 'add course "Jira" 2025-11-20 https://a.example/b', "done 1"):
        slack.command(line)
    text = result(slack, opened(slack, "edit 1"), values(Kind.PRESENTATION, "Talk", date(2025, 11, 21)))
    assert 'Changed *1* · presentation "Talk", Fri 2025-11-21.' in text
    assert 'It was *1* · course "Jira", Thu 2025-11-20' in text
    assert saved(ledger) == LoggedActivity(
        1, Kind.PRESENTATION, date(2025, 11, 21), "Talk", state=State.ENTERED
    )


PHOTO = {"id": "F1", "name": "badge.png", "mimetype": "image/png", "size": 12, "user": "UALICE"}


def test_a_file_comes_with_the_activity_and_goes_with_undo(slack: Slack, desk: Desk) -> None:
    text = result(slack, opened(slack, "add"), values(files=(PHOTO,)))
    assert "Its proof: “badge.png”." in text
    assert [one.name for one in desk.keeping.of(ALICE)[1]] == ["badge.png"]
    slack.command("undo")
    assert desk.keeping.of(ALICE) == {}


def test_a_file_there_is_no_room_for_is_said_at_its_field(slack: Slack, ledger: Ledger) -> None:
    many = [{"id": f"F{n}", "name": "a.png", "mimetype": "", "size": 10_000_000} for n in range(50)]
    said = {"kind": "course", "title": "A", "done_on": "2025-11-20", "files": many}
    assert "Logged *1*" in slack.command(f"form add {json.dumps(said)}").body
    view = opened(slack, "add")
    wrong = errors(slack, view, values(files=({**PHOTO, "id": "F99", "name": "R&D.png"},)))
    assert list(wrong) == ["files"]
    assert '"R&D.png"' in wrong["files"]
    assert len(ledger.facts(ALICE).activities) == 1


def test_a_file_may_be_all_that_is_new(slack: Slack, desk: Desk) -> None:
    slack.command('add course "Jira" 2025-11-20')
    text = result(slack, opened(slack, "edit 1"), values(files=(PHOTO,)))
    assert text.startswith('Kept *1* · course "Jira", Thu 2025-11-20.\nIts proof: “badge.png”.')
    assert "Proof you have added before: badge.png." in said_in(opened(slack, "edit 1"))
    another = {**PHOTO, "id": "F2", "name": "b.png"}
    text = result(slack, opened(slack, "edit 1"), values(files=(PHOTO, another)))
    assert "Its proof: “b.png”." in text  # the other is there already


@pytest.mark.parametrize(
    ("file", "why"),
    [
        ({"name": "a.zip", "mimetype": "application/zip", "size": 1}, "no picture"),
        ({"name": "a.png", "mimetype": "image/png", "size": 10_000_001}, "larger than 10 MB"),
    ],
)
def test_a_file_that_cannot_be_proof_is_refused_at_its_field(
    slack: Slack, file: dict[str, Any], why: str
) -> None:
    assert why in errors(slack, opened(slack, "add"), values(files=({"id": "F1", **file},)))["files"]


SHARED = {"shared": [["F7", "photo.jpg", "image/jpeg", 5], ["F8", "scan.pdf", "application/pdf", 6]]}


def test_of_the_files_of_a_message_those_that_stay_ticked_are_kept(slack: Slack, desk: Desk) -> None:
    view = {**opened(slack, "add"), "private_metadata": json.dumps(SHARED)}
    view = slack.fill(_standing(slack, view), "kind", values(shared=("F7", "F8")))
    assert view_problems(view) == []
    shared = field(view, "shared")
    assert shared is not None
    assert [one["value"] for one in shared["element"]["initial_options"]] == ["F7", "F8"]
    result(slack, view, values(shared=("F8",), files=(PHOTO, {**PHOTO, "id": "F8", "name": "again.pdf"})))
    assert {one.file for one in desk.keeping.of(ALICE)[1]} == {"F8", "F1"}


def _standing(slack: Slack, view: dict[str, Any]) -> dict[str, Any]:
    """A view as the one that stands open."""
    (place,) = slack.client.views
    slack.client.views[place] = view
    return view


# By hand


@pytest.mark.parametrize(
    "words",
    [
        "{",
        "{}",
        '{"kind": "course"}',
        '{"title": "A"}',
        '{"kind": "nap", "title": "A"}',
        '{"kind": "course", "title": ""}',
        '{"kind": "course", "title": 5}',
        '{"kind": ["course"], "title": "A"}',
        '{"kind": "course", "title": "A", "done_on": "yesterday"}',
        '{"kind": "course", "title": "A", "done_on": 5}',
        '{"kind": "presentation", "title": "A", "units": true}',
        '{"kind": "presentation", "title": "A", "units": 0}',
        '{"kind": "presentation", "title": "A", "units": "30"}',
        '{"kind": "course", "title": "A", "link": "x"}',
        '{"kind": "course", "title": "A", "link": "https://a.example/' + "x" * 2000 + '"}',
        '{"kind": "course", "title": "A", "files": "x"}',
        '{"kind": "course", "title": "A", "files": [1]}',
        '{"kind": "course", "title": "A", "files": [{"id": "F1"}]}',
        '{"kind": "course", "title": "A", "files": [{"id": "\\ud800", "name": "a.png", "mimetype": "", "size": 1}]}',  # noqa: E501
        '{"kind": "course", "title": "A", "link": "https://\\ud800"}',
        '{"kind": "course", "title": "A", "wrong": 1}',
        '{"number": "1", "kind": "course", "title": "A"}',
        "{" * 5000,
    ],
)
@pytest.mark.parametrize("command", ["form add", "form edit"])
def test_what_no_form_has_sent_gets_one_sentence(
    slack: Slack, ledger: Ledger, command: str, words: str
) -> None:
    found = json.loads(slack.command(f"{command} {words}").body)["text"]
    assert found.startswith("That is what a form sends, and it is incomplete")
    assert "Try: `/ce " in found
    assert ledger.facts(ALICE).activities == ()


# Whatever is filled in

TITLES = st.text(min_size=1, max_size=LONGEST_TITLE)
DAYS = st.dates(date(2000, 1, 1), TODAY)
LINKS = st.none() | st.from_regex(r"https?://[a-z]{1,9}\.example(/[A-Za-z0-9&=?%_.-]{0,40})?", fullmatch=True)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kind=st.sampled_from(Kind), title=TITLES, day=DAYS, units=st.integers(1, 1000), link=LINKS)
def test_what_is_saved_is_what_was_filled_in(
    slack: Slack,
    ledger: Ledger,
    policy: Policy,
    kind: Kind,
    title: str,
    day: date,
    units: int,
    link: str | None,
) -> None:
    """And opened again, it is what the form begins with."""
    shown = values(kind, title, day, units=str(units), link=link)
    view = slack.fill(opened(slack, "add"), "kind", shown)
    answer = slack.submit(view, shown)
    if answer["response_action"] == "errors":
        assert not any(char.isalnum() for char in cleaned(title))
        return
    unvalued = policy.kinds[kind].units.on(day) is None
    found = saved(ledger)
    assert (found.kind, found.title, found.done_on, found.link) == (kind, cleaned(title), day, link)
    assert found.units == (units if unvalued else None)
    again = filled(opened(slack, f"edit {found.number}"))
    assert (again["kind"], again["title"], again["day"]) == (kind.value, found.title, day.isoformat())
    assert again["link"] == link


@pytest.mark.parametrize(
    "title",
    [
        "A <b> & c",
        "&lt;!channel&gt; <@U1>",
        "שלום עולם",
        "\U0001f469\u200d\U0001f469\u200d\U0001f467 \U0001f389",
        "日本語" * 60,
        "a\nb",
    ],
)
def test_a_title_comes_back_as_it_was_typed(slack: Slack, ledger: Ledger, title: str) -> None:
    result(slack, opened(slack, "add"), values(title=title))
    assert saved(ledger).title == " ".join(title.split())
    assert filled(opened(slack, "edit 1"))["title"] == " ".join(title.split())


# What Slack takes


@pytest.mark.parametrize("kind", [None, *Kind])
@pytest.mark.parametrize("number", [0, 500])
def test_slack_takes_the_form_of_a_member_with_very_much(
    slack: Slack, desk: Desk, policy: Policy, kind: Kind | None, number: int
) -> None:
    """With 40 certifications and 500 activities."""
    with desk._ledger.write() as writer:
        change = writer.begin_change(ALICE, "import", "all", desk._clock())
        for code in range(100, 140):
            writer.add_credential(ALICE, f"ACP-{code}", date(2024, 1, 1) + timedelta(days=code), change)
        for one in range(1, 501):
            day = date(2025, 12, 1) - timedelta(days=one % 600)
            activity = LoggedActivity(one, Kind.LOCAL_EVENT, day, "&" * LONGEST_TITLE)
            writer.add_activity(ALICE, activity, change)
    view = opened(slack, f"edit {number}" if number else "add")
    view = slack.fill(view, "kind", values(kind, "&" * LONGEST_TITLE, link="https://a.example/" + "x" * 1900))
    assert view_problems(view) == []
    chosen = kind or number  # what had to be chosen cannot be left out again
    assert len(said_in(view).split("*ACP-")) == (41 if chosen else 1)


def test_slack_takes_the_largest_form_there_is(policy: Policy) -> None:
    said = ActivityWords(Kind.PRESENTATION, "t" * 200, TODAY, 1000, "https://a.example/" + "x" * 1900)
    shared = [
        OfferedFile(f"F{'0' * 10}{one}", "日" * 120 + ".png", "image/png", 9_999_999) for one in range(5)
    ]
    view = form(Draft(said, TODAY, shared=shared), "A sentence.", ENDINGS, policy)
    assert view_problems(view) == []


def test_the_console_shows_the_form(console: Console) -> None:
    (said,) = console.feed("/ce add course")
    assert said.kind == "modal"
    assert any(block.get("block_id") == "title" for block in said.blocks)


def test_an_activity_is_its_own_draft() -> None:
    one = LoggedActivity(3, Kind.COURSE, TODAY, "Jira", link="https://a.example")
    assert draft_of(one, ()).said == ActivityWords(Kind.COURSE, "Jira", TODAY, None, "https://a.example")
