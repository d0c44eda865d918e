"""What importing a table costs, beside csv.reader and executemany into a bare table, in one run.

Time is the median of rounds in which floor and import take turns; memory is the most that Python holds at
once in a round of its own, beyond what it held before.
"""

import csv
import io
import random
import sqlite3
import statistics
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import rules
from bot.desk import Desk
from bot.ledger import Ledger, Member
from bot.listeners import commands
from bot.listeners.imports import read_file
from bot.outcomes import NOWHERE

from .__main__ import CREDENTIALS, TODAY, row

ROWS = 10_000
ROUNDS = 5
AIM_S = 10
KEYS = count(1)


def a_table(rows: int) -> bytes:
    """A table as Excel writes it: three certifications, courses and events of two years, each with a link."""
    dice = random.Random(7)
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(["Type", "Completed on", "Title", "Code", "CE", "Proof"])
    for code, earned_on in CREDENTIALS:
        writer.writerow(["Certification", f"{earned_on:%d.%m.%Y}", "", code, "", ""])
    for number in range(rows - len(CREDENTIALS)):
        day = TODAY - timedelta(days=dice.randrange(800))
        kind = dice.choice(["Course"] * 8 + ["Local event", "Global event"])
        link = f"https://example.com/proof/{number}"
        writer.writerow([kind, f"{day:%d.%m.%Y}", f"Title {number}; of it", "", "", link])
    return out.getvalue().encode("utf-8-sig")


def bare(content: bytes, folder: Path) -> None:
    """The floor: the cells as they are, in a table without a rule."""
    with closing(sqlite3.connect(folder / f"bare{next(KEYS)}.db")) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("CREATE TABLE bare (a, b, c, d, e, f)")
        rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";")
        with db:
            db.executemany("INSERT INTO bare VALUES (?, ?, ?, ?, ?, ?)", rows)


def imported(content: bytes, desk: Desk) -> tuple[float, float]:
    """An import as in Slack, by somebody new: seconds to the preview, and from the click to the answer."""
    who = Member("T1", f"U{next(KEYS)}")
    assert desk.is_new(who, "read")
    began = time.perf_counter()
    preview = read_file(desk, who, NOWHERE, "a.csv", content, "read")
    shown = time.perf_counter()
    (save, *_) = [one for block in preview.blocks if block["type"] == "actions" for one in block["elements"]]
    answer = commands.run(desk, who, save["value"], "save")
    done = time.perf_counter()
    assert answer.text.startswith("Imported"), answer.text
    return shown - began, done - shown


def megabytes(work: Callable[[], object]) -> float:
    """The most memory that a piece of work allocates at once."""
    tracemalloc.start()
    work()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most / 1e6


def main() -> None:
    """Measure and report."""
    content = a_table(ROWS)
    with tempfile.TemporaryDirectory(dir=".") as name:
        folder = Path(name)
        with closing(Ledger(folder / "ce-bot.db")) as ledger:
            noon = datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=UTC)
            desk = Desk(ledger, rules.load_policy(), lambda: noon, lambda _: "UTC")
            floors, previews, saves = [], [], []
            for _ in range(ROUNDS):
                began = time.perf_counter()
                bare(content, folder)
                floors.append(time.perf_counter() - began)
                preview, save = imported(content, desk)
                previews.append(preview)
                saves.append(save)
            floor, preview, save = map(statistics.median, (floors, previews, saves))
            whole = preview + save
            row(f"bare insert of a table of {ROWS:,} rows", f"{floor * 1e3:.0f} ms", "-", met=True)
            row(
                "  its import: read, shown, saved, replayed",
                f"{whole:.2f} s = {whole / floor:.1f} x",
                f"{AIM_S} s",
                met=whole <= AIM_S,
            )
            row("  to the preview", f"{preview * 1e3:.0f} ms", "-", met=True)
            row("  from the click to the answer", f"{save * 1e3:.0f} ms", "3000 ms", met=save <= 3)
            least = megabytes(lambda: bare(content, folder))
            most = megabytes(lambda: imported(content, desk))
            row(
                f"  most memory, for a file of {len(content) / 1e6:.1f} MB",
                f"{most:.0f} MB (bare {least:.0f} MB)",
                "64 MB",
                met=most <= 64,
            )


if __name__ == "__main__":
    main()
