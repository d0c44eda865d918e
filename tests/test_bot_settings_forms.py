"""The forms for reminders, a snooze and a team: what they hold, what they refuse, what they change."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from conftest import ALICE, TODAY, Slack
from hypothesis import given
from hypothesis import strategies as st
from slack_limits import elements_of, problems, view_problems
from talking import errors_of, opened, said_of, shown

import rules
from bot.console import Clock
from bot.desk import Desk
from bot.grammar import RemindWords, read_days, read_remind, remind_words
from bot.ledger import Ledger, Member, ReminderSettings, TeamSettings
from bot.outcomes import TeamRules
from bot.views import settings_forms as views
from bot.views.modals import option
from rules import DAYS

BOB = Member("T1", "UBOB")
ZONES = {"UALICE": "Europe/Berlin", "UBOB": "America/New_York"}
DAY = timedelta(days=1)
LISTS = ("ticked", "also")
MENUS = ("is_on", "hour", "digest")

View = dict[str, Any]
Values = dict[str, dict[str, Any]]


@pytest.fixture
def desk(ledger: Ledger, policy: rules.Policy, clock: Clock) -> Desk:
    return Desk(ledger, policy, clock, lambda who: ZONES.get(who.id, "UTC"))


def filled(**fields: Any) -> Values:
    """What the fields of a form hold, as Slack sends it."""
    values: Values = {}
    for name, value in fields.items():
        if name in MENUS:
            values[name] = {"selected_option": value and option(str(value), str(value))}
        elif name in LISTS:
            values[name] = {"selected_options": [option(str(one), str(one)) for one in value]}
        elif name == "until":
            values[name] = {"selected_date": str(value) if value else None}
        else:
            values[name] = {"value": value}
    return values


def held(view: View) -> Values:
    """What the fields hold before anybody touches them, as Slack sends it then."""
    values: Values = {}
    for block in view["blocks"]:
        if block["type"] == "input":
            element = block["element"]
            match element["type"]:
                case "checkboxes":
                    value = {"selected_options": element.get("initial_options", [])}
                case "datepicker":
                    value = {"selected_date": element.get("initial_date")}
                case "plain_text_input":
                    value = {"value": element.get("initial_value")}
                case _:
                    value = {"selected_option": element.get("initial_option")}
            values[block["block_id"]] = value
    return values


# Reminders


def test_the_form_shows_how_it_is_and_by_whose_clock(slack: Slack) -> None:
    slack.command("remind on days 60 45 7 hour 8 weekends off mentions on snooze until 2025-12-20")
    for words in ("remind settings", "reminders settings"):
        view = opened(slack, words)
        values = held(view)
        assert values["is_on"]["selected_option"]["value"] == "on"
        assert [one["value"] for one in values["ticked"]["selected_options"]] == ["60", "7"]
        assert values["more"]["value"] == "45"
        assert values["hour"]["selected_option"]["value"] == "8"
        assert [one["value"] for one in values["also"]["selected_options"]] == ["quiet", "mention"]
        assert values["until"]["selected_date"] == "2025-12-20"
        assert "By your clock in Slack: Europe/Berlin." in json.dumps(view)


def test_who_never_said_has_to_choose(slack: Slack, desk: Desk) -> None:
    view = opened(slack, "remind settings")
    assert held(view)["is_on"] == {"selected_option": None}
    assert errors_of(slack.submit(view, held(view))) == {"is_on": "Choose one of the two."}
    assert not desk.reminders.is_asked(ALICE)


def test_untouched_it_changes_nothing(slack: Slack, desk: Desk) -> None:
    slack.command("remind on days 60 45 7 hour 8 weekends off snooze until 2025-12-20")
    before = desk.reminders.settings(ALICE)
    view = opened(slack, "remind settings")
    assert "It was so already." in said_of(slack.submit(view, held(view)))
    assert desk.reminders.settings(ALICE) == before


def test_what_is_filled_in_is_how_it_is_from_then_on(slack: Slack, desk: Desk) -> None:
    view = opened(slack, "remind settings")
    values = filled(
        is_on="on", ticked=["30", "7"], more="45 , 21", hour="23", also=["quiet"], until=TODAY + DAY
    )
    said = said_of(slack.submit(view, values))
    assert "Reminders are *on*: 45, 30, 21 and 7 days before a suspension and on its day, at 23:00" in said
    assert "Nothing from me before *Wed 2025-12-03*." in said
    assert desk.reminders.settings(ALICE) == ReminderSettings(
        is_on=True, days=(45, 30, 21, 7), hour=23, quiet_weekends=True, snoozed_until=TODAY + DAY
    )
    view = opened(slack, "remind settings")
    values = held(view) | filled(until=None, hour="0")
    said = said_of(slack.submit(view, values))
    assert "The snooze is over." in said
    assert "From now on at 0:00" in said
    assert desk.reminders.settings(ALICE).snoozed_until is None


@pytest.mark.parametrize(("day", "until"), [(TODAY, "2025-12-03"), (TODAY + DAY, None)])
def test_a_snooze_is_shown_until_it_is_over(slack: Slack, clock: Clock, day: date, until: str | None) -> None:
    slack.command("remind on snooze until 2025-12-03")
    clock.moved_to = day
    assert held(opened(slack, "remind settings"))["until"] == {"selected_date": until}


def test_off_keeps_the_rest_for_later(slack: Slack, desk: Desk) -> None:
    slack.command("remind on days 60 45 7 snooze until 2025-12-20")
    view = opened(slack, "remind settings")
    values = held(view) | filled(is_on="off", ticked=[], more=None)
    assert "Reminders are *off*." in said_of(slack.submit(view, values))
    settings = desk.reminders.settings(ALICE)
    assert (settings.is_on, settings.days, settings.snoozed_until) == (False, (60, 45, 7), None)


@pytest.mark.parametrize(
    ("fields", "at", "sentence"),
    [
        ({"ticked": [], "more": None}, "ticked", "Say how many days before"),
        ({"more": "0"}, "more", "go from 1 to 365, and 0 is not among them"),
        ({"more": "366"}, "more", "366 is not among them"),
        ({"more": "45 hour 5"}, "more", "I cannot place “hour 5”"),
        ({"more": "soon"}, "more", "write numbers of days, like 45 21"),
        ({"more": "100 101 102 103 104 105 106"}, "more", "13 reminders of one suspension are too many"),
        ({"until": TODAY}, "until", "A snooze ends on a day to come"),
        ({"until": TODAY + DAY * 366}, "until", "A snooze lasts a year at most"),
        ({"until": "soon"}, "until", "pick one from the calendar"),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_nothing_changes(
    slack: Slack, desk: Desk, fields: dict[str, Any], at: str, sentence: str
) -> None:
    view = opened(slack, "remind settings")
    values = held(view) | filled(is_on="on") | filled(**fields)
    errors = errors_of(slack.submit(view, values))
    assert list(errors) == [at]
    assert sentence in errors[at]
    assert not desk.reminders.is_asked(ALICE)


@pytest.mark.parametrize(
    "fields",
    [{"more": "1"}, {"more": "365"}, {"more": "100 101 102 103 104 105"}, {"until": TODAY + DAY * 365}],
)
def test_the_last_that_is_not_wrong_is_taken(slack: Slack, desk: Desk, fields: dict[str, Any]) -> None:
    view = opened(slack, "remind settings")
    said_of(slack.submit(view, held(view) | filled(is_on="on") | filled(**fields)))
    assert desk.reminders.settings(ALICE).is_on


def test_sent_twice_it_changes_once(slack: Slack, desk: Desk) -> None:
    view = opened(slack, "remind settings")
    sent = held(view) | filled(is_on="on", hour="7")
    said_of(slack.submit(view, sent))
    slack.command("remind hour 8")
    said_of(slack.submit(view, sent))
    assert desk.reminders.settings(ALICE).hour == 8


def test_how_reminders_stand_has_a_button_for_the_form(slack: Slack) -> None:
    for words in ("remind", "remind on", "remind"):
        answer = json.loads(slack.command(words).body)
        assert problems(answer) == []
    buttons = {one["text"]["text"]: one for one in elements_of(answer["blocks"])}
    slack.click(buttons["Settings"])
    assert slack.view["title"]["text"] == "Reminders"


def test_settings_stand_alone(slack: Slack) -> None:
    slack.command("status")
    assert "stands alone" in json.loads(slack.command("remind settings hour 8").body)["text"]


@given(
    is_on=st.none() | st.booleans(),
    days=st.none() | st.sets(st.integers(1, 365), min_size=1, max_size=12),
    hour=st.none() | st.integers(0, 23),
    quiet=st.none() | st.booleans(),
    mention=st.none() | st.booleans(),
    until=st.none() | st.integers(1, 365),
)
def test_what_the_words_of_a_form_say_is_what_was_filled_in(
    is_on: bool | None,
    days: set[int] | None,
    hour: int | None,
    quiet: bool | None,
    mention: bool | None,
    until: int | None,
) -> None:
    words = RemindWords(
        is_on=is_on,
        days=tuple(sorted(days, reverse=True)) if days else None,
        hour=hour,
        quiet_weekends=quiet,
        may_mention=mention,
        silent_until=TODAY + DAY * until if until else None,
    )
    if words != RemindWords():
        assert read_remind(remind_words(words), TODAY, DAYS) == words


@given(st.lists(st.integers(1, 365), max_size=12))
def test_numbers_of_days_are_read_in_any_order_and_each_once(days: list[int]) -> None:
    assert read_days(", ".join(map(str, days))) == tuple(sorted(set(days), reverse=True))


# A snooze


@pytest.mark.parametrize("words", ["remind snooze until", "remind snooze"])
def test_a_snooze_without_its_end_asks_for_it(slack: Slack, words: str) -> None:
    slack.command("remind on")
    view = opened(slack, words)
    assert held(view) == filled(until=TODAY + DAY * 7)


@pytest.mark.parametrize("days", [1, 365])
def test_a_snooze_lasts_until_the_day_that_was_picked(slack: Slack, desk: Desk, days: int) -> None:
    slack.command("remind on")
    said = said_of(slack.submit(opened(slack, "remind snooze"), filled(until=TODAY + DAY * days)))
    assert "Nothing from me before" in said
    assert desk.reminders.settings(ALICE).snoozed_until == TODAY + DAY * days


@pytest.mark.parametrize(
    ("until", "sentence"),
    [(TODAY, "a day to come"), (TODAY - DAY, "a day to come"), (TODAY + DAY * 366, "a year at most")],
)
def test_a_snooze_that_is_past_or_too_long_is_refused_at_its_field(
    slack: Slack, desk: Desk, until: date, sentence: str
) -> None:
    slack.command("remind on")
    errors = errors_of(slack.submit(opened(slack, "remind snooze"), filled(until=until)))
    assert list(errors) == ["until"]
    assert sentence in errors["until"]
    assert desk.reminders.settings(ALICE).snoozed_until is None


def test_what_passes_in_silence_is_said_before_it_is_sent(slack: Slack) -> None:
    slack.command("cert add ACP-620 earned 2024-01-01")
    slack.command("remind on")
    view = opened(slack, "remind snooze")
    assert "is suspended on" not in shown(view)
    view = slack.fill(view, "until", filled(until=date(2026, 1, 1)))
    assert view_problems(view) == []
    assert "*ACP-620* is suspended on *Thu 2026-01-01*, before I say anything again" in shown(view)
    view = slack.fill(view, "until", filled(until=date(2025, 12, 31)))
    assert "is suspended on" not in shown(view)
    view = slack.fill(view, "until", filled(until=None))
    assert view_problems(view) == []


# A team


@pytest.fixture
def team(slack: Slack) -> Slack:
    """A team in C1 that alice leads and bob is in."""
    for user, words in (
        ("UALICE", "cert add ACP-620 earned 2024-01-15"),
        ("UALICE", "team start"),
        ("UBOB", "team join"),
    ):
        slack.command(words, user=user)
    return slack


def rules_of(desk: Desk, channel: str = "C1") -> TeamRules:
    return desk.teams.rules("T1", channel)


def test_a_lead_gets_the_form_with_all_that_is_set(team: Slack) -> None:
    team.command("team settings target ACP-620 3")
    view = opened(team, "team settings")
    values = held(view)
    assert values["days_before"]["value"] == "30, 14, 7, 1"
    assert values["digest"]["selected_option"]["value"] == "monday"
    assert values["hour"]["selected_option"]["value"] == "9"
    assert values["timezone"]["value"] == "Europe/Berlin"
    assert values["targets"]["value"] == "ACP-620 3"
    assert "For the team in <#C1>." in shown(view)
    assert "Led by" in shown(view)


def test_others_see_the_settings_and_where_there_is_no_team_nobody_does(team: Slack) -> None:
    for user in ("UBOB", "UCAROL"):
        answer = json.loads(team.command("team settings", user=user).body)
        assert "*How this team is told*" in answer["text"]
        assert "Led by" in answer["text"]
    answer = json.loads(team.command("team settings", channel="C2").body)
    assert "There is no team here" in answer["text"]
    answer = json.loads(team.command("team settings", team="T2").body)
    assert "There is no team here" in answer["text"]


def test_the_team_has_a_button_that_opens_the_form_for_its_leads(team: Slack) -> None:
    answer = json.loads(team.command("team").body)
    assert problems(answer) == []
    button = next(one for one in elements_of(answer["blocks"]) if one["text"]["text"] == "Settings")
    posted = {"type": "message", "channel_id": "C1", "is_ephemeral": False}
    team.click(button, container=posted)
    assert team.view["title"]["text"] == "Team settings"
    team.client.views.clear()
    team.click(button, user="UBOB", container=posted)
    assert not team.client.views
    assert "*How this team is told*" in team.sent[-1][1]["text"]


def test_untouched_it_keeps_all_as_it_is(team: Slack, desk: Desk) -> None:
    team.command("team settings target ACP-620 3")
    before = rules_of(desk)
    view = opened(team, "team settings")
    assert "How this team is told from now on" in said_of(team.submit(view, held(view)))
    assert rules_of(desk) == before


def test_what_is_filled_in_is_how_the_team_is_told_from_then_on(team: Slack, desk: Desk) -> None:
    team.command("team settings target ACP-620 3")
    view = opened(team, "team settings")
    values = filled(
        days_before="7, 60 and 1",
        digest="friday",
        hour="17",
        timezone="new york",
        targets="ACP-120 5; ACP-640 2 anyway",
    )
    said = said_of(team.submit(view, values))
    assert "60, 7 and 1 days before a suspension date" in said
    found = rules_of(desk)
    assert found.settings == TeamSettings("C1", (60, 7, 1), 5, 17, "America/New_York")
    assert found.targets == {"ACP-120": 5, "ACP-640": 2}
    view = opened(team, "team settings")
    said_of(team.submit(view, held(view) | filled(digest="off", targets=None)))
    found = rules_of(desk)
    assert found.settings.digest_day is None
    assert found.targets == {}


def test_a_target_that_somebody_else_set_meanwhile_stays(team: Slack, desk: Desk) -> None:
    view = opened(team, "team settings")
    team.command("team settings target ACP-620 3")
    said_of(team.submit(view, held(view)))
    assert rules_of(desk).targets == {"ACP-620": 3}


@pytest.mark.parametrize(
    ("fields", "at", "sentence"),
    [
        ({"days_before": None}, "days_before", "30, 14"),
        ({"days_before": "0"}, "days_before", "is no number of days: they go from 1 to 365"),
        ({"days_before": "366"}, "days_before", "is no number of days"),
        ({"days_before": "1 2 3 4 5 6 7 8 9 10 11"}, "days_before", "These are 11 numbers of days where 10"),
        ({"days_before": "30 hour 5"}, "days_before", "“hour” is no number of days"),
        ({"timezone": "Berln"}, "timezone", "did you mean Europe/Berlin?"),
        ({"timezone": "localtime"}, "timezone", "is no time zone I know"),
        ({"timezone": "../../etc/passwd"}, "timezone", "is no time zone I know"),
        ({"targets": "ACP-620"}, "targets", "Say how many are to hold ACP-620"),
        ({"targets": "ACP-620 0"}, "targets", "is no number of people"),
        ({"targets": "ACP-620 1001"}, "targets", "is no number of people"),
        ({"targets": "ACP-621 3"}, "targets", "ACP-621 is not among the certifications I know"),
        ({"targets": "3"}, "targets", "is not the code of a certification"),
        ({"targets": "ACP-620 3, acp620 4"}, "targets", "ACP-620 stands there twice"),
    ],
)
def test_what_is_wrong_with_a_team_s_settings_stands_at_its_field(
    team: Slack, desk: Desk, fields: dict[str, Any], at: str, sentence: str
) -> None:
    before = rules_of(desk)
    view = opened(team, "team settings")
    values = held(view) | filled(hour="5") | filled(**fields)
    if fields == {"days_before": None}:  # Slack does not send it empty: it holds what it began with
        assert sentence in said_of(team.submit(view, values))
        return
    errors = errors_of(team.submit(view, values))
    assert list(errors) == [at]
    assert sentence in errors[at]
    assert rules_of(desk) == before


def test_all_that_is_wrong_is_said_at_once(team: Slack) -> None:
    view = opened(team, "team settings")
    values = held(view) | filled(days_before="0", timezone="nowhere at all", targets="ACP-620")
    assert set(errors_of(team.submit(view, values))) == {"days_before", "timezone", "targets"}


@pytest.mark.parametrize(
    "fields",
    [
        {"days_before": "1"},
        {"days_before": "365"},
        {"days_before": "1 2 3 4 5 6 7 8 9 10"},
        {"targets": "ACP-620 1"},
        {"targets": "ACP-620 1000"},
        {"timezone": "UTC"},
    ],
)
def test_the_last_of_a_team_s_that_is_not_wrong_is_taken(team: Slack, fields: dict[str, Any]) -> None:
    view = opened(team, "team settings")
    said_of(team.submit(view, held(view) | filled(**fields)))


def test_who_leads_no_more_when_it_is_sent_changes_nothing(team: Slack, desk: Desk) -> None:
    team.command("team lead <@UBOB|bob>")
    view = opened(team, "team settings", user="UBOB")
    team.command("team remove <@UBOB|bob>")
    before = rules_of(desk)
    for _ in range(2):  # taken out, and in again without leading
        errors = errors_of(team.submit(view, held(view) | filled(hour="5"), user="UBOB"))
        assert list(errors) == ["days_before"]
        assert "Only those who lead this team" in errors["days_before"]
        team.command("team join", user="UBOB")
    assert rules_of(desk).settings == before.settings


@pytest.mark.parametrize(
    ("about", "user", "workspace"),
    [
        ({"channel": "C1"}, "UCAROL", "T1"),
        ({"channel": "C1"}, "UALICE", "T2"),
        ({"channel": "C2"}, "UALICE", "T1"),
        ({"channel": ""}, "UALICE", "T1"),
        ({}, "UALICE", "T1"),
        ({"channel": {"x": 1}}, "UALICE", "T1"),
    ],
)
def test_the_channel_is_looked_at_again_when_it_is_sent(
    team: Slack, desk: Desk, about: dict[str, Any], user: str, workspace: str
) -> None:
    before = rules_of(desk)
    view = opened(team, "team settings") | {"private_metadata": json.dumps(about)}
    answer = team.submit(view, held(view) | filled(hour="5"), user=user, team=workspace)
    assert list(errors_of(answer)) == ["days_before"]
    assert rules_of(desk) == before


def test_a_team_that_was_stopped_meanwhile_is_not_told_anything(team: Slack) -> None:
    view = opened(team, "team settings")
    team.command("team end C1")
    errors = errors_of(team.submit(view, held(view)))
    assert "There is no team here" in errors["days_before"]


def test_settings_sent_twice_change_once(team: Slack, desk: Desk) -> None:
    view = opened(team, "team settings")
    sent = held(view) | filled(hour="7")
    said_of(team.submit(view, sent))
    team.command("team settings hour 8")
    said_of(team.submit(view, sent))
    assert rules_of(desk).settings.hour == 8


def test_several_settings_can_be_typed_a_line_each(team: Slack, desk: Desk) -> None:
    team.command("team settings days 60 7\nhour 8\ntimezone tokyo\ntarget ACP-620 2")
    found = rules_of(desk)
    assert found.settings == TeamSettings("C1", (60, 7), 1, 8, "Asia/Tokyo")
    assert found.targets == {"ACP-620": 2}
    answer = json.loads(team.command("team settings days 30\nhour 25").body)
    assert "is no full hour of the day" in answer["text"]
    assert rules_of(desk) == found


def test_an_hour_alone_goes_by_the_clock_of_who_sets_it(team: Slack, desk: Desk) -> None:
    team.command("team lead <@UBOB|bob>")
    team.command("team settings hour 8", user="UBOB")
    assert rules_of(desk).settings.timezone == "America/New_York"
    team.command("team settings timezone utc", user="UBOB")
    assert rules_of(desk).settings.timezone == "UTC"


def test_the_largest_forms_are_taken_by_slack() -> None:
    settings = TeamSettings(
        "C" + "X" * 20, tuple(range(365, 355, -1)), 7, 23, "America/Argentina/ComodRivadavia"
    )
    for count in (1, 60, 300):
        targets = {f"ACP-{100 + number}": 1000 for number in range(count)}
        found = TeamRules(settings, targets, tuple("&" * 80 for _ in range(30)), 999)
        view = views.team(found, 365)
        assert view_problems(view) == []
        told = json.loads(view["private_metadata"])["targets"]
        field = next(block for block in view["blocks"] if block.get("block_id") == "targets")
        assert [part.split()[0] for part in field["element"]["initial_value"].split(", ")] == told
        assert (len(told) == count) == (count < 300)


def test_the_form_for_reminders_is_taken_by_slack_with_the_most_days(slack: Slack) -> None:
    slack.command("remind on days 365 364 363 362 361 360 359 358 357 356 355 354")
    view = opened(slack, "remind settings")
    assert held(view)["more"]["value"].count(",") == 11
