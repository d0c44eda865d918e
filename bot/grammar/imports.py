"""A table of activities, certifications and exams: its cells become values, and faults where they cannot."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, NamedTuple, TypeVar

from rules import ExamPass, Kind, Policy, RefusedError, State, check_units

from ..dates import DateError, both_readings, in_quotes, looks_like_date, read_date, with_weekday
from ..sheets import Row, SheetError, Table, heading, read_table
from .activities import MOST_UNITS, UNKNOWN_KIND, WRONG_UNITS, title_of, units_of
from .certifications import CertWords, Known, leading_code, refuse_inconsistent
from .columns import (
    CERTIFICATION,
    DATES,
    EXAM,
    FIELDS,
    KINDS,
    MAY_COME,
    NO,
    OF_CERTIFICATIONS,
    STATES,
    TITLES_OF_COURSES,
    UNDONE,
    YES,
)
from .errors import WordsError
from .examples import nearest
from .line import SLACK_LINK, Form, bare, cleaned, read_line

NO_COLUMN = (
    "A row names columns, but none that I know for {missing}: name them like kind,date,title for what you "
    "did, and kind,code,earned for certifications."
)
NO_SUCH_KIND = "{typed} is not a kind I know: write {kinds}."
KIND_MISSING = "The kind is missing: write {kinds}."
KINDS_TO_WRITE = "course, global event, local event, presentation, certification or exam"
TITLE_MISSING = "The title is missing: write what it was called."
DATE_MISSING = "The date is missing: write the day it was done, like 2025-12-01."
PASSED_MISSING = "The date is missing: write the day the exam was passed, like 2025-11-15."
CODE_MISSING = "The certification is missing: write its code, like {like}."
SUSPENSION_MISSING = (
    "An expiration date needs the suspension date beside it, from which I compute: fill that in, too, as the "
    "portal shows it, or empty this cell."
)
ONLY_A_CODE = "I need the certification's code and nothing else here: write it like {like}."
NOT_A_LINK = (
    "A link is one web address, like https://example.com/proof: leave the cell empty, or give the column "
    "another name and I ignore it."
)
NO_SUCH_STATE = "{typed} is not a status I know: write logged, entered, confirmed or rejected, or nothing."
NOT_DONE = "{typed} does not say that it is done: take the row out, or the status if it is done."
NOT_YES_OR_NO = "{typed} does not say whether it is entered in the portal: write yes or no."
MORE_CELLS = (
    "The row goes on to the right of the last column with a name: put quotation marks around a cell with a "
    "comma in it."
)
TWO_ORDERS = (
    "This can only be read {this} first, but {typed} in row {row} only {that} first: write the dates one "
    "way, best like 2025-12-01."
)
EARNED_TWICE = "By row {row}, {code} was earned on {day}: keep one of the two dates."
SHOWN_TWICE = "Row {row} gives {code} other dates: keep the row with what the portal shows now."

TOO_MANY_CERTIFICATIONS = (
    "There are more than 50 certifications in it, which nobody holds: check the column with their codes."
)

FAULTS_MOST = 15
# Each is computed from all activities, which takes its time.
CERTIFICATIONS_MOST = 50
PROGRESS_EVERY = 2_500

_CODE = re.compile(r"\b(?P<level>[A-Za-z]{2,10})[ _\-\u2010-\u2015]?(?P<digits>[0-9]{3})\b")
_UNITS = re.compile(
    r"(?P<units>[0-9]+)(?:[.,]0+)?(?: ?(?:units?|ces?|ceus?|pdus?|points?|credits?))*", re.IGNORECASE
)
_TIME = re.compile(
    r"(?P<day>.*\d)(?:T|,?\s+(?:at\s+)?)\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:\s?[AP]\.?M\.?)?"
    r"(?:\s?(?:Z|UTC|GMT|[+-]\d{2}:?\d{2}))?",
    re.IGNORECASE,
)
# Excel keeps days as numbers, counted from here, and shows those where a cell is not formatted as a date.
_EXCEL_DAY_0 = date(1899, 12, 30)
_EXCEL_DAY = re.compile(r"(?P<number>[3-6][0-9]{4})(?:[.,][0-9]+)?")


_T = TypeVar("_T")


class ActivityRow(NamedTuple):
    """An activity as a row says it; `units` are CE units, only where the policy has no value."""

    kind: Kind
    done_on: date
    title: str
    units: int | None
    state: State
    link: str | None


class Fault(NamedTuple):
    """What is wrong in a row: its number in the spreadsheet, the column and its value ("": the whole row)."""

    row: int
    column: str
    value: str
    sentence: str


class Order(NamedTuple):
    """How numeric dates are read: the first date in the table that can be read in one way only."""

    day_first: bool
    row: int
    typed: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a table says, and what is wrong with it: the first faults, and how many there are in all.

    `ignored` are columns not known, `skipped` rows above the names of the columns; `order` is what decided
    how numeric dates with two readings are read, `excel_day` the first of Excel's day numbers and its date.
    """

    activities: tuple[ActivityRow, ...] = ()
    certifications: tuple[CertWords, ...] = ()
    exams: tuple[ExamPass, ...] = ()
    faults: tuple[Fault, ...] = ()
    faulty: int = 0
    ignored: tuple[str, ...] = ()
    skipped: tuple[int, ...] = ()
    order: Order | None = None
    excel_day: tuple[str, date] | None = None


class UndecidedOrderError(Exception):
    """Numeric dates of a table can be read day first and month first, and none of them decides.

    `typed` is the first of them, `readings` are what it says day first and month first.
    """

    def __init__(self, typed: str, readings: tuple[date, date]) -> None:
        super().__init__(typed)
        self.typed = typed
        self.readings = readings


def read_sheet(
    text: str,
    today: date,
    codes: Collection[str],
    levels: Collection[str],
    policy: Policy,
    *,
    day_first: bool | None = None,
    progress: Callable[[int], None] | None = None,
) -> Sheet:
    """What a table says of somebody's activities, certifications and exams.

    `day_first` says how numeric dates are read; without it the table's own dates decide.
    `progress` is told now and then how many rows are read. Raises UndecidedOrderError, and WordsError for
    what is no such table.
    """
    try:
        table = read_table(text, FIELDS)
        _refuse_without_columns(table)
    except SheetError as error:
        raise WordsError(error.sentence, "/ce help import") from error
    orders = _orders(table) if day_first is None else _Orders()
    ignored, skipped = tuple(table.ignored), tuple(table.skipped)
    if orders.contradiction:
        return Sheet(faults=(orders.contradiction,), faulty=1, ignored=ignored, skipped=skipped)
    if orders.decided:
        day_first = orders.decided.day_first
    elif orders.open:
        raise UndecidedOrderError(*orders.open)
    reader = _Reader(table, today, Known(codes, levels), policy, day_first)
    for at, row in enumerate(table.rows):
        if progress and at % PROGRESS_EVERY == 0:
            progress(at)
        reader.read(row)
    found = reader.sheet()
    if len(found.certifications) > CERTIFICATIONS_MOST:
        raise WordsError(TOO_MANY_CERTIFICATIONS, "/ce help import")
    decided = orders.decided if orders.open else None
    return replace(found, ignored=ignored, skipped=skipped, order=decided)


def pasted(text: str) -> str:
    """A table as it was pasted, without the marks that make it a block of code."""
    return text.strip().removeprefix("```").removesuffix("```").strip("\r\n")


def is_pasted_table(text: str) -> bool:
    """Whether a message is a table in a block of code: a row that names columns, and rows below it."""
    said = text.strip()
    if not (said.startswith("```") and said.endswith("```") and "\n" in said):
        return False
    try:
        _refuse_without_columns(read_table(pasted(said), FIELDS))
    except (SheetError, WordsError):
        return False
    return True


def _refuse_without_columns(table: Table) -> None:
    columns = table.columns
    if "code" in columns or ("title" in columns and "done_on" in columns and _says_kind(table)):
        return
    missing = "the kind"
    if "title" not in columns:
        missing = "the title or the certification"
    elif "done_on" not in columns:
        missing = "the date"
    raise SheetError(NO_COLUMN.format(missing=missing))


def _says_kind(table: Table) -> bool:
    return "kind" in table.columns or _has_courses(table)


def _has_courses(table: Table) -> bool:
    """Whether the name of the title's column says that it has the titles of courses."""
    return heading(table.columns.get("title", "")) in TITLES_OF_COURSES


# Which number of a numeric date is its day


@dataclass(slots=True)
class _Orders:
    """What the numeric dates of a table show: the first that decides, one against it, the first open one."""

    decided: Order | None = None
    contradiction: Fault | None = None
    open: tuple[str, tuple[date, date]] | None = None


def _orders(table: Table) -> _Orders:
    found = _Orders()
    seen: set[str] = set()
    names = [name for name in DATES if name in table.columns]
    for row in table.rows:
        for name in names:
            typed = row.cells.get(name, "")
            if not typed or typed in seen:
                continue
            seen.add(typed)
            day_first, month_first = both_readings(_without_time(typed)) or (None, None)
            if day_first and month_first:
                found.open = found.open or (typed, (day_first, month_first))
            elif day_first or month_first:
                order = Order(day_first is not None, row.number, typed)
                found.decided = found.decided or order
                if order.day_first != found.decided.day_first:
                    found.contradiction = _contradiction(order, found.decided, table.columns[name])
                    return found
    return found


def _contradiction(order: Order, before: Order, column: str) -> Fault:
    this, that = ("day", "month") if order.day_first else ("month", "day")
    sentence = TWO_ORDERS.format(this=this, that=that, typed=in_quotes(before.typed), row=before.row)
    return Fault(order.row, column, order.typed, sentence)


def _without_time(cell: str) -> str:
    """A day without the time of day that some programs write after it."""
    timed = _TIME.fullmatch(cell) if ":" in cell and len(cell) < 60 else None
    return timed["day"] if timed else cell


# Rows


class _CellError(ValueError):
    """What is wrong with a cell."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class _Reader:
    """Takes rows, and keeps what they say and what is wrong with them."""

    def __init__(
        self, table: Table, today: date, known: Known, policy: Policy, day_first: bool | None
    ) -> None:
        self._columns = table.columns
        self._kind = Kind.COURSE if _has_courses(table) else None
        self._today = today
        self._known = known
        self._policy = policy
        self._day_first = day_first
        self._read_before: dict[tuple[str, str], Any] = {}
        self._activities: list[ActivityRow] = []
        self._certifications: dict[str, tuple[int, CertWords]] = {}
        self._exams: list[ExamPass] = []
        self._faults: list[Fault] = []
        self._faulty = 0
        self._excel_day: tuple[str, date] | None = None

    def sheet(self) -> Sheet:
        """All that was read."""
        return Sheet(
            tuple(self._activities),
            tuple(words for _, words in self._certifications.values()),
            tuple(self._exams),
            tuple(self._faults),
            self._faulty,
            excel_day=self._excel_day,
        )

    def read(self, row: Row) -> None:
        """Take a row: an activity, a certification, an exam, or a certification with its exam."""
        if row.beyond:
            self._fault(row, "", MORE_CELLS, row.beyond)
            return
        for what in self._what(row):
            if what == CERTIFICATION:
                self._certification(row)
            elif what == EXAM:
                self._exam(row)
            else:
                self._activity(row, Kind(what))

    def _what(self, row: Row) -> tuple[str, ...]:
        """What a row is: by its kind, or else by what is filled in."""
        cells = row.cells
        if "kind" in cells:
            kind = self._cell(row, "kind", self._kind_in)
            if kind is None:  # whatever it is, its dates can be looked at
                for name in DATES:
                    self._date(row, name)
            return (kind,) if kind else ()
        found: tuple[str, ...] = ()
        if "code" in cells:
            found += (CERTIFICATION,) if any(name in cells for name in OF_CERTIFICATIONS) else ()
            found += (EXAM,) if "passed_on" in cells else ()
        if not found and self._kind and ("title" in cells or "done_on" in cells):
            found = (self._kind,)
        if not found:
            self._fault(row, "kind", KIND_MISSING.format(kinds=KINDS_TO_WRITE))
        return found

    def _activity(self, row: Row, kind: Kind) -> None:
        faulty = self._faulty
        title = self._needed(row, "title", self._title_in, TITLE_MISSING)
        state = self._cell(row, "state", self._state_in)
        done_on = None
        if state or "state" not in row.cells or "done_on" in row.cells:  # what is not done has no day
            done_on = self._needed_date(row, ("done_on",), DATE_MISSING)
        state = state or State.LOGGED
        units = self._cell(row, "units", lambda cell: self._units_in(cell, kind, done_on))
        if self._cell(row, "entered", self._entered_in) and state is State.LOGGED:
            state = State.ENTERED
        link = self._cell(row, "link", self._link_in)
        if faulty == self._faulty:
            assert title
            assert done_on
            self._activities.append(ActivityRow(kind, done_on, title, units, state, link))

    def _certification(self, row: Row) -> None:
        faulty = self._faulty
        code = self._code(row)
        days = {name: self._date(row, name) for name in OF_CERTIFICATIONS}
        if not any(name in row.cells for name in OF_CERTIFICATIONS):
            days["earned_on"] = self._date(row, "done_on")
        if days["expires_on"] and not days["suspends_on"]:
            self._fault(row, "expires_on", SUSPENSION_MISSING, row.cells["expires_on"])
        if faulty != self._faulty:
            return
        assert code
        words = CertWords(code, **days, anyway=True)
        try:
            words = self._with_rows_above(words)
            refuse_inconsistent(words, may_be_earned_alone=True)
        except WordsError as error:
            self._fault(row, "", error.sentence)
        else:
            self._certifications[code] = (row.number, words)

    def _with_rows_above(self, words: CertWords) -> CertWords:
        """The same with what rows above say of this certification. Raises WordsError if they contradict."""
        if words.code not in self._certifications:
            return words
        above, was = self._certifications[words.code]
        if words.earned_on and was.earned_on and words.earned_on != was.earned_on:
            day = with_weekday(was.earned_on)
            raise WordsError(EARNED_TWICE.format(row=above, code=words.code, day=day))
        if words.suspends_on is None:
            return replace(was, earned_on=was.earned_on or words.earned_on)
        words = replace(words, earned_on=words.earned_on or was.earned_on)
        if was.suspends_on and words != replace(was, earned_on=words.earned_on):
            raise WordsError(SHOWN_TWICE.format(row=above, code=words.code))
        return words

    def _exam(self, row: Row) -> None:
        faulty = self._faulty
        code = self._code(row)
        passed_on = self._needed_date(row, ("passed_on", "done_on"), PASSED_MISSING)
        if faulty == self._faulty:
            assert code
            assert passed_on
            self._exams.append(ExamPass(code, passed_on))

    def _code(self, row: Row) -> str | None:
        """The certification of a row, which a table without such a column has in its titles."""
        name = "title" if "title" in row.cells and "code" not in row.cells else "code"
        return self._needed(row, name, self._code_in, CODE_MISSING.format(like=self._known.sample))

    def _needed_date(self, row: Row, names: tuple[str, ...], missing: str) -> date | None:
        name = next((name for name in names if name in row.cells), None)
        if name:
            return self._date(row, name)
        self._fault(row, next((name for name in names if name in self._columns), ""), missing)
        return None

    def _date(self, row: Row, name: str) -> date | None:
        future = name in MAY_COME
        return self._cell(row, name, lambda cell: self._date_in(cell, future=future))

    def _needed(self, row: Row, name: str, read: Callable[[str], _T], missing: str) -> _T | None:
        if name not in row.cells:
            self._fault(row, name, missing)
            return None
        return self._cell(row, name, read)

    def _cell(self, row: Row, name: str, read: Callable[[str], _T]) -> _T | None:
        """What a cell says, None where it is empty; what is wrong with it is a fault."""
        typed = row.cells.get(name)
        if typed is None:
            return None
        try:
            return read(typed)
        except _CellError as error:
            self._fault(row, name, error.sentence, typed)
            return None

    def _fault(self, row: Row, name: str, sentence: str, typed: str = "") -> None:
        self._faulty += 1
        if len(self._faults) < FAULTS_MOST:
            self._faults.append(Fault(row.number, self._columns.get(name, ""), typed, sentence))

    # Cells: what stands in many rows is read once

    def _once(self, kind: str, typed: str, read: Callable[[], _T]) -> _T:
        key = (kind, typed)
        if key not in self._read_before:
            try:
                self._read_before[key] = read()
            except (DateError, WordsError) as error:
                self._read_before[key] = _CellError(error.sentence)
            except _CellError as error:
                self._read_before[key] = error
        found = self._read_before[key]
        if isinstance(found, _CellError):
            raise _CellError(found.sentence)
        said: _T = found
        return said

    def _kind_in(self, cell: str) -> str:
        return self._once("kind", cell, lambda: _kind(cell))

    def _title_in(self, cell: str) -> str:
        said = SLACK_LINK.sub(lambda link: link["label"] or link["address"], cell) if "<" in cell else cell
        plain = " ".join(said.split()) if said.isascii() and said.isprintable() else cleaned(said)
        try:
            title = title_of(plain)
        except WordsError as error:
            raise _CellError(error.sentence) from error
        if title is None:
            raise _CellError(TITLE_MISSING)
        return title

    def _date_in(self, cell: str, *, future: bool) -> date:
        return self._once(f"date {future}", cell, lambda: self._read_date(cell, future=future))

    def _read_date(self, cell: str, *, future: bool) -> date:
        typed = _without_time(cell)
        number = _EXCEL_DAY.fullmatch(typed)
        if number:
            day = _EXCEL_DAY_0 + timedelta(days=int(number["number"]))
            self._excel_day = self._excel_day or (cell, day)
            typed = day.isoformat()
        return read_date(typed, self._today, future=future, day_first=self._day_first)

    def _units_in(self, cell: str, kind: Kind, done_on: date | None) -> int | None:
        """The units stated where the policy has none; the policy's own value is no statement (R5)."""
        typed = _UNITS.fullmatch(cell)
        units = units_of(typed["units"]) if typed else None
        if done_on is None:
            return None
        value = self._policy.kinds[kind].units.on(done_on)
        if units is None and value is None:
            raise _CellError(WRONG_UNITS.format(limit=MOST_UNITS, typed=in_quotes(cell)))
        if units == value:
            return None
        try:
            check_units(kind, units or 0, done_on, self._policy)
        except RefusedError as error:
            raise _CellError(str(error)) from error
        return units

    def _state_in(self, cell: str) -> State:
        return self._once("state", cell, lambda: _state(cell))

    def _entered_in(self, cell: str) -> bool:
        return self._once("entered", cell, lambda: _entered(cell))

    def _link_in(self, cell: str) -> str:
        try:
            (link,) = read_line(cell).tokens
        except (WordsError, ValueError):
            raise _CellError(NOT_A_LINK) from None
        if link.form is not Form.LINK:
            raise _CellError(NOT_A_LINK)
        return link.text

    def _code_in(self, cell: str) -> str:
        return self._once("code", cell, lambda: _code(cell, self._known))


def _kind(cell: str) -> str:
    name = bare(cleaned(cell))
    if name in KINDS:
        return KINDS[name]
    meant = nearest(name, KINDS)
    if meant:
        raise _CellError(UNKNOWN_KIND.format(typed=in_quotes(cell), nearest=meant))
    raise _CellError(NO_SUCH_KIND.format(typed=in_quotes(cell), kinds=KINDS_TO_WRITE))


def _state(cell: str) -> State:
    name = bare(cleaned(cell))
    if name in STATES:
        return STATES[name]
    raise _CellError((NOT_DONE if name in UNDONE else NO_SUCH_STATE).format(typed=in_quotes(cell)))


def _entered(cell: str) -> bool:
    """Whether it says that something is entered in the portal: yes, a status, or the day on which it was."""
    name = bare(cleaned(cell))
    if name in YES or looks_like_date(_without_time(cell)):
        return True
    if name not in NO and name not in STATES:
        raise _CellError(NOT_YES_OR_NO.format(typed=in_quotes(cell)))
    return STATES.get(name, State.LOGGED) is not State.LOGGED


def _code(cell: str, known: Known) -> str:
    """The one certification a cell names, beside whatever else it says."""
    typed = cleaned(cell)
    named = {found[0] for found in _CODE.finditer(typed) if found["level"].upper() in known.levels}
    if len(named) == 1:
        typed = f"{named.pop()} anyway" if typed.casefold().endswith(" anyway") else named.pop()
    code, rest, _ = leading_code(read_line(typed), known)
    if rest:
        raise _CellError(ONLY_A_CODE.format(like=known.sample))
    return code
