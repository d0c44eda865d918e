"""The whole database into a file and out of one: backups, exports, and the line that says what was done."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from importlib.metadata import version
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO

from rules import fingerprint, load_policy

from .copying import Copied, copy_beside, missing_in, restoring
from .folder import folder_of
from .ledger.backup import back_up, restore
from .ledger.dump import ENDING, begins_a_dump, dump, load
from .ledger.files import FileRefusedError, named_file_errors, written_whole
from .ledger.inspection import kept_in
from .ledger.opening import is_part_of

STREAM = "-"
BACKED_UP = "Backed up {database} to {file} and compared it: {contents}, {size}."
RESTORED = "Restored {database} from {file}: {contents}."
BROUGHT_UP_TO_DATE = " It was brought up to date."
KEPT = " What was there is kept as {kept}."
EXPORTED = "Exported {database} to {file}: {contents}."
IMPORTED = "Imported {file} into {database}: {contents}."
BACKED_UP_FILES = " Its proofs are in {folder}: {files}, {size}."
RESTORED_FILES = " Its proofs are back in {folder}: {files}, {size}."
MISSING = " {files} of proofs not found in {folder}, or damaged: ce-bot doctor counts them."
NOT_EXPORTED = " The files that prove activities are not in it: copy the folder {folder}, too."
NOT_IMPORTED = " The files that prove activities are not in it: copy their folder to {folder}."
IN_STREAM, OUT_STREAM = "standard input", "standard output"
_HEAD_BYTES = 64


def backed_up(database: str, file: str, *, at: datetime, replace: bool) -> str:
    """Back up a database to a file. Raises a LedgerError."""
    if not replace and not Path(file).exists() and folder_of(file).exists():  # its backup has moved
        says = f"{folder_of(file)} is there already: name another file, or overwrite it with --force."
        raise FileRefusedError(says)
    found = back_up(database, file, at=at, replace=replace)
    copied = copy_beside(kept_in(file), Path(database), Path(file))
    said = BACKED_UP.format(
        database=database, file=file, contents=found.contents.told(), size=in_bytes(found.size)
    )
    return said + _files_said(copied, Path(file), BACKED_UP_FILES, folder_of(database))


def restored(file: str, database: str, *, at: datetime, replace: bool) -> str:
    """Restore a database from a backup. Raises a LedgerError."""
    with restoring(kept_in(file), Path(file), Path(database)) as files:
        found = restore(file, database, at=at, replace=replace)
        files.take(found.kept)
    said = RESTORED.format(database=database, file=file, contents=found.contents.told())
    if found.migrations:
        said += BROUGHT_UP_TO_DATE
    said += _files_said(files.copied, Path(database), RESTORED_FILES, folder_of(file))
    return said + (KEPT.format(kept=found.kept) if found.kept else "")


def exported(database: str, file: str, out: BinaryIO, *, at: datetime, replace: bool) -> str:
    """Export everything as JSON Lines to a file, or to `out` where the file is "-". Raises a LedgerError."""
    ce_bot, policy = version("ce-bot"), fingerprint(load_policy())
    if file == STREAM:
        with named_file_errors(OUT_STREAM):
            contents = dump(database, out, ce_bot=ce_bot, policy=policy, at=at)
            out.flush()
    else:
        if is_part_of(Path(file), Path(database)):
            raise FileRefusedError(f"{file} is the database itself: name another file for the export.")
        with written_whole(Path(file), replace=replace) as part, part.open("wb") as lines:
            contents = dump(database, lines, ce_bot=ce_bot, policy=policy, at=at)
    said = EXPORTED.format(database=database, file=_named(file, OUT_STREAM), contents=contents.told())
    return said + (NOT_EXPORTED.format(folder=folder_of(database)) if kept_in(database) else "")


@contextmanager
def opened(file: str, given: BufferedReader) -> Iterator[BufferedReader]:
    """A file to read, or `given` where the file is "-". Raises FileRefusedError."""
    if file == STREAM:
        yield given
        return
    try:
        found = Path(file).open("rb")  # noqa: SIM115 - closed below; only opening it is put in a sentence
    except OSError as error:
        raise FileRefusedError(f"{file} cannot be read: {error.strerror or type(error).__name__}.") from error
    with found:
        yield found


def is_export(file: str, lines: BufferedReader) -> bool:
    """Whether what was opened is for `imported`, by its name or its first bytes, which stay unread."""
    return Path(file).suffix.lower() == ENDING or begins_a_dump(lines.peek(_HEAD_BYTES))


def imported(file: str, lines: BufferedReader, database: str, *, at: datetime) -> str:
    """Import an export into a database with nothing in it. Raises a LedgerError."""
    name = _named(file, IN_STREAM)
    contents = load(lines, name, database, at=at)
    said = IMPORTED.format(database=database, file=name, contents=contents.told())
    _, missing = missing_in(kept_in(database), Path(database))
    return said + (NOT_IMPORTED.format(folder=folder_of(database)) if missing else "")


def in_bytes(size: int) -> str:
    """A size in bytes as people read it: "12.3 MB"."""
    found, units = float(size), ["bytes", "kB", "MB", "GB"]
    while found >= 1000 and len(units) > 1:
        found /= 1000
        units.pop(0)
    is_exact = units[0] == "bytes" or found >= 100
    return f"{found:,.0f} {units[0]}" if is_exact else f"{found:.1f} {units[0]}"


def _files_said(copied: Copied, database: Path, say: str, source: Path) -> str:
    """What became of the files beside a database, in sentences; nothing where there are none."""
    said = say.format(folder=folder_of(database), files=_files(copied.files), size=in_bytes(copied.size))
    missing = MISSING.format(files=_files(copied.missing), folder=source)
    return (said if copied.files else "") + (missing if copied.missing else "")


def _files(count: int) -> str:
    return f"{count:,} file" if count == 1 else f"{count:,} files"


def _named(file: str, stream: str) -> str:
    return stream if file == STREAM else file
