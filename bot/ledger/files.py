"""Files that are whole or not there: written under another name, then put in their place in one step."""

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .errors import LedgerError
from .opening import BESIDE

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_NOT_ALLOWED = (errno.EACCES, errno.EPERM, errno.EROFS)


class FileRefusedError(LedgerError):
    """A file cannot be read or written, or stands where one is to be written; the message names it."""


@contextmanager
def named_file_errors(path: str | Path) -> Iterator[None]:
    """Turn what the system says about writing a file into one sentence with what to do."""
    folder = Path(path).absolute().parent
    try:
        yield
    except BrokenPipeError:  # whoever read it has left, which needs no words
        raise
    except OSError as error:
        if error.errno in _NO_ROOM:
            why = "there is no room left, so make some on the disk"
        elif error.errno in _NOT_ALLOWED:
            why = f"nothing may be written in the folder {folder}"
        elif not folder.is_dir():
            why = f"there is no folder {folder}"
        else:
            why = error.strerror or type(error).__name__
        raise FileRefusedError(f"{path} cannot be written: {why}.") from error


def check_place(path: Path, *, replace: bool) -> None:
    """Raise FileRefusedError where a file may not be written: it is there already, or is no ordinary one."""
    if path.is_dir():
        raise FileRefusedError(f"{path} is a folder: name a file in it.")
    if path.exists() and not path.is_file():
        raise FileRefusedError(f"{path} is no ordinary file: name another one.")
    if path.exists() and not replace:
        raise FileRefusedError(f"{path} is there already: name another file, or overwrite it with --force.")


@contextmanager
def begun(path: Path) -> Iterator[Path]:
    """An empty file for its owner only, beside `path`; whatever happens, it does not stay."""
    number, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.absolute().parent)
    os.close(number)
    part = Path(name)
    try:
        yield part
    finally:
        for end in ("", *BESIDE):
            with suppress(OSError):
                part.with_name(part.name + end).unlink()


@contextmanager
def written_whole(path: Path, *, replace: bool) -> Iterator[Path]:
    """A file to write to, which takes its place at `path` at the end, when it is safely on the disk.

    Where something goes wrong before, nothing is left of it, and what stood there still does.
    Raises FileRefusedError.
    """
    check_place(path, replace=replace)
    with named_file_errors(path), begun(path) as part:
        yield part
        keep(part)
        check_place(path, replace=replace)
        part.replace(path)
        keep(path.absolute().parent)


def keep(path: Path) -> None:
    """Wait until a file, or what a folder lists, is on the disk."""
    if path.is_dir() and os.name == "nt":  # which cannot, and need not
        return
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
