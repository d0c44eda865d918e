"""Importing a table: how, what is in it, what is wrong with it, before anything is saved."""

from collections.abc import Sequence
from datetime import date

from rules import Policy

from ..dates import MONTHS, in_quotes
from ..grammar import Fault, Sheet, UndecidedOrderError
from ..outcomes import CredentialNews, News
from . import words
from .blocks import Reply, commands, escaped, reply

# The commands that the buttons stand for; nobody types them.
SAVE, CANCEL = "import save", "import cancel"
DAY_FIRST, MONTH_FIRST = "import day-first", "import month-first"

HOW = (
    "Drop a CSV file into our direct message, or paste a table: there as a block of code, anywhere after "
    "`/ce import`. Its first row names the columns, and each row below it is an activity, a certification or "
    "an exam:"
)
SAMPLE = """kind,date,title,code
course,2025-11-20,Jira Automation,
local event,2025-10-08,ACE Berlin,
certification,2024-01-01,,ACP-620
exam,2025-11-15,,ACP-620"""
MORE_HELP = "Columns, dates and spreadsheets: `/ce help import`"
HOW_ON = f"I show what I read before anything is saved. {MORE_HELP}"
READING = "Reading {source}…"
CANCELLED = "Nothing was imported, and I have deleted the file here. Where you stand: `/ce status`"
ONE_AT_A_TIME = "I read one file at a time: drop them here one after the other."
NOT_HERE = "I cannot read {source}, because {reason}"
NOT_READ = (
    "Something went wrong on my side with {source}. Nothing was saved; please drop it here once more. If it "
    "happens again, tell whoever runs me."
)
WHICH_ORDER = (
    "Is {typed} in {source} {first} or {second}? Nothing in it decides that; your answer goes for all of its "
    "dates written this way."
)
NOT_SAVED_YET = "*Not saved yet.* {source} has {news} that I do not know."
ALL_HERE = "All of {source} is here already; there is nothing to save."
FAULTY = ":warning: *Nothing was saved.* {source} has {faults}:"
MEND = "Mend {these} and send it again: I save all of it or nothing."
MORE_FAULTS = "{count} more like these are not shown."
AND_MORE = "… and {count} more"
HERE_ALREADY = "{count} here already, or twice in it."
OTHERWISE = (
    "{count} other units or another status than what is here, which stays as it is: change units with "
    "`/ce edit`, or take it out with `/ce remove` and send the file again."
)
DAY_FIRST_BECAUSE = "Dates like {typed} are read {order} first, because row {row} can only be read so."
EXCEL_DAYS = "Numbers in columns of dates are Excel's days: {number} is {day}."
IGNORED = "Columns I do not know, and ignore: {names}."
SKIPPED = "{rows} above the names of the columns {are} not read."
KEPT_FOR_A_DAY = "I keep the file for a day, until you answer."
PASTED = "your table"

EXAMPLES_MOST = 5
NAMES_MOST = 10


def how() -> Reply:
    """The answer to `/ce import` alone."""
    return reply(HOW, f"```{SAMPLE}```", HOW_ON)


def reading(name: str) -> Reply:
    """What is said while a file is fetched and read."""
    return reply(READING.format(source=_source(name)))


def refused(name: str, sentence: str) -> Reply:
    """A file that is no table that can be read."""
    return reply(f"{_source(name)}: {escaped(sentence)}", small=[MORE_HELP])


def not_here(name: str, reason: str) -> Reply:
    """A file that Slack did not hand over."""
    return reply(NOT_HERE.format(source=_source(name), reason=escaped(reason)))


def not_read(name: str) -> Reply:
    """A file that was not read for a reason nobody foresaw."""
    return reply(NOT_READ.format(source=_source(name)))


def one_at_a_time() -> Reply:
    """The answer to several files at once."""
    return reply(ONE_AT_A_TIME)


def cancelled() -> Reply:
    """The answer to Cancel."""
    return reply(CANCELLED)


def which_order(name: str, undecided: UndecidedOrderError, number: int | None) -> Reply:
    """How numeric dates of a file are to be read; the number is the question's, None without buttons."""
    first, second = map(_long, undecided.readings)
    return reply(
        WHICH_ORDER.format(
            typed=escaped(in_quotes(undecided.typed)), source=_source(name), first=first, second=second
        ),
        buttons=commands(
            (f"Day first: {first}", f"{DAY_FIRST} {number}"),
            (f"Month first: {second}", f"{MONTH_FIRST} {number}"),
            ("Cancel", f"{CANCEL} {number}"),
        )
        if number
        else (),
    )


def faults(name: str, sheet: Sheet) -> Reply:
    """What is wrong with a table, row by row."""
    more = sheet.faulty - len(sheet.faults)
    return reply(
        FAULTY.format(source=_source(name), faults=words.count(sheet.faulty, "fault", "faults")),
        "\n".join(f"• {_fault(fault)}" for fault in sheet.faults),
        MORE_FAULTS.format(count=more) if more else "",
        MEND.format(these="it" if sheet.faulty == 1 else "them"),
        small=_read_as(sheet),
    )


def preview(name: str, sheet: Sheet, news: News, number: int | None, policy: Policy) -> Reply:
    """What is new in a table, before it is saved; the number is the question's, None without buttons."""
    examples = [_credential(one) for one in news.credentials]
    examples += [f"exam {one.code}, passed on {words.day(one.passed_on)}" for one in news.exams]
    examples += [words.unnumbered(one, policy) for one in news.activities[:EXAMPLES_MOST]]
    shown = [f"• {line}" for line in examples[:EXAMPLES_MOST]]
    more = news.count - len(shown)
    return reply(
        NOT_SAVED_YET.format(source=_source(name, begins=True), news=words.news(news, policy)),
        "\n".join([*shown, *([AND_MORE.format(count=more)] if more else [])]),
        small=[_already(news), _otherwise(news), *_read_as(sheet), KEPT_FOR_A_DAY if number else ""],
        buttons=commands((save_label(news), f"{SAVE} {number}"), ("Cancel", f"{CANCEL} {number}"))
        if number
        else (),
    )


def save_label(news: News) -> str:
    """What is on the button that saves."""
    return f"Save all {news.count}" if news.count > 1 else "Save it"


def nothing_new(name: str, sheet: Sheet, news: News) -> Reply:
    """A table of which all is known."""
    return reply(ALL_HERE.format(source=_source(name)), small=[_otherwise(news), *_read_as(sheet)])


def _source(name: str, *, begins: bool = False) -> str:
    if name:
        return words.file(name)
    return PASTED.capitalize() if begins else PASTED


def _fault(fault: Fault) -> str:
    column = f", {escaped(in_quotes(fault.column))}" if fault.column else ""
    typed = in_quotes(fault.value) if fault.value else ""
    value = f", {escaped(typed)}" if typed not in fault.sentence else ""
    return f"*Row {fault.row}*{column}{value}: {escaped(fault.sentence)}"


def _credential(one: CredentialNews) -> str:
    said = []
    if one.earned_on:
        instead = f" (now {words.day(one.was.earned_on)})" if one.was and one.was.earned_on else ""
        said.append(f"earned {words.day(one.earned_on)}{instead}")
    if one.shown:
        said.append(f"suspends {words.day(one.shown.suspends_on)}")
        said += [f"expires {words.day(one.shown.expires_on)}"] if one.shown.expires_on else []
    return f"certification {one.code}, {', '.join(said)}"


def _already(news: News) -> str:
    if not news.already:
        return ""
    return HERE_ALREADY.format(count=words.count(news.already, "row is", "rows are"))


def _otherwise(news: News) -> str:
    if not news.otherwise:
        return ""
    return OTHERWISE.format(count=words.count(news.otherwise, "row says", "rows say"))


def _read_as(sheet: Sheet) -> Sequence[str]:
    """How the table was read where that is not plain to see."""
    lines = []
    if sheet.order:
        typed, order = escaped(in_quotes(sheet.order.typed)), "day" if sheet.order.day_first else "month"
        lines.append(DAY_FIRST_BECAUSE.format(typed=typed, order=order, row=sheet.order.row))
    if sheet.excel_day:
        number, day = sheet.excel_day
        lines.append(EXCEL_DAYS.format(number=escaped(number), day=words.day(day)))
    if sheet.ignored:
        names = [escaped(in_quotes(name)) for name in sheet.ignored[:NAMES_MOST]]
        more = len(sheet.ignored) - len(names)
        lines.append(IGNORED.format(names=words.listed([*names, *([f"{more} more"] if more else [])])))
    if sheet.skipped:
        rows = words.listed([str(row) for row in sheet.skipped])
        one = len(sheet.skipped) == 1
        lines.append(SKIPPED.format(rows=f"{'Row' if one else 'Rows'} {rows}", are="is" if one else "are"))
    return lines


def _long(day: date) -> str:
    """A day whose month cannot be mistaken: `1 Dec 2025`."""
    return f"{day.day} {MONTHS[day.month - 1][:3]} {day.year}"
