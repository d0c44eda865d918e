"""What looking at a team of 200 costs, beside the bare SQL that its figures come from, in one run."""

import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from bot.ledger import Member, TeamSettings
from bot.ledger.teams import STANDINGS
from bot.listeners import commands
from bot.outcomes import Place

from .__main__ import TODAY, Bench, dispatched, medians, row

MEMBERS = 200
CHANNEL = "C1"
AIM_MS = 100


def a_team(folder: Path) -> Bench:
    """A bot with a team of 200 in a workspace of 1,000, each with three certifications and 50 activities."""
    bench = Bench(folder, 1000)
    now = bench.desk._clock()
    with bench.ledger.write() as writer:
        writer.teams.start(Member("T1", "U0"), TeamSettings(CHANNEL), "Member 0", now)
        for number in range(1, MEMBERS):
            writer.teams.join(Member("T1", f"U{number}"), CHANNEL, f"Member {number}", now)
        for code, target in (("ACP-620", 150), ("ACP-120", 20)):
            writer.teams.set_target("T1", CHANNEL, code, target)
    return bench


def bare_sql(path: str) -> Callable[[], object]:
    """The floor: the rows that the view needs, from an open connection."""
    db = sqlite3.connect(path)
    asked = {"workspace": "T1", "channel": CHANNEL}
    return lambda: db.execute(STANDINGS, asked).fetchall()


def main() -> None:
    """Measure and report."""
    with tempfile.TemporaryDirectory(dir=".") as name:
        bench = a_team(Path(name))
        view = lambda: bench.desk.teams.view("T1", CHANNEL, TODAY)  # noqa: E731
        assert len(view().rows) == 3 * MEMBERS
        place = Place(CHANNEL, is_private=True, is_shared=True)
        command = lambda: commands.run(bench.desk, Member("T1", "U7"), "team", "key", place)  # noqa: E731
        found = medians(
            {
                "sql": (bare_sql(bench.ledger.path), 10),
                "view": (view, 10),
                "command": (command, 10),
                "signed": (dispatched(bench.app, lambda: "team", lambda: "U7"), 10),
            },
            blocks=5,
        )
        ms = {name: us / 1e3 for name, us in found.items()}
        row(f"SQL alone, {MEMBERS} members, 3 certifications each", f"{ms['sql']:.2f} ms", "-", met=True)
        row(
            "  where that team stands, as kept",
            f"{ms['view']:.1f} ms = {ms['view'] / ms['sql']:.1f} x",
            f"{AIM_MS} ms",
            met=ms["view"] <= AIM_MS,
        )
        row("  /ce team in process", f"{ms['command']:.1f} ms", f"{AIM_MS} ms", met=ms["command"] <= AIM_MS)
        row("  signed, through Bolt", f"{ms['signed']:.1f} ms", f"{AIM_MS} ms", met=ms["signed"] <= AIM_MS)
        with closing(sqlite3.connect(bench.ledger.path)) as db, db:
            db.execute("UPDATE standings SET policy = 'an older one'")
        replayed = medians({"view": (view, 3)}, blocks=3)["view"] / 1e3
        row("  where all of it has to be replayed", f"{replayed:.0f} ms", "-", met=True)


if __name__ == "__main__":
    main()
