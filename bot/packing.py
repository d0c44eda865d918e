"""The files that prove activities in one archive or some, with a list of what proves what."""

import csv
import io
import unicodedata
import zipfile
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from rules import Policy

from .ledger import LoggedActivity, Proof
from .signatures import with_ending

# An archive is made in memory and sent as one file: more than this goes into the next.
ARCHIVE_MOST = 50_000_000
LIST = "proofs.csv"
COLUMNS = ("number", "kind", "title", "day", "file", "link")
MISSING = "missing: give it to me again"

# No file system takes more of a name, in bytes; so much of a title and of a file's name is enough to know it.
_TITLE_BYTES, _NAME_BYTES = 80, 90
_NOT_IN_NAMES = frozenset('<>:"/\\|?*')
_FIRST_YEAR = 1980  # of the times that archives can tell

Content = Callable[[str], bytes | None]


class Packed(NamedTuple):
    """A file in an archive: what it proves, the file, and its name there."""

    activity: LoggedActivity
    proof: Proof
    name: str


def archives(activities: Sequence[LoggedActivity], kept: Sequence[Proof]) -> list[list[Packed]]:
    """What goes into which archive, by the activities' numbers; none at all where nothing is kept."""
    by_number = {one.number: one for one in activities}
    taken: set[str] = set()
    found: list[list[Packed]] = []
    size = 0
    for proof in kept:
        activity = by_number.get(proof.number)
        if activity is None:
            continue
        if not found or size + proof.size > ARCHIVE_MOST:
            found.append([])
            size = 0
        size += proof.size
        found[-1].append(Packed(activity, proof, _free(_name(activity, proof), taken)))
    return found


def archive_of(
    packed: Sequence[Packed],
    links: Sequence[LoggedActivity],
    content: Content,
    today: date,
    policy: Policy,
    *,
    harmless: Callable[[str], str],
) -> bytes:
    """An archive with its list, which also names the `links` that prove an activity without a file.

    `content` gives a file by its hash; what is not there is said in the list. `harmless` makes a cell that no
    spreadsheet takes for a formula.
    """
    out = io.BytesIO()
    missing = set()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:  # pictures and PDFs are packed already
        for one in packed:
            found = content(one.proof.sha256 or "")
            if found is None:
                missing.add(one.name)
            else:
                archive.writestr(_entry(one.name, today), found)
        rows = _rows(packed, links, missing, policy)
        archive.writestr(_entry(LIST, today), _table(rows, harmless))
    return out.getvalue()


def _rows(
    packed: Sequence[Packed], links: Sequence[LoggedActivity], missing: set[str], policy: Policy
) -> Iterator[tuple[int, str, str, date, str, str]]:
    for one in packed:
        file = MISSING if one.name in missing else one.name
        yield (*_about(one.activity, policy), file, one.activity.link or "")
    for linked in links:
        yield (*_about(linked, policy), "", linked.link or "")


def _about(one: LoggedActivity, policy: Policy) -> tuple[int, str, str, date]:
    return one.number, policy.kinds[one.kind].name, one.title, one.done_on


def _table(rows: Iterator[tuple[int, str, str, date, str, str]], harmless: Callable[[str], str]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for number, kind, title, day, file, link in rows:
        writer.writerow((number, kind, harmless(title), day, harmless(file), harmless(link)))
    return text.getvalue().encode("utf-8-sig")


def _entry(name: str, today: date) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, (max(today.year, _FIRST_YEAR), today.month, today.day, 0, 0, 0))
    entry.external_attr = 0o600 << 16
    return entry


def _name(activity: LoggedActivity, proof: Proof) -> str:
    """What a file is called in an archive: by its activity and by itself, safe on every system."""
    whole = with_ending(proof.name, proof.media_type)
    stem, _, ending = whole.rpartition(".")
    title = _safe(activity.title, _TITLE_BYTES)
    return f"{activity.number} - {title} - {_safe(stem, _NAME_BYTES)}.{_safe(ending, _NAME_BYTES)}"


def _safe(text: str, most: int) -> str:
    """Text as a part of a name: one line, no path, nothing hidden, so many bytes."""
    composed = unicodedata.normalize("NFC", text)
    shown = "".join(char if char.isprintable() and char not in _NOT_IN_NAMES else " " for char in composed)
    shown = " ".join(shown.split()).strip(". ")
    return shown.encode()[:most].decode(errors="ignore").strip(". ") or "file"


def _free(name: str, taken: set[str]) -> str:
    """The name, or with a number where another is the same to some system."""
    stem, _, ending = name.rpartition(".")
    found, count = name, 1
    while (known := unicodedata.normalize("NFC", found.casefold())) in taken:
        count += 1
        found = f"{stem} ({count}).{ending}"
    taken.add(known)
    return found
