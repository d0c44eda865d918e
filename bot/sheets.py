"""What spreadsheets write: bytes become text, and text becomes rows under columns known by their names.

Each sentence ends in what to do; nothing here knows what the columns are for.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from itertools import islice
from pathlib import PurePath
from typing import NamedTuple

WORKBOOK = (
    "This is a workbook, which I cannot open: save it as CSV (File, Save As or Download) and send that."
)
NO_TABLE = "I read tables as CSV files: save yours as CSV in your spreadsheet program and send that."
NO_TEXT = "This is no text that I can read: save the table as CSV, best as CSV UTF-8, and send that."
TOO_LARGE = "The file is larger than 5 MB, which is more than I take at once: split it and send the parts."
EMPTY = "There is nothing in it: the first row names the columns, the rows below say what you did."
NO_HEADER = "I find no row that names the columns: put one above the others, such as kind,date,title."
NO_ROWS = "There is a row that names the columns and nothing below it: add a row for each thing you did."
TOO_MANY_ROWS = (
    "There are more than 20,000 rows, which is more than I take at once: split it and send the parts."
)
LINE_TOO_LONG = (
    "Line {line} has more than 100,000 characters, so this is no table that I can read: save it as CSV anew."
)
CELL_TOO_LONG = (
    "Row {row} has a cell with more than 100,000 characters: look for a quotation mark too many there."
)
QUOTE_LEFT_OPEN = (
    "Row {row} opens a quotation mark that nothing closes: take it away, or close it in that row."
)
AFTER_QUOTE = (
    "Row {row} has text right after a closing quotation mark: inside a cell in quotes, write each mark twice."
)

MOST_BYTES = 5_000_000
MOST_ROWS = 20_000
_LONGEST = 100_000  # characters in a line and in a cell
_DELIMITERS = (",", ";", "\t", "|")
# How far down a row that names the columns is looked for: some programs write a title above it.
_HEADER_WITHIN = 15
_FEWEST_NAMES = 2
_LOOKS_DATED = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}.*|\d{5}")
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
# What other files begin with: workbooks of today (a zip archive) and of old.
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_TABLES_END = (".csv", ".tsv", ".tab", ".txt")
_WORKBOOKS_END = (".xlsx", ".xls", ".xlsm", ".xlsb", ".ods", ".numbers")


class SheetError(ValueError):
    """What was sent is no table that can be read; `sentence` says why and what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Format(Enum):
    """What a file seems to be by its name."""

    TABLE = "table"
    WORKBOOK = "workbook"
    OTHER = "other"


class Row(NamedTuple):
    """A row with something in it: its number in the spreadsheet, and its cells by field.

    `beyond` is the first thing that stands to the right of all named columns, "" where nothing does.
    """

    number: int
    cells: Mapping[str, str]
    beyond: str = ""


class Table(NamedTuple):
    """The rows of a table; `columns` are the fields found and their names in the file.

    `ignored` names the columns that are not known, `skipped` are the rows with text above the names.
    """

    columns: Mapping[str, str]
    ignored: Sequence[str]
    skipped: Sequence[int]
    rows: Sequence[Row]


class _Header(NamedTuple):
    """The row that names the columns: where it is, its cells, and the place of each field among them."""

    delimiter: str
    number: int
    cells: Sequence[str]
    places: Mapping[str, int]


# For each name a column may have its field, and how good a name it is for that: 0 is the best.
_Names = Mapping[str, tuple[str, int]]


def format_of(name: str) -> Format:
    """What a file seems to be by its name."""
    ending = PurePath(name.lower()).suffix
    if ending in _TABLES_END:
        return Format.TABLE
    return Format.WORKBOOK if ending in _WORKBOOKS_END else Format.OTHER


def text_in(content: bytes) -> str:
    """The text of a file: UTF-8, UTF-16 that says so, else Windows-1252.

    Raises SheetError for what is no text, and for too much of it.
    """
    if len(content) > MOST_BYTES:
        raise SheetError(TOO_LARGE)
    if content.startswith(_WORKBOOKS):
        raise SheetError(WORKBOOK)
    marked = next((encoding for mark, encoding in _MARKS if content.startswith(mark)), None)
    for encoding in (marked,) if marked else ("utf-8", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return _checked(text)
    raise SheetError(NO_TEXT)


def read_table(text: str, fields: Mapping[str, Sequence[str]]) -> Table:
    """The table in a text; `fields` has for each field the names its column may have, the best first.

    The columns are separated by what makes most of their names known. Of two columns for one field the
    better name wins, and the other is ignored. Raises SheetError for what is no such table.
    """
    text = _checked(text).lstrip("\ufeff")
    if not text.strip():
        raise SheetError(EMPTY)
    said, text = _said_delimiter(text)
    names = {name: (field, rank) for field, known in fields.items() for rank, name in enumerate(known)}
    found = [_header(text, delimiter, names) for delimiter in ((said,) if said else _DELIMITERS)]
    header = max(found, key=lambda one: len(one.places))
    if len(header.places) < _FEWEST_NAMES:
        raise SheetError(NO_HEADER)
    skipped: list[int] = []
    rows: list[Row] = []
    for number, cells in _records(text, header.delimiter):
        if number == header.number or not any(cells):
            continue
        if number < header.number:
            skipped.append(number)
            continue
        if len(rows) == MOST_ROWS:
            raise SheetError(TOO_MANY_ROWS)
        rows.append(_row(number, cells, header))
    if not rows:
        raise SheetError(NO_ROWS)
    columns = {field: header.cells[place] for field, place in header.places.items()}
    known = set(header.places.values())
    ignored = [name for place, name in enumerate(header.cells) if name and place not in known]
    return Table(columns, ignored, skipped, rows)


def _row(number: int, cells: Sequence[str], header: _Header) -> Row:
    filled = {
        field: cells[place] for field, place in header.places.items() if place < len(cells) and cells[place]
    }
    return Row(number, filled, next(filter(None, cells[len(header.cells) :]), ""))


def heading(name: str) -> str:
    """The name of a column as tables have it: lower case, single spaces, nothing in brackets or around it."""
    plain = unicodedata.normalize("NFKC", name[:100]).casefold()
    return " ".join(re.sub(r"\(.*?\)|\[.*?\]|[^\w/#']|_", " ", plain).split())


def _checked(text: str) -> str:
    """The same text. Raises SheetError if it has what no table has."""
    if "\0" in text:
        raise SheetError(NO_TEXT)
    if len(text) > MOST_BYTES:
        raise SheetError(TOO_LARGE)
    for line, said in enumerate(io.StringIO(text, newline=""), 1):
        if len(said) > _LONGEST:
            raise SheetError(LINE_TOO_LONG.format(line=line))
    return text


def _said_delimiter(text: str) -> tuple[str, str]:
    """What separates the columns, where a first line for Excel says so, and the text after that line."""
    said = re.match(r"sep=([,;|\t])(?:\r\n|\r|\n)", text, re.IGNORECASE)
    return (said[1], text[said.end() :]) if said else ("", text)


def _header(text: str, delimiter: str, names: _Names) -> _Header:
    """The row that, with this delimiter, knows most columns."""
    best = _Header(delimiter, 0, (), {})
    try:
        for number, cells in islice(_records(text, delimiter), _HEADER_WITHIN):
            places = _places(cells, names)
            if len(places) > len(best.places):
                best = _Header(delimiter, number, cells, places)
    except SheetError:
        pass  # another delimiter may be the right one; if none is, reading on says what is wrong
    return best


def _places(cells: Sequence[str], names: _Names) -> Mapping[str, int]:
    """Where the column of each field is, if this row names them; a row with a date in it names nothing."""
    if any(_LOOKS_DATED.fullmatch(cell) for cell in cells):
        return {}
    best: dict[str, tuple[int, int]] = {}
    for place, cell in enumerate(cells):
        field, rank = names.get(heading(cell), ("", 0)) if cell else ("", 0)
        if field and (field not in best or rank < best[field][0]):
            best[field] = (rank, place)
    return {field: place for field, (_, place) in best.items()}


def _records(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """The rows as a spreadsheet numbers them, empty ones included, their cells without blanks around them.

    Raises SheetError, naming the row, where the quotation marks are wrong.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            said = str(error)
            sentence = CELL_TOO_LONG if "limit" in said else AFTER_QUOTE
            raise SheetError(
                (QUOTE_LEFT_OPEN if "end of data" in said else sentence).format(row=number)
            ) from error
        yield number, [cell.strip() for cell in cells]
