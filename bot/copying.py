"""The files that prove activities beside a copy of their database: taken along, put back, compared."""

import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from .folder import FOLDER_MODE, ProofFolder, folder_of
from .ledger import KeptFile
from .ledger.files import FileRefusedError, named_file_errors

# Files on their way into a folder are in one whose name ends so.
_COMING = ".coming"


class Copied(NamedTuple):
    """How many files were copied, their size together in bytes, and how many were not there or not whole."""

    files: int
    size: int
    missing: int


def copy_beside(kept: Iterable[KeptFile], database: Path, copy: Path) -> Copied:
    """Copy the files that a copy of a database points to into the folder beside it, and nothing else.

    Raises FileRefusedError where they cannot be written.
    """
    with _coming(copy) as folder:
        copied = _copy(kept, [database], folder)
        _remove(folder_of(copy))
        if copied.files:
            folder.path.rename(folder_of(copy))
    return copied


@contextmanager
def restoring(kept: Iterable[KeptFile], backup: Path, database: Path) -> Iterator["Restoring"]:
    """Have the files of a backup ready beside a database, to be put in their place once it stands there.

    One that is not beside the backup, but where it belongs, is taken from there.

    Raises FileRefusedError where they cannot be written.
    """
    with _coming(database) as folder:
        yield Restoring(folder.path, database, _copy(kept, [backup, database], folder))


class Restoring(NamedTuple):
    """Files that are ready; `copied` says how many."""

    ready: Path
    database: Path
    copied: Copied

    def take(self, aside: Path | None) -> None:
        """Put them in their place; what was there goes with the database that is kept `aside`, or stays."""
        there = folder_of(self.database)
        with named_file_errors(there):
            if aside and there.exists():
                there.rename(folder_of(aside))
            if not there.exists() and self.ready.exists():
                self.ready.rename(there)
            for place in self.ready.glob("*/*"):
                (there / place.parent.name).mkdir(mode=FOLDER_MODE, exist_ok=True)
                place.replace(there / place.parent.name / place.name)


def missing_in(kept: Iterable[KeptFile], database: Path) -> tuple[int, int]:
    """How many files of a database are there as they were, and how many are not."""
    folder = ProofFolder(folder_of(database))
    there = [folder.read(one.who, one.sha256) is not None for one in kept]
    return sum(there), len(there) - sum(there)


def _copy(kept: Iterable[KeptFile], databases: Sequence[Path], target: ProofFolder) -> Copied:
    sources = [ProofFolder(folder_of(database)) for database in databases]
    files = size = missing = 0
    with named_file_errors(target.path):
        for one in kept:
            found = (source.read(one.who, one.sha256) for source in sources)
            content = next((content for content in found if content is not None), None)
            if content is None:
                missing += 1
                continue
            target.write(one.who, content)
            files, size = files + 1, size + len(content)
    return Copied(files, size, missing)


@contextmanager
def _coming(database: Path) -> Iterator[ProofFolder]:
    there = folder_of(database)
    if there.exists() and not there.is_dir():
        raise FileRefusedError(f"{there} is no folder, and files that prove activities go there: rename it.")
    path = there.with_name(f"{there.name}{_COMING}")
    _remove(path)
    try:
        yield ProofFolder(path)
    finally:
        _remove(path)


def _remove(folder: Path) -> None:
    if folder.exists():
        with named_file_errors(folder):
            shutil.rmtree(folder)
