"""A chat with the bot by lines, as `ce-bot console` has it in a pipe, and how it looks in a terminal."""

import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from conftest import ALICE, TODAY

import bot.views
from bot.cli import main
from bot.console import NO_BUTTONS, Clock, Console
from bot.ledger import Ledger, Member
from bot.terminal import EMOJI, screen
from bot.views.blocks import BLOCKS_MOST, button, reply

YOU = Member("TCONSOLE", "UYOU")
COURSES = [
    ("One", "2024-03-01"),
    ("Two", "2024-05-01"),
    ("Three", "2024-07-01"),
    ("Four", "2024-09-01"),
    ("Five", "2024-11-01"),
    ("Six", "2025-01-10"),
    ("Seven", "2025-03-01"),
    ("Eight", "2025-05-01"),
    ("Nine", "2025-06-01"),
]
SETUP = [
    "!time 2025-06-02",
    "/ce cert add ACP-620 earned 2024-01-01",
    *[f'/ce add course "{title}" {day}' for title, day in COURSES],
]


class Chat(NamedTuple):
    """What a conversation through a pipe came to."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> list[dict[str, Any]]:
        """The replies of a conversation with --json."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def texts(self) -> list[str]:
        return [one["text"] for one in self.said]


@pytest.fixture
def chat(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Chat]:
    """`ce-bot console` over one database: lines in, replies out, as JSON unless said otherwise."""
    monkeypatch.chdir(tmp_path)

    def do(given: str | bytes | list[str], *options: str, plain: bool = False) -> Chat:
        if isinstance(given, list):
            given = "".join(f"{line}\n" for line in given)
        if isinstance(given, str):
            given = given.encode()
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(given)))
        try:
            code = main(["console", "--db", "a.db", *([] if plain else ["--json"]), *options])
        finally:
            printed = capsys.readouterr()
        return Chat(code, *printed)

    return do


def activities(who: Member = YOU) -> list[tuple[int, str, date]]:
    ledger = Ledger("a.db")
    try:
        return [(one.number, one.title, one.done_on) for one in ledger.facts(who).activities]
    finally:
        ledger.close()


# The exchange that the bot was made for


@pytest.mark.parametrize("entered_on", ["2025-12-02", "2026-03-15"])
def test_the_tenth_course_renews_from_its_own_date_whenever_it_is_entered(chat, entered_on: str) -> None:
    found = chat(
        [*SETUP, f"!time {entered_on}", '/ce add course "Ten" 2025-12-01', "/ce status"],
        "--today",
        "2025-06-02",
    )
    assert (found.code, found.err) == (0, "")
    assert len(found.said) == len(SETUP) - 1 + 2
    added, status = found.texts[-2:]
    assert "2027-12-01" in added
    assert "2028-03-01" in added
    assert "renewed on Mon 2025-12-01" in added
    assert "Suspends *Wed 2027-12-01*" in status
    assert "expires Wed 2028-03-01" in status
    assert "0 of 100 CE" in status
    assert "90 of 100 CE" in found.texts[-3]


def test_the_same_exchange_through_a_real_pipe(tmp_path: Path) -> None:
    lines = [*SETUP, "!time 2025-12-02", '/ce add course "Ten" 2025-12-01', "/ce status"]
    done = subprocess.run(
        [sys.executable, "-m", "bot", "console", "--db", str(tmp_path / "f.db")],
        input="".join(f"{line}\n" for line in lines),
        capture_output=True,
        encoding="utf-8",
        check=False,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
    )
    assert (done.returncode, done.stderr) == (0, "")
    added, status = re.split(r"(?m)^(?=Logged 10 |● ACP-620 · Professional)", done.stdout)[-2:]
    for shown in (added, status):
        assert "2027-12-01" in shown
        assert "2028-03-01" in shown
    assert "★ ACP-620 reached 100 CE and renewed on Mon 2025-12-01" in added
    assert not re.search(r"\x1b|:[a-z_]+:|&[a-z]+;", done.stdout)


# What is said, and to whom


def test_json_is_one_object_a_line_with_the_same_keys_always(chat) -> None:
    found = chat(
        [
            "/ce help",
            "does coursework need to match the cert?",
            '/ce add course "One" 2025-12-01',
            "!click undo",
            "@bob #general does coursework need to match the cert?",
        ],
        "--today",
        "2025-12-02",
    )
    assert [list(one) for one in found.said] == [["to", "kind", "text", "blocks"]] * 5
    assert [(one["to"], one["kind"]) for one in found.said] == [
        ("you", "reply"),
        ("you", "message"),
        ("you", "reply"),
        ("you", "update"),
        ("#general", "message"),
    ]
    assert all(one["text"] and one["blocks"] for one in found.said)


def test_each_reply_is_one_line_of_json_whatever_is_in_it(chat) -> None:
    found = chat(['/ce add course "Größe 🎉 \u00a0" 2025-12-01', "/ce list"], "--today", "2025-12-02")
    assert found.out.count("\n") == 2
    assert all('"Größe 🎉' in text for text in found.texts)


def test_another_speaker_speaks_for_one_line_only(chat) -> None:
    found = chat(
        [
            '@bob /ce add course "Bobs" 2025-12-01',
            '/ce add course "Mine" 2025-12-01',
            "@bob /ce list",
            "/ce list",
        ],
        "--today",
        "2025-12-02",
    )
    assert [one["to"] for one in found.said] == ["bob", "you", "bob", "you"]
    assert ["Bobs" in text for text in found.texts] == [True, False, True, False]
    assert activities(Member("TCONSOLE", "UBOB")) == [(1, "Bobs", date(2025, 12, 1))]
    assert activities() == [(1, "Mine", date(2025, 12, 1))]


def test_a_click_is_made_by_whoever_spoke_last(chat) -> None:
    chat(
        ['/ce add course "Mine" 2025-12-01', '@bob /ce add course "Bobs" 2025-12-01', "!click Undo"],
        "--today",
        "2025-12-02",
    )
    assert activities(Member("TCONSOLE", "UBOB")) == []
    assert len(activities()) == 1


def test_a_name_of_ones_own(chat) -> None:
    found = chat(['/ce add course "Hers" 2025-12-01', "hello"], "--as", "alice", "--today", "2025-12-02")
    assert [one["to"] for one in found.said] == ["alice", "alice"]
    assert activities(Member("TCONSOLE", "UALICE")) == [(1, "Hers", date(2025, 12, 1))]


def test_a_command_in_a_channel_is_answered_to_the_speaker_alone(chat) -> None:
    found = chat(["#general @bob /ce help", "#general /ce help"])
    assert [(one["to"], one["kind"]) for one in found.said] == [("bob", "reply"), ("you", "reply")]


def test_a_plain_line_is_a_direct_message_and_a_channel_makes_it_a_mention(chat) -> None:
    question = "does coursework need to match the cert?"
    direct, mention = chat([question, f"#general {question}"]).said
    assert (direct["to"], direct["kind"]) == ("you", "message")
    assert (mention["to"], mention["kind"]) == ("#general", "message")
    assert direct["text"] == mention["text"]
    assert "Source:" in direct["text"]


def test_odd_lines_are_plain_messages(chat) -> None:
    lines = [
        "@bob",
        "#general",
        "@",
        "#",
        "# heading",
        "@ nobody",
        "&lt;",
        "<@UBOB>",
        "\u202e/ce help",
        "🎉" * 50,
    ]
    found = chat(lines)
    assert [(one["to"], one["kind"]) for one in found.said] == [("you", "message")] * len(lines)


def test_blank_lines_and_no_lines_say_nothing(chat) -> None:
    assert chat("") == (0, "", "")
    assert chat("\n  \n\t\n") == (0, "", "")


def test_the_last_line_needs_no_end_and_ends_of_any_kind_will_do(chat) -> None:
    assert len(chat("/ce help\r\n/ce help").said) == 2


def test_a_link_or_an_address_is_not_taken_for_a_member(chat) -> None:
    chat(
        ['/ce add course "Talk to me@example.com" 2025-12-01 https://example.com/@me/1'],
        "--today",
        "2025-12-02",
    )
    ledger = Ledger("a.db")
    (activity,) = ledger.facts(YOU).activities
    ledger.close()
    assert (activity.title, activity.link) == ("Talk to me@example.com", "https://example.com/@me/1")


def test_a_member_named_in_a_command_arrives_as_slack_sends_it(chat) -> None:
    mine, others = chat(["/ce status @you", "/ce status @bob"]).texts
    assert "I know of no certification of yours yet" in mine
    assert others.startswith("I show somebody else's status only where you share a team")


def test_what_looks_like_markup_is_kept_as_typed(chat) -> None:
    title = "<b> & &amp; <@UBOB> <!channel> *x*"
    found = chat([f'/ce add course "{title}" 2025-12-01', "/ce list"], "--today", "2025-12-02", plain=True)
    assert activities() == [(1, title, date(2025, 12, 1))]
    # Stars and backticks are markup to Slack wherever they stand; the rest is shown as it was typed.
    assert found.out.count('"' + title.replace("*", "") + '"') == 2


# Lines for the console itself


def test_the_clock_is_moved_by_any_date_a_person_writes(chat) -> None:
    chat(
        [
            "!time 2026-01-01",
            "/ce add course One",
            "!time yesterday",
            "/ce add course Two",
            "!time 1 Mar 2026",
            "/ce add course Three",
        ]
    )
    assert [day for _, _, day in activities()] == [date(2026, 1, 1), date(2025, 12, 31), date(2026, 3, 1)]


def test_today_can_be_said_at_the_start(chat) -> None:
    chat(["/ce add course One"], "--today", "2024-02-29")
    assert activities() == [(1, "One", date(2024, 2, 29))]


def test_a_start_on_what_is_no_day_ends_with_2_and_one_sentence(chat) -> None:
    found = chat(["/ce help"], "--today", "nonsense")
    assert (found.code, found.out) == (2, "")
    assert "nonsense" in found.err
    assert found.err.count("\n") == 1


def test_a_click_undoes_and_its_update_takes_the_buttons_away(chat) -> None:
    found = chat(
        ['/ce add course "One" 2025-12-01', "!click UNDO", "!click Undo", "/ce list"], "--today", "2025-12-02"
    )
    assert [one["kind"] for one in found.said] == ["reply", "update", "reply"]
    assert found.texts[1].startswith("Undone: logging activity 1.")
    assert found.err == NO_BUTTONS + "\n"
    assert found.code == 1


def test_a_suggested_question_is_asked_by_a_click(chat) -> None:
    first = chat(["renewal"]).said[0]
    labels = [
        one["text"]["text"]
        for block in first["blocks"]
        if block["type"] == "actions"
        for one in block["elements"]
    ]
    assert labels
    clicked = chat(["renewal", f"!click {labels[0]}"]).said[1]
    assert clicked["kind"] == "update"
    assert "Source:" in clicked["text"]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("!click nothing", "No button of the last reply says 'nothing'. It has: Undo."),
        ("!time nonsense", "nonsense"),
        ("!time", "date"),
        ("!dance", "!dance is not known here"),
        ("!", "! is not known here"),
        ("/other words", "/other is no command of this bot"),
        ("/", "/ is no command of this bot"),
        ("/CE help", "/CE is no command of this bot"),
    ],
)
def test_a_line_that_cannot_be_done_is_one_sentence_and_the_rest_goes_on(chat, line: str, says: str) -> None:
    found = chat(['/ce add course "One" 2025-12-01', line, "/ce list"], "--today", "2025-12-02")
    assert found.code == 1
    assert says in found.err
    assert found.err.count("\n") == 1
    assert [one["kind"] for one in found.said] == ["reply", "reply"]
    assert '"One"' in found.texts[1]


# Input of all kinds


def test_bytes_that_are_no_utf_8_are_replaced_and_the_rest_goes_on(chat) -> None:
    found = chat(b'/ce add course "Caf\xe9" 2025-12-01\n\xff\xfe\x00\n/ce list\n', "--today", "2025-12-02")
    assert (found.code, found.err) == (0, "")
    assert activities() == [(1, "Caf\ufffd", date(2025, 12, 1))]
    assert len(found.said) == 3


@pytest.mark.parametrize(
    "line",
    ["/ce add course " + "x" * 10_000, "/ce " + "x" * 10_000, "x" * 10_000, "/ce ask " + "x y " * 2500],
)
def test_a_line_of_10000_characters_is_answered_within_slacks_limits(chat, line: str) -> None:
    found = chat([line, "/ce help"], "--today", "2025-12-02")
    assert (found.code, found.err) == (0, "")
    said, _ = found.said
    assert 0 < len(said["text"]) < 3000
    assert len(said["blocks"]) <= BLOCKS_MOST
    assert activities() == []


def test_odd_characters_are_answered(chat) -> None:
    found = chat(
        ["\x00", "/ce \x00\x01\x02", "/ce add course \x1b[31mred 2025-12-01"], "--today", "2025-12-02"
    )
    assert (found.code, found.err, len(found.said)) == (0, "", 3)


def test_the_next_chat_remembers_the_one_before(chat) -> None:
    chat(['/ce add course "One" 2025-12-01'], "--today", "2025-12-02")
    assert '"One"' in chat(["/ce list"]).texts[0]
    chat(['/ce add course "One" 2025-12-01'], "--today", "2025-12-02")
    assert [number for number, _, _ in activities()] == [1, 2]


# The conversation as other tests use it


def test_the_clock_is_the_real_one_until_it_is_moved() -> None:
    clock = Clock()
    before = datetime.now(UTC)
    assert before <= clock() <= datetime.now(UTC)
    clock.moved_to = TODAY
    assert clock() == datetime(2025, 12, 2, 12, tzinfo=UTC)


def test_each_line_of_a_conversation_is_a_request_of_its_own(console: Console, ledger: Ledger) -> None:
    for _ in range(3):
        console.feed("/ce add course One 2025-12-01")
    facts = ledger.facts(Member("TCONSOLE", ALICE.id))
    assert [activity.number for activity in facts.activities] == [1, 2, 3]


# How it looks

SHOWN = reply(
    "*Bold* and `code & <x>` and `█░` :tada: :no_such_emoji: 10:30:45",
    "<https://example.com/a?b=1&amp;c=2|the &lt;label&gt;> <https://example.com> &lt;@U1&gt; *a\nb*",
    small=["small &amp; thin"],
    buttons=[button("Undo", "a", "1"), button("Other", "b", "2")],
)


def test_plain_text_has_no_markup(capsys: pytest.CaptureFixture[str]) -> None:
    screen(in_colour=False).show("you", "reply", SHOWN.text, SHOWN.blocks)
    assert capsys.readouterr().out == (
        "Bold and `code & <x>` and █░ ★ :no_such_emoji: 10:30:45\n"
        "\n"
        "the <label> (https://example.com/a?b=1&c=2) https://example.com <@U1> *a\n"
        "b*\n"
        "\n"
        "small & thin\n"
        "\n"
        "[ Undo ]  [ Other ]  \n"
        "\n"
    )


def test_a_message_without_blocks_is_shown_by_its_text(capsys: pytest.CaptureFixture[str]) -> None:
    screen(in_colour=False).show("you", "message", "*one*\ntwo", [])
    assert capsys.readouterr().out == "one\ntwo\n\n"


@pytest.mark.parametrize(
    ("kind", "title"), [("reply", "bob"), ("message", "bob (message)"), ("update", "bob (update)")]
)
def test_in_colour_there_is_a_frame_that_says_to_whom(
    capsys: pytest.CaptureFixture[str], kind: str, title: str
) -> None:
    shown = screen(in_colour=True)
    shown.hint("a [bold]hint[/bold]")
    shown.show("bob", kind, SHOWN.text, SHOWN.blocks)
    out = re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out)
    assert "a [bold]hint[/bold]" in out
    assert f"─ {title} ─" in out
    assert "Bold and `code & <x>` and █░ ★" in out
    assert "[ Undo ]" in out


def test_every_emoji_that_views_use_has_a_sign_in_the_terminal() -> None:
    (folder,) = bot.views.__path__
    used = {
        name
        for path in Path(folder).glob("*.py")
        for name in re.findall(r"(?<![\w{:]):([a-z][a-z0-9_+-]*):(?![\w:])", path.read_text("utf-8"))
    }
    assert "large_green_circle" in used
    assert used - EMOJI.keys() == set()
    assert all(colour for _, colour in EMOJI.values())
    assert all(len(sign) == 1 for sign, _ in EMOJI.values())


# Curators


def test_whoever_owns_the_console_looks_after_the_answers_unless_settings_say_otherwise(
    chat: Callable[..., Chat], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CE_BOT_CURATORS", raising=False)
    question = "Which wine goes with grilled mackerel on a boat?"
    assert chat([question, "/ce faq inbox", "@bob /ce faq inbox"]).texts[1:] == [
        chat(["/ce faq inbox"]).texts[0],
        chat(["@eve /ce faq inbox"]).texts[0],
    ]
    assert question in chat(["/ce faq inbox"]).texts[0]
    assert question not in chat(["@bob /ce faq inbox"]).texts[0]
    monkeypatch.setenv("CE_BOT_CURATORS", "UBOB")
    assert question not in chat(["/ce faq inbox"]).texts[0]
    assert question in chat(["@bob /ce faq inbox"]).texts[0]


def test_a_question_is_passed_on_to_the_channel_of_the_console_or_of_the_settings(
    chat: Callable[..., Chat], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = ["Which wine goes with grilled mackerel on a boat?", "!click curators", "!click Post"]
    for channel in ("CCURATORS", "C0123ABCD"):
        assert channel in [one["to"] for one in chat(lines).said]
        monkeypatch.setenv("CE_BOT_CURATORS_CHANNEL", "C0123ABCD")


def test_what_is_answered_beside_a_card_leaves_its_buttons(chat: Callable[..., Chat]) -> None:
    found = chat(["does coursework need to match the cert?", "!click Not helpful", "!click Helpful"])
    assert found.code == 0
    assert [one["kind"] for one in found.said] == ["message", "reply", "reply"]


def test_members_and_channels_are_shown_by_their_ids(chat: Callable[..., Chat]) -> None:
    lines = ["Which wine goes with grilled mackerel on a boat?", "!click curators"]
    shown = chat(lines, plain=True).out
    assert "in #CCURATORS:" in shown
    assert "begins with @UYOU instead" in shown


# Forms and the Home tab

ON_THE_DAY = ("--today", "2025-12-02")


def test_a_form_is_opened_filled_in_and_sent(chat: Callable[..., Chat]) -> None:
    found = chat(
        [
            "/ce cert add ACP-620 earned 2024-06-01",
            "/ce add course",
            "!fill title Jira Automation",
            "!fill done on 2025-12-01",
            "!submit",
        ],
        *ON_THE_DAY,
        plain=True,
    )
    assert found.out.count("== Log") == 3  # as it is opened, and after each field that says more
    assert 'Logged 1 · course "Jira Automation", Mon 2025-12-01' in found.out
    assert activities() == [(1, "Jira Automation", date(2025, 12, 1))]
    assert found.code == 0


def test_what_is_wrong_in_a_form_is_said_with_the_name_of_its_field(chat: Callable[..., Chat]) -> None:
    found = chat(["/ce add course", "!fill done on 2025-12-03", "!fill title X", "!submit"], *ON_THE_DAY)
    assert "Done on: " in found.err
    assert activities() == []
    assert found.code == 1


@pytest.mark.parametrize("line", ["!submit", "!fill title x"])
def test_without_an_open_form_there_is_nothing_to_fill_in(chat: Callable[..., Chat], line: str) -> None:
    assert "No form is open" in chat(["/ce help", line]).err


def test_home_shows_where_one_stands_and_its_buttons_work(chat: Callable[..., Chat]) -> None:
    lines = ["/ce cert add ACP-620 earned 2024-06-01", "!home", "!click Plan", "!home", "!click Log activity"]
    found = chat(lines, *ON_THE_DAY)
    assert [one["kind"] for one in found.said] == ["reply", "home", "modal", "home", "modal"]
    assert "Mon 2026-06-01" in found.texts[1]
    assert found.code == 0


def test_a_shortcut_opens_the_form_and_one_on_a_message_brings_its_words(chat: Callable[..., Chat]) -> None:
    found = chat(["!shortcut", "!shortcut Course on <Jira> done", "!submit"], *ON_THE_DAY)
    assert [one["kind"] for one in found.said][:2] == ["modal", "modal"]
    assert activities() == [(1, "Course on <Jira> done", date(2025, 12, 2))]
