"""A form filled in by typing: which field, what it holds, what is refused, what Slack would send."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.filling import FillError, field_named, file_at, labels, state_of, value_of
from bot.listeners.fields import Fields
from bot.views.modals import (
    choice_field,
    choices_field,
    day_field,
    file_field,
    form,
    number_field,
    text_field,
)

TODAY = date(2025, 12, 2)
KINDS = (("course", "Course"), ("local", "Local event"))
DAYS = (("90", "90 days"), ("30", "30 days"))


@pytest.fixture
def view() -> dict[str, Any]:
    return form(
        "x",
        "A form",
        [
            choice_field("kind", "Kind", KINDS, initial="course", buttons=True),
            text_field("title", "Title", initial="Old title"),
            text_field("titles", "Title of the talk", optional=True),
            day_field("day", "Date", initial=TODAY),
            number_field("units", "CE units", least=1, most=100, optional=True),
            choices_field("days", "Days before", DAYS, initial=["90"]),
            file_field("proof", "Proof", ["pdf"]),
        ],
    )


def filled(view: dict[str, Any], *lines: str) -> Fields:
    values = {}
    for line in lines:
        block, typed = field_named(view, line)
        values[block["block_id"]] = value_of(block, typed, TODAY)
    return Fields({**view, "state": state_of(view, values)})


def test_a_field_is_named_by_as_many_words_of_its_label_as_one_likes(view: dict[str, Any]) -> None:
    assert labels(view)[:2] == ["Kind", "Title"]
    assert [field_named(view, line)[0]["block_id"] for line in ("ce units 3", "units 3", "days 30")] == [
        "units",
        "units",
        "days",
    ]


def test_the_first_field_of_that_name_is_meant_and_the_rest_of_the_line_is_its_value(view) -> None:
    block, typed = field_named(view, "title  Jira   Automation")
    assert (block["block_id"], typed) == ("title", "Jira   Automation")


@pytest.mark.parametrize("line", ["", "unknown x"])
def test_what_names_no_field_is_told_which_there_are(view: dict[str, Any], line: str) -> None:
    with pytest.raises(FillError, match="There are: Kind, Title"):
        field_named(view, line)


def test_what_was_typed_arrives_as_slack_sends_it(view: dict[str, Any]) -> None:
    fields = filled(
        view, "kind local", "title Jira <b>", "date yesterday", "units 30", "days 90 days, 30 days"
    )
    assert fields.choice("kind") == "local"
    assert fields.text("title") == "Jira <b>"
    assert fields.day("day") == date(2025, 12, 1)
    assert fields.text("units") == "30"
    assert fields.choices("days") == ("90", "30")


def test_fields_that_were_left_alone_hold_what_they_began_with(view: dict[str, Any]) -> None:
    fields = filled(view)
    assert (fields.choice("kind"), fields.text("title"), fields.day("day")) == ("course", "Old title", TODAY)
    assert fields.choices("days") == ("90",)
    assert fields.text("units") is None
    assert fields.files("proof") == ()


def test_a_dash_empties_what_may_be_empty(view: dict[str, Any]) -> None:
    fields = filled(view, "units 3", "units -", "days -", "proof -")
    assert (fields.text("units"), fields.choices("days"), fields.files("proof")) == (None, (), ())


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("kind exam", "It has: Course, Local event"),
        ("date never", "never"),
        ("proof no-such-file.pdf", "There is no file"),
        ("days 7 days", "It has: 90 days, 30 days"),
    ],
)
def test_what_a_field_cannot_hold_is_one_sentence(view: dict[str, Any], line: str, says: str) -> None:
    with pytest.raises(FillError, match=says):
        filled(view, line)


def test_a_file_is_named_by_its_path(view: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "proof.pdf"
    path.write_bytes(b"%PDF-")
    (file,) = filled(view, f"proof '{path}'").files("proof")
    assert (file["name"], file["size"], file["url_private_download"]) == ("proof.pdf", 5, str(path))
    assert file_at(str(path)) == file
