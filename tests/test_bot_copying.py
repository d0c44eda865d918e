"""The files that prove activities go where their database goes: backups, restores, exports, the doctor."""

import io
import shutil
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from proving import png

from bot.cli import main
from bot.copying import copy_beside
from bot.doctor import Level, about_database
from bot.dumping import backed_up, exported, imported, restored
from bot.folder import ProofFolder, folder_of, hash_of
from bot.ledger import Ledger, LoggedActivity, Member
from bot.ledger.files import FileRefusedError
from bot.ledger.inspection import kept_in
from rules import Kind

NOW = datetime(2025, 12, 2, 9, 30, tzinfo=UTC)
ALICE = Member("T1", "UALICE")
FIRST, SECOND = png(b"1"), png(b"2")


def keep(database: Path, content: bytes, file: str) -> None:
    """A file that is kept as proof of activity 1."""
    with closing(Ledger(database)) as ledger:
        with ledger.write() as writer:
            change = writer.begin_change(ALICE, "attach proof", "activity 1", NOW)
            if ledger.facts(ALICE).activity(1) is None:
                writer.next_number(ALICE, NOW)
                writer.add_activity(ALICE, LoggedActivity(1, Kind.COURSE, date(2025, 12, 1), "Jira"), change)
            writer.proofs.attach(
                ALICE, 1, file=file, name="a.png", media_type="image/png", size=9, change=change, at=NOW
            )
            (claim,) = writer.proofs.claim("T1", "one", 9, now=NOW, until=NOW)
            writer.proofs.name_content(claim, hash_of(content))
            writer.proofs.keep(claim, "a.png", "image/png", len(content))
        ProofFolder(folder_of(database)).write(ALICE, content)


@pytest.fixture
def database(tmp_path: Path, empty_database: Path) -> Path:
    path = Path(shutil.copy(empty_database, tmp_path / "a.db"))
    for content, file in ((FIRST, "F1"), (SECOND, "F2")):
        keep(path, content, file)
    return path


def places_of(database: Path) -> list[Path]:
    return sorted(folder_of(database).glob("*/*"))


def files_of(database: Path) -> list[bytes]:
    return sorted(place.read_bytes() for place in places_of(database))


def doctor(database: Path):
    return {one.name: one for one in about_database(str(database), NOW)}["proofs"]


def test_a_backup_takes_the_files_along_and_says_so(tmp_path, database):
    said = backed_up(str(database), str(tmp_path / "b.db"), at=NOW, replace=False)
    assert f"Its proofs are in {tmp_path / 'b.db.proofs'}: 2 files" in said
    assert files_of(tmp_path / "b.db") == files_of(database) == sorted([FIRST, SECOND])
    assert (tmp_path / "b.db.proofs").stat().st_mode & 0o777 == 0o700
    assert sorted(found.name for found in tmp_path.iterdir() if found.name.startswith("b")) == [
        "b.db",
        "b.db.proofs",
    ]


def test_a_backup_without_files_says_nothing_of_them(tmp_path, empty_database):
    path = shutil.copy(empty_database, tmp_path / "e.db")
    assert "proofs" not in backed_up(str(path), str(tmp_path / "b.db"), at=NOW, replace=False)
    assert not (tmp_path / "b.db.proofs").exists()


def test_a_backup_made_anew_has_no_file_that_is_no_longer_kept(tmp_path, database):
    backed_up(str(database), str(tmp_path / "b.db"), at=NOW, replace=False)
    with closing(Ledger(database)) as ledger, ledger.erasing() as erasing:
        erasing.forget(ALICE)
    backed_up(str(database), str(tmp_path / "b.db"), at=NOW, replace=True)
    assert not (tmp_path / "b.db.proofs").exists()


def test_the_files_of_a_backup_that_was_moved_without_them_are_not_overwritten_unasked(tmp_path, database):
    backed_up(str(database), str(tmp_path / "b.db"), at=NOW, replace=False)
    (tmp_path / "b.db").rename(tmp_path / "monday.db")
    keep(database, png(b"3"), "F3")
    with pytest.raises(FileRefusedError, match=r"b\.db\.proofs is there already"):
        backed_up(str(database), str(tmp_path / "b.db"), at=NOW, replace=False)
    assert not (tmp_path / "b.db").exists()
    assert files_of(tmp_path / "b.db") == sorted([FIRST, SECOND])
    assert "3 files" in backed_up(str(database), str(tmp_path / "b.db"), at=NOW, replace=True)


def test_a_backup_says_which_files_were_not_there_or_not_whole(tmp_path, database):
    first, second = places_of(database)
    first.unlink()
    second.write_bytes(b"x")
    said = backed_up(str(database), str(tmp_path / "b.db"), at=NOW, replace=False)
    assert f"2 files of proofs not found in {folder_of(database)}, or damaged" in said


def test_a_restore_puts_the_files_back(tmp_path, database):
    backed_up(str(database), str(tmp_path / "b.db"), at=NOW, replace=False)
    said = restored(str(tmp_path / "b.db"), str(tmp_path / "c.db"), at=NOW, replace=False)
    assert f"Its proofs are back in {tmp_path / 'c.db.proofs'}: 2 files" in said
    assert files_of(tmp_path / "c.db") == sorted([FIRST, SECOND])
    assert doctor(tmp_path / "c.db").level is Level.OK


def test_a_restore_keeps_the_files_of_what_it_replaces_beside_it(tmp_path, database):
    backed_up(str(database), str(tmp_path / "b.db"), at=NOW, replace=False)
    third = png(b"3")
    keep(database, third, "F3")
    restored(str(tmp_path / "b.db"), str(database), at=NOW, replace=True)
    assert files_of(database) == sorted([FIRST, SECOND])
    (aside,) = tmp_path.glob("a.db.before-restore-*.proofs")
    assert files_of(aside.with_name(aside.name.removesuffix(".proofs"))) == sorted([FIRST, SECOND, third])


def test_a_restore_that_is_refused_changes_no_file(tmp_path, database):
    backed_up(str(database), str(tmp_path / "b.db"), at=NOW, replace=False)
    keep(database, png(b"3"), "F3")
    before = files_of(database)
    with pytest.raises(FileRefusedError):
        restored(str(tmp_path / "b.db"), str(database), at=NOW, replace=False)
    assert files_of(database) == before
    assert not list(tmp_path.glob("*.coming"))


def test_a_backup_whose_files_are_gone_is_restored_and_says_so(tmp_path, database):
    backed_up(str(database), str(tmp_path / "b.db"), at=NOW, replace=False)
    shutil.rmtree(tmp_path / "b.db.proofs")
    said = restored(str(tmp_path / "b.db"), str(tmp_path / "c.db"), at=NOW, replace=False)
    assert f"2 files of proofs not found in {tmp_path / 'b.db.proofs'}" in said
    assert doctor(tmp_path / "c.db").level is Level.BAD


@pytest.mark.parametrize("is_beside", [True, False])
def test_where_only_the_database_was_lost_a_restore_leaves_the_files_given_since(
    tmp_path, database, is_beside
):
    backed_up(str(database), str(tmp_path / "b.db"), at=NOW, replace=False)
    keep(database, png(b"3"), "F3")
    for lost in tmp_path.glob("a.db*"):
        if lost.is_file():
            lost.unlink()
    if not is_beside:
        shutil.rmtree(tmp_path / "b.db.proofs")
    said = restored(str(tmp_path / "b.db"), str(database), at=NOW, replace=False)
    assert "2 files" in said
    assert "not found" not in said
    assert files_of(database) == sorted([FIRST, SECOND, png(b"3")])
    assert doctor(database).level is Level.OK


def test_a_restore_takes_files_that_are_not_beside_the_backup_from_where_they_are(tmp_path, database):
    backed_up(str(database), str(tmp_path / "b.db"), at=NOW, replace=False)
    shutil.rmtree(tmp_path / "b.db.proofs")
    assert "not found" not in restored(str(tmp_path / "b.db"), str(database), at=NOW, replace=True)
    assert files_of(database) == sorted([FIRST, SECOND])


def test_what_is_left_of_a_copy_that_was_killed_is_cleared_away(tmp_path, database):
    left = tmp_path / "b.db.proofs.coming"
    left.mkdir()
    (left / "x").write_bytes(b"x")
    backed_up(str(database), str(tmp_path / "b.db"), at=NOW, replace=False)
    assert not left.exists()


def test_a_file_in_the_place_of_the_folder_is_refused_in_a_sentence(tmp_path, database):
    (tmp_path / "b.db.proofs").write_bytes(b"x")
    with pytest.raises(FileRefusedError, match="is no folder"):
        copy_beside(kept_in(database), database, tmp_path / "b.db")


def test_an_export_says_that_the_files_are_not_in_it_and_an_import_where_they_belong(tmp_path, database):
    out = io.BytesIO()
    said = exported(str(database), "-", out, at=NOW, replace=False)
    assert f"copy the folder {folder_of(database)}, too" in said
    lines = io.BufferedReader(io.BytesIO(out.getvalue()))
    said = imported("-", lines, str(tmp_path / "n.db"), at=NOW)
    assert f"copy their folder to {tmp_path / 'n.db.proofs'}" in said
    shutil.copytree(folder_of(database), tmp_path / "n.db.proofs")
    assert doctor(tmp_path / "n.db").level is Level.OK


def test_the_doctor_compares_each_file_with_its_hash(database):
    found = doctor(database)
    assert (found.level, found.says.split(" files")[0]) == (Level.OK, "2 of 2")
    first, _ = places_of(database)
    first.write_bytes(b"x")
    found = doctor(database)
    assert (found.level, found.says.split(" files")[0]) == (Level.BAD, "1 of 2")


def test_the_doctor_says_who_else_may_read_the_files(database):
    place, _ = places_of(database)
    for path in (place, place.parent, folder_of(database)):
        mode = path.stat().st_mode
        path.chmod(mode | 0o004)
        found = doctor(database)
        assert found.level is Level.WARN
        assert str(path) in found.says
        assert found.do.startswith("chmod -R go= ")
        path.chmod(mode)
    assert doctor(database).level is Level.OK


def test_forgetting_by_whoever_runs_the_bot_deletes_the_files(database, capsys):
    call = ["forget", "--workspace", "T1", "--member", "UALICE", "--yes", "--db", str(database)]
    assert main(call) == 0
    assert "2 files as proof" in capsys.readouterr().out
    assert places_of(database) == []
