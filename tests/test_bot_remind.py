"""Reminders as members meet them: asked first, changed in words, read in a message, ended at once."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from conftest import ALICE, TODAY
from hypothesis import given
from hypothesis import strategies as st
from slack_limits import elements_of, problems, texts_in

import rules
from bot.desk import Desk
from bot.ledger import Member, ReminderSettings
from bot.outcomes import Bundle, Due, ParkedNotice, PlannedNotice, Reminding, Waiting
from bot.views import remind, reminders
from bot.views.blocks import BESIDE_ACTION, Reply
from rules import Activity, Credential, Kind, PortalDates, Standing

Tell = Callable[[str], str]

POLICY = rules.load_policy()
DAY = timedelta(days=1)
EARNED = "/ce cert add ACP-620 earned 2024-01-01"  # suspends 2026-01-01, last safe day 2026-03-31
ACP_620 = Credential("ACP-620", date(2024, 1, 1))
LONG_AGO = date(2020, 1, 1)
COURSES = tuple(
    Activity(str(number), Kind.COURSE, date(2024, 3, 1) + DAY * 30 * number, "Jira") for number in range(9)
)


def standings_on(
    day: date, *credentials: Credential, activities: tuple[Activity, ...] = ()
) -> tuple[Standing, ...]:
    return rules.standings(rules.History(day, credentials, activities), POLICY)


def shown(code: str, suspends_on: date, expires_on: date | None = None) -> Credential:
    """A certification as the portal shows it."""
    return Credential(code, None, (PortalDates(suspends_on, expires_on, LONG_AGO),))


def bundle(day: date, notices: tuple[Due, ...]) -> Bundle:
    return Bundle("T1", ALICE.id, is_channel=False, today=day, notices=notices)


def message(day: date, *credentials: Credential, activities: tuple[Activity, ...] = ()) -> Reply:
    """The reminder about these certifications, made by hand."""
    found = standings_on(day, *credentials, activities=activities)
    notices = tuple(Due(ALICE, "alice", "30", standing, may_mention=False) for standing in found)
    return reminders.message(bundle(day, notices), POLICY)


def found_in(said: Reply) -> list[str]:
    return problems({"text": said.text, "blocks": said.blocks})


def labels(blocks: list[dict[str, Any]]) -> list[str]:
    return [element["text"]["text"] for element in elements_of(blocks)]


# The message


@pytest.mark.parametrize(
    ("day", "lead", "needs"),
    [
        (
            "2025-10-03",
            "suspends in 90 days, on *Thu 2026-01-01* ({sure}).",
            "stay active it needs, by *{last}*",
        ),
        (
            "2025-12-30",
            "suspends in 2 days, on *Thu 2026-01-01* ({sure}).",
            "stay active it needs, by *{last}*",
        ),
        (
            "2025-12-31",
            "suspends tomorrow, on *Thu 2026-01-01* ({sure}).",
            "stay active it needs, by *today, {last}*",
        ),
        (
            "2026-01-01",
            "is suspended from today on, Thu 2026-01-01 ({sure}). Its last safe day is *{safe}*, in 89 days.",
            "be renewed it needs by then",
        ),
        (
            "2026-01-02",
            "is suspended since Thu 2026-01-01 ({sure}). Its last safe day is *{safe}*, in 88 days.",
            "be renewed it needs by then",
        ),
        (
            "2026-03-30",
            "is suspended since Thu 2026-01-01 ({sure}). Its last safe day is *{safe}*, tomorrow.",
            "be renewed it needs by then",
        ),
        (
            "2026-03-31",
            "is suspended since Thu 2026-01-01 ({sure}). Its last safe day is *{safe}*, today.",
            "be renewed it needs by then",
        ),
    ],
)
def test_a_reminder_says_until_when_what_is_missing_and_how_to_stop_it(
    day: str, lead: str, needs: str
) -> None:
    first, second, last = message(date.fromisoformat(day), ACP_620, activities=COURSES).text.split("\n")
    sure, safe = "calculated from the day it was earned", "Tue 2026-03-31"
    mark = ":bell:" if "suspends" in lead else ":warning:"
    assert first == f"{mark} *ACP-620* {lead.format(sure=sure, safe=safe)}"
    ways = "1 more course, or 1 local event, or 1 global event, or its exam passed again"
    assert second == f"To {needs.format(last='Wed 2025-12-31')}: {ways}."
    assert last == "Stop these: `/ce remind off`"


def test_after_the_last_safe_day_nobody_is_sent_anywhere_but_to_the_portal() -> None:
    # The 90 days end on 29 February, the three calendar months a day later.
    said = message(date(2028, 2, 29), shown("ACP-620", date(2027, 12, 1)))
    first, last = said.text.split("\n")
    assert first.endswith("Its last safe day, Mon 2028-02-28, is over: check the portal now.")
    assert last == "Stop these: `/ce remind off`"


@pytest.mark.parametrize(
    ("day", "exam"),
    [
        (date(2025, 9, 30), ", or its exam passed again (from Wed 2025-10-01 on)."),
        (date(2025, 10, 1), ", or its exam passed again."),
    ],
)
def test_the_exam_is_offered_with_the_day_its_window_opens(day: date, exam: str) -> None:
    assert exam in message(day, ACP_620).text


@pytest.mark.parametrize(("expires_on", "offered"), [(date(2026, 7, 31), True), (date(2026, 8, 1), False)])
def test_an_exam_that_cannot_be_passed_in_time_is_not_offered(expires_on: date, offered: bool) -> None:
    # Its window opens six months before the expiration date, and the last active day is 31 January.
    said = message(date(2025, 12, 1), shown("ACP-620", date(2026, 2, 1), expires_on))
    assert ("exam" in said.text) is offered


def test_where_enough_is_logged_the_portal_is_asked_and_nothing_is_demanded() -> None:
    (standing,) = standings_on(date(2025, 12, 1), ACP_620)
    due = Due(ALICE, "alice", "30", standing._replace(credited=100), may_mention=False)
    said = reminders.message(bundle(date(2025, 12, 1), (due,)), POLICY)
    assert "it has the 100 CE it needs: check in the portal" in said.text
    assert "To stay active" not in said.text


def test_calculated_dates_say_so() -> None:
    activities = (*COURSES, Activity("10", Kind.COURSE, date(2025, 6, 1), "Jira"))
    assert (
        "(calculated from its last renewal)" in message(date(2027, 5, 1), ACP_620, activities=activities).text
    )


def test_of_several_certifications_the_most_urgent_comes_first() -> None:
    later, sooner = shown("ACP-120", date(2026, 1, 10)), shown("ACP-420", date(2025, 11, 1))
    said = message(date(2025, 12, 2), later, ACP_620, sooner)
    assert re.findall(r"\*(AC[AP]-\d+)\*", said.text) == ["ACP-420", "ACP-620", "ACP-120"]
    assert said.text.split("\n")[-2:] == [
        "An activity counts for all of these at once.",
        "Stop these: `/ce remind off`",
    ]


def test_a_reminder_stays_where_it_is_and_has_a_button_for_all_there_is_to_do() -> None:
    (said,) = [message(date(2025, 12, 2), ACP_620)]
    buttons = list(elements_of(said.blocks))
    assert [(button["text"]["text"], button["value"]) for button in buttons] == [
        ("Log activity", "form add"),
        ("Plan", "plan ACP-620"),
        ("Snooze 3 days", "remind snooze 3 days"),
        ("Snooze 1 week", "remind snooze 1 week"),
        ("Snooze until…", "remind snooze until"),
        ("Renewed in the portal", "remind renewed ACP-620"),
    ]
    assert all(button["action_id"].startswith(f"{BESIDE_ACTION}:") for button in buttons)


@pytest.mark.parametrize("count", [1, 8, 9, 40])
@pytest.mark.parametrize("day", [date(2025, 12, 2), date(2026, 1, 1), date(2026, 3, 31)])
def test_slack_takes_a_reminder_about_many_certifications_and_all_are_in_it(day: date, count: int) -> None:
    codes = [f"ACP-{100 + number}" for number in range(count)]
    said = message(day, *(shown(code, date(2026, 1, 1)) for code in codes))
    assert found_in(said) == []
    text = "\n".join(texts_in(said.blocks))
    assert all(code in text for code in codes)
    assert said.text.endswith("Stop these: `/ce remind off`")
    assert said.blocks[-2]["elements"][0]["text"] == "Stop these: `/ce remind off`"


@given(
    st.dates(date(2024, 6, 1), date(2028, 12, 31)),
    st.one_of(st.none(), st.integers(1, 130)),
    st.integers(-365, 130),
)
def test_no_reminder_names_a_day_to_act_on_that_is_past_the_last_safe_day(
    suspends_on: date, grace: int | None, after: int
) -> None:
    day = suspends_on + DAY * after
    credential = shown("ACP-620", suspends_on, suspends_on + DAY * grace if grace else None)
    (standing,) = standings_on(day, credential)
    if standing.status is rules.Status.EXPIRED:
        return
    named = [
        date.fromisoformat(found) for found in re.findall(r"\d{4}-\d\d-\d\d", message(day, credential).text)
    ]
    assert named
    assert max(named) <= standing.last_safe_day
    if standing.status is rules.Status.ACTIVE:
        assert max(named) <= suspends_on


# Renewed in the portal


def test_who_renewed_in_the_portal_gets_the_line_that_says_so_and_it_works(tell: Tell) -> None:
    tell(EARNED)
    tell("/ce cert add ACP-120 suspends 2026-01-10")
    said = tell("/ce remind renewed")
    assert "*ACP-620*, with the dates that a renewal today would give:" in said
    line = re.findall(r"`(/ce portal .+)`", said)[0]
    assert line == "/ce portal ACP-620 suspends 2027-12-02 expires 2028-03-02"
    assert "Suspends *Thu 2027-12-02*" in tell(line)
    # Known already, they are not guessed again.
    said = tell("/ce remind renewed")
    assert "*ACP-620*, with the dates I have:" in said
    assert f"`{line}`" in said


def test_who_renewed_one_in_the_portal_gets_the_form_for_it(console, tell: Tell) -> None:
    tell(EARNED)
    for sure in ("calculated from the day", "as the portal shows"):  # as they are before, and after that
        assert sure in tell("/ce status")
        (opened,) = console.feed("/ce remind renewed ACP-620")
        days = [block["element"].get("initial_date") for block in opened.blocks if block["type"] == "input"]
        assert [day for day in days if day] == ["2027-12-02"]  # its expiration follows from that
        tell("!submit")
    status = tell("/ce status")
    assert "Suspends *Thu 2027-12-02*" in status
    assert "Thu 2028-03-02" in status


@pytest.mark.parametrize(("suspends_on", "is_known"), [(TODAY + DAY * 365, False), (TODAY + DAY * 366, True)])
def test_dates_nobody_is_reminded_of_yet_are_those_of_a_renewal(suspends_on: date, is_known: bool) -> None:
    (standing,) = standings_on(TODAY, shown("ACP-620", suspends_on))
    said = reminders.renewed([standing], TODAY, POLICY).text
    assert (f"suspends {suspends_on}" in said) is is_known
    assert ("suspends 2027-12-02" in said) is not is_known


def test_of_several_renewed_in_the_portal_each_gets_its_line(tell: Tell) -> None:
    tell(EARNED)
    tell("/ce cert add ACP-120 suspends 2026-01-10")
    tell("/ce cert add ACA-100 suspends 2026-02-10")
    said = tell("/ce remind renewed ACP-620 ACP-120")
    assert re.findall(r"`/ce portal (\S+)", said) == ["ACP-620", "ACP-120"]
    assert re.findall(r"`/ce portal (\S+)", tell("/ce remind renewed")) == ["ACP-620", "ACP-120", "ACA-100"]


def test_of_a_certification_let_go_of_there_is_nothing_to_renew(tell: Tell) -> None:
    tell(EARNED)
    assert "You do not hold ACP-120 here" in tell("/ce remind renewed ACP-120")
    assert "I know of no certification of yours yet" in tell("@bob /ce remind renewed")


def test_slack_takes_the_lines_of_forty_certifications() -> None:
    found = standings_on(TODAY, *(shown(f"ACP-{100 + number}", date(2026, 1, 1)) for number in range(40)))
    assert found_in(reminders.renewed(found, TODAY, POLICY)) == []


# Consent


def test_nobody_is_reminded_who_has_not_said_so(tell: Tell, desk: Desk) -> None:
    assert "you never said that I shall" in tell("/ce remind")
    tell(EARNED)
    assert "you never said that I shall" in tell("/ce remind")
    assert not desk.reminders.settings(Member("TCONSOLE", "UALICE")).is_on


def test_the_first_certification_brings_the_question_with_two_buttons(console) -> None:
    (said,) = console.feed(EARNED)
    assert "Shall I remind you before it is suspended?" in said.text
    assert labels(said.blocks) == ["Remind me", "No reminders", "Undo"]


@pytest.mark.parametrize(("answer", "says"), [("Remind me", "are *on*"), ("No reminders", "are *off*")])
def test_once_answered_nobody_is_asked_again(console, tell: Tell, answer: str, says: str) -> None:
    tell(EARNED)
    (said,) = console.feed(f"!click {answer}")
    assert says in said.text
    assert said.kind == "reply"  # beside the certification that was noted, with its Undo
    assert "Shall I remind you" not in tell("/ce cert add ACP-120 earned 2024-01-01")
    assert "I can remind you" not in tell("/ce status")


@pytest.mark.parametrize("line", ["/ce remind on", "/ce remind off", "/ce remind days 30"])
def test_who_has_spoken_of_reminders_is_not_asked(tell: Tell, line: str) -> None:
    tell(line)
    assert "Shall I remind you" not in tell(EARNED)
    assert "I can remind you" not in tell("/ce status")


def test_who_was_never_asked_sees_one_small_line_in_the_status(tell: Tell) -> None:
    assert "I can remind you" not in tell("/ce status")
    tell(EARNED)
    assert "\nI can remind you before a suspension: `/ce remind on`\n" in tell("/ce status")


def test_only_a_new_certification_brings_the_question(tell: Tell) -> None:
    assert "Shall I remind you" in tell("/ce portal ACP-620 suspends 2026-01-01")
    assert "Shall I remind you" not in tell("/ce portal ACP-620 suspends 2026-01-02")
    assert "Shall I remind you" not in tell("/ce exam ACP-620 2025-11-15")
    assert "Shall I remind you" in tell("/ce cert add ACP-120 earned 2024-01-01")


def test_of_what_has_expired_nobody_is_to_be_reminded(tell: Tell) -> None:
    assert "Shall I remind you" not in tell("/ce cert add ACP-620 earned 2020-01-01")
    assert "I can remind you" not in tell("/ce status")


# What is said of them


def test_alone_it_shows_how_a_member_is_reminded_and_of_what(console, tell: Tell) -> None:
    tell("/ce cert add ACP-620 earned 2024-02-01")
    tell("/ce remind on")
    (said,) = console.feed("/ce remind")
    before = (
        "• 90, 60, 30, 14, 7 and 1 days before a suspension and on its day; once suspended, 30 and 7 days"
    )
    assert said.text.split("\n") == [
        "Your reminders are *on*.",
        f"{before} before the last safe day",
        "• At 9:00 of your day (UTC); weekends are like any other day",
        "• Posts of your teams do not mention you",
        "Next: *Wed 2025-12-03*, about *ACP-620*.",
        remind.HOW_TO_CHANGE,
    ]
    assert labels(said.blocks) == ["Snooze 1 week", "Quiet weekends", "Turn off", "Settings"]
    assert tell("/ce reminders") == tell("/ce remind status") == said.text


def test_every_line_it_offers_works(tell: Tell) -> None:
    for line in re.findall("`(/ce [^`]+)`", remind.HOW_TO_CHANGE):
        assert "Try: `" not in tell(line)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("/ce remind days 60 30 7", "From now on 60, 30 and 7 days before a suspension, and on its day."),
        ("/ce remind days 1", "From now on 1 day before a suspension, and on its day."),
        ("/ce remind hour 8am", "From now on at 8:00 of your day (UTC)."),
        ("/ce remind hour midnight", "From now on at 0:00 of your day (UTC)."),
        ("/ce remind weekends off", "Weekends are quiet: what belongs to a Saturday or Sunday comes on the"),
        ("/ce remind weekends quiet", "Weekends are quiet"),
        ("/ce remind mentions on", "Posts of your teams may mention you"),
        ("/ce remind snooze 3 days", "Nothing from me before *Fri 2025-12-05*."),
        ("/ce remind off", "Reminders are *off*."),
        ("/ce remind on", "It was so already."),
        ("/ce remind mentions off", "It was so already."),
        (
            "/ce remind days 60 hour 8",
            "From now on 60 days before a suspension, and on its day.\nFrom now on",
        ),
    ],
)
def test_a_change_says_what_is_different_now(tell: Tell, line: str, says: str) -> None:
    tell("/ce remind on")
    assert tell(line).startswith(says)


def test_a_change_is_kept(tell: Tell, desk: Desk) -> None:
    tell("/ce remind on, days 60 30 at 17, weekends off, mentions on, snooze until 2026-01-10")
    assert desk.reminders.settings(Member("TCONSOLE", "UALICE")) == ReminderSettings(
        is_on=True,
        days=(60, 30),
        hour=17,
        quiet_weekends=True,
        may_mention=True,
        snoozed_until=date(2026, 1, 10),
    )
    tell("/ce remind weekends on")
    kept = desk.reminders.settings(Member("TCONSOLE", "UALICE"))
    assert (kept.quiet_weekends, kept.days, kept.snoozed_until) == (False, (60, 30), date(2026, 1, 10))


@pytest.mark.parametrize("line", ["/ce remind on", "/ce remind snooze off", "/ce remind resume"])
def test_a_snooze_ends_when_its_member_says_so(tell: Tell, desk: Desk, line: str) -> None:
    tell("/ce remind on")
    tell("/ce remind snooze 1 week")
    assert "The snooze is over." in tell(line)
    assert desk.reminders.settings(Member("TCONSOLE", "UALICE")).snoozed_until is None


def test_off_ends_a_snooze_too_so_that_on_means_on(tell: Tell, desk: Desk) -> None:
    tell("/ce remind on")
    tell("/ce remind snooze 1 week")
    tell("/ce remind off")
    tell("/ce remind on")
    assert desk.reminders.settings(Member("TCONSOLE", "UALICE")).snoozed_until is None


def test_a_snooze_that_is_over_is_not_mentioned(tell: Tell) -> None:
    tell("/ce remind on")
    tell("/ce remind snooze 3 days")
    assert "Snoozed: nothing before *Fri 2025-12-05*" in tell("/ce remind")
    tell("!time 2025-12-05")
    assert "Snoozed" not in tell("/ce remind")
    assert "It was so already." in tell("/ce remind snooze off")


def test_what_is_changed_while_reminders_are_off_turns_nothing_on(tell: Tell, desk: Desk) -> None:
    assert tell("/ce remind days 30").endswith("Reminders are off, though, so none comes.")
    assert "Your reminders are *off*." in tell("/ce remind")
    assert not desk.reminders.settings(Member("TCONSOLE", "UALICE")).is_on


def test_on_without_a_certification_is_kept_and_says_what_to_add(tell: Tell, desk: Desk) -> None:
    said = tell("/ce remind on")
    assert "there is nothing to remind you of" in said
    assert "`/ce cert add ACP-620 earned 2024-01-01`" in said
    assert desk.reminders.settings(Member("TCONSOLE", "UALICE")).is_on
    tell(EARNED)
    assert "about *ACP-620*" in tell("/ce remind")


def test_off_takes_effect_at_once(tell: Tell, desk: Desk) -> None:
    who = Member("TCONSOLE", "UALICE")
    tell(EARNED)
    tell("/ce remind on")
    assert desk.reminders.waiting(who).next
    tell("/ce remind off")
    assert desk.reminders.waiting(who) == Waiting()


@pytest.mark.parametrize(
    ("line", "says", "example"),
    [
        ("/ce remind frobnicate", "I cannot place “frobnicate”", "/ce remind"),
        ("/ce remind of", "did you mean off?", "/ce remind off"),
        ("/ce remind snooze until 2025-12-01", "ends on a day to come", "/ce remind snooze until 2025-12-09"),
        ("/ce remind hour 25", "no hour of the day", "/ce remind hour 8"),
    ],
)
def test_other_words_change_nothing_and_get_an_example(
    tell: Tell, desk: Desk, line: str, says: str, example: str
) -> None:
    said = tell(line)
    assert says in said
    assert f"Try: `{example}`" in said
    assert not desk.reminders.is_asked(Member("TCONSOLE", "UALICE"))


def test_a_date_with_two_readings_is_asked_back_with_two_buttons(console, tell: Tell, desk: Desk) -> None:
    tell("/ce remind on")
    (said,) = console.feed("/ce remind snooze until 01/02/2026")
    assert labels(said.blocks) == ["Fri 2026-01-02", "Sun 2026-02-01"]
    assert "Nothing from me before *Sun 2026-02-01*." in tell("!click Sun")


def test_the_same_request_twice_changes_once_and_answers_alike(slack) -> None:
    first = slack.command("remind days 30", key="1.1").body
    slack.command("remind days 7", key="1.2")
    assert slack.command("remind days 30", key="1.1").body == first
    assert "7 days" in slack.command("remind on", key="1.3").body


# What passes in silence


@pytest.mark.parametrize(
    ("until", "warning"),
    [
        ("2025-12-31", ""),
        ("2026-01-01", "is suspended on *Thu 2026-01-01*, before I say anything again."),
        ("2026-03-31", "is suspended on *Thu 2026-01-01*, before I say anything again."),
        ("2026-04-01", "and even its last safe day, *Tue 2026-03-31*, passes before I say anything again."),
    ],
)
def test_a_snooze_over_a_suspension_says_so_and_how_to_end_it(tell: Tell, until: str, warning: str) -> None:
    tell(EARNED)
    tell("/ce remind on")
    said = tell(f"/ce remind snooze until {until}")
    assert warning in said
    assert (":warning:" in said) is bool(warning)
    assert ("`/ce remind snooze off`" in said) is bool(warning)
    assert (":warning:" in tell("/ce remind")) is bool(warning)


@pytest.mark.parametrize(("until", "is_silent"), [("2026-03-31", False), ("2026-04-01", True)])
def test_a_snooze_over_the_last_safe_day_says_so(tell: Tell, until: str, is_silent: bool) -> None:
    tell("!time 2026-03-01")
    tell(EARNED)
    tell("/ce remind on")
    said = tell(f"/ce remind snooze until {until}")
    assert ("The last safe day of *ACP-620*, *Tue 2026-03-31*, passes" in said) is is_silent
    assert ("`/ce remind snooze until 2026-03-24`" in said) is is_silent


@pytest.mark.parametrize(
    ("today", "sooner"), [("2025-12-24", "Only until Thu 2025-12-25"), ("2025-12-25", None)]
)
def test_a_shorter_snooze_is_offered_where_there_is_one(console, tell: Tell, today: str, sooner: str) -> None:
    tell(f"!time {today}")
    tell(EARNED)
    tell("/ce remind on")
    (said,) = console.feed("/ce remind snooze 2 weeks")
    assert labels(said.blocks) == ["End the snooze", *([sooner] if sooner else [])]
    assert "`/ce remind snooze off`" in said.text
    if sooner:
        assert "Nothing from me before *Thu 2025-12-25*." in tell(f"!click {sooner}")


def test_what_has_expired_cannot_pass_in_silence(tell: Tell) -> None:
    tell("/ce cert add ACP-620 earned 2020-01-01")
    tell("/ce remind on")
    assert ":warning:" not in tell("/ce remind snooze 52 weeks")


# What waits and what did not come


def reminding(waiting: Waiting, *, count: int = 1, **changes: Any) -> Reminding:
    codes = [shown(f"ACP-{100 + number}", date(2026, 1, 1)) for number in range(count)]
    settings = ReminderSettings(is_on=True, **changes)
    found = standings_on(TODAY, *codes)
    return Reminding(
        TODAY, settings, is_asked=True, timezone="Europe/Berlin", standings=found, waiting=waiting
    )


def planned(code: str, on: date, reason: str = "") -> PlannedNotice:
    return PlannedNotice(code, "30", date(2026, 1, 1), on, reason)


def parked(code: str, on: date, reason: str) -> ParkedNotice:
    return ParkedNotice(code, "30", date(2026, 1, 1), on, reason)


def test_the_next_reminder_names_all_that_come_that_day() -> None:
    waiting = Waiting((planned("ACP-100", TODAY), planned("ACP-101", TODAY), planned("ACP-102", TODAY + DAY)))
    assert (
        "Next: *today, Tue 2025-12-02*, about *ACP-100* and *ACP-101*."
        in remind.status(reminding(waiting)).text
    )


def test_what_is_late_is_said_to_be_tried_again() -> None:
    waiting = Waiting((planned("ACP-100", TODAY, "ratelimited"), planned("ACP-101", TODAY + DAY)))
    said = remind.status(reminding(waiting)).text
    assert "What I have to say about *ACP-100* is late, and I keep trying. Slack could not be reached" in said
    assert "Next: *Wed 2025-12-03*, about *ACP-101*." in said


@pytest.mark.parametrize(
    ("reason", "why"),
    [
        ("user_disabled", "your account is deactivated"),
        ("messages_tab_disabled", "does not let me send you direct messages"),
        ("token_revoked", "does not let me in any more: please tell whoever runs me"),
        ("unreachable", "could not be reached"),
        ("http_503", "could not be reached"),
        ("<!channel>", "The reason given is &lt;!channel&gt;"),
        ("x" * 1_000, "The reason given is xxx"),
    ],
)
def test_what_was_given_up_says_why_in_plain_words(reason: str, why: str) -> None:
    said = remind.status(reminding(Waiting((), (parked("ACP-100", TODAY, reason),))))
    assert "What I had to say about *ACP-100* on Tue 2025-12-02 could not be sent." in said.text
    assert why in said.text
    assert "`/ce remind on`" in said.text
    assert found_in(said) == []


def test_of_what_was_given_up_the_latest_is_shown() -> None:
    given_up = [parked(f"ACP-{100 + ago}", TODAY - DAY * ago, "user_disabled") for ago in range(9)]
    said = remind.status(reminding(Waiting((), tuple(given_up)))).text
    assert re.findall(r"ACP-\d+", said) == ["ACP-100", "ACP-101", "ACP-102"]


@pytest.mark.parametrize("view", [remind.status, lambda found: remind.changed(ReminderSettings(), found)])
@pytest.mark.parametrize("silent", [None, date(2026, 12, 1)])
def test_slack_takes_the_answers_of_whoever_holds_forty(
    view: Callable[[Reminding], Reply], silent: date | None
) -> None:
    codes = [f"ACP-{100 + number}" for number in range(40)]
    waiting = Waiting(
        tuple(planned(code, TODAY, "ratelimited") for code in codes),
        tuple(parked(code, TODAY - DAY * number, "x" * 500) for number, code in enumerate(codes)),
    )
    days = tuple(range(365, 353, -1))
    said = view(reminding(waiting, count=40, days=days, snoozed_until=silent))
    assert found_in(said) == []


# As it comes


@pytest.mark.parametrize(
    ("label", "answer"),
    [
        ("Log activity", "Log an activity"),
        ("Plan", "*ACP-620* · missing 100"),
        ("Snooze 3 days", "Nothing from me before *Sun 2025-12-21*."),
        ("Snooze 1 week", "Nothing from me before *Thu 2025-12-25*."),
        ("Snooze until…", "Snooze reminders"),
        ("Renewed in the portal", "Certification"),
    ],
)
def test_a_reminder_comes_on_its_day_and_its_buttons_answer_beside_it(
    console, tell: Tell, label: str, answer: str
) -> None:
    tell(EARNED)
    tell("!click Remind me")
    assert tell("!time 2025-12-17").startswith(":bell: *ACP-620* suspends in 15 days")
    (said,) = console.feed("!time 2025-12-18")
    assert (said.to, said.kind) == ("alice", "message")
    assert said.text.startswith(":bell: *ACP-620* suspends in 14 days, on *Thu 2026-01-01*")
    (clicked,) = console.feed(f"!click {label}")
    assert clicked.kind in ("reply", "modal")
    assert answer in clicked.text


def test_the_days_between_are_silent_and_so_are_those_of_a_snooze(tell: Tell) -> None:
    tell(EARNED)
    tell("/ce remind on")
    assert tell("!time 2025-12-18")
    assert not tell("!time 2025-12-18")
    assert not tell("!time 2025-12-24")
    tell("/ce remind snooze 2 days")
    assert not tell("!time 2025-12-25")
    assert tell("!time 2025-12-26").startswith(":bell: *ACP-620* suspends in 6 days")


def test_off_stops_what_was_to_come(tell: Tell) -> None:
    tell(EARNED)
    tell("/ce remind on")
    assert tell("!time 2025-12-18")
    tell("/ce remind off")
    assert not tell("!time 2025-12-25")
    assert not tell("!time 2026-01-01")
    tell("/ce remind on")
    assert tell("!time 2026-01-02").startswith(":warning: *ACP-620* is suspended since Thu 2026-01-01")


def test_who_renewed_in_the_portal_is_left_in_peace(tell: Tell) -> None:
    tell(EARNED)
    tell("/ce remind on")
    assert tell("!time 2025-12-18")
    tell("!click Renewed")
    tell("!submit")
    assert not tell("!time 2026-01-01")
    assert not tell("!time 2027-09-18")
    assert "suspends in 90 days, on *Sat 2027-12-18* (as the portal shows them)" in tell("!time 2027-09-19")


def test_a_suspended_certification_is_told_of_until_its_last_safe_day_and_no_longer(tell: Tell) -> None:
    tell(EARNED)
    tell("/ce remind on")
    tell("!time 2026-01-01")
    assert not tell("!time 2026-02-28")
    assert "Its last safe day is *Tue 2026-03-31*, in 30 days." in tell("!time 2026-03-01")
    assert "Its last safe day is *Tue 2026-03-31*, in 7 days." in tell("!time 2026-03-24")
    assert not tell("!time 2026-03-31")
    assert not tell("!time 2026-04-01")


def test_who_never_said_yes_hears_nothing(tell: Tell) -> None:
    tell(EARNED)
    assert not tell("!time 2025-12-18")
    assert not tell("!time 2026-01-01")
