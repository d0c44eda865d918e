"""The words of `/ce remind`: what people type about reminders, and a line that works for all the rest."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.grammar import AmbiguousWordsError, RemindWords, WordsError, read_remind

TODAY = date(2025, 12, 2)  # a Tuesday
USUAL = (90, 60, 30, 14, 7, 1)


def read(text: str) -> RemindWords:
    return read_remind(text, TODAY, USUAL)


def said(text: str) -> dict[str, Any]:
    words = read(text)
    return {name: value for name in words.__slots__ if (value := getattr(words, name)) is not None}


@pytest.mark.parametrize("text", ["on", "On", "ON!", "yes", "start", "me", "me please", "on please"])
def test_reminders_are_turned_on(text: str) -> None:
    assert said(text) == {"is_on": True}


@pytest.mark.parametrize(
    "text", ["off", "Off", "off!", "off.", "stop", "stop please", "no", "never", "unsubscribe", "me not"]
)
def test_reminders_are_turned_off(text: str) -> None:
    assert said(text) == {"is_on": False}


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("days 60 30 7", (60, 30, 7)),
        ("days 7, 30, 60", (60, 30, 7)),
        ("days 60, 30 and 7", (60, 30, 7)),
        ("days 60/30/7", (60, 30, 7)),
        ("days 60-30-7", (60, 30, 7)),
        ("days 30 30", (30,)),
        ("day 1", (1,)),
        ("days 365", (365,)),
        ("60 30 7 days", (60, 30, 7)),
        ("30 and 7 days before", (30, 7)),
        ("days default", USUAL),
        ("days 1 2 3 4 5 6 7 8 9 10 11 12", (12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1)),
    ],
)
def test_days_before_a_suspension_are_numbers_however_they_are_joined(
    text: str, days: tuple[int, ...]
) -> None:
    assert said(text) == {"days": days}


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("hour 8", 8),
        ("hour 08", 8),
        ("hour 0", 0),
        ("hour 23", 23),
        ("hour 8:00", 8),
        ("hour 08.00", 8),
        ("hour 17h", 17),
        ("hour 8am", 8),
        ("hour 8 am", 8),
        ("hour 8 a.m.", 8),
        ("hour 5pm", 17),
        ("hour 5 PM", 17),
        ("hour 12am", 0),
        ("hour 12pm", 12),
        ("hour 8 o'clock", 8),
        ("hour noon", 12),
        ("at midnight", 0),
        ("time 17", 17),
        ("at 8", 8),
        ("8am", 8),
        ("8:00", 8),
        ("noon", 12),
    ],
)
def test_an_hour_is_read_as_people_write_it(text: str, hour: int) -> None:
    assert said(text) == {"hour": hour}


@pytest.mark.parametrize(
    ("text", "is_quiet"),
    [
        ("weekends off", True),
        ("weekends quiet", True),
        ("weekend no", True),
        ("quiet weekends", True),
        ("quiet at weekends", True),
        ("no weekends", True),
        ("not on the weekend", True),
        ("off at weekends", True),
        ("weekends on", False),
        ("weekends too", False),
        ("on weekends", False),
    ],
)
def test_weekends_are_quiet_or_not(text: str, is_quiet: bool) -> None:
    assert said(text) == {"quiet_weekends": is_quiet}


@pytest.mark.parametrize(
    ("text", "may"),
    [
        ("mentions on", True),
        ("mention yes", True),
        ("mentions off", False),
        ("no mentions", False),
        ("never mention me", False),
    ],
)
def test_mentions_are_allowed_or_not(text: str, may: bool) -> None:
    assert said(text) == {"may_mention": may}


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("snooze 1 day", date(2025, 12, 3)),
        ("snooze 3 days", date(2025, 12, 5)),
        ("snooze 3d", date(2025, 12, 5)),
        ("snooze for 3 days", date(2025, 12, 5)),
        ("snooze 1 week", date(2025, 12, 9)),
        ("snooze a week", date(2025, 12, 9)),
        ("snooze two weeks", date(2025, 12, 16)),
        ("snooze 1 month", date(2026, 1, 1)),
        ("snooze 365 days", date(2026, 12, 2)),
        ("snooze until 2026-01-10", date(2026, 1, 10)),
        ("snooze 2026-01-10", date(2026, 1, 10)),
        ("snooze until 10 Jan 2026", date(2026, 1, 10)),
        ("snooze till Sat 2026-01-10", date(2026, 1, 10)),
        ("snooze until tomorrow", date(2025, 12, 3)),
        ("snooze until Wednesday", date(2025, 12, 3)),
        ("snooze until mon", date(2025, 12, 8)),
        ("snooze until Tuesday", date(2025, 12, 9)),
        ("pause 3 days", date(2025, 12, 5)),
        ("mute until 2026-01-10", date(2026, 1, 10)),
        ("off for 3 days", date(2025, 12, 5)),
        ("off until 2026-01-10", date(2026, 1, 10)),
        ("quiet for a week", date(2025, 12, 9)),
    ],
)
def test_a_snooze_lasts_so_long_or_until_a_day(text: str, until: date) -> None:
    assert said(text) == {"silent_until": until}


@pytest.mark.parametrize("text", ["snooze off", "snooze end", "snooze stop", "resume", "unmute"])
def test_a_snooze_ends(text: str) -> None:
    assert said(text) == {"ends_snooze": True}


def test_several_things_are_said_at_once() -> None:
    assert said("on, days 60 30 at 8am, weekends off and mentions on") == {
        "is_on": True,
        "days": (60, 30),
        "hour": 8,
        "quiet_weekends": True,
        "may_mention": True,
    }
    assert said("me in 3 days") == {"is_on": True, "silent_until": date(2025, 12, 5)}
    assert said("me 30 days before at 8") == {"is_on": True, "days": (30,), "hour": 8}


@pytest.mark.parametrize(
    ("text", "sentence", "example"),
    [
        ("frobnicate", "I cannot place “frobnicate”", "/ce remind"),
        ("please", "I cannot place “please”", "/ce remind"),
        ("of", "did you mean off?", "/ce remind off"),
        ("wekends off", "did you mean weekends?", "/ce remind weekends off"),
        ("snoze 3 days", "did you mean snooze?", "/ce remind snooze 3 days"),
        ("on off", "Two different things", "/ce remind"),
        ("days 60 days 30", "Two different things are said of the days", "/ce remind"),
        ("30 7", "Say what “30 7” is", "/ce remind days 30 7"),
        ("8", "Say what “8” is", "/ce remind days 8"),
        ("0", "Say what “0” is", "/ce remind hour 0"),
        ("days", "Say how many days", "/ce remind days 90 60 30 14 7 1"),
        ("days soon", "Say how many days", "/ce remind days 90 60 30 14 7 1"),
        ("days 0 7", "0 is not among them", "/ce remind days 7"),
        ("days 366", "366 is not among them", "/ce remind days 60 30 7"),
        (
            "days 1 2 3 4 5 6 7 8 9 10 11 12 13",
            "13 reminders of one suspension are too many",
            "/ce remind days 13 12 11 10 9 8 7 6 5 4 3 2",
        ),
        ("hour", "Say at which hour", "/ce remind hour 8"),
        ("hour eight", "Say at which hour", "/ce remind hour 8"),
        ("hour 24", "“24” is no hour of the day", "/ce remind hour 8"),
        ("hour 0am", "“0am” is no hour of the day", "/ce remind hour 8"),
        ("hour 13 pm", "“13 pm” is no hour of the day", "/ce remind hour 8"),
        ("hour 17:30", "“17:30” is between two", "/ce remind hour 17"),
        ("hour 5:30pm", "is between two", "/ce remind hour 17"),
        ("weekends", "Say whether weekends are on or off", "/ce remind weekends off"),
        ("weekends maybe", "Say whether weekends are on or off", "/ce remind weekends off"),
        ("mentions", "Say whether mentions are on or off", "/ce remind mentions on"),
        ("snooze", "Say for how long", "/ce remind snooze until 2025-12-09"),
        ("snooze until", "Say for how long", "/ce remind snooze until 2025-12-09"),
        ("quiet", "Say for how long", "/ce remind snooze until 2025-12-09"),
        ("snooze 3", "Say whether “3” is days or weeks", "/ce remind snooze 3 days"),
        ("snooze 0 days", "Tue 2025-12-02 is none", "/ce remind snooze until 2025-12-09"),
        ("snooze until today", "Tue 2025-12-02 is none", "/ce remind snooze until 2025-12-09"),
        ("snooze until 2025-12-01", "Mon 2025-12-01 is none", "/ce remind snooze until 2025-12-09"),
        ("snooze 366 days", "a year at most", "/ce remind snooze 365 days"),
        ("snooze 999999 weeks", "a year at most", "/ce remind snooze 365 days"),
        ("snooze until 2026-12-03", "a year at most", "/ce remind snooze 365 days"),
        ("snooze until Jan 10", "needs its year", "/ce remind snooze until 2025-12-09"),
        ("snooze forever", "“forever”", "/ce remind snooze until 2025-12-09"),
        ('"off', "A quote is opened", "/ce remind"),
        ("x" * 2_001, "2001 characters", "/ce remind"),
    ],
)
def test_other_words_get_a_sentence_and_a_line_that_works(text: str, sentence: str, example: str) -> None:
    with pytest.raises(WordsError) as refused:
        read(text)
    assert sentence in refused.value.sentence
    assert refused.value.example == example
    if example != "/ce remind":
        read(example.removeprefix("/ce remind"))


def test_a_date_with_two_readings_is_asked_back() -> None:
    with pytest.raises(AmbiguousWordsError) as refused:
        read("snooze until 01/02/2026")
    assert refused.value.texts == ("snooze until 2026-01-02", "snooze until 2026-02-01")


def test_a_snooze_until_a_weekday_ends_within_a_week() -> None:
    for name in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"):
        until = read(f"snooze until {name}").silent_until
        assert until
        assert timedelta(days=1) <= until - TODAY <= timedelta(days=7)
        assert f"{until:%A}" == name


VOCABULARY = (
    "on", "off", "me", "days", "day", "hour", "at", "weekends", "mentions", "snooze", "until", "for", "and",
    "7", "30", "0", "400", "8am", "17:30", "3", "a", "week", "quiet", "no", "2026-01-10", "01/02/2026", "Jan",
    "monday", "please", "!", ",", "frob", '"x"', "https://example.com",
)  # fmt: skip


@given(st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=7).map(" ".join))
def test_any_words_are_settings_that_can_be_kept_or_get_a_line_that_works(text: str) -> None:
    try:
        words = read(text)
    except WordsError as error:
        refused = error
    else:
        _is_sound(words)
        return
    assert refused.sentence
    verb, _, rest = refused.example.removeprefix("/ce ").partition(" ")
    assert verb == "remind"
    assert not rest or read(rest)


def _is_sound(words: RemindWords) -> None:
    assert any(getattr(words, name) is not None for name in words.__slots__)
    assert words.days is None or (words.days and all(1 <= day <= 365 for day in words.days))
    assert words.days is None or list(words.days) == sorted(set(words.days), reverse=True)
    assert words.hour is None or 0 <= words.hour <= 23
    assert words.silent_until is None or 1 <= (words.silent_until - TODAY).days <= 365
