"""Whatever is typed after `/ce`: one helpful answer that Slack takes, nothing saved where it is refused."""

import json
import re
import sqlite3
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import closing
from typing import Any

import pytest
from conftest import Slack
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from slack_limits import elements_of, problems, texts_in, view_problems

from bot.ledger import Ledger
from bot.listeners.commands import ALIASES, CHANGING, LOOKING
from bot.views.blocks import escaped
from bot.views.questions import SAME_DATES

# Each command that takes text, with words before which anything may stand.
TAKES_TEXT = (
    "", "add", "add course", "add presentation", "edit", "edit 1", "remove", "undo", "cert", "cert add",
    "cert add ACP-120", "cert add ACP-120 earned", "cert remove", "portal", "portal ACP-620",
    "portal ACP-620 suspends", "exam", "exam ACP-620", "exam remove", "exam remove ACP-620", "ask", "help",
    "faq", "faq inbox", "faq phrasings", "faq entries", "faq draft", "faq pass", "faq keep", "faq helpful",
    "faq unhelpful", "faq none", "faq take", "faq refer", "faq dismiss", "faq reopen", "status", "list",
    "cert list", "why", "why ACP-620", "plan", "plan ACP-620", "plan on",
    "remind", "remind status", "remind renewed", "remind renewed ACP-620", "remind days", "remind hour",
    "remind weekends", "remind mentions", "remind snooze", "remind snooze until", "remind on",
    "timeline", "timeline ACP-620", "team forecast",
    "status <@UBOB|bob>", "team", "team all", "team start", "team join", "team invite", "team lead",
    "team remove",
    "team settings", "team settings days", "team settings hour", "team settings digest",
    "team settings digest monday", "team settings target", "team settings target ACP-620", "team accept",
    "team decline", "team stop", "team keep", "team end", "team leave",
    "export", "export proof", "export proof ACP-620", "done", "done 1", "done all", "done 1-2 not",
    "calendar", "calendar address", "calendar revoke", "forget-me", "forget-me everything",
    "forget-me keep",
    "import", "import kind,date,title", "import save", "import cancel", "import day-first",
    "import month-first",
    "form add", "form add course", 'form add {"kind":', "form edit", "form edit 1",
    'form edit {"number": 1, "title":',
    "form cert", "form cert ACP-120", "form portal", "form portal ACP-620 suspends", "form exam",
    "form exam ACP-620", "remind settings",
    "team settings timezone", "team settings days 30\ntarget",
    "proof", "proof 1", "proof show", "proof show 1", "proof remove", "proof remove 1", "proof take",
    'proof take {"number":1,"files":', 'proof take {"number":1,"files":[{"id":"F1","name":"', "proof new",
    'proof new {"files":[]}', "proof no", "form proof", "form proof 1", 'form proof {"number":',
)  # fmt: skip
NASTY = {
    "nothing": "",
    "blanks": " \t  ",
    "10,000 characters": "x" * 10_000,
    "10,000 ampersands": "&" * 10_000,
    "2,000 words": "word " * 2_000,
    "a title of 201 characters": f'"{"t" * 201}"',
    "a title of 1,900 ampersands": f'"{"&" * 1_900}" yesterday',
    "a link of 1,900 characters": "Jira https://example.com/" + "a&" * 930,
    "an emoji": "🎉",
    "a family of emoji": "👩‍👩‍👧‍👦 🏳️‍🌈 :tada:",
    "right to left": "שלום עולם",
    "a mark that turns the line around": "\u202eenoD\u202c \u2066x\u2069",
    "everybody": "<!channel> <!here> <!everyone>",
    "somebody": "<@U123|bob> <#C123|general>",
    "entities": "&lt;!channel&gt; &amp;lt; &lt;",
    "a lone bracket": "<",
    "markup": "*bold* _it_ ~no~ `code` ```block``` > quote | table",
    "an opened quote": '"Jira Automation',
    "a quote too many": '"Jira" Automation" yesterday',
    "curly quotes": "“Jira Automation”",
    "curly quotes the wrong way round": "”Jira Automation“",
    "one curly quote": "“Jira",
    "an apostrophe": "Team '25",
    "SQL": "'; DROP TABLE activities; --",
    "SQL in quotes": "\"x'); DELETE FROM audit WHERE ('1'='1\" yesterday",
    "a format": "{0} {code} %s %(x)s ${HOME} {{ policy.portal }}",
    "no such day": "Jira 31/02/2025",
    "no such month": "Jira 2025-13-01",
    "tomorrow": "Jira tomorrow",
    "long ago": "Jira 1 Jan 1900",
    "a leap day": 'Jira "Feb 29"',
    "a leap day without its year": "Jira Feb 29",
    "two readings": "Jira 03/04/2025",
    "no readings": "Jira 99/99/9999",
    "a span": "Jira 3-5 May 2025",
    "negative units": "Jira -30 units",
    "huge units": "Jira 99999999999999999999 units",
    "zero units": "Jira 0 units",
    "half a unit": "Jira 2.5 units",
    "a huge number": "9" * 400,
    "a negative number": "-1",
    "another member's number": "77",
    "zero": "0",
    "NUL": "a\x00b\x00",
    "control characters": "\x01\x02\x1b[31mred\x1b[0m\x7f\x85\r\n\x0b",
    "a lone surrogate": "a \ud800 b",
    "only surrogates": "\udfff\udfff",
    "a code with many dashes": "ACP" + "-" * 150 + "621 earned 2024-01-01",
    "a code of other digits": "ACP-６２０ ACP-٦٢٠",
    "a code with four digits": "ACP-6200 earned 2024-01-01",
    "letters that fold to others": "ﬁ ß İ ı ǅ K",
    "combining marks": "Z" + "\u0301" * 300,
    "newlines": "course\n\nJira\nyesterday",
    "JSON": '{"a": [1, 2, {"b": null}]}',
    "a path": "../../etc/passwd",
    "a question": "why?",
    "dates of every kind": "earned suspends expires 2024-01-01 2025-01-01 2026-01-01",
}
RAW = re.compile("<[!@#]")
WENT_WRONG = "Something went wrong"
CLASS_NAME = re.compile(r"\b[A-Z]\w*(?:Error|Exception|Warning)\b|Traceback|sqlite3?\b|\bNone\b")


class Bob(Slack):
    """A member with something of everything, and answers looked at from all sides."""

    def __init__(self, desk: Any, ledger: Ledger) -> None:
        super().__init__(desk, submit_file=lambda work: Future())  # files are made elsewhere, and take long
        self.ledger = ledger
        for line in (
            "cert add ACP-620 earned 2024-01-01",
            'add course "Jira" 2025-11-01',
            'add course "Flow" 2025-11-02',
            "exam ACP-620 2025-05-01",
        ):
            assert self.command(line).status == 200
        self.known = self.facts()

    def facts(self) -> dict[str, list[tuple[Any, ...]]]:
        """All rows of all tables but the answers kept for repeated deliveries."""
        with closing(sqlite3.connect(self.ledger.path)) as db:
            tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            return {
                table: sorted(db.execute(f"SELECT * FROM {table}"), key=repr)
                for table in tables
                if table != "requests"
            }

    def click(self, action: dict[str, Any], **rest: Any) -> Any:
        """A click, after which other rows are known."""
        response = super().click(action, **rest)
        self.known = self.facts()
        return response

    def answer(self, text: str) -> dict[str, Any]:
        """The one answer to a command, after a look at what holds for every answer."""
        said, sent = len(self.said), len(self.sent)
        response = self.command(escaped(text))
        assert response.status == 200
        if not response.body:
            return self.form_opened(said, sent)
        found: dict[str, Any] = json.loads(response.body)
        assert (len(self.said), len(self.sent)) == (said, sent), "there is more than one answer"
        assert problems(found) == []
        assert WENT_WRONG not in found["text"]
        assert not CLASS_NAME.search(found["text"].replace(escaped(text), ""))
        assert not RAW.search("\n".join([found["text"], *texts_in(found["blocks"])]))
        refused = "Try: `" in found["text"] or "rules: leave the units out" in found["text"]
        before, self.known = self.known, self.facts()
        if refused:
            assert self.known == before, "it was refused, and yet something was saved"
        return found

    def form_opened(self, said: int, sent: int) -> dict[str, Any]:
        """A form that opens instead of an answer, as what it says; nothing is saved before it is sent."""
        (opened,) = [one for one in self.said[said - len(self.said) :] if one.kind == "modal"]
        assert len(self.sent) == sent, "there is more than one answer"
        assert view_problems(opened.view) == []
        text = "\n".join(texts_in(opened.blocks))
        assert WENT_WRONG not in text
        assert not RAW.search("\n".join(_mrkdwn_in(opened.blocks)))
        assert self.known == self.facts(), "a form was opened, and something was saved"
        return {"text": text, "blocks": opened.blocks}


def _mrkdwn_in(thing: Any) -> Iterator[str]:
    """What Slack reads markup in; fields hold plain text."""
    if isinstance(thing, dict):
        if thing.get("type") == "mrkdwn":
            yield thing["text"]
        for value in thing.values():
            yield from _mrkdwn_in(value)
    elif isinstance(thing, list):
        for value in thing:
            yield from _mrkdwn_in(value)


@pytest.fixture
def bob(desk, ledger: Ledger) -> Bob:
    return Bob(desk, ledger)


@pytest.mark.parametrize("command", TAKES_TEXT, ids=lambda command: command or "nothing")
def test_bad_input_gets_one_helpful_answer_and_saves_nothing(bob: Bob, command: str) -> None:
    for name, text in NASTY.items():
        try:
            bob.answer(f"{command} {text}")
        except AssertionError as error:
            raise AssertionError(f"/ce {command}, then {name}") from error


def test_every_command_that_takes_text_is_tried() -> None:
    tried = {command.split(" ACP")[0] for command in TAKES_TEXT}
    by_buttons = {"undo change", SAME_DATES}
    assert {*LOOKING, *CHANGING} - by_buttons <= tried


@pytest.mark.parametrize("number", ["-1", "0", "99999999999999999999999999", "x", "1.5", "３"])
def test_a_made_up_undo_button_undoes_nothing(bob: Bob, number: str) -> None:
    before = bob.facts()
    assert "nothing left to undo" in bob.answer(f"undo change {number}")["text"]
    assert bob.facts() == before


def test_a_title_of_the_longest_length_is_taken_and_one_character_more_is_not(bob: Bob) -> None:
    assert bob.answer(f'add course "{"t" * 200}"')["text"].startswith("Logged")
    assert "shorten it" in bob.answer(f'add course "{"t" * 201}"')["text"]


def test_what_is_typed_comes_back_as_it_was_typed(bob: Bob) -> None:
    typed = "<!channel> & <@U1> 'x'); DROP TABLE audit; -- 🎉 שלום"
    assert escaped(typed) in bob.answer(f'add course "{typed}" yesterday')["text"]
    assert escaped(typed) in bob.answer("list")["text"]
    assert bob.facts()["activities"][-1][5] == typed


def test_a_mention_in_a_title_reaches_nobody(bob: Bob) -> None:
    """Slack sends a mention unescaped, so that it is known; it is shown as text."""
    response = bob.command("add course with <@U123|bob> yesterday")
    assert "<@" not in response.body
    assert "&lt;@U123|bob&gt;" in response.body


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("add course Jira 31/02/2025", "There is no 31 February 2025; February 2025 has 28 days."),
        ("add course Jira 2025-13-01", "There is no month 13."),
        ("add course Jira tomorrow", "Wed 2025-12-03 is still to come"),
        ("add course Jira 1 Jan 1900", "before the year 2000"),
        ("add course Jira Feb 29", "There was no 29 February in the last twelve months"),
        ("edit 1 31/02/2025", "There is no 31 February 2025"),
        ("exam ACP-620 tomorrow", "still to come"),
        ("cert add ACP-620 earned tomorrow", "still to come"),
        ("cert add ACP-620 earned 1 Jan 1900", "before the year 2000"),
        ("portal ACP-620 suspends 31/02/2026", "There is no 31 February 2026"),
        ("portal ACP-620 suspends 2099-01-01", "more than ten years ahead"),
        ("add presentation X 0 units", "from 1 to 1000"),
        ("add presentation X -5 units", "from 1 to 1000"),
        ("add presentation X 1001 units", "from 1 to 1000"),
        ("remove 77", "You have no activity 77"),
        ("edit 77 yesterday", "You have no activity 77"),
        ("remove -1", "is not the number of an activity"),
        ("remove 1 2", "I need only the number"),
    ],
)
def test_what_is_wrong_is_named_with_a_line_that_works_and_nothing_is_saved(
    bob: Bob, words: str, why: str
) -> None:
    found = bob.answer(words)["text"]
    assert why in found
    assert "Try: `/ce " in found


def test_the_largest_units_are_taken(bob: Bob) -> None:
    assert bob.answer("add presentation X 1000 units")["text"].startswith("Logged")


# Two readings

TWO_READINGS = (
    ('add course "Jira" {}', "Logged *3*", "Tue 2025-03-04", "Thu 2025-04-03"),
    ("edit 1 {}", "Changed *1*", "Tue 2025-03-04", "Thu 2025-04-03"),
    ("exam ACP-620 {}", "Exam ACP-620", "Tue 2025-03-04", "Thu 2025-04-03"),
    ("exam remove ACP-610 {}", "I know of no ACP-610 exam", "Tue 2025-03-04", "Thu 2025-04-03"),
    ("cert add ACP-120 earned {}", "Noted ACP-120", "2027-03-04", "2027-04-03"),
    ("cert ACP-120 earned {}", "Noted ACP-120", "2027-03-04", "2027-04-03"),
    ("portal ACP-120 suspends {}", "Noted ACP-120", "Wed 2025-06-04", "Thu 2025-07-03"),
    ("log course {} <!channel> & co", "Logged *3*", "Tue 2025-03-04", "Thu 2025-04-03"),
)


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize(("words", "done", "first", "second"), TWO_READINGS)
def test_a_date_with_two_readings_is_asked_back_and_each_button_does_it(
    bob: Bob, words: str, done: str, first: str, second: str, which: int
) -> None:
    found = bob.answer(words.format("03/04/2025"))
    buttons = list(elements_of(found["blocks"]))
    assert [button["text"]["text"] for button in buttons] == ["Tue 2025-03-04", "Thu 2025-04-03"]
    bob.click(buttons[which])
    url, answer = bob.sent[-1]
    assert url == "https://hooks.example/2"
    assert answer["text"].startswith(done)
    assert (first, second)[which] in answer["text"]
    assert (second, first)[which] not in answer["text"]
    assert problems(answer) == []
    assert not RAW.search("\n".join([answer["text"], *texts_in(answer["blocks"])]))


def test_a_title_survives_the_way_over_a_button(bob: Bob) -> None:
    typed = "A & B <C> “D” *e* `f`"
    found = bob.answer(f"add course {typed.replace('“D” ', '')} 03/04/2025")
    bob.click(next(elements_of(found["blocks"])))
    assert bob.facts()["activities"][-1][5] == typed.replace("“D” ", "")


def test_a_button_that_would_be_too_long_is_left_out_and_the_line_helps_alone(bob: Bob) -> None:
    """With the two dates written out, the words are longer than a button takes."""
    title = "t" * 199
    link = "https://example.com/" + "l" * 1_760
    found = bob.answer(f'add course "{title}" 3/4/25 {link}')
    assert list(elements_of(found["blocks"])) == []
    assert "can be Tue 2025-03-04 or Thu 2025-04-03: write the one you mean" in found["text"]


@pytest.mark.parametrize(("typed", "asked"), [("02/12/2025", True), ("03/12/2025", False)])
def test_a_reading_that_lies_in_the_future_is_no_question(bob: Bob, typed: str, asked: bool) -> None:
    """Today is 2025-12-02."""
    text = bob.answer(f"add course Jira {typed}")["text"]
    assert ("can be" in text) is asked
    assert ("Wed 2025-03-12" in text) is not asked


# Anything at all

WORDS = st.sampled_from(
    [
        *(name for name in (*LOOKING, *CHANGING, *ALIASES) if name),
        *(
            "course",
            "local",
            "global",
            "presentation",
            "ACE",
            "Team",
            "talk",
            "webinar",
            "title",
            "date",
            "link",
        ),
        *(
            "ACP-620",
            "ACP-120",
            "acp 999",
            "ACA-900",
            "ACP-",
            "-620",
            "anyway",
            "earned",
            "suspends",
            "expires",
        ),
        *(
            "started",
            "yesterday",
            "tomorrow",
            "today",
            "2025-11-01",
            "03/04/2025",
            "31/02/2025",
            "1 Jan 1900",
        ),
        *("Feb 29", "last Friday", "3 days ago", "on", "30 units", "-3 units", "0 CE", "1", "2", "77", "#1"),
        *(
            '"',
            "“",
            "”",
            "'",
            '"Jira"',
            "https://example.com/a?b&c",
            "<https://a.b|c>",
            "<!channel>",
            "<@UBOB|bob>",
        ),
        *("&lt;", "&amp;", "🎉", "שלום", "\x00", "\ud83d", "\u202e", "?", "|", "`", "*", ">", "\n"),
    ]
)
ANY_TEXT = st.one_of(
    st.lists(WORDS, max_size=9).map(" ".join),
    st.lists(st.one_of(WORDS, st.text(max_size=12)), max_size=6).map(" ".join),
    st.text(max_size=300),
    st.text(st.characters(codec=None), max_size=40),
)


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory, policy):
    """One app for all examples; each example has a workspace of its own."""
    from conftest import TODAY, noon

    from bot.desk import Desk

    ledger = Ledger(tmp_path_factory.mktemp("garbage") / "ce-bot.db")
    yield Bob(Desk(ledger, policy, lambda: noon(TODAY), lambda who: "UTC"), ledger)
    ledger.close()


@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=ANY_TEXT)
def test_no_text_at_all_breaks_the_bot(crowd: Bob, text: str) -> None:
    crowd.answer(text)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=ANY_TEXT)
def test_no_question_at_all_breaks_the_bot(crowd: Bob, text: str) -> None:
    before = len(crowd.said)
    event = {"type": "message", "channel": "D1", "channel_type": "im", "user": "U1", "text": text}
    crowd.event({**event, "ts": f"{before}.0"})
    assert len(crowd.said) == before + 1
    answer = crowd.said[-1]
    assert problems({"text": answer.text, "blocks": answer.blocks}) == []
    assert not RAW.search(answer.text)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=ANY_TEXT)
def test_no_value_of_a_button_breaks_the_bot(crowd: Bob, text: str) -> None:
    before, said = len(crowd.sent), len(crowd.said)
    crowd.client.views.clear()
    crowd.click({"type": "button", "action_id": "ce:run:0", "value": text})
    if crowd.client.views:  # a form opens instead
        assert len(crowd.sent) == before
        assert view_problems(crowd.view) == []
        return
    assert len(crowd.said) == said
    assert len(crowd.sent) == before + 1
    assert problems(crowd.sent[-1][1]) == []
