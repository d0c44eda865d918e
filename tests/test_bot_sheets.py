"""Tables as spreadsheets write them: what is read, what is refused with its row and column."""

import csv
import io
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import date

import pytest
from conftest import TODAY
from hypothesis import given, settings
from hypothesis import strategies as st

import rules
from bot.grammar import Sheet, UndecidedOrderError, WordsError, is_pasted_table, pasted, read_sheet
from bot.grammar.columns import FIELDS, KINDS
from bot.grammar.imports import FAULTS_MOST, PROGRESS_EVERY
from bot.sheets import (
    EMPTY,
    MOST_BYTES,
    MOST_ROWS,
    NO_HEADER,
    NO_ROWS,
    NO_TEXT,
    TOO_LARGE,
    TOO_MANY_ROWS,
    WORKBOOK,
    Format,
    SheetError,
    format_of,
    heading,
    read_table,
    text_in,
)
from rules import ExamPass, Kind, State

POLICY = rules.load_policy()
CODES = POLICY.certifications.listed
ROWS = [
    ["kind", "date", "title"],
    ["course", "2025-12-01", "Jira"],
    ["local event", "2025-11-20", "ACE Berlin"],
]

Read = Callable[..., Sheet]


def read(text: str, **options: bool | None) -> Sheet:
    return read_sheet(text, TODAY, CODES, POLICY.levels, POLICY, **options)


def table(*lines: str) -> Sheet:
    return read("\n".join(lines))


def course(title: str, done_on: date = date(2025, 12, 1), **rest: object) -> tuple[object, ...]:
    found = {"units": None, "state": State.LOGGED, "link": None, **rest}
    return (Kind.COURSE, done_on, title, *found.values())


def said(*lines: str) -> str:
    """The sentence with which a table is refused as a whole."""
    with pytest.raises(WordsError) as refused:
        table(*lines)
    return refused.value.sentence


def faults(*lines: str) -> list[tuple[int, str, str]]:
    """Row, column and value of each fault."""
    found = table(*lines)
    assert found.faulty == len(found.faults)
    return [(fault.row, fault.column, fault.value) for fault in found.faults]


def fault(cell: str, column: str = "date", **others: str) -> str:
    """The sentence about one cell of one row that is right but for it."""
    row = {"kind": "course", "date": "2025-12-01", "title": "Jira", **others, column: cell}
    out = io.StringIO()
    writer = csv.DictWriter(out, row)
    writer.writeheader()
    writer.writerow(row)
    found = read(out.getvalue())
    assert [(one.row, one.column, one.value) for one in found.faults] == [(2, column, cell)]
    return found.faults[0].sentence


# How spreadsheets write


def excel(rows: list[list[str]], delimiter: str = ",", end: str = "\r\n") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=end).writerows(rows)
    return out.getvalue()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be-bom", "cp1252"])
def test_a_table_reads_the_same_however_it_is_written(delimiter: str, end: str, encoding: str) -> None:
    rows = [*ROWS, ["course", "2025-10-01", "Käse, die; 2.\tund |3 “"], ["course", "2025-10-02", 'a "b"\nc']]
    text = excel(rows, delimiter, end)
    content = b"\xfe\xff" + text.encode("utf-16-be") if encoding == "utf-16-be-bom" else text.encode(encoding)
    found = read(text_in(content))
    assert not found.faulty
    assert [row.title for row in found.activities] == [
        "Jira",
        "ACE Berlin",
        "Käse, die; 2. und |3 “",
        'a "b" c',
    ]
    assert [row.kind for row in found.activities] == [Kind.COURSE, Kind.LOCAL_EVENT, Kind.COURSE, Kind.COURSE]


def test_what_says_its_delimiter_to_excel_is_read_with_it() -> None:
    found = read("sep=;\r\nkind;date;title\r\ncourse;2025-12-01;a, b, c\r\nx;;\r\n")
    assert found.faults[0].row == 3  # as Excel numbers it, which hides the first line
    assert found.activities[0].title == "a, b, c"


def test_empty_rows_and_empty_columns_at_the_end_are_nothing() -> None:
    found = table("", "kind,date,title,,", ",,,,", "course,2025-12-01,Jira,,", "", ",,", "")
    assert found.activities == (course("Jira"),)
    assert not found.faulty
    assert found.ignored == ()


def test_rows_are_numbered_as_a_spreadsheet_does() -> None:
    assert faults(
        "kind,date,title", 'course,2025-12-01,"two', 'lines"', "", "course,never,Jira", "course,2025-12-01,"
    ) == [(4, "date", "never"), (5, "title", "")]


def test_lines_above_the_names_of_the_columns_are_skipped_and_said() -> None:
    found = table("My courses of 2025,,", "", "as of 2025-12-02", "Kind;Title;Date", "Course;Jira;2025-12-01")
    assert found.skipped == (1, 3)
    assert found.activities == (course("Jira"),)


def test_a_row_below_that_looks_like_names_is_a_row() -> None:
    found = table("kind,date,title", "course,2025-12-01,Title", "course,2025-12-01,Kind")
    assert [row.title for row in found.activities] == ["Title", "Kind"]
    assert faults("kind,date,title", "kind,date,title") == [(2, "kind", "kind"), (2, "date", "date")]


@pytest.mark.parametrize(
    "name",
    [
        "Completion Date", "completion_date", " COMPLETION-DATE ", "Completion  date:",
        "Completion date (UTC)", "\ufeffCompletion date", "Completion date*", "Ｃompletion date",
    ],
)  # fmt: skip
def test_case_marks_and_blanks_in_the_name_of_a_column_do_not_matter(name: str) -> None:
    assert table(f"{name};Type;Course name", "2025-12-01;course;Jira").activities == (course("Jira"),)


def test_no_name_stands_for_two_columns_and_each_is_as_tables_have_it() -> None:
    names = [name for known in FIELDS.values() for name in known]
    assert len(names) == len(set(names))
    assert [heading(name) for name in names] == names


def test_of_two_columns_for_one_thing_the_better_name_is_read_and_the_other_named() -> None:
    found = table(
        "Type,Date,Completion date,Name,Course title,Notes,Notes",
        "course,2025-11-01,2025-12-01,Alice,Jira,,",
    )
    assert found.activities == (course("Jira"),)
    assert found.ignored == ("Date", "Name", "Notes", "Notes")


# What a row says


def test_activities_certifications_and_exams_stand_in_one_table() -> None:
    found = table(
        "kind,date,title,code,earned,suspends,expires,cycle start,passed,units,link,status,in portal",
        "course,2025-12-01,Jira,,,,,,,10,https://example.com/a?b=1,logged,yes",
        "presentation,2025-11-01,Talk,,,,,,,30 CE,,confirmed,",
        "certification,,,ACP-620,2024-01-01,2026-01-01,2026-04-01,2024-01-01,,,,Active,",
        "exam,,,acp 620,,,,,2025-11-15,,,,",
    )
    assert not found.faulty
    assert found.activities == (
        course("Jira", link="https://example.com/a?b=1", state=State.ENTERED),
        (Kind.PRESENTATION, date(2025, 11, 1), "Talk", 30, State.CONFIRMED, None),
    )
    (held,) = found.certifications
    assert (held.code, held.earned_on, held.suspends_on, held.expires_on, held.cycle_started_on) == (
        "ACP-620", date(2024, 1, 1), date(2026, 1, 1), date(2026, 4, 1), date(2024, 1, 1),
    )  # fmt: skip
    assert found.exams == (ExamPass("ACP-620", date(2025, 11, 15)),)


def test_three_columns_are_enough_for_everything() -> None:
    found = table(
        "kind,date,title",
        "course,2025-12-01,Jira",
        "certification,2024-01-01,ACP-620",
        "exam,2025-11-15,Managing Jira Cloud Projects (ACP-620)",
    )
    assert not found.faulty
    assert found.certifications[0].earned_on == date(2024, 1, 1)
    assert found.exams == (ExamPass("ACP-620", date(2025, 11, 15)),)


@pytest.mark.parametrize(
    ("name", "kind"), [(name, kind) for name, kind in KINDS.items() if kind in set(Kind)]
)
def test_a_kind_may_be_called_what_it_is_called_everywhere(name: str, kind: Kind) -> None:
    found = table("kind,date,title", f"{name.upper().replace(' ', '_')},2025-12-01,Jira")
    assert [row.kind for row in found.activities] == [kind]


@pytest.mark.parametrize("name", ["Course", "Course name", "course_title", "Webinar", "Training"])
def test_a_column_of_courses_needs_no_kind(name: str) -> None:
    assert table(f"{name},Date", "Jira,2025-12-01").activities == (course("Jira"),)


def test_without_a_kind_a_row_is_what_is_filled_in() -> None:
    found = table(
        "code,earned,suspends,passed,title,date",
        "ACP-620,2024-01-01,,,,",
        "ACP-120,,2026-01-01,,,",
        "ACP-620,,,2025-11-15,,",
        "ACA-100,2025-01-01,,2025-11-16,,",
        "ACP-610,,,,,2025-11-15",
        ",,,,Jira,2025-12-01",
    )
    assert [held.code for held in found.certifications] == ["ACP-620", "ACP-120", "ACA-100"]
    assert [exam.code for exam in found.exams] == ["ACP-620", "ACA-100"]
    assert [(one.row, one.sentence.partition(":")[0]) for one in found.faults] == [
        (6, "The kind is missing"),
        (7, "The kind is missing"),
    ]


def test_rows_about_one_certification_are_read_together_and_may_not_contradict_each_other() -> None:
    found = table(
        "code,earned,suspends,expires", "ACP-620,2024-01-01,,", "ACP-620,,2026-01-01,", "acp620,2024-01-01,,"
    )
    (held,) = found.certifications
    assert (held.earned_on, held.suspends_on) == (date(2024, 1, 1), date(2026, 1, 1))
    again = table(
        "code,earned,suspends,expires",
        "ACP-620,2024-01-01,,", "ACP-620,2024-02-01,,", "ACP-120,,2026-01-01,",
        "ACP-120,,2026-01-01,2026-04-01", "ACP-100,,2026-01-01,", "ACP-100,2026-01-01,,",
    )  # fmt: skip
    assert [fault.row for fault in again.faults] == [3, 5, 7]
    assert "row 2" in again.faults[0].sentence
    assert "Mon 2024-01-01" in again.faults[0].sentence


@pytest.mark.parametrize(
    ("cell", "state"),
    [
        ("", State.LOGGED), ("logged", State.LOGGED), ("Completed", State.LOGGED), ("ENTERED", State.ENTERED),
        ("in portal", State.ENTERED), ("Approved", State.CONFIRMED), ("rejected", State.REJECTED),
    ],
)  # fmt: skip
def test_a_status_is_read_in_usual_words(cell: str, state: State) -> None:
    assert table("kind,date,title,status", f"course,2025-12-01,Jira,{cell}").activities[0].state is state


@pytest.mark.parametrize(
    ("cell", "state"),
    [
        ("yes", State.ENTERED), ("x", State.ENTERED), ("✓", State.ENTERED), ("TRUE", State.ENTERED),
        ("2025-12-02", State.ENTERED), ("confirmed", State.ENTERED), ("no", State.LOGGED),
        ("0", State.LOGGED), ("-", State.LOGGED), ("", State.LOGGED),
    ],
)  # fmt: skip
def test_whether_it_is_in_the_portal_is_yes_no_or_a_day(cell: str, state: State) -> None:
    found = table("kind,date,title,entered in portal", f"course,2025-12-01,Jira,{cell}")
    assert found.activities[0].state is state


@pytest.mark.parametrize("cell", ["10", "10.0", "10,00", "10 CE", "10 CE credits"])
def test_the_units_the_policy_gives_may_stand_there_and_say_nothing(cell: str) -> None:
    found = read(f'kind;date;title;CE\ncourse;2025-12-01;Jira;"{cell}"')
    assert found.activities == (course("Jira"),)


# Dates


@pytest.mark.parametrize(
    "cell",
    [
        "2025-12-01", "2025/12/01", "1 Dec 2025", "Dec 1, 2025", "December 1st 2025", "Mon 2025-12-01",
        "Monday, 1 December 2025", "01-Dec-25", "yesterday", "Monday", "1 day ago", "2025-12-01 00:00:00",
        "2025-12-01T09:30:00Z", "2025-12-01T09:30:00.123+01:00", "Dec 1, 2025, 9:30 AM", "1 Dec 2025 14:05",
        "Dec 1, 2025 at 9:30\u202fAM",
        "45992", "45992.75", "45992,75", "2025.12.01",
    ],
)  # fmt: skip
def test_a_date_is_read_as_everywhere_and_as_spreadsheets_write_it(cell: str) -> None:
    found = read(excel([["kind", "title", "date"], ["course", "Jira", cell]]))
    assert [row.done_on for row in found.activities] == [date(2025, 12, 1)], found.faults
    assert (found.excel_day is not None) is cell.startswith("45992")


def test_the_first_of_excels_days_is_told() -> None:
    found = table("kind,title,date", "course,A,45992", "course,B,45000")
    assert found.excel_day == ("45992", date(2025, 12, 1))
    assert fault("36525")  # the last day of 1999
    assert table("kind,title,date", "course,A,36526").activities[0].done_on == date(2000, 1, 1)


@pytest.mark.parametrize(
    ("dates", "first"),
    [
        (["01/12/2025", "13/11/2025"], date(2025, 12, 1)),
        (["12/01/2025", "11/13/2025"], date(2025, 12, 1)),
        (["1.12.25", "31.10.2025 08:00"], date(2025, 12, 1)),
        (["5/5/2025", "2025-12-01"], date(2025, 5, 5)),
    ],
)
def test_where_one_date_has_one_reading_all_are_read_that_way(dates: list[str], first: date) -> None:
    found = read(excel([["kind", "title", "date"], *(["course", day, day] for day in dates)]))
    assert not found.faulty
    assert found.activities[0].done_on == first
    assert (found.order is None) is (dates[0] == "5/5/2025")
    if found.order:
        assert found.order.row == 3


def test_where_no_date_decides_it_is_asked_even_if_one_reading_is_still_to_come() -> None:
    text = "kind,title,date\ncourse,A,2025-11-01\ncourse,B,01/12/2026\ncourse,C,02/03/2025"
    with pytest.raises(UndecidedOrderError) as asked:
        read(text)
    assert asked.value.typed == "01/12/2026"
    assert asked.value.readings == (date(2026, 12, 1), date(2026, 1, 12))
    day_first, month_first = read(text, day_first=True), read(text, day_first=False)
    assert [row.done_on for row in day_first.activities] == [date(2025, 11, 1), date(2025, 3, 2)]
    assert [row.done_on for row in month_first.activities] == [date(2025, 11, 1), date(2025, 2, 3)]
    assert [one.sentence[:14] for one in day_first.faults] == ["Tue 2026-12-01"]


def test_dates_that_contradict_each_other_are_a_fault_of_the_later_one() -> None:
    found = table("kind,title,date", "course,A,01/02/2025", "course,B,13/02/2025", "course,C,02/13/2025")
    assert [(one.row, one.column, one.value) for one in found.faults] == [(4, "date", "02/13/2025")]
    assert "month first" in found.faults[0].sentence
    assert "“13/02/2025” in row 3" in found.faults[0].sentence
    assert found.activities == ()


def test_an_order_that_is_said_is_kept_to() -> None:
    found = read("kind,title,date\ncourse,A,01/02/2025\ncourse,B,02/13/2025", day_first=True)
    assert [row.done_on for row in found.activities] == [date(2025, 2, 1)]
    assert [one.sentence for one in found.faults] == ["There is no month 13."]


# Faults


@pytest.mark.parametrize(
    ("cell", "column", "says"),
    [
        ("corse", "kind", "did you mean course?"),
        ("Zuordnung", "kind", "write course, global event"),
        ("certificaton", "kind", "did you mean certification?"),
        ("", "kind", "The kind is missing"),
        ("", "title", "The title is missing"),
        ("\u200b", "title", "The title is missing"),
        ("x" * 201, "title", "201 characters where 200 are the most"),
        ("", "date", "The date is missing"),
        ("soon", "date", "is not a date I can read"),
        ("2025-12-03", "date", "Wed 2025-12-03 is still to come"),
        ("31/02/2025", "date", "There is no 31 February 2025"),
        ("2025-13-01", "date", "There is no month 13"),
        ("1 Jan 1999", "date", "before the year 2000"),
        ("3-5 May 2025", "date", "more than one day"),
        ("Tue 2025-12-01", "date", "is a Monday, not a Tuesday"),
        ("20", "units", "A course counts 10 CE units"),
        ("ten", "units", "A course counts 10 CE units"),
        ("example.com", "link", "one web address"),
        ("https://example.com/a https://example.com/b", "link", "one web address"),
        ("in progress", "status", "does not say that it is done"),
        ("frob", "status", "is not a status I know"),
        ("perhaps", "entered", "write yes or no"),
    ],
)
def test_each_fault_names_row_column_and_value_and_says_what_is_right(
    cell: str, column: str, says: str
) -> None:
    assert says in fault(cell, column)


@pytest.mark.parametrize(
    ("cell", "column", "says"),
    [
        ("", "code", "The certification is missing"),
        ("ACP-621", "code", "is not among the certifications I know"),
        ("Jira", "code", "is not the code of a certification"),
        ("2025-13-01", "earned", "There is no month 13"),
        ("2026-01-01", "earned", "still to come"),
        ("Dec 1", "suspends", "needs its year"),
    ],
)
def test_so_do_those_of_certifications(cell: str, column: str, says: str) -> None:
    row = {"kind": "certification", "code": "ACP-620", "earned": "2024-01-01", "suspends": "", column: cell}
    found = read(excel([list(row), list(row.values())]))
    assert [(one.row, one.column, one.value) for one in found.faults] == [(2, column, cell)]
    assert says in found.faults[0].sentence


def test_a_code_that_is_not_listed_is_taken_after_the_word_anyway() -> None:
    assert table("code,earned", "ACP-621 anyway,2024-01-01").certifications[0].code == "ACP-621"


def test_dates_of_a_certification_that_cannot_be_are_a_fault_of_the_row() -> None:
    assert faults(
        "code,earned,suspends,expires", "ACP-620,,2026-01-01,2025-01-01", "ACP-120,,,2026-01-01", "ACP-100,,,"
    ) == [(2, "", ""), (3, "expires", "2026-01-01"), (4, "", "")]


def test_so_many_certifications_are_read_and_not_one_more() -> None:
    rows = ["code,earned", *[f"ACP-{number} anyway,2024-01-01" for number in range(100, 150)]]
    assert len(table(*rows).certifications) == 50
    assert "more than 50 certifications" in said(*rows, "ACP-150 anyway,2024-01-01")


def test_units_of_a_presentation_are_stated_and_whole() -> None:
    assert "whole number from 1 to 1000" in fault("2.5", "units", kind="talk")
    assert "whole number from 1 to 1000" in fault("0", "units", kind="talk")
    assert "whole number from 1 to 1000" in fault("1001", "units", kind="talk")


def test_a_comma_that_makes_a_cell_too_many_is_a_fault_unless_nothing_is_in_it() -> None:
    assert faults("kind,date,title", "course,2025-12-01,Jira, part 2,", "course,2025-12-01,Jira,,,") == [
        (2, "", "part 2")
    ]


def test_what_is_not_done_is_one_fault_with_a_day_or_without() -> None:
    assert faults(
        "course,completed on,status", "A,,in progress", "B,2025-12-01,registered", "C,,", "D,,completed"
    ) == [
        (2, "status", "in progress"),
        (3, "status", "registered"),
        (4, "completed on", ""),
        (5, "completed on", ""),
    ]


def test_so_many_faults_are_kept_and_the_rest_counted() -> None:
    found = table("kind,date,title", *["corse,soon,"] * 40)
    assert (len(found.faults), found.faulty) == (FAULTS_MOST, 80)


# What is no table


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ([""], EMPTY),
        (["  ", "\t"], EMPTY),
        (["course,2025-12-01,Jira"], NO_HEADER),
        (["Kurs;Datum", "Jira;1.12.2025"], NO_HEADER),
        (["hello", "world"], NO_HEADER),
        (["kind,date,title"], NO_ROWS),
        (["kind,date,title", ",,", ""], NO_ROWS),
        (["kind,units", "course,10"], "none that I know for the title or the certification"),
        (["kind,title", "course,Jira"], "none that I know for the date"),
        (["title,date", "Jira,2025-12-01"], "none that I know for the kind"),
        (["kind,date,title", 'course,2025-12-01,"Jira', "x", "y"], "Row 2 opens a quotation mark"),
        (["kind,date,title", "", 'course,2025-12-01,"Jira" and more'], "Row 3 has text right after"),
        (["kind,date,title", "course,2025-12-01,\0"], NO_TEXT),
        (
            ["kind,date,title", f"course,2025-12-01,{'x' * 100_001}"],
            "Line 2 has more than 100,000 characters",
        ),
        (
            ["kind,date,title", 'course,2025-12-01,"' + "x\n" * 70_000 + '"'],
            "Row 2 has a cell with more than",
        ),
    ],
)
def test_what_is_no_table_gets_one_sentence_that_says_what_to_do(lines: list[str], says: str) -> None:
    assert says in said(*lines)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"PK\x03\x04" + b"x" * 100, WORKBOOK),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", WORKBOOK),
        (b"%PDF-1.7\n\x00\x81", NO_TEXT),
        (b"\x89PNG\r\n\x1a\n\x00", NO_TEXT),
        ("kind,date".encode("utf-16-le"), NO_TEXT),
        ("kind,date".encode("utf-32"), NO_TEXT),
        (b"\xff\xfek", NO_TEXT),
        (b"\xef\xbb\xbf\xff", NO_TEXT),
        (b"\x81\x8d", NO_TEXT),
        (b"x" * (MOST_BYTES + 1), TOO_LARGE),
    ],
)
def test_what_is_no_text_gets_one_sentence(content: bytes, says: str) -> None:
    with pytest.raises(SheetError) as refused:
        text_in(content)
    assert refused.value.sentence == says


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("a.csv", Format.TABLE), ("A.CSV", Format.TABLE), ("a.b.tsv", Format.TABLE),
        ("notes.txt", Format.TABLE), ("a.xlsx", Format.WORKBOOK), ("a.numbers", Format.WORKBOOK),
        ("a.ods", Format.WORKBOOK), ("a.pdf", Format.OTHER), ("photo.png", Format.OTHER),
        ("csv", Format.OTHER), ("", Format.OTHER),
    ],
)  # fmt: skip
def test_the_name_of_a_file_says_what_it_seems_to_be(name: str, found: Format) -> None:
    assert format_of(name) is found


def test_so_many_rows_are_read_and_not_one_more() -> None:
    rows = ["kind,date,title", *[f"course,2025-12-01,Jira {number}" for number in range(MOST_ROWS)]]
    assert len(table(*rows).activities) == MOST_ROWS
    assert said(*rows, "course,2025-12-01,Jira") == TOO_MANY_ROWS


@pytest.mark.parametrize(
    "text",
    [
        "," * (MOST_BYTES - 1),
        '"' * MOST_BYTES,
        '"",' * (MOST_BYTES // 4),
        "kind,date,title\n" + "," * 99_000 + "\n",
        ("kind,date,title," * 6_000 + "\n") * 40,
        "kind,date,title\n" + '"' * 90_000,
        "kind,date,title\n" + ('"' * 90_001 + "\n") * 50,
        ("x" * 90_000 + "\n") * 55,
        "\n" * MOST_BYTES,
        "kind,date,title\n" + "corse,31/31/2025,\n" * 19_000,
        "kind,date,title\n" + "".join(f"k{number},{number}/31/2025,\n" for number in range(19_000)),
        "kind,date,title\n" + "course,1/1/2025 " + " " * 90_000 + "1:00,x\n",
        "kind,date,code\n" + "exam,2025-01-01," + "A" * 90_000 + "\n",
        "kind,date,code\n" + "exam,2025-01-01," + "AB-" * 30_000 + "\n",
        "kind,date,units,title\n" + "talk,2025-01-01," + "1" * 90_000 + ",x\n",
        "kind,date,link,title\n" + "talk,2025-01-01," + "https://" * 10_000 + ",x\n",
        "kind,date,title\n" + "talk,2025-01-01," + "<http://x" * 10_000 + "\n",
    ],
    ids=range(17),
)
def test_junk_of_five_megabytes_is_answered_quickly(text: str) -> None:
    began = time.process_time()
    with suppress(WordsError):
        assert read(text).faulty
    assert time.process_time() - began < 3


@given(st.binary(max_size=300))
@settings(max_examples=300, deadline=None)
def test_whatever_the_bytes_there_are_rows_or_one_sentence(content: bytes) -> None:
    with suppress(SheetError, WordsError, UndecidedOrderError):
        assert isinstance(read(text_in(content)), Sheet)


CELL = st.one_of(
    st.sampled_from(
        ["", "course", "certification", "exam", "talk", "2025-12-01", "01/12/2025", "13/12/2025", "1/13/25",
         "45992", "ACP-620", "ACP-621 anyway", "10", "30 CE", "https://x.y", "yes", "logged", "tomorrow",
         '"', "a,b", "\n", "Jira"]
    ),
    st.text(max_size=12),
)  # fmt: skip
NAMES = st.lists(
    st.sampled_from([name for known in FIELDS.values() for name in known[:3]]), min_size=2, max_size=8
)


@given(
    NAMES, st.lists(st.lists(CELL, min_size=1, max_size=9), min_size=1, max_size=6), st.sampled_from(",;\t")
)
@settings(max_examples=400, deadline=None)
def test_whatever_the_cells_there_are_values_faults_or_one_sentence(
    names: list[str], rows: list[list[str]], delimiter: str
) -> None:
    try:
        found = read(excel([names, *rows], delimiter), day_first=None)
    except (WordsError, UndecidedOrderError):
        return
    assert all(one.sentence.endswith((".", "?")) for one in found.faults)
    for row in found.activities:
        rules.check_done(row.done_on, TODAY)
        rules.check_units(row.kind, row.units, row.done_on, POLICY)
        assert row.title.strip() == row.title != ""
    for words in found.certifications:
        assert words.earned_on or words.suspends_on


# Pasted


def test_a_block_of_code_is_taken_for_a_table_only_if_it_is_one() -> None:
    rows = "kind,date,title\ncourse,2025-12-01,Jira"
    assert is_pasted_table(f"```{rows}```")
    assert is_pasted_table(f"```\n{rows}\n```  ")
    assert pasted(f"```\n{rows}\n```") == pasted(rows) == rows
    for other in (
        rows,
        f"`{rows}`",
        "```kind,date,title```",
        "```\ndef f():\n    return 1\n```",
        "``````",
        "```\n```",
    ):
        assert not is_pasted_table(other)


def test_what_slack_makes_of_addresses_is_read_as_they_were() -> None:
    found = table(
        "kind,date,title,link",
        "course,2025-12-01,See <http://jira.com|jira.com>,<https://example.com/a>",
        "course,2025-12-01,Other,<https://example.com/a|example.com/a>",
    )
    assert [(row.title, row.link) for row in found.activities] == [
        ("See jira.com", "https://example.com/a"),
        ("Other", "https://example.com/a"),
    ]


def test_progress_is_told_now_and_then() -> None:
    rows = ["kind,date,title", *["course,2025-12-01,Jira"] * (2 * PROGRESS_EVERY + 1)]
    told: list[int] = []
    read_sheet("\n".join(rows), TODAY, CODES, POLICY.levels, POLICY, progress=told.append)
    assert told == [0, PROGRESS_EVERY, 2 * PROGRESS_EVERY]


def test_a_table_knows_nothing_of_what_its_columns_are_for() -> None:
    found = read_table("a;b\n1;2\n;3", {"x": ("a",), "y": ("b",)})
    assert [(row.number, dict(row.cells)) for row in found.rows] == [
        (2, {"x": "1", "y": "2"}),
        (3, {"y": "3"}),
    ]
