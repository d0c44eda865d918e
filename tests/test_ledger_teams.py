"""What the ledger keeps of teams: who is in them, how they are told, and that they always have a lead."""

import re
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.ledger import INVITE_AGAIN_AFTER, Ledger, Left, Member, Role, TeamMember, TeamSettings

NOON = datetime(2025, 12, 2, 12, tzinfo=UTC)
ALICE, BOB, CAROL, DAVE = (Member("T1", f"U{name}") for name in ("ALICE", "BOB", "CAROL", "DAVE"))
TEAM = TeamSettings("C1", timezone="Europe/Berlin")


@pytest.fixture
def team(ledger: Ledger) -> Ledger:
    """A team that Alice leads, which Bob joined an hour later, and to which Carol is invited."""
    with ledger.write() as writer:
        writer.teams.start(ALICE, TEAM, "Alice", NOON)
        writer.teams.join(BOB, "C1", "Bob", NOON + timedelta(hours=1))
        writer.teams.invite(CAROL, "C1", "Carol", NOON + timedelta(hours=2))
    return ledger


def members(ledger: Ledger, channel: str = "C1", workspace: str = "T1") -> list[tuple[str, str]]:
    """Ids and roles of those who joined."""
    with ledger.teams() as teams:
        return [(one.member_id, one.role.value) for one in teams.members(workspace, channel)]


def rows(ledger: Ledger, table: str) -> int:
    with closing(sqlite3.connect(ledger.path)) as db:
        return int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


# Starting and stopping


def test_a_team_has_the_settings_it_was_started_with_and_a_lead(team: Ledger) -> None:
    with team.teams() as teams:
        assert teams.settings("T1", "C1") == TEAM
        assert teams.members("T1", "C1")[0] == TeamMember("UALICE", Role.LEAD, "Alice", NOON)
        assert teams.targets("T1", "C1") == {}


def test_a_channel_is_started_once(team: Ledger) -> None:
    with team.write() as writer:
        assert not writer.teams.start(BOB, TEAM._replace(hour=7), "Bob", NOON)
    with team.teams() as teams:
        assert teams.settings("T1", "C1") == TEAM
    assert members(team) == [("UALICE", "lead"), ("UBOB", "member")]


@pytest.mark.parametrize(("workspace", "channel"), [("T1", "C2"), ("T2", "C1")])
def test_another_channel_and_another_workspace_have_no_team(
    team: Ledger, workspace: str, channel: str
) -> None:
    with team.teams() as teams:
        assert teams.settings(workspace, channel) is None
        assert teams.members(workspace, channel) == ()
        assert teams.member(Member(workspace, "UALICE"), channel) is None
        assert teams.targets(workspace, channel) == {}
        assert teams.invited(workspace, channel) == 0
        assert teams.standings(workspace, channel, NOON.date()) == {}


def test_a_stopped_team_leaves_nothing_behind_but_the_others_untouched(team: Ledger) -> None:
    with team.write() as writer:
        writer.teams.set_target("T1", "C1", "ACP-620", 3)
        writer.teams.start(BOB, TeamSettings("C2"), "Bob", NOON)
        writer.teams.start(Member("T2", "UEVE"), TeamSettings("C1"), "Eve", NOON)
    with closing(sqlite3.connect(team.path)) as db, db:
        db.executemany(
            "INSERT INTO outbox (workspace, addressee, member, code, threshold, suspends_on, due_at, state) "
            "VALUES (?, ?, 'UBOB', 'ACP-620', '30', '2026-01-01', '2025-12-02T09:00:00+00:00', ?)",
            [("T1", "C1", "planned"), ("T1", "UBOB", "planned"), ("T2", "C1", "sent")],
        )
    with team.write() as writer:
        writer.teams.stop("T1", "C1")
    assert members(team) == []
    assert members(team, "C2") == [("UBOB", "lead")]
    assert members(team, "C1", "T2") == [("UEVE", "lead")]
    assert [rows(team, table) for table in ("teams", "team_members", "team_targets", "outbox")] == [
        2,
        2,
        0,
        2,
    ]


# Settings and targets


@pytest.mark.parametrize(
    "changed",
    [
        TEAM._replace(days=(60,)),
        TEAM._replace(digest_day=None),
        TEAM._replace(digest_day=7, hour=0),
        TEAM._replace(hour=23, timezone="Asia/Tokyo"),
    ],
)
def test_settings_are_kept_as_they_are_set(team: Ledger, changed: TeamSettings) -> None:
    with team.write() as writer:
        writer.teams.set_settings("T1", changed)
    with team.teams() as teams:
        assert teams.settings("T1", "C1") == changed


def test_a_target_is_set_changed_and_taken_away(team: Ledger) -> None:
    found = []
    for target in (3, 5, None, None):
        with team.write() as writer:
            writer.teams.set_target("T1", "C1", "ACP-620", target)
            writer.teams.set_target("T1", "C1", "ACA-100", 1)
            found.append(list(writer.teams.targets("T1", "C1").items()))
    assert found == [
        [("ACA-100", 1), ("ACP-620", 3)],
        [("ACA-100", 1), ("ACP-620", 5)],
        [("ACA-100", 1)],
        [("ACA-100", 1)],
    ]


# Joining


def test_who_is_invited_is_in_no_team(team: Ledger) -> None:
    with team.teams() as teams:
        assert teams.of_member(CAROL) == ()
        assert teams.of_member(BOB) == (TEAM,)
        assert teams.name(CAROL) == ""
        assert teams.invited("T1", "C1") == 1
        carol = teams.member(CAROL, "C1")
        assert carol
        assert carol.role is Role.INVITED
    assert ("UCAROL", "invited") not in members(team)


def test_joining_takes_the_invitation_and_stands_from_then_on(team: Ledger) -> None:
    later = NOON + timedelta(days=1)
    with team.write() as writer:
        writer.teams.join(CAROL, "C1", "Carola", later)
        assert writer.teams.member(CAROL, "C1") == TeamMember("UCAROL", Role.MEMBER, "Carola", later)
        assert writer.teams.invited("T1", "C1") == 0


@pytest.mark.parametrize(("named", "kept"), [("Alice A.", "Alice A."), ("", "Alice")])
def test_joining_again_keeps_the_new_name_and_nothing_else(team: Ledger, named: str, kept: str) -> None:
    with team.write() as writer:
        writer.teams.join(ALICE, "C1", named, NOON + timedelta(days=9))
        assert writer.teams.member(ALICE, "C1") == TeamMember("UALICE", Role.LEAD, kept, NOON)


def test_inviting_does_nothing_to_one_who_has_joined(team: Ledger) -> None:
    with team.write() as writer:
        assert not writer.teams.invite(BOB, "C1", "Bobby", NOON + timedelta(days=9))
        assert writer.teams.member(BOB, "C1") == TeamMember(
            "UBOB", Role.MEMBER, "Bob", NOON + timedelta(hours=1)
        )


@pytest.mark.parametrize(("early", "again"), [(timedelta(), True), (timedelta(seconds=1), False)])
def test_whoever_does_not_answer_is_asked_again_after_a_day(
    team: Ledger, early: timedelta, again: bool
) -> None:
    with team.write() as writer:
        at = NOON + timedelta(hours=2) + INVITE_AGAIN_AFTER - early
        assert writer.teams.invite(CAROL, "C1", "Carol", at) is again
        assert not writer.teams.invite(CAROL, "C1", "Carol", at)


def test_who_is_invited_cannot_lead(team: Ledger) -> None:
    with team.write() as writer:
        writer.teams.make_lead(CAROL, "C1")
        writer.teams.make_lead(BOB, "C1")
    assert members(team) == [("UALICE", "lead"), ("UBOB", "lead")]


# Sharing


def test_two_share_a_team_that_both_have_joined(team: Ledger) -> None:
    with team.teams() as teams:
        assert teams.share_team(ALICE, BOB)
        assert teams.share_team(BOB, ALICE)
        assert teams.share_team(BOB, BOB)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (ALICE, CAROL),  # only invited
        (CAROL, ALICE),
        (DAVE, ALICE),
        (ALICE, DAVE),
        (DAVE, DAVE),
        (ALICE, Member("T2", "UBOB")),
        (Member("T2", "UALICE"), BOB),
    ],
)
def test_others_share_none(team: Ledger, one: Member, other: Member) -> None:
    with team.write() as writer:
        writer.teams.start(DAVE, TeamSettings("C2"), "Dave", NOON) if DAVE not in (one, other) else None
        writer.teams.start(Member("T2", "UBOB"), TeamSettings("C1"), "Other Bob", NOON)
    with team.teams() as teams:
        assert not teams.share_team(one, other)


def test_a_member_is_called_what_they_were_called_when_they_joined_last(team: Ledger) -> None:
    with team.write() as writer:
        writer.teams.start(BOB, TeamSettings("C2"), "Robert", NOON + timedelta(days=1))
        assert writer.teams.name(BOB) == "Robert"
        writer.teams.start(BOB, TeamSettings("C3"), "", NOON + timedelta(days=2))
        assert writer.teams.name(BOB) == "Robert"
        assert writer.teams.name(DAVE) == ""
        assert [one.channel for one in writer.teams.of_member(BOB)] == ["C1", "C2", "C3"]


def test_what_is_asked_of_one_member_does_not_read_all_teams_of_the_workspace(team: Ledger) -> None:
    """With 25,000 teams that takes 25 ms, and each `/ce add` asks for the teams of its member."""
    said: list[str] = []
    with team.write() as writer:
        db = writer.teams._db.conn
        db.set_trace_callback(said.append)
        writer.teams.of_member(BOB)
        writer.teams.member(BOB, "C1")
        writer.teams.share_team(BOB, ALICE)
        writer.teams.name(BOB)
        writer.teams.codes("T1", "C1")
        writer.teams.standings("T1", "C1", NOON.date())
        writer.teams.leave_all(BOB)
        db.set_trace_callback(None)
        assert len(said) > 7
        for sql in said:
            plans = [detail for *_, detail in db.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()]
            assert not any(re.search(r"SCAN|PRIMARY KEY \(workspace=\?\)", plan) for plan in plans), plans


# Leaving


def test_who_leaves_is_gone_and_who_was_not_there_cannot_leave(team: Ledger) -> None:
    with team.write() as writer:
        assert writer.teams.leave(BOB, "C1") == Left("C1")
        assert writer.teams.leave(BOB, "C1") is None
        assert writer.teams.leave(DAVE, "C1") is None
        assert writer.teams.leave(Member("T2", "UALICE"), "C1") is None
    assert members(team) == [("UALICE", "lead")]


def test_where_the_last_lead_leaves_the_longest_standing_member_leads(team: Ledger) -> None:
    with team.write() as writer:
        writer.teams.join(DAVE, "C1", "Dave", NOON + timedelta(minutes=30))  # before Bob
        left = writer.teams.leave(ALICE, "C1")
    assert left == Left("C1", TeamMember("UDAVE", Role.LEAD, "Dave", NOON + timedelta(minutes=30)))
    assert members(team) == [("UDAVE", "lead"), ("UBOB", "member")]


def test_where_another_lead_stays_nobody_new_leads(team: Ledger) -> None:
    with team.write() as writer:
        writer.teams.make_lead(BOB, "C1")
        assert writer.teams.leave(ALICE, "C1") == Left("C1")
    assert members(team) == [("UBOB", "lead")]


def test_with_its_last_member_a_team_ends_whoever_is_still_invited(team: Ledger) -> None:
    with team.write() as writer:
        writer.teams.leave(BOB, "C1")
        assert writer.teams.leave(ALICE, "C1") == Left("C1", is_over=True)
        assert writer.teams.settings("T1", "C1") is None
    assert [rows(team, table) for table in ("teams", "team_members")] == [0, 0]


def test_an_invitation_is_taken_back_without_touching_the_team(team: Ledger) -> None:
    with team.write() as writer:
        assert writer.teams.leave(CAROL, "C1") == Left("C1")
    assert members(team) == [("UALICE", "lead"), ("UBOB", "member")]


def test_leaving_all_leaves_teams_and_invitations_of_one_workspace(team: Ledger) -> None:
    bob = TeamMember("UBOB", Role.LEAD, "Bob", NOON + timedelta(hours=1))
    with team.write() as writer:
        writer.teams.start(ALICE, TeamSettings("C2"), "Alice", NOON)
        writer.teams.start(DAVE, TeamSettings("C3"), "Dave", NOON)
        writer.teams.invite(ALICE, "C3", "Alice", NOON)
        writer.teams.start(Member("T2", "UALICE"), TEAM, "Other Alice", NOON)
        assert writer.teams.leave_all(ALICE) == (
            Left("C1", bob),
            Left("C2", is_over=True),
            Left("C3"),
        )
        assert writer.teams.leave_all(ALICE) == ()
    assert members(team, workspace="T2") == [("UALICE", "lead")]
    with closing(sqlite3.connect(team.path)) as db:
        assert db.execute(
            "SELECT count(*) FROM team_members WHERE workspace = 'T1' AND member = 'UALICE'"
        ).fetchone() == (0,)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["start", "join", "invite", "lead", "leave", "stop"]),
        st.sampled_from([ALICE, BOB, CAROL]),
        st.sampled_from(["C1", "C2"]),
    ),
    max_size=25,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_happens_a_team_has_a_lead(
    tmp_path_factory: pytest.TempPathFactory,
    empty_database: Path,
    steps: list[tuple[str, Member, str]],
) -> None:
    folder = tmp_path_factory.mktemp("team")
    with (
        closing(Ledger(shutil.copy(empty_database, folder / "ce-bot.db"))) as ledger,
        ledger.write() as writer,
    ):
        teams = writer.teams
        for minute, (step, who, channel) in enumerate(steps):
            at = NOON + timedelta(minutes=minute)
            if step == "start":
                teams.start(who, TeamSettings(channel), who.id, at)
            elif step == "stop":
                teams.stop("T1", channel)
            elif step == "leave":
                teams.leave(who, channel)
            elif teams.settings("T1", channel) is None:
                continue
            elif step == "join":
                teams.join(who, channel, who.id, at)
            elif step == "invite":
                teams.invite(who, channel, who.id, at)
            else:
                teams.make_lead(who, channel)
            for one in ("C1", "C2"):
                found = teams.members("T1", one)
                assert (teams.settings("T1", one) is not None) == bool(found)
                assert not found or Role.LEAD in {member.role for member in found}


# Standings of a team


def test_the_kept_standings_of_those_who_joined_come_by_member(team: Ledger) -> None:
    today = date(2025, 12, 2)
    with closing(sqlite3.connect(team.path)) as db, db:
        for number, (who, code, as_of) in enumerate(
            [
                ("UALICE", "ACP-120", "2025-12-01"),
                ("UALICE", "ACP-620", "2025-12-01"),
                ("UBOB", "ACP-120", "2025-12-01"),
                ("UBOB", "ACP-620", "2025-11-01"),  # of another day
                ("UCAROL", "ACP-620", "2025-12-01"),  # only invited
                ("UDAVE", "ACP-620", "2025-12-01"),  # not in it
            ]
        ):
            db.execute(
                "INSERT OR IGNORE INTO members (workspace, member, enrolled_at) VALUES ('T1', ?, '')", (who,)
            )
            db.execute(
                "INSERT INTO standings VALUES ('T1', ?, ?, 'policy', ?, NULL, 'ACP', '2024-01-01', "
                "'2026-01-01', '2026-04-01', '2026-03-31', 'earned', ?, 100, '2025-10-01', '2026-03-31', "
                "0, 0, 0, 0, '[]')",
                (who, code, as_of, number),
            )
    with team.teams() as teams:
        found = teams.standings("T1", "C1", today)
    assert list(found) == ["UALICE"]
    assert [one.code for one in found["UALICE"].standings] == ["ACP-120", "ACP-620"]
    assert found["UALICE"] == team.kept_standings(ALICE, today)
    assert team.kept_standings(BOB, today) is None
