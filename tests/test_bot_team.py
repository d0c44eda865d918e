"""Teams: who is in one, what its channel sees of whom, and what it is told."""

import json
import shutil
import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import TODAY, Slack, noon
from hypothesis import given
from hypothesis import strategies as st
from slack_limits import elements_of, problems, texts_in

import rules
from bot.console import Clock, Console
from bot.desk import Desk
from bot.ledger import Ledger, Member, TeamSettings
from bot.outcomes import Bundle, Due, NoTeamError, Person, TeamCount, TeamRow, TeamView
from bot.views import membership
from bot.views import team as views
from rules import Status

ALICE, BOB, CAROL, DAVE = (Member("T1", f"U{name}") for name in ("ALICE", "BOB", "CAROL", "DAVE"))
SECRET = "Wednesday's secret course"
ZONES = {"UALICE": "Europe/Berlin", "UBOB": "America/New_York"}


class People:
    """Stands in for what Slack knows of people; nobody is asked about while the ledger is written to."""

    def __init__(self, ledger: Ledger) -> None:
        self.known: dict[str, Person | None] = {
            "UBOT": Person("CE Bot", is_bot=True),
            "USTRANGER": Person("Stranger", is_elsewhere=True),
            "UGONE": Person("Gone", is_gone=True),
            "UNOBODY": None,
        }
        self._ledger = ledger

    def __call__(self, people: Collection[Member]) -> Mapping[Member, Person]:
        with self._ledger.write():  # waits in vain where a transaction is under way
            found = {who: self.known.get(who.id, Person(who.id.removeprefix("U").title())) for who in people}
        return {who: person for who, person in found.items() if person}


@pytest.fixture
def people(ledger: Ledger) -> People:
    return People(ledger)


@pytest.fixture
def desk(ledger: Ledger, policy: rules.Policy, clock: Clock, people: People) -> Desk:
    return a_desk(ledger, policy, clock, people)


def a_desk(ledger: Ledger, policy: rules.Policy, clock: Callable[[], datetime], people: People) -> Desk:
    return Desk(ledger, policy, clock, lambda who: ZONES.get(who.id, "UTC"), people_of=people)


class Crowd:
    """Members who type into a channel, and what comes back."""

    def __init__(self, slack: Slack) -> None:
        self.slack = slack

    def reply(
        self, line: str, channel: str = "C1", team: str = "T1", key: str | None = None
    ) -> dict[str, Any]:
        """What the bot answers to `alice /ce team`, said by her in a channel; mentions as `@bob`."""
        name, _, text = line.partition(" /ce")
        for other in ("alice", "bob", "carol", "dave", "bot", "stranger", "gone", "nobody", "eve"):
            text = text.replace(f"@{other}", f"<@U{other.upper()}|{other}>")
        response = self.slack.command(
            text.strip(), user=f"U{name.upper()}", team=team, channel=channel, key=key
        )
        found: dict[str, Any] = json.loads(response.body)
        assert problems(found) == []
        assert "Something went wrong" not in found["text"]
        return found

    def say(self, *lines: str, channel: str = "C1", team: str = "T1") -> str:
        """The text of the last answer."""
        return [self.reply(line, channel, team)["text"] for line in lines][-1]

    def press(
        self,
        name: str,
        label: str,
        blocks: list[dict[str, Any]],
        channel: str = "C1",
        *,
        posted: bool = False,
    ) -> dict[str, Any]:
        """What comes back when somebody presses a button of an ephemeral answer, or of a message."""
        button = next(one for one in elements_of(blocks) if one["text"]["text"] == label)
        container = {"type": "message", "channel_id": channel, "is_ephemeral": not posted}
        self.slack.click(button, user=f"U{name.upper()}", container=container)
        answer = self.slack.sent[-1][1]
        assert problems(answer) == []
        assert "Something went wrong" not in answer["text"]
        return answer

    def messages_to(self, name: str) -> list[Any]:
        """What was sent to a member in a direct message."""
        return [said for said in self.slack.said if said.to == name]


@pytest.fixture
def crowd(slack: Slack) -> Crowd:
    return Crowd(slack)


TEAM = (
    "alice /ce cert add ACP-620 earned 2024-01-15",
    f'alice /ce add course "{SECRET}" 2025-11-03 https://proof.example/alice',
    "bob /ce cert add ACP-120 suspends 2025-11-20 expires 2026-02-20",
    f'bob /ce add course "{SECRET}" 2025-11-04',
    f'bob /ce add course "{SECRET}" 2025-11-05',
    "alice /ce team start",
    "bob /ce team join",
)


@pytest.fixture(scope="module")
def team_database(
    tmp_path_factory: pytest.TempPathFactory, empty_database: Path, policy: rules.Policy
) -> Path:
    """A database with the team of the tests, made once: a copy of it is quicker than one made anew."""
    path = Path(shutil.copy(empty_database, tmp_path_factory.mktemp("team") / "ce-bot.db"))
    with closing(Ledger(path)) as ledger:
        crowd = Crowd(Slack(a_desk(ledger, policy, lambda: noon(TODAY), People(ledger))))
        for number, line in enumerate(TEAM):
            crowd.reply(line, key=f"team {number}")
    return path


@pytest.fixture
def ledger(request: pytest.FixtureRequest, tmp_path: Path, empty_database: Path) -> Iterator[Ledger]:
    """An empty ledger, or one with the team for a test that asks for it."""
    has_team = "team" in request.fixturenames
    source = request.getfixturevalue("team_database") if has_team else empty_database
    with closing(Ledger(shutil.copy(source, tmp_path / "ce-bot.db"))) as found:
        yield found


@pytest.fixture
def team(crowd: Crowd) -> Crowd:
    """A team that Alice leads and Bob has joined: each has a certification and something to hide."""
    return crowd


def outbox(ledger: Ledger, addressee: str = "C1") -> list[tuple[str, str, str]]:
    """Member, certification and threshold of what is planned for an addressee."""
    with closing(sqlite3.connect(ledger.path)) as db:
        return db.execute(
            "SELECT member, code, threshold FROM outbox WHERE addressee = ? AND state = 'planned' "
            "ORDER BY member, code",
            (addressee,),
        ).fetchall()


def table_of(text: str) -> list[list[str]]:
    """The cells of the table in a text, without its headings; names of one word."""
    inside = text.split("```")[1].strip().split("\n")
    return [line.split() for line in inside[1:]]


# Starting


def test_whoever_starts_a_team_leads_it_and_is_told_what_comes_next(crowd: Crowd, ledger: Ledger) -> None:
    answer = crowd.reply("alice /ce team start")
    assert answer["response_type"] == "ephemeral"
    assert answer["text"].startswith("This channel is a team now, and you lead it.")
    assert "never activities, titles or proof" in answer["text"]
    assert "`/invite @CE Bot`" in answer["text"]
    assert "`/ce team join`" in answer["text"]
    assert "close to the last safe day, and a digest every Monday" in answer["text"]
    assert "at 9:00 (Europe/Berlin): who is 30, 14, 7 and 1 days away" in answer["text"]
    with ledger.teams() as teams:
        assert teams.settings("T1", "C1") == TeamSettings("C1", timezone="Europe/Berlin")
        assert [(one.member_id, one.role, one.name) for one in teams.members("T1", "C1")] == [
            ("UALICE", "lead", "Alice")
        ]
    assert outbox(ledger) == [("", "", "digest")]


def test_a_team_is_started_once(crowd: Crowd) -> None:
    crowd.say("alice /ce team start")
    assert crowd.say("bob /ce team start").startswith("There is a team here already, led by Alice: join it.")


@pytest.mark.parametrize("channel", ["D1", ""])
def test_a_team_is_a_channel(crowd: Crowd, channel: str) -> None:
    assert crowd.say("alice /ce team start", channel=channel) == membership.ONLY_IN_CHANNELS
    assert "You are in no team." in crowd.say("alice /ce team", channel=channel)
    assert crowd.say("alice /ce team join", channel=channel).startswith("There is no team here")


@pytest.mark.parametrize(
    "words",
    ["", " all", " join", " leave", " invite @bob", " lead @bob", " settings", " settings hour 8", " stop"],
)
def test_where_there_is_no_team_everything_says_how_to_start_one(crowd: Crowd, words: str) -> None:
    answer = crowd.reply(f"alice /ce team{words}")
    assert answer["response_type"] == "ephemeral"
    assert answer["text"] == f"{membership.NO_TEAM}\nTry: `/ce team start`"


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("jion", "I do not know team “jion”: did you mean join?"),
        ("xyzzy", "I do not know team “xyzzy”: there are"),
        ("@bob", "I do not know team “@bob”: there are"),
        ("start now", "team start stands alone, and I cannot place “now”: leave it out."),
        ("join @bob", "team join stands alone, and I cannot place “@bob”: leave it out."),
        ("leave @bob", "Everybody leaves by themselves, so I cannot place “@bob”: leave it out."),
        ("invite", "Say who: type @"),
        ("lead", "Say who: type @"),
        ("settings dyas 3", "I cannot set “dyas”: did you mean days?"),
        ("all x", "“x” is no page"),
    ],
)
def test_words_that_do_not_work_get_a_sentence_and_a_line_and_change_nothing(
    team: Crowd, ledger: Ledger, words: str, answer: str
) -> None:
    before = outbox(ledger), ledger_members(ledger)
    said = team.say(f"alice /ce team {words}")
    assert said.startswith(answer)
    assert "Try: `/ce team" in said
    assert (outbox(ledger), ledger_members(ledger)) == before


def ledger_members(ledger: Ledger, channel: str = "C1", workspace: str = "T1") -> list[tuple[str, str]]:
    with ledger.teams() as teams:
        return [(one.member_id, one.role.value) for one in teams.members(workspace, channel)]


# Joining and leaving


def test_who_joins_is_told_who_sees_what_and_is_planned_for(team: Crowd, ledger: Ledger) -> None:
    team.say("carol /ce cert add ACP-620 earned 2024-02-01")
    assert "UCAROL" not in {member for member, _, _ in outbox(ledger)}
    answer = team.say("carol /ce team join")
    assert answer.startswith("You are in this team now. Everybody in the channel can see your name")
    assert "`/ce team leave`" in answer
    assert "`/ce remind mentions on`" in answer
    assert ("UCAROL", "ACP-620", "30") in outbox(ledger)


def test_who_joins_again_gets_the_name_they_have_now(team: Crowd, people: People) -> None:
    people.known["UBOB"] = Person("Robert <b>")
    assert team.say("bob /ce team join") == membership.JOINED_BEFORE
    assert "Robert &lt;b&gt;" in team.say("alice /ce team")
    people.known["UBOB"] = None
    team.say("bob /ce team join")
    assert "Robert" in team.say("alice /ce team")


def test_whom_slack_does_not_name_is_somebody_until_it_does(team: Crowd, people: People) -> None:
    people.known["UCAROL"] = None
    team.say("carol /ce cert add ACA-100 earned 2025-01-01", "carol /ce team join")
    assert ["somebody", "ACA-100"] in [cells[:2] for cells in table_of(team.say("bob /ce team"))]
    people.known["UCAROL"] = Person("Carol")
    team.say("carol /ce team join")
    assert "somebody" not in team.say("bob /ce team")


def test_who_leaves_is_shown_and_planned_for_no_more(team: Crowd, ledger: Ledger) -> None:
    assert ("UBOB", "ACP-120") in {row[:2] for row in outbox(ledger)}
    assert team.say("bob /ce team leave") == membership.LEFT
    assert "Bob" not in team.say("alice /ce team")
    assert "ACP-120" not in team.say("alice /ce team")
    assert {member for member, _, _ in outbox(ledger)} == {"", "UALICE"}
    assert team.say("bob /ce team leave").startswith("You are not in this team")


def test_what_else_somebody_is_told_stays_when_they_leave(team: Crowd, ledger: Ledger) -> None:
    team.say("bob /ce remind on", "bob /ce team leave")
    assert [row[:2] for row in outbox(ledger, "UBOB")] == [("UBOB", "ACP-120")]


def test_after_the_last_lead_the_longest_standing_member_leads_and_is_told(
    team: Crowd, ledger: Ledger
) -> None:
    team.say("carol /ce team join")
    answer = team.say("alice /ce team leave")
    assert answer.startswith(membership.LEFT)
    assert "Bob has been in it the longest and leads it now, which I told them." in answer
    assert ledger_members(ledger) == [("UBOB", "lead"), ("UCAROL", "member")]
    (told,) = team.messages_to("bob")
    assert told.text.startswith("You lead the team in <#C1> now: nobody else did any more")


def test_the_last_member_ends_the_team_by_leaving(team: Crowd, ledger: Ledger) -> None:
    team.say("alice /ce team settings target ACP-620 3", "alice /ce team leave")
    assert team.say("bob /ce team leave") == membership.LEFT_OVER
    assert outbox(ledger) == []
    assert team.say("bob /ce team").startswith(membership.NO_TEAM)
    with ledger.teams() as teams:
        assert teams.targets("T1", "C1") == {}


def test_who_is_no_longer_in_the_channel_leaves_from_the_direct_message(team: Crowd, ledger: Ledger) -> None:
    answer = team.reply("bob /ce team", channel="D1")
    assert answer["text"] == "You are in the team of <#C1>. Where it stands: run `/ce team` there."
    assert team.reply("bob /ce team leave", channel="D1")["text"] == answer["text"]
    assert team.press("bob", "Leave it", answer["blocks"], "D1")["text"] == membership.LEFT
    assert ledger_members(ledger) == [("UALICE", "lead")]


def test_of_several_teams_each_has_its_button(team: Crowd, ledger: Ledger) -> None:
    team.say("bob /ce team start", channel="C2")
    answer = team.reply("bob /ce team", channel="D1")
    assert "<#C1> (1) and <#C2> (2)" in answer["text"]
    assert team.press("bob", "Leave 2", answer["blocks"], "D1")["text"] == membership.LEFT_OVER
    assert ("UBOB", "member") in ledger_members(ledger)
    assert team.say("bob /ce team leave <#C1|general>", channel="D1") == membership.LEFT


def test_nobody_leaves_for_somebody_else(team: Crowd, ledger: Ledger) -> None:
    answer = team.reply("bob /ce team", channel="D1")
    assert team.press("carol", "Leave it", answer["blocks"], "D2")["text"].startswith("You are not in this")
    assert len(ledger_members(ledger)) == 2


# Inviting


def test_who_is_invited_is_asked_and_nothing_of_theirs_is_shown_before(team: Crowd, ledger: Ledger) -> None:
    team.say("carol /ce cert add ACP-620 earned 2024-02-01")
    answer = team.say("bob /ce team invite @carol and @dave")
    assert (
        answer
        == "I asked Carol and Dave in a direct message, and show nothing of them here before they accept."
    )
    (asked,) = team.messages_to("carol")
    assert asked.text.startswith("*Bob* invites you to the team in <#C1>")
    assert "everybody in that channel can see your name" in asked.text
    assert "never activities, titles or proof" in asked.text
    assert problems({"text": asked.text, "blocks": asked.blocks}) == []
    assert len(team.messages_to("dave")) == 1
    shown = team.say("alice /ce team", "alice /ce team")
    assert "Carol" not in shown
    assert "2 members" in shown
    assert "UCAROL" not in {member for member, _, _ in outbox(ledger)}
    assert team.say("alice /ce status @carol").startswith(membership.NOT_SHARED)
    assert team.say("carol /ce status @alice").startswith(membership.NOT_SHARED)
    assert "2 invited and not answered yet" in team.say("bob /ce team settings")


def test_who_accepts_is_in(team: Crowd, ledger: Ledger) -> None:
    team.say("carol /ce cert add ACP-620 earned 2024-02-01", "bob /ce team invite @carol")
    blocks = team.messages_to("carol")[0].blocks
    answer = team.press("carol", "Accept", blocks, "DCAROL", posted=True)
    assert answer["replace_original"] is True
    assert answer["text"].startswith("You are in the team in <#C1> now")
    assert ("UCAROL", "member") in ledger_members(ledger)
    assert ("UCAROL", "ACP-620", "30") in outbox(ledger)
    assert "Carol" in team.say("alice /ce team")
    assert team.press("carol", "Accept", blocks, "DCAROL", posted=True)["text"] == answer["text"]
    again = team.press("carol", "Decline", blocks, "DCAROL", posted=True)
    assert again["text"].startswith(membership.NOT_INVITED)
    assert ("UCAROL", "member") in ledger_members(ledger)
    team.say("carol /ce team leave")
    again = team.press("carol", "Accept", blocks, "DCAROL", posted=True)
    assert again["text"].startswith(membership.NOT_INVITED)
    assert ("UCAROL", "member") not in ledger_members(ledger)


@pytest.mark.parametrize(("word", "answer"), [("accept", "You are in the team"), ("decline", "Declined:")])
def test_an_invitation_can_be_answered_by_typing_in_the_channel(team: Crowd, word: str, answer: str) -> None:
    team.say("bob /ce team invite @carol")
    assert team.say(f"carol /ce team {word}", channel="C2").startswith(membership.NOT_INVITED)
    assert team.say(f"carol /ce team {word}").startswith(answer)


def test_who_declines_is_not_in_and_can_still_be(team: Crowd, ledger: Ledger) -> None:
    team.say("bob /ce team invite @carol")
    blocks = team.messages_to("carol")[0].blocks
    assert team.press("carol", "Decline", blocks, "DCAROL", posted=True)["text"] == (
        membership.DECLINED.format(channel="<#C1>")
    )
    assert team.press("carol", "Accept", blocks, "DCAROL", posted=True)["text"].startswith(
        membership.NOT_INVITED
    )
    assert len(ledger_members(ledger)) == 2
    assert "invited" not in team.say("bob /ce team settings")
    team.say("carol /ce team join")
    assert len(ledger_members(ledger)) == 3


@pytest.mark.parametrize("label", ["Accept", "Decline"])
def test_an_invitation_is_answered_by_the_invited_alone(team: Crowd, ledger: Ledger, label: str) -> None:
    team.say("bob /ce team invite @carol")
    blocks = team.messages_to("carol")[0].blocks
    answer = team.press("dave", label, blocks, "DDAVE", posted=True)
    assert answer["text"].startswith(membership.NOT_INVITED)
    assert len(ledger_members(ledger)) == 2
    assert team.press("carol", "Accept", blocks, "DCAROL", posted=True)["text"].startswith("You are in the")


def test_an_invitation_to_a_team_that_ended_is_none(team: Crowd) -> None:
    team.say("bob /ce team invite @carol")
    team.say("bob /ce team leave", "alice /ce team leave", "alice /ce team start")
    blocks = team.messages_to("carol")[0].blocks
    assert team.press("carol", "Accept", blocks, "DCAROL", posted=True)["text"].startswith(
        membership.NOT_INVITED
    )


@pytest.mark.parametrize(
    ("whom", "answer"),
    [
        ("@bob", "In this team already: Bob."),
        ("@alice", "You are in this team yourself."),
        ("@bot", "No person but a bot: CE Bot."),
        ("@stranger", "Of another workspace, where I know nobody: Stranger."),
        ("@gone", "In this workspace no more: Gone."),
        ("@nobody", "Slack did not tell me in time who this is, so please invite them again: nobody."),
    ],
)
def test_whom_one_cannot_invite_is_said_and_the_others_are_invited(
    team: Crowd, whom: str, answer: str
) -> None:
    said = team.say(f"alice /ce team invite {whom} @carol")
    assert said.split("\n") == [membership.INVITED[membership.Invitation.SENT].format(names="Carol"), answer]
    assert [said.to for said in team.slack.said] == ["carol"]


def test_who_does_not_answer_is_left_in_peace_for_a_day(team: Crowd, clock: Clock) -> None:
    team.say("alice /ce team invite @carol")
    assert "within the last day already" in team.say("bob /ce team invite @carol")
    assert len(team.messages_to("carol")) == 1
    clock.moved_to = TODAY + timedelta(days=1)
    team.say("bob /ce team invite @carol")
    assert len(team.messages_to("carol")) == 2


def test_a_request_that_slack_repeats_asks_nobody_twice(team: Crowd) -> None:
    first = team.reply("alice /ce team invite @carol", key="again")
    second = team.reply("alice /ce team invite @carol", key="again")
    assert first == second
    assert len(team.messages_to("carol")) == 1


def test_who_has_not_joined_invites_nobody(team: Crowd) -> None:
    assert team.say("carol /ce team invite @dave").startswith(membership.NOT_IN_TEAM)
    team.say("alice /ce team invite @carol")
    assert team.say("carol /ce team invite @dave").startswith(membership.NOT_IN_TEAM)
    assert team.messages_to("dave") == []


# Leads


def test_a_lead_names_another_who_is_told(team: Crowd, ledger: Ledger) -> None:
    assert team.say("alice /ce team lead @bob").startswith("Bob leads this team now, too")
    assert ledger_members(ledger) == [("UALICE", "lead"), ("UBOB", "lead")]
    (told,) = team.messages_to("bob")
    assert told.text.startswith("You lead the team in <#C1> now: another lead named you.")
    assert team.say("bob /ce team lead @alice").startswith("Alice leads this team already")
    assert team.messages_to("alice") == []


def test_who_has_not_joined_cannot_lead(team: Crowd, ledger: Ledger) -> None:
    answer = team.say("alice /ce team lead @carol")
    assert answer.startswith("@carol is not in this team, which has to come first: invite them.")
    assert "Try: `/ce team invite @carol`" in answer
    team.say("alice /ce team invite @carol")
    assert team.say("alice /ce team lead @carol").startswith("@carol is not in this team")
    assert ledger_members(ledger) == [("UALICE", "lead"), ("UBOB", "member")]


@pytest.mark.parametrize("name", ["bob", "carol"])
@pytest.mark.parametrize(
    "words", ["lead @bob", "remove @alice", "settings hour 8", "settings days 7", "settings digest off",
              "settings target ACP-620 3", "stop"]
)  # fmt: skip
def test_only_leads_lead(team: Crowd, ledger: Ledger, name: str, words: str) -> None:
    with ledger.teams() as teams:
        before = teams.settings("T1", "C1")
    answer = team.reply(f"{name} /ce team {words}")
    assert answer["text"].startswith("Only those who lead this team can do that: Alice.")
    assert not list(elements_of(answer["blocks"]))
    with ledger.teams() as teams:
        assert teams.settings("T1", "C1") == before
        assert teams.targets("T1", "C1") == {}
    assert ledger_members(ledger) == [("UALICE", "lead"), ("UBOB", "member")]


def test_a_lead_takes_out_one_who_is_told_and_shown_no_more(team: Crowd, ledger: Ledger) -> None:
    team.say("bob /ce cert add ACP-120 suspends 2025-12-20")
    assert "ACP-120" in team.say("alice /ce team")
    assert team.say("alice /ce team remove @bob").startswith("Bob is out of this team, which I told them")
    assert ledger_members(ledger) == [("UALICE", "lead")]
    assert "ACP-120" not in team.say("alice /ce team")
    (told,) = team.messages_to("bob")
    assert told.text.startswith("A lead has taken you out of the team in <#C1>")
    with ledger.outbox() as outbox:
        assert [row for row in outbox.about(Member("T1", "UBOB")) if row.key.addressee == "C1"] == []


def test_a_lead_takes_an_invitation_back_without_a_word_to_the_invited(team: Crowd) -> None:
    team.say("alice /ce team invite @carol")
    asked = team.messages_to("carol")
    assert team.say("alice /ce team remove @carol").startswith("Carol is not invited to this team any more")
    assert team.messages_to("carol") == asked
    assert team.say("alice /ce team remove @carol").startswith("carol is not in this team; nothing changed")


def test_a_lead_who_takes_themselves_out_leaves(team: Crowd, ledger: Ledger) -> None:
    assert team.say("alice /ce team remove @alice").startswith("You have left this team")
    assert ledger_members(ledger) == [("UBOB", "lead")]


def test_a_mention_without_a_name_is_whom_you_named(team: Crowd) -> None:
    answer = team.say("alice /ce team lead <@UDAVE>")
    assert (
        answer == "Whom you named is not in this team, which has to come first: invite them.\nTry: `/ce team`"
    )


def test_a_lead_that_slack_did_not_name_is_somebody(crowd: Crowd, people: People) -> None:
    people.known["UALICE"] = None
    crowd.say("alice /ce team start")
    assert crowd.say("bob /ce team start").startswith("There is a team here already, led by somebody")
    assert crowd.say("bob /ce team stop").startswith("Only those who lead this team can do that: somebody.")


# Settings


def test_everybody_but_who_changes_them_by_a_form_sees_the_settings(team: Crowd) -> None:
    for name in ("bob", "carol"):
        lines = team.say(f"{name} /ce team settings").split("\n")
        assert lines[0] == "*How this team is told*"
        assert lines[1:6] == [
            "• 30, 14, 7 and 1 days before a suspension date, on that date, and before the last safe day",
            "• A digest every Monday",
            "• Posts come at 9:00 (Europe/Berlin)",
            "• No targets",
            "• Led by Alice",
        ]


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("days 60", "• 60 days before a suspension date"),
        ("days 1", "• 1 day before a suspension date"),
        ("digest friday", "• A digest every Friday"),
        ("digest off", "• No weekly digest"),
        ("digest sunday 17", "• A digest every Sunday"),
        ("digest sunday 17", "• Posts come at 17:00 (Europe/Berlin)"),
        ("hour 0", "• Posts come at 0:00 (Europe/Berlin)"),
        ("target ACP-620 3", "• Targets for active holders: ACP-620 3"),
    ],
)
def test_a_lead_changes_a_setting_and_sees_them_all(team: Crowd, words: str, line: str) -> None:
    answer = team.say(f"alice /ce team settings {words}")
    assert answer.startswith("Changed.")
    assert line in answer
    assert line in team.say("bob /ce team settings")


def test_an_hour_counts_by_the_clock_of_the_lead_who_set_it(team: Crowd) -> None:
    team.say("alice /ce team lead @bob")
    assert "9:00 (Europe/Berlin)" in team.say("bob /ce team settings days 7")
    assert "9:00 (America/New_York)" in team.say("bob /ce team settings digest monday 9")
    assert "9:00 (America/New_York)" in team.say("alice /ce team settings digest tuesday")
    assert "8:00 (Europe/Berlin)" in team.say("alice /ce team settings hour 8")


def test_what_one_of_the_team_holds_is_known_to_its_leads(team: Crowd) -> None:
    asked = "ACP-999 is not among the certifications I know"
    assert team.say("alice /ce team settings target ACP-999 2").startswith(asked)
    team.say("bob /ce cert add ACP-999 earned 2024-02-01 anyway")
    assert "ACP-999 2" in team.say("alice /ce team settings target ACP-999 2")
    team.say("bob /ce team leave")
    assert "No targets" in team.say("alice /ce team settings target ACP-999 off")
    assert team.say("alice /ce team settings target ACP-999 2").startswith(asked)


def test_a_target_is_taken_away_and_an_unknown_certification_asked_about(team: Crowd) -> None:
    team.say("alice /ce team settings target ACP-620 3")
    assert "No targets" in team.say("alice /ce team settings target ACP-620 off")
    asked = team.reply("alice /ce team settings target ACP-621 2")
    assert "ACP-621 is not among the certifications I know" in asked["text"]
    assert "ACP-621 2" in team.press("alice", "ACP-621 is right", asked["blocks"])["text"]


def test_changed_settings_change_what_is_planned(team: Crowd, ledger: Ledger) -> None:
    """Alice's certification is suspended on 2026-01-15, in 44 days."""
    assert ("UALICE", "ACP-620", "30") in outbox(ledger)
    team.say("alice /ce team settings days 7 1")
    assert ("UALICE", "ACP-620", "7") in outbox(ledger)
    team.say("alice /ce team settings digest off")
    assert ("", "", "digest") not in outbox(ledger)


# Stopping


def test_a_team_is_stopped_after_a_yes(team: Crowd, ledger: Ledger) -> None:
    team.say("alice /ce team settings target ACP-620 3")
    asked = team.reply("alice /ce team stop")
    assert asked["response_type"] == "ephemeral"
    assert len(ledger_members(ledger)) == 2
    assert team.press("alice", "Keep it", asked["blocks"])["text"] == membership.KEPT
    assert len(ledger_members(ledger)) == 2
    assert team.press("alice", "Stop the team", asked["blocks"])["text"] == membership.STOPPED
    with closing(sqlite3.connect(ledger.path)) as db:
        for table in ("teams", "team_members", "team_targets"):
            assert db.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
    assert outbox(ledger) == []
    assert team.say("alice /ce cert list").startswith("*ACP-620*")


def test_only_a_lead_says_the_yes_and_only_for_their_team(team: Crowd, ledger: Ledger) -> None:
    asked = team.reply("alice /ce team stop")
    assert team.press("bob", "Stop the team", asked["blocks"])["text"].startswith("Only those who lead")
    team.say("bob /ce team start", channel="C2")
    assert team.press("bob", "Stop the team", asked["blocks"], "C2")["text"].startswith("Only those who lead")
    assert team.say("bob /ce team end x", channel="C2").startswith(membership.NO_TEAM)
    assert team.say("bob /ce team end").startswith("Only those who lead")
    assert team.say("bob /ce team end", channel="C2").startswith(membership.STOP)
    assert len(ledger_members(ledger)) == 2
    assert ledger_members(ledger, "C2") == [("UBOB", "lead")]


# Where it stands


def test_the_team_is_shown_to_the_whole_channel_the_most_urgent_first(team: Crowd) -> None:
    team.say(
        "carol /ce cert add ACP-620 earned 2022-01-01",  # expired
        "carol /ce cert add ACA-100 earned 2025-06-01",
        "carol /ce team join",
        "dave /ce team join",
        "alice /ce team settings target ACP-620 2",
        "alice /ce team settings target ACP-420 1",
    )
    answer = team.reply("dave /ce team")
    assert answer["response_type"] == "in_channel"
    assert answer["text"].startswith(
        "*Where this team stands* on Tue 2025-12-02: 4 members, 4 certifications"
    )
    assert table_of(answer["text"]) == [
        ["Bob", "ACP-120", "suspended", "Tue", "2026-02-17", "77", "80", "CE"],
        ["Alice", "ACP-620", "active", "Thu", "2026-01-15", "44", "90", "CE"],
        ["Carol", "ACA-100", "active", "Tue", "2027-06-01", "546", "50", "CE"],
        ["Carol", "ACP-620", "expired", "Mon", "2024-04-01"],
    ]
    assert (
        "*Active now:* ACP-420 0 of 1 (1 short) · ACP-620 1 of 2 (1 short) · ACA-100 1 · ACP-120 0"
        in answer["text"]
    )
    assert "*No certification told yet:* Dave" in answer["text"]
    assert [one["text"]["text"] for one in elements_of(answer["blocks"])] == ["Forecast", "Settings"]


def test_what_is_nobodys_business_is_not_shown(team: Crowd) -> None:
    said = [
        team.reply(f"bob /ce {words}")
        for words in ("team", "team all", "team settings", "status @alice", "team forecast")
    ]
    for answer in said:
        assert "ACP-620" in answer["text"] or "told" in answer["text"]
        shown = "\n".join([answer["text"], *texts_in(answer["blocks"])])
        for private in ("secret", "proof.example", "2025-11-03", "2025-11-04", "<@"):
            assert private not in shown


def test_whoever_is_in_the_channel_may_look_and_nobody_from_another(team: Crowd) -> None:
    assert "Alice" in team.say("dave /ce team")
    assert team.say("dave /ce team", channel="C2").startswith(membership.NO_TEAM)
    for words in ("team", "team all", "team settings", "team join"):
        assert team.say(f"eve /ce {words}", team="T2").startswith(membership.NO_TEAM)


def test_the_same_channel_and_member_of_another_workspace_are_others(team: Crowd, ledger: Ledger) -> None:
    team.say("alice /ce team start", "eve /ce team join", team="T2")
    assert team.reply("eve /ce team", team="T2")["text"].startswith(
        "*Where this team stands* on Tue 2025-12-02: 2 members, 0 certifications"
    )
    assert team.say("eve /ce status @bob", team="T2").startswith(membership.NOT_SHARED)
    team.say("alice /ce team settings hour 5", "alice /ce team leave", "eve /ce team leave", team="T2")
    assert len(ledger_members(ledger)) == 2
    assert "9:00" in team.say("bob /ce team settings")


def test_a_certification_that_nobody_told_is_asked_for(crowd: Crowd) -> None:
    crowd.say("alice /ce team start")
    answer = crowd.reply("alice /ce team")
    assert views.NO_CERTIFICATION in answer["text"]
    assert "*No certification told yet:* Alice" in answer["text"]
    assert views.LEGEND not in answer["text"]
    assert views.NO_CERTIFICATION in crowd.say("alice /ce team all")


def test_of_many_the_most_urgent_are_shown_and_the_rest_on_request(team: Crowd) -> None:
    for number in range(1, 17):
        team.say(f"carol /ce cert add ACP-1{number:02} earned 2025-01-{number:02} anyway")
    team.say("carol /ce team join")
    answer = team.reply("bob /ce team")
    assert len(table_of(answer["text"])) == 15
    assert "3 are less urgent and not shown here: `/ce team all`" in answer["text"]
    button = next(one for one in elements_of(answer["blocks"]) if one["text"]["text"] == "Show all")
    everything = team.press("bob", "Show all", answer["blocks"], posted=True)
    assert button["value"] == "team all"
    assert everything["replace_original"] is False
    assert len(table_of(everything["text"])) == 18
    assert team.reply("bob /ce team all")["response_type"] == "ephemeral"


def test_fifteen_need_no_button_for_more(team: Crowd) -> None:
    for number in range(1, 14):
        team.say(f"carol /ce cert add ACP-1{number:02} earned 2025-01-{number:02} anyway")
    team.say("carol /ce team join")
    answer = team.reply("bob /ce team")
    assert len(table_of(answer["text"])) == 15
    assert [one["text"]["text"] for one in elements_of(answer["blocks"])] == ["Forecast", "Settings"]


def test_one_whose_day_is_ahead_stands_as_of_theirs(team: Crowd, clock: Clock) -> None:
    """Bob said what the portal shows on the second of December, which has not come for everybody."""
    clock.moved_to = TODAY - timedelta(days=1)
    assert ["Bob", "ACP-120", "suspended", "Tue", "2026-02-17", "78", "80", "CE"] in table_of(
        team.say("alice /ce team")
    )
    assert "ACP-120" in team.say("alice /ce status @bob")


def test_what_is_kept_and_no_longer_holds_is_replayed(team: Crowd, clock: Clock, ledger: Ledger) -> None:
    before = table_of(team.say("alice /ce team"))
    with closing(sqlite3.connect(ledger.path)) as db, db:
        db.execute("UPDATE standings SET policy = 'an older one', credited = 0, suspends_on = '2030-01-01'")
    assert table_of(team.say("alice /ce team")) == before
    assert "80 CE missing" in team.say("alice /ce status @bob")
    clock.moved_to = date(2026, 1, 15)
    assert ["Alice", "ACP-620", "suspended"] in [row[:3] for row in table_of(team.say("alice /ce team"))]


# The status of somebody else


def test_who_shares_a_team_sees_status_dates_and_missing_units(team: Crowd) -> None:
    answer = team.reply("alice /ce status @bob")
    assert answer["response_type"] == "ephemeral"
    assert answer["text"].split("\n") == [
        "*Bob* on Tue 2025-12-02:",
        (
            ":warning: *ACP-120*: suspended since Thu 2025-11-20, last safe day Tue 2026-02-17 (in 77 days), "
            "expires Fri 2026-02-20; 80 CE missing"
        ),
        views.SHARED_SMALL,
    ]
    assert team.say("bob /ce status @alice").split("\n")[1] == (
        ":large_green_circle: *ACP-620*: active, suspends Thu 2026-01-15 (in 44 days), "
        "expires Wed 2026-04-15; 90 CE missing"
    )


def test_what_has_expired_and_what_was_never_told_are_said_as_well(team: Crowd) -> None:
    team.say("carol /ce team join")
    assert team.say("bob /ce status @carol").startswith("Carol has told me no certification yet.")
    team.say("carol /ce cert add ACP-620 earned 2022-01-01")
    assert ":no_entry: *ACP-620*: expired on Mon 2024-04-01" in team.say("bob /ce status @carol")


@pytest.mark.parametrize(("asker", "other"), [("bob", "carol"), ("carol", "bob"), ("carol", "dave")])
def test_others_see_nothing(team: Crowd, asker: str, other: str) -> None:
    team.say(f"{other} /ce cert add ACP-620 earned 2024-02-01", "dave /ce team start", channel="C2")
    answer = team.say(f"{asker} /ce status @{other}")
    assert answer == f"{membership.NOT_SHARED}\nTry: `/ce status`"


def test_who_leaves_sees_and_shows_nothing_from_then_on(team: Crowd) -> None:
    assert "ACP-120" in team.say("alice /ce status @bob")
    team.say("bob /ce team leave")
    assert team.say("alice /ce status @bob").startswith(membership.NOT_SHARED)
    assert team.say("bob /ce status @alice").startswith(membership.NOT_SHARED)


def test_ones_own_status_is_ones_own(team: Crowd) -> None:
    assert team.say("bob /ce status @bob") == team.say("bob /ce status")


@pytest.mark.parametrize("words", ["status @@", "status <@UBOB|bob> <@UCAROL|carol>", "status @ bob"])
def test_who_is_nobody_has_no_status(team: Crowd, words: str) -> None:
    assert "Try: `/ce status`" in team.say(f"alice /ce {words}")


# The largest teams

LONGEST_NAMES = ("&" * 80, "<!channel>" * 8, "漢字" * 40, "👩🏽" * 40, "```" * 26, "W" * 80, "*_~`" * 20, "")


def a_view(members: int, certifications: int, without: int = 0) -> TeamView:
    """A team of so many members with so many certifications each, with names of all kinds."""
    rows = tuple(
        TeamRow(
            LONGEST_NAMES[number % len(LONGEST_NAMES)],
            f"ACP-{100 + code}",
            (Status.SUSPENDED, Status.ACTIVE, Status.EXPIRED)[code % 3],
            TODAY + timedelta(days=number),
            TODAY + timedelta(days=number + 90),
            TODAY + timedelta(days=number + 89),
            100,
        )
        for code in range(certifications)
        for number in range(members)
    )
    counts = tuple(TeamCount(f"ACP-{100 + code}", code, 1000) for code in range(certifications))
    names = tuple(LONGEST_NAMES[number % len(LONGEST_NAMES)] for number in range(without))
    return TeamView(TODAY, TeamSettings("C1"), rows, counts, members + without, names)


def bundle(*dues: Due, today: date = TODAY) -> Bundle:
    """What a channel is told on a day."""
    return Bundle("T1", "C1", is_channel=True, today=today, notices=dues)


@pytest.mark.parametrize(
    ("members", "certifications", "without"),
    [(1, 1, 0), (200, 3, 0), (200, 3, 200), (30, 120, 1), (0, 0, 200)],
)
def test_the_largest_team_fits_into_messages_without_a_mention(
    members: int, certifications: int, without: int, policy: rules.Policy
) -> None:
    view = a_view(members, certifications, without)
    replies = [views.team(view), views.post(bundle(), view, policy)]
    page = 1
    while True:
        replies.append(views.page(view, page))
        if "Next page" not in str(replies[-1].blocks):
            break
        page += 1
    for reply in replies:
        assert problems({"text": reply.text, "blocks": reply.blocks}) == []
        assert "<@" not in reply.text
        assert "<!" not in reply.text
        assert "left out here" not in reply.text
    shown = sum(len(rows_of(reply.text)) for reply in replies[2:])
    assert shown == members * certifications


def rows_of(text: str) -> list[str]:
    """The lines of all tables in a text, without their headings."""
    return [
        line
        for inside in text.split("```\n")[1::2]
        for line in inside.strip("\n").split("\n")
        if not line.startswith("who ")
    ]


def test_two_hundred_members_take_a_few_pages() -> None:
    view = a_view(200, 3)
    assert "page 1 of 6" in views.page(view, 1).text
    last = views.page(view, 999)
    assert "Next page" not in str(last.blocks)
    assert "Previous page" in str(last.blocks)


@given(st.text(st.characters(codec="utf-8"), max_size=90))
def test_every_name_takes_the_same_columns(name: str) -> None:
    fitted = views._fitted(name, views.NAME_WIDTH)
    assert sum(map(views._columns, fitted)) == views.NAME_WIDTH


# What the channel is told


def a_due(
    code: str = "ACP-620",
    suspends_on: date = date(2025, 12, 16),
    *,
    who: Member = BOB,
    name: str = "Bob",
    may_mention: bool = False,
    today: date = TODAY,
    threshold: str = "14",
) -> Due:
    policy = rules.load_policy()
    held = rules.Credential(code, None, (rules.PortalDates(suspends_on, None, TODAY - timedelta(days=300)),))
    (standing,) = rules.standings(rules.History(today, (held,)), policy)
    return Due(who, name, threshold, standing, may_mention)


def posted(policy: rules.Policy, *dues: Due, today: date = TODAY) -> list[str]:
    reply = views.post(bundle(*dues, today=today), None, policy)
    assert problems({"text": reply.text, "blocks": reply.blocks}) == []
    return reply.text.split("\n")


def test_a_post_names_who_what_and_when(policy: rules.Policy) -> None:
    bob, alice, small = posted(policy, a_due(), a_due("ACA-100", date(2026, 1, 1), name="Alice & co"))
    assert bob == ":bell: *ACP-620* of Bob is suspended on *Tue 2025-12-16* (in 14 days): 100 CE missing."
    assert alice == (
        ":bell: *ACA-100* of Alice &amp; co is suspended on *Thu 2026-01-01* (in 30 days): 50 CE missing."
    )
    assert small.startswith(f"What <{policy.links.portal}|the portal> shows has the last word.")


@pytest.mark.parametrize(
    ("today", "line"),
    [
        (date(2025, 12, 15), "is suspended on *Tue 2025-12-16* (in 1 day): 100 CE missing."),
        (
            date(2025, 12, 16),
            (
                "is suspended from today on, Tue 2025-12-16: 100 CE missing. Last safe day to renew it: "
                "*Sun 2026-03-15* (in 89 days)."
            ),
        ),
        (
            date(2026, 3, 8),
            (
                "is suspended since Tue 2025-12-16: 100 CE missing. Last safe day to renew it: "
                "*Sun 2026-03-15* (in 7 days)."
            ),
        ),
        (
            date(2026, 3, 15),
            (
                "is suspended since Tue 2025-12-16: 100 CE missing. Last safe day to renew it: "
                "*Sun 2026-03-15* (today)."
            ),
        ),
    ],
)
def test_a_post_says_how_it_stands_on_its_day(policy: rules.Policy, today: date, line: str) -> None:
    assert line in posted(policy, a_due(today=today), today=today)[0]


@pytest.mark.parametrize(
    ("days", "allowed", "mentioned"),
    [(14, True, True), (15, True, False), (14, False, False), (0, True, True), (1, True, True)],
)
def test_only_who_is_near_and_allows_it_is_mentioned(
    policy: rules.Policy, days: int, allowed: bool, mentioned: bool
) -> None:
    line = posted(policy, a_due(suspends_on=TODAY + timedelta(days=days), may_mention=allowed))[0]
    assert ("<@UBOB>" in line) is mentioned
    assert ("of Bob is" in line) is not mentioned


@pytest.mark.parametrize(
    ("today", "mentioned"),
    [
        (date(2025, 12, 17), False),
        (date(2026, 2, 28), False),
        (date(2026, 3, 1), True),
        (date(2026, 3, 15), True),
    ],
)
def test_of_a_suspended_one_the_last_safe_day_counts(
    policy: rules.Policy, today: date, mentioned: bool
) -> None:
    assert ("<@UBOB>" in posted(policy, a_due(today=today, may_mention=True), today=today)[0]) is mentioned


def test_nobody_is_mentioned_twice_in_a_post(policy: rules.Policy) -> None:
    dues = [a_due(code, may_mention=True) for code in ("ACP-120", "ACP-620")]
    carol = a_due("ACP-620", may_mention=True, who=CAROL, name="Carol")
    lines = posted(policy, *dues, carol)
    assert ["<@" in line for line in lines] == [True, False, True, False]


def test_two_hundred_notices_fit_and_the_rest_is_counted(policy: rules.Policy) -> None:
    dues = [
        a_due(who=Member("T1", f"U{number}"), name=LONGEST_NAMES[number % 8], may_mention=number % 2 == 0)
        for number in range(200)
    ]
    lines = posted(policy, *dues)
    assert "And 160 more: `/ce team`" in lines
    assert len([line for line in lines if ":bell:" in line]) == 40
    assert "<!" not in "\n".join(lines)


def digest(view: TeamView, policy: rules.Policy, *dues: Due) -> str:
    reply = views.post(bundle(*dues, today=view.today), view, policy)
    assert problems({"text": reply.text, "blocks": reply.blocks}) == []
    return reply.text


@pytest.mark.parametrize(("days", "is_soon"), [(90, True), (91, False)])
def test_a_digest_shows_what_is_near_and_one_line_where_nothing_is(
    policy: rules.Policy, days: int, is_soon: bool
) -> None:
    on = TODAY + timedelta(days=days)
    far = TODAY + timedelta(days=400)
    rows = (
        TeamRow("Bob", "ACP-620", Status.ACTIVE, on, on + timedelta(days=90), on + timedelta(days=89), 20),
        TeamRow("Carol", "ACP-620", Status.ACTIVE, far, far, far, 100),
        TeamRow("Dave", "ACP-120", Status.EXPIRED, TODAY, TODAY, TODAY, 100),
    )
    view = TeamView(TODAY, TeamSettings("C1"), rows, (TeamCount("ACP-620", 2, 3),), 3, ())
    said = digest(view, policy)
    assert said.startswith("*The week of this team*, Tue 2025-12-02")
    assert "*Active now:* ACP-620 2 of 3 (1 short)" in said
    assert ("Nothing is suspended before Mon 2026-03-03" in said) is False
    if is_soon:
        assert [row.split()[0] for row in rows_of(said)] == ["Bob"]
    else:
        assert "Nothing is suspended before Tue 2026-03-03: ACP-620 of Bob is the first." in said
        assert "```" not in said


def test_a_digest_of_a_team_without_anything_to_lose_is_short(policy: rules.Policy) -> None:
    expired = TeamRow("Bob", "ACP-620", Status.EXPIRED, TODAY, TODAY, TODAY, 100)
    over = TeamView(TODAY, TeamSettings("C1"), (expired,), (TeamCount("ACP-620", 0, None),), 1, ())
    assert views.ALL_EXPIRED in digest(over, policy)
    nothing = TeamView(TODAY, TeamSettings("C1"), (), (), 1, ("Bob",))
    assert views.NO_CERTIFICATION in digest(nothing, policy)
    assert "Bob" in digest(nothing, policy)


def test_notices_come_before_the_digest_and_in_the_digest_nobody_is_mentioned(policy: rules.Policy) -> None:
    on = TODAY + timedelta(days=14)
    row = TeamRow("Bob", "ACP-620", Status.ACTIVE, on, on, on, 20)
    view = TeamView(TODAY, TeamSettings("C1"), (row,), (), 1, ())
    said = digest(view, policy, a_due(may_mention=True))
    assert said.index(":bell:") < said.index("*The week")
    assert said.count("<@UBOB>") == 1


def test_the_channel_is_told_by_the_bot_itself(console: Console) -> None:
    """Bob's certification is suspended on 2026-01-15: 30 days before is 2025-12-16, a Tuesday."""
    for line in (
        "@bob /ce cert add ACP-620 earned 2024-01-15",
        "#general /ce team start",
        "@bob #general /ce team join",
        "@bob /ce remind mentions on",
    ):
        console.feed(line)
    told = {
        day: [said.text for said in console.feed(f"!time {day}") if said.to == "#general"]
        for day in ("2025-12-08", "2025-12-15", "2025-12-16", "2026-01-01", "2026-01-08")
    }
    assert all(len(found) == 1 for found in told.values())
    assert "*The week of this team*, Mon 2025-12-08" in told["2025-12-08"][0]
    assert "*ACP-620* of bob is suspended on *Thu 2026-01-15* (in 30 days)" in told["2025-12-16"][0]
    assert "*ACP-620* of <@UBOB> is suspended on *Thu 2026-01-15* (in 14 days)" in told["2026-01-01"][0]
    console.feed("@bob #general /ce team leave")
    assert "bob" not in str(console.feed("!time 2026-01-14"))


# What the forecast is computed from


def test_the_forecast_has_the_histories_of_those_who_joined(team: Crowd, desk: Desk) -> None:
    team.say("alice /ce team settings target ACP-620 3", "alice /ce team invite @carol")
    team.say("carol /ce cert add ACP-620 earned 2024-02-01")
    found = desk.teams.histories("T1", "C1", TODAY)
    assert found.names == ("Alice", "Bob")
    assert [[one.code for one in history.credentials] for history in found.histories] == [
        ["ACP-620"],
        ["ACP-120"],
    ]
    assert {history.as_of for history in found.histories} == {TODAY}
    assert found.targets == {"ACP-620": 3}
    for workspace, channel in (("T1", "C2"), ("T2", "C1")):
        with pytest.raises(NoTeamError):
            desk.teams.histories(workspace, channel, TODAY)
