"""The forms for a certification and for an exam: the same as by words, with what comes of it shown before."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from conftest import ALICE, TODAY, Slack
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from slack_limits import elements_of, problems, view_problems
from talking import errors_of, opened, said_of, shown

import rules
from bot.desk import Desk
from bot.grammar import CertWords, WordsError, cert_words, read_cert_add, read_portal
from bot.ledger import Ledger, LoggedActivity, Member
from bot.listeners.commands import run
from bot.views.certification_form import Filled
from bot.views.certification_form import certification as certification_view
from bot.views.modals import option

CODES = ("ACP-620", "ACP-120")
LEVELS = ("ACP", "ACA")
TOMORROW = TODAY + timedelta(days=1)
LATER = date(2026, 5, 1)

View = dict[str, Any]
Values = dict[str, dict[str, Any]]


def filled(**fields: object) -> Values:
    """What the fields of a form hold, as Slack sends it."""
    values: Values = {}
    for name, value in fields.items():
        if name in ("code", "side"):
            values[name] = {"selected_option": value and option(str(value), str(value))}
        elif name.endswith("_on"):
            values[name] = {"selected_date": str(value) if value else None}
        else:
            values[name] = {"value": value}
    return values


def field(view: View, name: str) -> dict[str, Any]:
    return next(dict(block["element"]) for block in view["blocks"] if block.get("block_id") == name)


def names(view: View) -> list[str]:
    return [block["block_id"] for block in view["blocks"] if block["type"] == "input"]


def begins(view: View) -> dict[str, str]:
    """What the fields hold before anybody touches them."""
    held = {}
    for name in names(view):
        element = field(view, name)
        chosen = element.get("initial_option")
        value = chosen["value"] if chosen else element.get("initial_date") or element.get("initial_value")
        if value:
            held[name] = value
    return held


def facts(ledger: Ledger, member: str = "UALICE") -> Any:
    found = ledger.facts(Member("T1", member))
    return found.credentials, found.exams


# Opened by half the words


@pytest.mark.parametrize(
    ("words", "held"),
    [
        ("cert add", {"side": "earned"}),
        ("cert add acp 620", {"side": "earned", "code": "ACP-620"}),
        ("cert ACP-620", {"side": "earned", "code": "ACP-620"}),
        ("cert add ACP-640 anyway", {"side": "earned", "code": "other", "other_code": "ACP-640"}),
        ("cert add ACA-100", {"side": "earned", "code": "other", "other_code": "ACA-100"}),
        (
            "cert add ACP-620 expires 2026-04-01",
            {"side": "portal", "code": "ACP-620", "expires_on": "2026-04-01"},
        ),
        ("portal", {"side": "portal"}),
        ("portal ACP-620", {"side": "portal", "code": "ACP-620"}),
        ("exam", {}),
        ("exam ACP-620", {"code": "ACP-620"}),
        ("form cert", {"side": "earned"}),
        ("form portal ACP-620", {"side": "portal", "code": "ACP-620"}),
        (
            "form portal ACP-620 suspends 2026-01-01 expires 2026-04-01 started 2024-01-01",
            {
                "side": "portal",
                "code": "ACP-620",
                "suspends_on": "2026-01-01",
                "cycle_started_on": "2024-01-01",
            },
        ),
        ("form exam ACP-620 2025-11-15", {"code": "ACP-620", "passed_on": "2025-11-15"}),
        (
            "form exam ACP-640 2025-11-15 anyway",
            {"code": "other", "other_code": "ACP-640", "passed_on": "2025-11-15"},
        ),
    ],
)
def test_half_the_words_open_the_form_with_that_half_filled_in(
    slack: Slack, words: str, held: dict[str, str]
) -> None:
    assert begins(opened(slack, words)) == held


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("cert add ACP-621", "ACP-621 is not among the certifications I know"),
        ("cert add ACP-62", "is not a certification I know"),
        ("cert add ACP-620 earned", "A date is missing after"),
        ("cert add ACP-620 earned 2025-13-01", "There is no month 13"),
        ("cert add earned 2024-01-01", "Say which certification"),
        ("cert add ACP-620 earned 2024-01-01 expires 2026-04-01", "Say when ACP-620 suspends"),
        ("cert add ACP-620 2024-01-01", "Say what"),
        ("portal ACP-620 earned 2024-01-01", "does not go with the portal's dates"),
        ("portal ACP-620 suspends 2026-04-01 expires 2026-01-01", "must come after the suspension"),
        ("exam ACP-620 tomorrow", "is still to come"),
        ("exam what", "is not the code of a certification"),
        ("form cert what", "is not the code of a certification"),
    ],
)
def test_wrong_words_are_answered_as_ever(slack: Slack, words: str, sentence: str) -> None:
    slack.command("status")
    answer = json.loads(slack.command(words).body)
    assert sentence in answer["text"]
    assert "Try: `/ce " in answer["text"]
    assert not slack.client.views


def test_a_form_of_what_is_held_begins_with_what_is_known(slack: Slack) -> None:
    slack.command("cert add ACP-620 earned 2024-01-01")
    slack.command("portal ACP-120 suspends 2026-06-01 started 2024-05-30")
    assert begins(opened(slack, "cert add ACP-620"))["earned_on"] == "2024-01-01"
    portal = begins(opened(slack, "portal ACP-620"))
    assert portal["suspends_on"] == "2026-01-01"
    # Calculated, and no word of the portal's.
    assert not {"expires_on", "cycle_started_on"} & portal.keys()
    by_portal_alone = begins(opened(slack, "cert add ACP-120"))
    assert by_portal_alone == {
        "code": "ACP-120",
        "side": "portal",
        "suspends_on": "2026-06-01",
        "cycle_started_on": "2024-05-30",
    }


def test_a_suspension_date_put_right_alone_brings_the_expiration_date_that_follows_from_it(
    slack: Slack,
) -> None:
    slack.command("cert add ACP-620 earned 2024-03-01")
    for words in ("portal ACP-620", "form portal ACP-620 suspends 2026-03-01 expires 2026-06-01"):
        view = opened(slack, words)
        assert "expires_on" not in begins(view)
        values = filled(code="ACP-620", side="portal", suspends_on="2026-01-10")
        assert "expires Fri 2026-04-10" in shown(slack.fill(view, "suspends_on", values))
    slack.command("portal ACP-620 suspends 2026-03-01 expires 2026-06-02")
    assert begins(opened(slack, "portal ACP-620"))["expires_on"] == "2026-06-02"


def test_the_menu_has_what_is_held_first_and_says_what_is_retired(slack: Slack, policy: rules.Policy) -> None:
    for code in ("ACP-640", "ACA-100"):
        slack.command(f"cert add {code} earned 2024-01-01 anyway")
    options = field(opened(slack, "exam"), "code")["options"]
    labels = [one["text"]["text"] for one in options]
    assert labels[:2] == ["ACA-100 · you hold it", "ACP-640 · you hold it"] or labels[:2] == [
        "ACP-640 · you hold it",
        "ACA-100 · you hold it",
    ]
    assert labels[-1] == "Another code …"
    assert f"{policy.certifications.retired[0]} · retired" in labels
    assert len({one["value"] for one in options}) == len(options) == len(policy.certifications.listed) + 3


def test_the_list_of_certifications_offers_to_add_one(slack: Slack) -> None:
    for _ in range(2):  # with none, and with one
        answer = json.loads(slack.command("cert").body)
        assert problems(answer) == []
        (button,) = elements_of(answer["blocks"])
        assert button["text"]["text"] == "Add certification"
        slack.click(button)
        assert slack.view["title"]["text"] == "Certification"
        slack.command("cert add ACP-620 earned 2024-01-01")


# Looked at while it is filled in


def test_the_choice_of_what_one_knows_swaps_the_fields_and_keeps_what_was_there(slack: Slack) -> None:
    view = opened(slack, "cert add ACP-620")
    assert names(view) == ["code", "side", "earned_on"]
    view = slack.fill(view, "side", filled(code="ACP-620", side="portal", earned_on="2024-01-01"))
    assert view_problems(view) == []
    assert names(view) == ["code", "side", "suspends_on", "expires_on", "cycle_started_on"]
    values = filled(code="ACP-620", side="earned", suspends_on="2026-02-01", expires_on=None)
    view = slack.fill(view, "side", values)
    assert names(view) == ["code", "side", "earned_on"]
    assert field(view, "earned_on")["initial_date"] == "2024-01-01"
    view = slack.fill(view, "side", filled(code="ACP-620", side="portal", earned_on=None))
    assert field(view, "suspends_on")["initial_date"] == "2026-02-01"
    assert "initial_date" not in field(view, "expires_on")


def test_what_is_known_of_the_other_side_is_there_when_it_is_chosen(slack: Slack) -> None:
    slack.command("cert add ACP-620 earned 2024-01-01")
    view = opened(slack, "cert add ACP-620")
    view = slack.fill(view, "side", filled(code="ACP-620", side="portal", earned_on="2024-01-01"))
    assert field(view, "suspends_on")["initial_date"] == "2026-01-01"


def test_another_code_has_a_field_that_appears_and_goes(slack: Slack) -> None:
    view = opened(slack, "cert add")
    view = slack.fill(view, "code", filled(code="other", side="earned"))
    assert names(view) == ["code", "other_code", "side", "earned_on"]
    view = slack.fill(view, "code", filled(code="ACP-620", side="earned", other_code="ACP-640"))
    assert names(view) == ["code", "side", "earned_on"]


def test_it_shows_the_dates_that_would_hold_and_how_sure_they_are(slack: Slack) -> None:
    view = opened(slack, "cert add ACP-620")
    assert "Once a code and a date are here" in shown(view)
    view = slack.fill(view, "earned_on", filled(code="ACP-620", side="earned", earned_on="2024-01-01"))
    assert view_problems(view) == []
    assert "Suspends *Thu 2026-01-01* (in 30 days), expires Wed 2026-04-01" in shown(view)
    assert "calculated from the day it was earned" in shown(view)
    assert "Last safe day to finish what renews it: Tue 2026-03-31." in shown(view)
    assert "pass its exam again: open now, until Tue 2026-03-31" in shown(view)
    assert "Now:" not in shown(view)
    view = slack.fill(view, "side", filled(code="ACP-620", side="portal", earned_on="2024-01-01"))
    assert "Once a code and a date are here" in shown(view)
    view = slack.fill(view, "suspends_on", filled(code="ACP-620", side="portal", suspends_on="2026-06-01"))
    assert "Suspends *Mon 2026-06-01*" in shown(view)
    assert "expires Tue 2026-09-01; as the portal shows them" in shown(view)
    assert facts_of(slack) == ((), ())


def facts_of(slack: Slack) -> Any:
    """What the list of certifications says is there: nothing, while a form is only filled in."""
    text = json.loads(slack.command("cert list").body)["text"]
    return ((), ()) if "I know of no certification" in text else text


@pytest.mark.parametrize(
    ("suspends_on", "says"), [("2025-12-31", "worse than now"), ("2026-01-02", "*Now:*")]
)
def test_it_says_what_moves_and_whether_it_gets_worse(slack: Slack, suspends_on: str, says: str) -> None:
    slack.command("cert add ACP-620 earned 2024-01-01")
    view = opened(slack, f"form portal ACP-620 suspends {suspends_on} expires 2026-04-01")
    assert says in shown(view)
    assert "suspends Thu 2026-01-01, expires Wed 2026-04-01" in shown(view)
    assert ("I ask before I save it" in shown(view)) == (says == "worse than now")


def test_what_is_wrong_with_it_is_shown_before_it_is_sent(slack: Slack) -> None:
    view = opened(slack, "form portal ACP-620")
    values = filled(code="ACP-620", side="portal", suspends_on="2026-04-01", expires_on="2026-01-01")
    view = slack.fill(view, "expires_on", values)
    assert "must come after the suspension" in shown(view)
    values = filled(code="other", other_code="*what*", side="portal", suspends_on="2026-04-01")
    view = slack.fill(view, "code", values)
    assert "what" not in shown(view)  # the field for it was not there yet
    view = slack.fill(view, "other_code", values)
    assert "is not the code of a certification" in shown(view)


def test_a_retired_code_is_said_to_be(slack: Slack) -> None:
    view = opened(slack, "cert add ACP-200")
    view = slack.fill(view, "earned_on", filled(code="ACP-200", side="earned", earned_on="2024-06-01"))
    assert "is on the list of retired certifications" in shown(view)


# Sent


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (
            {"code": "ACP-620", "side": "earned", "earned_on": "2024-01-01"},
            "cert add ACP-620 earned 2024-01-01",
        ),
        ({"code": "ACP-620", "side": "earned", "earned_on": TODAY}, f"cert add ACP-620 earned {TODAY}"),
        (
            {"code": "other", "other_code": " acp 640 ", "side": "earned", "earned_on": "2024-01-01"},
            "cert add ACP-640 earned 2024-01-01 anyway",
        ),
        (
            {"code": "other", "other_code": "aca-100", "side": "earned", "earned_on": "2024-01-01"},
            "cert add ACA-100 earned 2024-01-01",
        ),
        (
            {"code": "other", "other_code": "ACP-120", "side": "earned", "earned_on": "2024-01-01"},
            "cert add ACP-120 earned 2024-01-01",
        ),
        (
            {"code": "ACP-620", "side": "portal", "suspends_on": "2026-01-01"},
            "portal ACP-620 suspends 2026-01-01",
        ),
        (
            {"code": "ACP-620", "side": "portal", "suspends_on": "2026-01-01", "expires_on": "2026-01-02"},
            "portal ACP-620 suspends 2026-01-01 expires 2026-01-02",
        ),
        (
            {
                "code": "ACP-620",
                "side": "portal",
                "suspends_on": "2025-12-01",
                "expires_on": "2026-04-01",
                "cycle_started_on": "2025-11-30",
            },
            "portal ACP-620 suspends 2025-12-01 expires 2026-04-01 started 2025-11-30",
        ),
    ],
)
def test_a_form_says_what_words_say(slack: Slack, ledger: Ledger, fields: dict[str, Any], words: str) -> None:
    view = opened(slack, "cert add")
    if "other_code" in fields:
        view = slack.fill(view, "code", filled(code="other"))
    if fields["side"] == "portal":
        view = slack.fill(view, "side", filled(side="portal"))
    answer = said_of(slack.submit(view, filled(**fields)))
    by_words = json.loads(slack.command(words, user="UBOB").body)["text"]
    assert facts(ledger) == facts(ledger, "UBOB") != ((), ())
    assert by_words.split("\n")[0] in answer
    assert "Undo" in answer


EARNED = {"code": "ACP-620", "side": "earned", "earned_on": "2024-01-01"}
SHOWN = {"code": "ACP-620", "side": "portal", "suspends_on": "2026-01-01"}


@pytest.mark.parametrize(
    ("fields", "at", "sentence"),
    [
        (EARNED | {"code": None}, "code", "Choose which certification"),
        (EARNED | {"code": "ACP-621"}, "code", "not among the certifications I know"),
        (EARNED | {"code": "other", "other_code": None}, "other_code", "Say which certification"),
        (EARNED | {"code": "other", "other_code": "ACP-62"}, "other_code", "is not a certification I know"),
        (EARNED | {"code": "other", "other_code": "ACA-1234"}, "other_code", "exactly three digits"),
        (EARNED | {"code": "other", "other_code": "XYZ-100"}, "other_code", "is not the code"),
        (
            EARNED | {"code": "other", "other_code": "ACP-120 suspends 2026-01-01"},
            "other_code",
            "leave it out",
        ),
        (EARNED | {"earned_on": None}, "earned_on", "Say when ACP-620 was earned"),
        (EARNED | {"earned_on": TOMORROW}, "earned_on", "is still to come"),
        (EARNED | {"earned_on": "1999-12-31"}, "earned_on", "before the year 2000"),
        (EARNED | {"earned_on": "31.12.2024"}, "earned_on", "pick one from the calendar"),
        (SHOWN | {"suspends_on": None}, "suspends_on", "Say when ACP-620 suspends"),
        (
            SHOWN | {"suspends_on": None, "expires_on": "2026-04-01"},
            "suspends_on",
            "Say when ACP-620 suspends",
        ),
        (SHOWN | {"suspends_on": "2036-12-03"}, "suspends_on", "more than ten years ahead"),
        (SHOWN | {"expires_on": "2026-01-01"}, "expires_on", "must come after the suspension"),
        (SHOWN | {"cycle_started_on": "2026-01-01"}, "cycle_started_on", "is still to come"),
        (
            SHOWN | {"suspends_on": "2025-06-01", "cycle_started_on": "2025-06-01"},
            "cycle_started_on",
            "must come before the suspension",
        ),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_nothing_is_saved(
    slack: Slack, ledger: Ledger, fields: dict[str, Any], at: str, sentence: str
) -> None:
    view = opened(slack, "cert add")
    if fields["code"] == "other":
        view = slack.fill(view, "code", filled(code="other"))
    if fields["side"] == "portal":
        view = slack.fill(view, "side", filled(**fields))
    errors = errors_of(slack.submit(view, filled(**fields)))
    assert list(errors) == [at]
    assert sentence in errors[at]
    assert at in names(view)
    assert facts(ledger) == ((), ())


def test_sent_twice_it_is_noted_once(slack: Slack, ledger: Ledger, desk: Desk) -> None:
    view = opened(slack, "cert add ACP-620")
    first, second = (slack.submit(view, filled(**EARNED), key="one") for _ in range(2))
    assert said_of(first) == said_of(second)
    assert len(facts(ledger)[0]) == 1
    slack.insist(slack.command("undo"))
    assert facts(ledger)[0] == ()
    assert "nothing left to undo" in json.loads(slack.command("undo").body)["text"]


def test_what_makes_a_date_worse_is_asked_first_in_the_form_s_place(slack: Slack, ledger: Ledger) -> None:
    slack.command("cert add ACP-620 earned 2024-01-01")
    before = facts(ledger)
    worse = SHOWN | {"suspends_on": "2025-12-20", "expires_on": "2026-03-20"}
    for press in ("Cancel", "Save"):
        view = opened(slack, "portal ACP-620")
        answer = slack.submit(view, filled(**worse))
        assert "Not saved yet" in said_of(answer)
        assert facts(ledger) == before
        question = answer["view"]
        slack.client.views["VQ"] = question
        button = next(one for one in elements_of(question["blocks"]) if one["text"]["text"] == press)
        slack.click(button, view=question)
    assert "Noted ACP-620" in shown(slack.client.views["VQ"])
    (held,), _ = facts(ledger)
    assert held.portal[-1].suspends_on == date(2025, 12, 20)
    undo = next(
        one for one in elements_of(slack.client.views["VQ"]["blocks"]) if one["text"]["text"] == "Undo"
    )
    slack.click(undo, view=slack.client.views["VQ"])
    assert facts(ledger) == before


def test_earned_anew_after_it_expired_it_starts_afresh_as_the_form_showed(
    slack: Slack, ledger: Ledger
) -> None:
    slack.command("portal ACP-620 suspends 2024-01-01 expires 2024-04-01")
    fields = {"code": "ACP-620", "side": "earned", "earned_on": "2025-06-01"}
    view = slack.fill(opened(slack, "cert add ACP-620"), "side", filled(**fields))
    view = slack.fill(view, "earned_on", filled(**fields))
    assert "Suspends *Tue 2027-06-01*" in shown(view)
    assert "earned anew" in said_of(slack.submit(view, filled(**fields)))
    (held,), _ = facts(ledger)
    assert held == rules.Credential("ACP-620", date(2025, 6, 1))


@pytest.mark.parametrize(
    "about", [{"suspends_on": "2023-01-01"}, {"suspends_on": [1], "expires_on": "x"}, {"earned_on": None}, {}]
)
def test_what_travels_with_a_form_says_nothing_of_the_side_that_is_sent(
    slack: Slack, ledger: Ledger, about: dict[str, Any]
) -> None:
    view = opened(slack, "cert add ACP-620") | {"private_metadata": json.dumps(about)}
    said_of(slack.submit(view, filled(**EARNED)))
    assert facts(ledger)[0] == (rules.Credential("ACP-620", date(2024, 1, 1)),)


# Exams


@pytest.mark.parametrize(
    ("passed_on", "says"),
    [
        ("2025-09-30", "renews nothing"),
        ("2025-10-01", "it renews *ACP-620* on Wed 2025-10-01: it suspends *Fri 2027-10-01*"),
        ("2025-12-02", "it renews *ACP-620* on Tue 2025-12-02"),
    ],
)
def test_the_form_of_an_exam_says_what_it_renews_on_both_sides_of_its_window(
    slack: Slack, ledger: Ledger, passed_on: str, says: str
) -> None:
    slack.command("cert add ACP-620 earned 2024-01-01")
    view = opened(slack, "exam ACP-620")
    assert "what the exam renews" in shown(view)
    values = filled(code="ACP-620", passed_on=passed_on)
    view = slack.fill(view, "passed_on", values)
    assert view_problems(view) == []
    assert says in shown(view)
    renews = "renews nothing" not in says
    assert ("calculated from its last renewal" in shown(view)) == renews
    assert ("counted from Wed 2025-10-01 to Tue 2026-03-31" in shown(view)) != renews
    answer = said_of(slack.submit(view, values))
    assert ("it renews ACP-620" in answer) == renews
    assert facts(ledger)[1] == (rules.ExamPass("ACP-620", date.fromisoformat(passed_on)),)


@pytest.mark.parametrize(
    ("passed_on", "renews"), [("2026-03-31", True), ("2026-04-01", False), ("2026-04-02", False)]
)
def test_the_last_day_of_an_exam_is_the_one_before_it_expires(
    desk: Desk, slack: Slack, passed_on: str, renews: bool
) -> None:
    slack.command("cert add ACP-620 earned 2024-01-01")
    day = date.fromisoformat(passed_on)
    found = desk.previewing.exam(ALICE, rules.ExamPass("ACP-620", day), LATER)
    assert (found.renewal is not None) == renews
    assert bool(found.why) != renews


def test_on_a_day_that_renews_by_units_the_form_says_of_the_exam_what_its_echo_says(slack: Slack) -> None:
    slack.command("cert add ACP-620 earned 2024-01-01")
    for number in range(10):
        slack.command(f'add course "Jira {number}" 2025-11-15')
    values = filled(code="ACP-620", passed_on="2025-11-15")
    view = slack.fill(opened(slack, "exam ACP-620"), "passed_on", values)
    says = "renews nothing" in shown(view)
    assert ("renews nothing" in said_of(slack.submit(view, values))) == says


@pytest.mark.parametrize(("passed_on", "is_worse"), [("2025-11-05", True), ("2025-11-10", False)])
def test_an_exam_that_makes_something_worse_is_said_to_before_it_is_sent(
    slack: Slack, passed_on: str, is_worse: bool
) -> None:
    slack.command("cert add ACP-620 earned 2024-01-01")
    for number in range(10):
        slack.command(f'add course "Jira {number}" 2025-11-{number + 1}')
    values = filled(code="ACP-620", passed_on=passed_on)
    view = slack.fill(opened(slack, "exam ACP-620"), "passed_on", values)
    said = "That is worse than now, so I ask before I save it. *Now:* suspends Wed 2027-11-10" in shown(view)
    assert said == is_worse
    assert ("Not saved yet" in said_of(slack.submit(view, values))) == is_worse


def test_an_exam_of_what_is_not_held_and_one_that_is_noted_say_so(slack: Slack) -> None:
    view = slack.fill(opened(slack, "exam"), "passed_on", filled(code="ACP-620", passed_on="2025-11-15"))
    assert "I do not know *ACP-620* of yours yet" in shown(view)
    slack.command("exam ACP-620 2025-11-15")
    view = slack.fill(view, "passed_on", filled(code="ACP-620", passed_on="2025-11-15"))
    assert "I have that exam already" in shown(view)
    errors = errors_of(slack.submit(view, filled(code="ACP-620", passed_on="2025-11-15")))
    assert list(errors) == ["passed_on"]
    assert errors["passed_on"].startswith("I have that exam already")


@pytest.mark.parametrize(
    ("fields", "at", "sentence"),
    [
        ({"code": None, "passed_on": "2025-11-15"}, "code", "Choose which certification"),
        ({"code": "ACP-620", "passed_on": None}, "passed_on", "Say on which day you passed ACP-620"),
        ({"code": "ACP-620", "passed_on": TOMORROW}, "passed_on", "is still to come"),
        ({"code": "ACP-620", "passed_on": "1999-12-31"}, "passed_on", "before the year 2000"),
        ({"code": "other", "other_code": "what", "passed_on": "2025-11-15"}, "other_code", "is not the code"),
    ],
)
def test_what_is_wrong_with_an_exam_stands_at_its_field(
    slack: Slack, ledger: Ledger, fields: dict[str, Any], at: str, sentence: str
) -> None:
    view = opened(slack, "exam")
    if fields["code"] == "other":
        view = slack.fill(view, "code", filled(code="other"))
    errors = errors_of(slack.submit(view, filled(**fields)))
    assert list(errors) == [at]
    assert sentence in errors[at]
    assert facts(ledger) == ((), ())


def test_an_exam_of_a_newer_code_is_kept_as_words_keep_it(slack: Slack, ledger: Ledger) -> None:
    view = slack.fill(opened(slack, "exam"), "code", filled(code="other"))
    said_of(slack.submit(view, filled(code="other", other_code="acp640", passed_on=TODAY)))
    assert facts(ledger)[1] == (rules.ExamPass("ACP-640", TODAY),)


# From reminders and portal questions


def test_renewed_in_the_portal_opens_the_form_with_the_dates_of_a_renewal_today(slack: Slack) -> None:
    slack.command("cert add ACP-620 earned 2024-01-01")
    held = begins(opened(slack, "remind renewed ACP-620"))
    assert (held["code"], held["side"]) == ("ACP-620", "portal")
    assert held["suspends_on"] == "2027-12-02"
    assert "expires_on" not in held  # it follows from that


def test_of_several_renewed_each_has_a_button_that_opens_its_form(slack: Slack) -> None:
    for code in ("ACP-620", "ACP-120"):
        slack.command(f"cert add {code} earned 2024-01-01")
    answer = json.loads(slack.command("remind renewed ACP-120 ACP-620").body)
    assert problems(answer) == []
    buttons = {one["text"]["text"]: one for one in elements_of(answer["blocks"])}
    assert sorted(buttons) == ["ACP-120", "ACP-620"]
    slack.click(buttons["ACP-120"])
    assert begins(slack.view)["code"] == "ACP-120"
    assert begins(slack.view)["suspends_on"] == "2027-12-02"


def test_other_dates_opens_the_form_with_what_was_calculated_and_sent_it_counts(
    slack: Slack, ledger: Ledger
) -> None:
    slack.command("cert add ACP-620 earned 2024-01-01")
    answer = json.loads(slack.command("exam ACP-620 2025-11-15").body)
    other = next(one for one in elements_of(answer["blocks"]) if one["text"]["text"] == "Other dates")
    for _ in range(2):  # pressed again, it opens again
        slack.client.views.clear()
        slack.click(other)
        assert begins(slack.view)["suspends_on"] == "2027-11-15"
    values = filled(code="ACP-620", side="portal", suspends_on="2027-11-20", expires_on="2028-02-20")
    assert "as the portal shows them" in said_of(slack.submit(slack.view, values))
    assert facts(ledger)[0][0].portal[-1].suspends_on == date(2027, 11, 20)


def test_other_dates_answered_twice_says_it_in_words_the_second_time(slack: Slack, desk: Desk) -> None:
    slack.command("cert add ACP-620 earned 2024-01-01")
    answer = json.loads(slack.command("exam ACP-620 2025-11-15").body)
    other = next(one for one in elements_of(answer["blocks"]) if one["text"]["text"] == "Other dates")
    first, second = (run(desk, ALICE, other["value"], "same") for _ in range(2))
    assert first.modal
    assert not second.modal
    assert "/ce portal ACP-620 suspends 2027-11-15 expires 2028-02-15" in second.text


# What holds always

days = st.dates(date(2023, 1, 1), TODAY)


@given(
    before=st.lists(st.tuples(st.booleans(), days), max_size=3),
    is_earned=st.booleans(),
    day=days,
    began=st.none() | st.integers(1, 800),
)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_was_shown_is_what_holds_once_it_is_saved(
    desk: Desk, before: list[tuple[bool, date]], is_earned: bool, day: date, began: int | None
) -> None:
    who = Member("T1", f"U{abs(hash((str(before), is_earned, day, began)))}")
    desk_today = TODAY

    def state(is_earned: bool, on: date, began: int | None, work: Callable[..., Any]) -> Any:
        shown = rules.PortalDates(
            on + timedelta(days=300), None, desk_today, on - timedelta(days=began) if began else None
        )
        return work(earned_on=on) if is_earned else work(shown=shown)

    with desk._ledger.write() as writer:
        for was_earned, on in before:
            state(
                was_earned,
                on,
                None,
                lambda **said: desk.state_credential(writer, who, "ACP-620", desk_today, **said),
            )
        activity = LoggedActivity(0, rules.Kind.GLOBAL_EVENT, date(2025, 3, 1), "Team")
        desk.add_activity(writer, who, activity, desk_today)
    expected = state(
        is_earned,
        day,
        began,
        lambda **said: desk.previewing.certification(who, "ACP-620", desk_today, **said),
    ).after
    with desk._ledger.write() as writer:
        state(
            is_earned,
            day,
            began,
            lambda **said: desk.state_credential(writer, who, "ACP-620", desk_today, **said),
        )
    (stands,) = desk.overview(who, desk_today).standings
    assert (stands.cycle, stands.status, stands.credited, stands.last_safe_day) == (
        expected.cycle,
        expected.status,
        expected.credited,
        expected.last_safe_day,
    )


@given(
    code=st.sampled_from([*CODES, "ACP-640", "ACA-100"]),
    earned_on=st.none() | st.dates(date(2000, 1, 1), TODAY),
    suspends_on=st.none() | st.dates(date(2000, 1, 2), date(2035, 12, 2)),
    expires_after=st.none() | st.integers(-10, 10),
    started_on=st.none() | st.dates(date(2000, 1, 1), TODAY),
)
def test_what_the_words_of_a_form_say_is_what_was_filled_in(
    code: str,
    earned_on: date | None,
    suspends_on: date | None,
    expires_after: int | None,
    started_on: date | None,
) -> None:
    expires_on = suspends_on + timedelta(days=expires_after) if suspends_on and expires_after else None
    words = CertWords(code, earned_on, suspends_on, expires_on, started_on, code == "ACP-640")
    for read in (read_cert_add, *(() if earned_on else (read_portal,))):
        try:
            assert read(cert_words(words), TODAY, CODES, LEVELS) == words
        except WordsError as error:
            wrong = error
        else:
            continue
        assert wrong.about in ("earned_on", "suspends_on", "expires_on", "cycle_started_on")


def test_the_largest_forms_are_taken_by_slack(slack: Slack, desk: Desk, policy: rules.Policy) -> None:
    with desk._ledger.write() as writer:
        for number in range(130):
            desk.state_credential(writer, ALICE, f"ACP-{700 + number}", TODAY, earned_on=date(2024, 1, 1))
        for place in range(40):
            activity = LoggedActivity(
                0, rules.Kind.PRESENTATION, date(2024, 2, 1 + place % 20), "&" * 199 + str(place % 2)
            )
            desk.add_activity(writer, ALICE, activity, TODAY)
    for words in ("cert add ACP-700", "portal ACP-829", "exam ACP-700"):
        view = opened(slack, words)
        assert len(field(view, "code")["options"]) == 100
    view = slack.fill(view, "passed_on", filled(code="ACP-700", passed_on="2024-11-15"))
    assert view_problems(view) == []
    assert "renews nothing" in shown(view)


def test_a_form_without_any_listed_code_can_still_be_filled_in(policy: rules.Policy) -> None:
    view = certification_view(Filled("other"), [], [], [], policy)
    assert view_problems(view) == []
    assert [one["value"] for one in field(view, "code")["options"]] == ["other"]
