"""The words of /ce team: people, channels and settings; for the rest a sentence and a line that works."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.grammar import UnknownCodeError, WordsError
from bot.grammar.team import (
    DaysWords,
    DigestWords,
    HourWords,
    TargetWords,
    read_channel,
    read_page,
    read_people,
    read_person,
    read_setting,
    read_whose,
    refuse_more,
    unknown_subject,
)

CODES, LEVELS = ("ACP-120", "ACP-620", "ACA-100"), ("ACP", "ACA")


def setting(text: str) -> object:
    return read_setting(text, CODES, LEVELS)


def refused(read, *words: object) -> WordsError:
    with pytest.raises(WordsError) as error:
        read(*words)
    assert error.value.sentence
    assert error.value.example.startswith("/ce ")
    return error.value


# People


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("<@UBOB|bob>", {"UBOB": "bob"}),
        ("<@UBOB>", {"UBOB": ""}),
        ("<@W0123ABC|bob.b>", {"W0123ABC": "bob.b"}),
        ("<@UBOB|bob> <@UCAROL|carol>", {"UBOB": "bob", "UCAROL": "carol"}),
        (
            "<@UBOB|bob>, <@UCAROL|carol> and <@UDAVE|dave>",
            {"UBOB": "bob", "UCAROL": "carol", "UDAVE": "dave"},
        ),
        ("  <@UBOB|bob><@UBOB|bob> ", {"UBOB": "bob"}),
        ("<@UBOB|b\u202eob>", {"UBOB": "bob"}),
    ],
)
def test_people_are_who_slack_mentions(text: str, people: dict[str, str]) -> None:
    assert read_people(text) == people


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "Say who: type @"),
        ("  ", "Say who: type @"),
        ("bob", "“bob” is nobody I know"),
        ("@bob", "“@bob” is nobody I know"),
        ("<@UBOB|bob> please", "“please” is nobody I know"),
        ("<#C1|general>", "“<#C1|general>” is nobody I know"),
        ("<!subteam^S1|@admins>", "A group cannot be named here"),
        ("<!channel>", "A group cannot be named here"),
        ("<@ubob>", "is nobody I know"),
    ],
)
def test_who_is_no_person_of_slack_is_refused(text: str, why: str) -> None:
    error = refused(read_people, text)
    assert why in error.sentence
    assert error.example == "/ce team invite @bob"


@pytest.mark.parametrize(("count", "taken"), [(20, True), (21, False)])
def test_so_many_people_at_once_are_taken(count: int, taken: bool) -> None:
    text = " ".join(f"<@U{number}|m{number}>" for number in range(count))
    if taken:
        assert len(read_people(text)) == count
    else:
        assert "21 people where 20 are the most" in refused(read_people, text).sentence


def test_one_person_is_one_person() -> None:
    assert read_person("<@UBOB|bob>", "lead") == ("UBOB", "bob")
    error = refused(read_person, "<@UBOB|bob> <@UCAROL|carol>", "lead")
    assert error.sentence == "One person at a time: leave “@carol” out."
    assert error.example == "/ce team"
    assert refused(read_person, "<@UBOB|bob> off", "lead").sentence.startswith("“off” is nobody I know")


@pytest.mark.parametrize(
    ("text", "member_id"),
    [("", None), ("please", None), ("<@UBOB|bob>", "UBOB"), ("of <@UBOB> please", "UBOB")],
)
def test_whose_status_is_asked_for(text: str, member_id: str | None) -> None:
    assert read_whose(text) == member_id


@pytest.mark.parametrize("text", ["@bob", "@", "<@UBOB> <@UCAROL>", "<@bob>"])
def test_several_or_nobody_have_no_status(text: str) -> None:
    assert refused(read_whose, text).example == "/ce status"


# Channels


@pytest.mark.parametrize(
    ("text", "channel"),
    [("", None), (" ", None), ("C0123", "C0123"), ("<#C0123|general>", "C0123"), ("<#G0123>", "G0123")],
)
def test_a_channel_is_named_by_its_id_or_as_slack_sends_it(text: str, channel: str | None) -> None:
    assert read_channel(text) == channel


@pytest.mark.parametrize("text", ["<@UBOB|bob>", "general", "#general", "U0123", "C0123 C0124"])
def test_nobody_takes_others_out(text: str) -> None:
    error = refused(read_channel, text)
    assert error.sentence.startswith("Everybody leaves by themselves")
    assert "UBOB" not in error.sentence
    assert error.example == "/ce team leave"


# Words that stand alone, and words there are not


def test_what_stands_alone_takes_no_more_words() -> None:
    refuse_more("", "start")
    refuse_more("  ", "join")
    error = refused(refuse_more, "now <@UBOB|bob>", "join")
    assert error.sentence == "team join stands alone, and I cannot place “now @bob”: leave it out."
    assert error.example == "/ce team join"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("jion", "join"), ("STRAT now", "start"), ("setings days 3", "settings"), ("forcast", "forecast")],
)
def test_a_slip_gets_the_nearest(typed: str, meant: str) -> None:
    assert unknown_subject(typed).sentence.endswith(f"did you mean {meant}?")


def test_a_word_like_no_other_gets_them_all() -> None:
    sentence = unknown_subject("xyzzy").sentence
    assert (
        "“xyzzy”: there are all, forecast, invite, join, lead, leave, remove, settings, start and stop."
        in sentence
    )


# Pages


@pytest.mark.parametrize(("text", "page"), [("", 1), (" ", 1), ("1", 1), ("7", 7), ("007", 7)])
def test_a_page_is_a_number_from_one(text: str, page: int) -> None:
    assert read_page(text) == page


@pytest.mark.parametrize("text", ["0", "-1", "x", "1 2", "9" * 400, "³"])
def test_what_is_no_page_is_refused(text: str) -> None:
    assert refused(read_page, text).example == "/ce team all"


# Settings


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("days 30 14 7", DaysWords((30, 14, 7))),
        ("days 7, 30 and 14 days before", DaysWords((30, 14, 7))),
        ("day 1", DaysWords((1,))),
        ("Days: 7/7/365", DaysWords((365, 7))),
        ("hour 9", HourWords(9)),
        ("hour 0", HourWords(0)),
        ("hour 23", HourWords(23)),
        ("hour 9:00", HourWords(9)),
        ("time at 09.00", HourWords(9)),
        ("hour 9am", HourWords(9)),
        ("hour 12 am", HourWords(0)),
        ("hour 12pm", HourWords(12)),
        ("hour 5 PM", HourWords(17)),
        ("digest monday 9", DigestWords(1, 9)),
        ("digest Sunday", DigestWords(7, None)),
        ("digest on Fridays at 8", DigestWords(5, 8)),
        ("digest tue 17:00", DigestWords(2, 17)),
        ("digest off", DigestWords(None, None)),
        ("digest None", DigestWords(None, None)),
        ("target ACP-620 3", TargetWords("ACP-620", 3)),
        ("target acp620 1", TargetWords("ACP-620", 1)),
        ("targets ACA-100: 1000", TargetWords("ACA-100", 1000)),
        ("target ACP-620 to 3", TargetWords("ACP-620", 3)),
        ("target ACP-620 off", TargetWords("ACP-620", None)),
        ("target ACP-999 3 anyway", TargetWords("ACP-999", 3)),
    ],
)
def test_a_setting_is_read(text: str, said: object) -> None:
    assert setting(text) == said


@pytest.mark.parametrize(
    ("text", "why", "example"),
    [
        ("", "there are days, digest, hour, timezone and target", "/ce team settings"),
        ("colour red", "there are days, digest, hour, timezone and target", "/ce team settings"),
        ("dyas 30 7", "did you mean days?", "/ce team settings days 30 7"),
        ("days", "Say how many days", "/ce team settings days 30 14 7"),
        ("days 0", "from 1 to 365", "/ce team settings days 30 14 7"),
        ("days 30 366", "“366” is no number of days", "/ce team settings days 30"),
        ("days 30 x", "“x” is no number of days", "/ce team settings days 30"),
        ("days -7", "“-7” is no number of days", "/ce team settings days 30 14 7"),
        ("days ³", "“³” is no number", "/ce team settings days 30 14 7"),
        (
            f"days {' '.join(map(str, range(1, 12)))}",
            "10 are the most",
            "/ce team settings days 11 10 9 8 7 6 5 4 3 2",
        ),
        ("hour", "Say at which hour", "/ce team settings hour 9"),
        ("hour 24", "“24” is no full hour", "/ce team settings hour 9"),
        ("hour 9:30", "is no full hour", "/ce team settings hour 9"),
        ("hour 13pm", "is no full hour", "/ce team settings hour 9"),
        ("hour 0am", "is no full hour", "/ce team settings hour 9"),
        ("hour noonish", "is no full hour", "/ce team settings hour 9"),
        ("digest", "Say on which weekday", "/ce team settings digest monday 9"),
        ("digest mo 9", "“mo” is no weekday", "/ce team settings digest monday 9"),
        ("digest mnday 9", "“mnday” is no weekday", "/ce team settings digest Monday 9"),
        ("digest 9", "“9” is no weekday", "/ce team settings digest monday 9"),
        ("digest monday 25", "“25” is no full hour", "/ce team settings digest monday 9"),
        ("digest off 9", "“off” is no weekday", "/ce team settings digest monday 9"),
        ("target", "Say which certification", "/ce team settings"),
        ("target ACP-620", "Say how many are to hold ACP-620", "/ce team settings target ACP-620 3"),
        ("target ACP-620 0", "“0” is no number of people", "/ce team settings target ACP-620 3"),
        ("target ACP-620 1001", "from 1 to 1000", "/ce team settings target ACP-620 3"),
        ("target ACP-620 3 4", "“3 4” is no number", "/ce team settings target ACP-620 3"),
        ("target ACP-620 three", "“three” is no number", "/ce team settings target ACP-620 3"),
        ("target ACP-999 x anyway", "“x” is no number", "/ce team settings target ACP-999 3 anyway"),
    ],
)
def test_a_setting_that_is_none_gets_a_sentence_and_a_line_that_works(
    text: str, why: str, example: str
) -> None:
    error = refused(setting, text)
    assert why in error.sentence
    assert error.example == example
    words = example.removeprefix("/ce team settings").strip()
    assert not words or setting(words)


def test_a_certification_that_is_not_known_is_asked_about() -> None:
    with pytest.raises(UnknownCodeError) as error:
        setting("target ACP-621 3")
    assert error.value.plausible
    assert error.value.nearest == "ACP-620"
    assert error.value.example == "/ce team settings target ACP-620 3"


def error_of(read, text: str) -> WordsError | None:
    try:
        read(text)
    except WordsError as error:
        return error
    return None


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_with_a_line(text: str) -> None:
    for read in (read_people, read_page, read_channel, setting, lambda one: setting(f"days {one}"),
                 lambda one: setting(f"digest {one}"), lambda one: setting(f"target {one}")):  # fmt: skip
        error = error_of(read, text)
        assert error is None or error.example.startswith("/ce ")
        assert error is None or len(error.sentence) < 400
