"""The worked examples in `scenarios/worked_examples.yml` come out as written there, in Python and as JSON."""

import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from rules_reference import plain

import rules
from rules import Activity, Credential, ExamPass, History, Kind, PortalDates
from rules.jsonl import history_from
from rules.scenarios import Scenario, ScenarioError, as_line, read_scenarios

FILE = Path(__file__).parent / "scenarios" / "worked_examples.yml"
SCENARIOS = read_scenarios(FILE.read_text(encoding="utf-8"), FILE.name)
POLICY = rules.load_policy()

MUST_EXPECT = {"suspends", "expires", "status", "units", "renewals"}
MAY_EXPECT = {"started", "missing", "reasons"}


def said_of(standing: dict[str, Any], expected: dict[str, Any], history: History) -> dict[str, Any]:
    """What a standing (in its JSON form) says to each thing the row expects, in the row's words."""
    reason_of = {line["id"]: line["reason"] for line in standing["activities"]}
    said = {
        "suspends": date.fromisoformat(standing["cycle"]["suspends_on"]),
        "expires": date.fromisoformat(standing["cycle"]["expires_on"]),
        "status": standing["status"],
        "units": standing["units"]["credited"],
        "renewals": [f"{renewal['renewed_on']} by {renewal['by']}" for renewal in standing["renewals"]],
        "started": date.fromisoformat(standing["cycle"]["started_on"]),
        "missing": standing["units"]["missing"],
    }
    if "reasons" in expected:
        said["reasons"] = {}
        for day in expected["reasons"]:
            reasons = {reason_of[done.id] for done in history.activities if done.done_on == day}
            said["reasons"][day] = " and ".join(sorted(reasons))
    return {name: said[name] for name in expected}


def each_scenario() -> list[Any]:
    return [pytest.param(scenario, id=f"{scenario.id} {scenario.case}") for scenario in SCENARIOS]


def said_by(standings: dict[str, dict[str, Any]], scenario: Scenario) -> dict[str, dict[str, Any]]:
    return {
        code: said_of(standings[code], expected, scenario.history)
        for code, expected in scenario.expect.items()
    }


@pytest.mark.parametrize("scenario", each_scenario())
def test_worked_example(scenario):
    standings = {standing.code: plain(standing) for standing in rules.standings(scenario.history, POLICY)}

    assert said_by(standings, scenario) == scenario.expect


@pytest.fixture(scope="module")
def answers() -> list[dict[str, Any]]:
    """One answer of `python -m rules` for each scenario, all asked in one run."""
    lines = [as_line(scenario.history) for scenario in SCENARIOS]
    run = subprocess.run(
        [sys.executable, "-m", "rules"],
        input="\n".join(lines) + "\n",
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert run.stderr == ""
    assert run.returncode == 0
    answered = [json.loads(line) for line in run.stdout.splitlines()]
    assert len(answered) == len(SCENARIOS)
    return answered


@pytest.mark.parametrize("scenario", each_scenario())
def test_worked_example_as_json(scenario, answers):
    answer = answers[SCENARIOS.index(scenario)]
    standings = {standing["code"]: standing for standing in answer["standings"]}

    assert said_by(standings, scenario) == scenario.expect


def test_the_json_answer_has_the_documented_keys_and_no_others(answers):
    for answer, scenario in zip(answers, SCENARIOS, strict=True):
        assert list(answer) == ["as_of", "policy", "standings"]
        assert answer["as_of"] == scenario.history.as_of.isoformat()
        assert list(answer["policy"]) == ["id", "verified_on"]
        assert answer["policy"]["id"] == "atlassian.certification"
        assert date.fromisoformat(answer["policy"]["verified_on"])
        for standing in answer["standings"]:
            assert list(standing) == [
                "code",
                "level",
                "status",
                "cycle",
                "units",
                "activities",
                "renewals",
                "exam_window",
                "warnings",
            ]
            assert list(standing["cycle"]) == [
                "started_on",
                "suspends_on",
                "expires_on",
                "last_safe_day",
                "dates",
            ]
            assert list(standing["units"]) == ["credited", "required", "missing"]
            assert list(standing["exam_window"]) == ["opens_on", "closes_on"]
            assert all(isinstance(warning, str) for warning in standing["warnings"])
            for line in standing["activities"]:
                assert list(line) == ["id", "credited", "reason"]
            for renewal in standing["renewals"]:
                assert list(renewal) == ["renewed_on", "by", "suspends_on", "expires_on"]


def test_json_and_python_give_the_same_standings_in_the_order_of_the_credentials(answers):
    for answer, scenario in zip(answers, SCENARIOS, strict=True):
        in_python = []
        for standing in rules.standings(scenario.history, POLICY):
            in_python.append(plain(standing) | {"warnings": list(standing.warnings)})
        in_json = []
        for standing in answer["standings"]:
            lines = sorted(standing["activities"], key=lambda line: (len(line["id"]), line["id"]))
            in_json.append(standing | {"activities": lines})
        assert in_json == in_python


def test_each_worked_example_of_the_domain_is_there():
    numbers = {scenario.id.rstrip("abc") for scenario in SCENARIOS}
    assert numbers >= {f"W{number}" for number in range(1, 20)}


def test_each_scenario_expects_what_it_must_and_nothing_unknown():
    for scenario in SCENARIOS:
        assert scenario.expect.keys() == {credential.code for credential in scenario.history.credentials}
        for expected in scenario.expect.values():
            assert expected.keys() >= MUST_EXPECT
            assert expected.keys() <= MUST_EXPECT | MAY_EXPECT


# How a scenario file is read

SMALL = """\
bases:
  B:
    earned: {ACP-620: 2024-01-01, ACP-520: 2024-02-01}
    courses: [2024-03-01]
    exams: {ACP-620: [2025-11-15]}
  C:
    given: B
    earned: {ACP-520: 2024-03-01}
    portal: {ACP-420: {suspends: 2026-03-01, confirmed: 2025-01-02}}
    courses: [2024-05-01]
scenarios:
- id: S1
  case: Everything there is.
  given: C
  asked_on: 2025-12-01
  portal: {ACP-120: {suspends: 2026-02-01, expires: 2026-05-01, confirmed: 2025-01-01}}
  global_events: [2024-04-10]
  local_events: [2024-04-11]
  presentations: [{on: 2024-04-12, units: 10}, {on: 2024-04-13}]
  expect: {}
"""


def test_a_scenario_adds_its_own_facts_to_those_of_its_bases():
    (scenario,) = read_scenarios(SMALL, "s.yml")
    assert (scenario.id, scenario.case) == ("S1", "Everything there is.")
    assert scenario.history == History(
        as_of=date(2025, 12, 1),
        credentials=(
            Credential("ACP-620", date(2024, 1, 1)),
            Credential("ACP-520", date(2024, 3, 1)),
            Credential("ACP-420", None, (PortalDates(date(2026, 3, 1), None, date(2025, 1, 2)),)),
            Credential("ACP-120", None, (PortalDates(date(2026, 2, 1), date(2026, 5, 1), date(2025, 1, 1)),)),
        ),
        activities=(
            Activity("a1", Kind.COURSE, date(2024, 3, 1), "course 1"),
            Activity("a2", Kind.COURSE, date(2024, 5, 1), "course 2"),
            Activity("a3", Kind.GLOBAL_EVENT, date(2024, 4, 10), "global_event 3"),
            Activity("a4", Kind.LOCAL_EVENT, date(2024, 4, 11), "local_event 4"),
            Activity("a5", Kind.PRESENTATION, date(2024, 4, 12), "presentation 5", 10),
            Activity("a6", Kind.PRESENTATION, date(2024, 4, 13), "presentation 6"),
        ),
        exams=(ExamPass("ACP-620", date(2025, 11, 15)),),
    )


@pytest.mark.parametrize("scenario", [*SCENARIOS, *read_scenarios(SMALL, "s.yml")], ids=lambda one: one.id)
def test_a_history_written_as_a_line_is_read_as_the_same_history(scenario):
    assert history_from(as_line(scenario.history), POLICY) == scenario.history


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("  case:", "  cause:", "line 12: scenarios.0.case: missing."),
        ("  courses: [2024-05-01]", "  coarses: [2024-05-01]", "line 10: bases.C.coarses: unknown key."),
        ("  given: C", "  given: D", "line 14: scenarios.0.given: no base is named 'D'."),
        ("B:\n", "B:\n    given: C\n", "line 3: bases.B.given: this base builds on itself."),
        ("[2024-04-10]", "[10 April]", "line 17: scenarios.0.global_events.0: Input should be a valid date"),
        ("[2024-04-10]", "[2024-04-31]", "line 17: 2024-04-31 is not a day of the calendar."),
        ("  asked_on: 2025", "  id: S2\n  asked_on: 2025", 'line 15: found duplicate key "id"'),
    ],
)
def test_a_mistake_in_a_scenario_file_is_refused_with_file_line_and_key(old, new, said):
    assert SMALL.count(old) == 1
    with pytest.raises(ScenarioError) as caught:
        read_scenarios(SMALL.replace(old, new), "s.yml")
    assert str(caught.value).startswith(f"s.yml, {said}")


def test_two_scenarios_of_one_id_are_refused():
    again = SMALL[SMALL.index("- id: S1") :]
    with pytest.raises(ScenarioError, match=r"s\.yml, line 21: scenarios\.1\.id: the id S1 is used twice\."):
        read_scenarios(SMALL + again, "s.yml")


@pytest.mark.parametrize("text", ["", "- a list", "bases: [open", "just words", "\0", "[" * 1_000])
def test_what_is_no_scenario_file_at_all_is_refused_in_one_line(text):
    with pytest.raises(ScenarioError) as caught:
        read_scenarios(text, "s.yml")
    assert str(caught.value).startswith("s.yml, line 1: ")
    assert "\n" not in str(caught.value)
