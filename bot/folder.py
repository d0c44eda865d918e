"""The folder of the files that prove activities, beside the database: each under the hash of its content.

A file is written whole or not at all. It stands in a folder of its member, so that of the same picture of two
members each has their own, and has no name but its hash: nothing that anybody typed is part of a path.

Whoever puts a file in its place or deletes one does so within the transaction that writes or deletes the row
which points to it. So nobody has to guess whether a file is wanted: what no row points to is of another
database that was here before, and stays.
"""

import os
import shutil
from contextlib import suppress
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from secrets import token_hex

from .ledger import Member
from .ledger.files import named_file_errors

FOLDER_ENDS = ".proofs"
FOLDER_MODE, FILE_MODE = 0o700, 0o600
# What is being written has a name that ends so.
PART_ENDS = ".part"


def folder_of(database: str | Path) -> Path:
    """Where the files of a database are: beside it, in a folder of its name."""
    path = Path(database)
    return path.with_name(f"{path.name}{FOLDER_ENDS}")


def hash_of(content: bytes) -> str:
    """What a file is called by."""
    return sha256(content).hexdigest()


class ProofFolder:
    """The folder of one database; made when the first file is written."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def begin(self, content: bytes) -> Path:
        """Write a file and have it on the disk, to be put in its place. Raises OSError."""
        self.path.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        part = self.path / f"{token_hex(16)}{PART_ENDS}"
        try:
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE), "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        return part

    def put(self, part: Path, who: Member, digest: str) -> None:
        """Put a file that was begun in its place. Raises OSError."""
        place = self.path_of(who, digest)
        place.parent.mkdir(mode=FOLDER_MODE, exist_ok=True)
        part.replace(place)
        for folder in (place.parent, self.path, self.path.parent):
            _sync(folder)

    def write(self, who: Member, content: bytes) -> None:
        """Put a file in its place where nobody else writes. Raises OSError."""
        self.put(self.begin(content), who, hash_of(content))

    def read(self, who: Member, digest: str) -> bytes | None:
        """A file; None where it is not there, or not what it was."""
        try:
            content = self.path_of(who, digest).read_bytes()
        except OSError:
            return None
        return content if hash_of(content) == digest else None

    def path_of(self, who: Member, digest: str) -> Path:
        """Where a member's file is, or would be."""
        return self.path / name_of(who) / digest

    def delete(self, who: Member, digest: str) -> None:
        """Delete a file, and its member's folder where nothing else is in it. Raises OSError."""
        place = self.path_of(who, digest)
        place.unlink(missing_ok=True)
        with suppress(OSError):  # another file is in it
            place.parent.rmdir()

    def delete_all_of(self, who: Member) -> None:
        """Delete all files of a member, also those of a database that was here before.

        Raises FileRefusedError.
        """
        folder = self.path / name_of(who)
        with named_file_errors(folder), suppress(FileNotFoundError):
            shutil.rmtree(folder)

    def delete_begun(self, before: datetime) -> None:
        """Delete what was begun before a moment and never put in its place. Raises OSError."""
        for part in self.path.glob(f"*{PART_ENDS}"):
            with suppress(FileNotFoundError):
                if part.stat().st_mtime < before.timestamp():
                    part.unlink()


def name_of(who: Member) -> str:
    """What a member's own folder is called: it says nothing to those who do not know them."""
    return sha256(f"{who.workspace} {who.id}".encode()).hexdigest()[:32]


def _sync(folder: Path) -> None:
    """Have the names in a folder on the disk, too."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
