"""`/ce team forecast`: how many of a team hold what over two years, in words and as a picture."""

import json
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import TODAY, Slack, noon
from slack_limits import problems
from test_bot_timeline import PNG, Later

from bot.console import Console
from bot.desk import Desk
from bot.ledger import Ledger, LoggedActivity, Member, TeamSettings
from bot.listeners.timeline import FORESEEN_AT_ONCE_MOST
from bot.outcomes import NoTeamError, NotHeldInTeamError
from bot.views import forecast as views
from rules import Kind

Tell = Callable[[str], str]
Earned = Mapping[str, date]
CHANNEL = "C1"


def found_team(
    ledger: Ledger, *members: Earned, names: tuple[str, ...] = (), targets: Mapping[str, int] | None = None
) -> None:
    """A team in the channel, each of whose members earned certifications on some days."""
    at = noon(TODAY)
    with ledger.write() as writer:
        for number, earned in enumerate(members):
            who = Member("T1", f"U{number}")
            change = writer.begin_change(who, "import", "test", at)
            for code, day in earned.items():
                writer.add_credential(who, code, day, change)
            course = LoggedActivity(1, Kind.COURSE, date(2025, 6, 1), "A secret title")
            writer.add_activity(who, course, change)
            name = names[number] if names else f"name {number}"
            if number == 0:
                writer.teams.start(who, TeamSettings(CHANNEL), name, at)
            else:
                writer.teams.join(who, CHANNEL, name, at)
        for code, target in (targets or {}).items():
            writer.teams.set_target("T1", CHANNEL, code, target)


@pytest.fixture
def later() -> Later:
    return Later()


@pytest.fixture
def slack(desk: Desk, later: Later) -> Slack:
    return Slack(desk, submit_file=later)


@pytest.fixture
def say(slack: Slack) -> Tell:
    """Say a command in the channel as one of the team."""

    def answered(text: str) -> str:
        answer: dict[str, Any] = json.loads(slack.command(text, user="U0").body)
        assert problems(answer) == []
        assert answer["response_type"] == "ephemeral"
        return str(answer["text"])

    return answered


THREE = (
    {"ACP-620": date(2024, 1, 1), "ACP-120": date(2025, 6, 1)},
    {"ACP-620": date(2024, 9, 1)},
    {"ACP-620": date(2025, 3, 1)},
)


def test_the_first_day_below_each_target_is_said_without_and_with_plans(ledger: Ledger, say: Tell) -> None:
    found_team(ledger, *THREE, targets={"ACP-620": 2, "ACP-120": 1})
    assert say("team forecast").splitlines() == [
        "How many hold each certification actively, from Tue 2025-12-02 to Thu 2027-12-02.",
        "*ACP-620* · 3 active now, target 2",
        (
            "If nobody renews: 2 in 6 months, 1 in 12, 0 in 18, 0 in 24; "
            "below the target from *Tue 2026-09-01* on."
        ),
        "If all follow their plans: 3 all the time; never below the target.",
        (
            "First to be suspended: name 0 on Thu 2026-01-01, name 1 on Tue 2026-09-01 and "
            "name 2 on Mon 2027-03-01."
        ),
        "*ACP-120* · 1 active now, target 1",
        (
            "If nobody renews: 1 in 6 months, 1 in 12, 0 in 18, 0 in 24; "
            "below the target from *Tue 2027-06-01* on."
        ),
        "If all follow their plans: 1 all the time; never below the target.",
        "First to be suspended: name 0 on Tue 2027-06-01.",
        views.PICTURE_COMES,
    ]


def test_a_target_missed_already_is_missed_now_and_one_that_is_kept_never(ledger: Ledger, say: Tell) -> None:
    found_team(ledger, *THREE, targets={"ACP-620": 4, "ACP-420": 1})
    said = say("team forecast")
    assert "*ACP-620* · 3 active now, target 4\nIf nobody renews: 2 in 6 months" in said
    assert "0 in 24; *below the target now*." in said
    assert "If all follow their plans: 3 all the time; *below the target now*." in said
    assert (
        "*ACP-420* · 0 active now, target 1\nIf nobody renews: 0 all the time; *below the target now*."
        in said
    )


def test_what_misses_its_target_soonest_comes_first_and_what_has_none_last(
    ledger: Ledger, desk: Desk
) -> None:
    found_team(
        ledger,
        {"ACP-100": date(2024, 6, 1), "ACP-120": date(2024, 3, 1), "ACP-420": date(2025, 1, 1)},
        {"ACP-420": date(2025, 1, 1), "ACP-520": date(2025, 2, 1), "ACP-610": date(2025, 11, 30)},
        targets={"ACP-100": 1, "ACP-120": 1, "ACP-610": 1},
    )
    found = desk.forecasts.team("T1", CHANNEL, TODAY)
    assert [one.code for one in found.prospects] == ["ACP-120", "ACP-100", "ACP-610", "ACP-420", "ACP-520"]
    assert (found.from_on, found.until_on) == (TODAY, date(2027, 12, 2))


def test_without_targets_a_lead_is_told_how_to_set_one(ledger: Ledger, say: Tell) -> None:
    found_team(ledger, *THREE)
    said = say("team forecast")
    assert "target" not in said.split("None of these has a target")[0]
    assert "`/ce team settings target ACP-620 3`" in said


def test_of_many_who_lapse_the_first_are_named(ledger: Ledger, say: Tell) -> None:
    found_team(ledger, *({"ACP-620": date(2024, 1, 1) + timedelta(days=n)} for n in range(6)))
    assert (
        "First to be suspended: name 0 on Thu 2026-01-01, name 1 on Fri 2026-01-02, name 2 on Sat 2026-01-03 "
        "and 3 more by Thu 2027-12-02." in say("team forecast")
    )


def test_names_are_shown_as_text_and_not_at_any_length(ledger: Ledger, say: Tell) -> None:
    found_team(ledger, *THREE, names=("<!channel> & ```co", "n" * 100, ""))
    said = say("team forecast")
    assert "&lt;!channel&gt; &amp; '''co on Thu" in said
    assert f"{'n' * 39}… on Tue" in said
    assert "somebody on Mon" in said


def test_neither_titles_nor_activities_of_others_are_said(
    ledger: Ledger, say: Tell, slack: Slack, later: Later
) -> None:
    found_team(ledger, *THREE)
    assert "secret" not in say("team forecast")
    later.do()
    assert "secret" not in slack.said[-1].text


def test_who_left_is_counted_no_more_and_who_is_invited_not_yet(ledger: Ledger, desk: Desk) -> None:
    found_team(ledger, *THREE)
    with ledger.write() as writer:
        writer.teams.leave(Member("T1", "U2"), CHANNEL)
        writer.teams.invite(Member("T1", "U9"), CHANNEL, "name 9", noon(TODAY))
    found = desk.forecasts.team("T1", CHANNEL, TODAY)
    assert found.names == ("name 0", "name 1")
    assert {one.code: one.idle.counts[0] for one in found.prospects} == {"ACP-120": 1, "ACP-620": 2}
    assert desk.forecasts.size("T1", CHANNEL) == 2


def test_certifications_can_be_named(ledger: Ledger, say: Tell, desk: Desk) -> None:
    found_team(ledger, *THREE)
    said = say("team forecast acp 120")
    assert "*ACP-120*" in said
    assert "*ACP-620*" not in said
    with pytest.raises(NotHeldInTeamError):
        desk.forecasts.team("T1", CHANNEL, TODAY, ("ACP-420",))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("ACP-420", "Nobody in this team holds ACP-420, and there is no target for it: leave it out."),
        ("ACP-621", "where ACP-620 is nearest"),
        ("next year", "Say which certification"),
    ],
)
def test_what_cannot_be_foreseen_gets_one_sentence_and_no_picture(
    ledger: Ledger, say: Tell, later: Later, words: str, said: str
) -> None:
    found_team(ledger, *THREE)
    answer = say(f"team forecast {words}")
    assert said in answer
    assert "Try: `/ce team forecast" in answer
    assert later.waiting == []


def test_what_another_member_holds_can_be_named_as_the_answer_names_it(ledger: Ledger, say: Tell) -> None:
    found_team(ledger, {"ACP-620": date(2024, 1, 1)}, {"ACP-999": date(2024, 1, 1)})
    assert say("team forecast ACP-999").startswith("How many hold each certification")


def test_a_request_that_slack_repeats_posts_no_second_picture(
    ledger: Ledger, slack: Slack, later: Later
) -> None:
    found_team(ledger, *THREE)
    first, again = (slack.command("team forecast", key="again", channel=CHANNEL) for _ in range(2))
    assert first.body == again.body
    assert len(later.waiting) == 1
    slack.command("team forecast", channel=CHANNEL)
    assert len(later.waiting) == 2


def test_where_there_is_no_team_it_says_so(say: Tell, desk: Desk, later: Later) -> None:
    assert "There is no team here" in say("team forecast")
    for asked in (desk.forecasts.size, lambda *place: desk.forecasts.team(*place, TODAY)):
        with pytest.raises(NoTeamError):
            asked("T1", CHANNEL)
    assert later.waiting == []


def test_where_nobody_holds_anything_there_is_no_picture(ledger: Ledger, say: Tell, later: Later) -> None:
    found_team(ledger, {}, {})
    assert say("team forecast").startswith("Nobody in this team has told me a certification yet")
    assert later.waiting == []


def test_the_picture_goes_to_the_channel_with_all_numbers_and_no_names(
    console: Console, tell: Tell, ledger: Ledger
) -> None:
    for line in (
        "/ce cert add ACP-620 earned 2024-01-01",
        "#general /ce team start",
        "#general /ce team settings target ACP-620 1",
    ):
        tell(line)
    answer, sent = console.feed("#general /ce team forecast")
    assert (answer.to, answer.kind) == ("alice", "reply")
    assert (sent.to, sent.kind) == ("#general", "message")
    about, _, path = sent.text.rpartition("\nThe file is ")
    assert about.splitlines() == [
        (
            "Active holders on Tue 2025-12-02, and in 6, 12, 18 and 24 months if nobody renews / "
            "if all follow their plans:"
        ),
        "ACP-620 (target 1): 1 now; 0, 0, 0, 0, below target from Thu 2026-01-01 / 1, 1, 1, 1",
    ]
    assert Path(path) == Path(ledger.path).with_name("files") / "forecast-2025-12-02.png"
    assert Path(path).read_bytes().startswith(PNG)


# Large teams


@pytest.mark.parametrize("more", [0, 1])
def test_of_a_large_team_everything_comes_later_to_the_channel(
    ledger: Ledger, say: Tell, slack: Slack, later: Later, more: int
) -> None:
    people = FORESEEN_AT_ONCE_MOST + more
    found_team(ledger, *[{"ACP-620": date(2024, 1, 1)}] * people, targets={"ACP-620": 90})
    said = say("team forecast")
    assert ("I am working out the next two years of" in said) == (more == 1)
    assert ("*ACP-620*" in said) == (more == 0)
    assert len(later.waiting) == 1
    later.do()
    (sent,) = slack.said
    assert sent.to == CHANNEL
    assert f"ACP-620 (target 90): {people} now; 0, 0, 0, 0, below target from Thu 2026-01-01" in sent.text


@pytest.mark.parametrize(
    ("words", "earned", "told"),
    [
        ("", {}, "Nobody in this team has told me a certification yet"),
        ("ACP-120", {"ACP-620": date(2024, 1, 1)}, "Nobody in this team holds ACP-120"),
    ],
)
def test_where_a_large_team_has_nothing_to_foresee_whoever_asked_is_told(
    ledger: Ledger, say: Tell, slack: Slack, later: Later, words: str, earned: Earned, told: str
) -> None:
    found_team(ledger, *[earned] * (FORESEEN_AT_ONCE_MOST + 1))
    assert "come to this channel" in say(f"team forecast {words}")
    later.do()
    (sent,) = slack.said
    assert sent.to == "0"
    assert sent.text.startswith(told)


def test_a_team_that_ended_meanwhile_is_no_error(
    ledger: Ledger, say: Tell, slack: Slack, later: Later
) -> None:
    found_team(ledger, *[{"ACP-620": date(2024, 1, 1)}] * (FORESEEN_AT_ONCE_MOST + 1))
    say("team forecast")
    with ledger.write() as writer:
        writer.teams.stop("T1", CHANNEL)
    later.do()
    assert slack.said[-1].text.startswith("There is no team here")


def test_slack_takes_the_forecast_of_thirty_certifications(ledger: Ledger, say: Tell, desk: Desk) -> None:
    codes = [f"ACA-{100 + n}" for n in range(30)]
    team = [{code: date(2024, 1, 1) + timedelta(days=n) for code in codes} for n in range(20)]
    found_team(ledger, *team, names=("n" * 100,) * 20, targets=dict.fromkeys(codes, 15))
    said = say("team forecast")
    assert "The picture has no room for ACA-108, " in said
    assert "The picture comes to this channel" in said
    about = views.about(desk.forecasts.team("T1", CHANNEL, TODAY))
    assert len(about) < 3000


def test_the_numbers_of_a_full_picture_fit_into_its_description(ledger: Ledger, desk: Desk) -> None:
    codes = [f"ACA-{100 + n}" for n in range(8)]
    found_team(ledger, *[dict.fromkeys(codes, date(2024, 1, 1))] * 99, targets=dict.fromkeys(codes, 90))
    about = views.about(desk.forecasts.team("T1", CHANNEL, TODAY))
    assert len(about.splitlines()) == 9
    assert len(about) <= 1000
