"""The worked examples in `scenarios/worked_examples.yml` come out as written there, in Python and as JSON."""

import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from rules_reference import plain

import rules
from rules import Activity, Credential, ExamPass, History, Kind, PortalDates

WORKED_EXAMPLES = YAML(typ="safe", pure=True).load(
    Path(__file__).parent / "scenarios" / "worked_examples.yml"
)
SCENARIOS = WORKED_EXAMPLES["scenarios"]
POLICY = rules.load_policy()

LISTS = ("courses", "global_events", "local_events", "presentations")
MAPPINGS = ("earned", "portal", "exams")
ROW_KEYS = {"id", "case", "given", "asked_on", "expect", *LISTS, *MAPPINGS}
MUST_EXPECT = {"suspends", "expires", "status", "units", "renewals"}
MAY_EXPECT = {"started", "missing", "reasons"}


def facts_of(row: dict[str, Any]) -> dict[str, Any]:
    """The row's own facts, added to those of the base it names and of that base's base."""
    facts: dict[str, Any] = {name: [] for name in LISTS} | {name: {} for name in MAPPINGS}
    if "given" in row:
        facts = facts_of(WORKED_EXAMPLES["bases"][row["given"]])
    for name in LISTS:
        facts[name] = facts[name] + row.get(name, [])
    for name in MAPPINGS:
        facts[name] = facts[name] | row.get(name, {})
    return facts


def activities_in(facts: dict[str, Any]) -> list[Activity]:
    done: list[tuple[Kind, date, int | None]] = [
        *((Kind.COURSE, day, None) for day in facts["courses"]),
        *((Kind.GLOBAL_EVENT, day, None) for day in facts["global_events"]),
        *((Kind.LOCAL_EVENT, day, None) for day in facts["local_events"]),
        *((Kind.PRESENTATION, talk["on"], talk.get("units")) for talk in facts["presentations"]),
    ]
    return [
        Activity(id=f"a{number}", kind=kind, done_on=day, title=f"{kind} {number}", units=units)
        for number, (kind, day, units) in enumerate(done, start=1)
    ]


def history_of(row: dict[str, Any]) -> History:
    facts = facts_of(row)
    codes = dict.fromkeys([*facts["earned"], *facts["portal"]])
    credentials = []
    for code in codes:
        shown = facts["portal"].get(code)
        portal = (PortalDates(shown["suspends"], shown.get("expires"), shown["confirmed"]),) if shown else ()
        credentials.append(Credential(code, facts["earned"].get(code), portal))
    return History(
        as_of=row["asked_on"],
        credentials=tuple(credentials),
        activities=tuple(activities_in(facts)),
        exams=tuple(ExamPass(code, day) for code, days in facts["exams"].items() for day in days),
    )


def as_json_line(history: History) -> str:
    def iso(day: date | None) -> str | None:
        return day.isoformat() if day else None

    return json.dumps(
        {
            "as_of": iso(history.as_of),
            "credentials": [
                {
                    "code": credential.code,
                    "earned_on": iso(credential.earned_on),
                    "portal": [
                        {
                            "suspends_on": iso(shown.suspends_on),
                            "expires_on": iso(shown.expires_on),
                            "confirmed_on": iso(shown.confirmed_on),
                            "cycle_started_on": iso(shown.cycle_started_on),
                        }
                        for shown in credential.portal
                    ],
                }
                for credential in history.credentials
            ],
            "activities": [
                {
                    "id": activity.id,
                    "kind": str(activity.kind),
                    "done_on": iso(activity.done_on),
                    "title": activity.title,
                    "units": activity.units,
                    "state": str(activity.state),
                }
                for activity in history.activities
            ],
            "exams": [{"code": exam.code, "passed_on": iso(exam.passed_on)} for exam in history.exams],
        }
    )


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
    return [pytest.param(row, id=f"{row['id']} {row['case']}") for row in SCENARIOS]


@pytest.mark.parametrize("row", each_scenario())
def test_worked_example(row):
    history = history_of(row)
    standings = {standing.code: plain(standing) for standing in rules.standings(history, POLICY)}

    said = {code: said_of(standings[code], expected, history) for code, expected in row["expect"].items()}

    assert said == row["expect"]


@pytest.fixture(scope="module")
def answers() -> list[dict[str, Any]]:
    """One answer of `python -m rules` for each scenario, all asked in one run."""
    lines = [as_json_line(history_of(row)) for row in SCENARIOS]
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


@pytest.mark.parametrize("row", each_scenario())
def test_worked_example_as_json(row, answers):
    history = history_of(row)
    answer = answers[SCENARIOS.index(row)]
    standings = {standing["code"]: standing for standing in answer["standings"]}

    said = {code: said_of(standings[code], expected, history) for code, expected in row["expect"].items()}

    assert said == row["expect"]


def test_the_json_answer_has_the_documented_keys_and_no_others(answers):
    for answer, row in zip(answers, SCENARIOS, strict=True):
        assert list(answer) == ["as_of", "policy", "standings"]
        assert answer["as_of"] == row["asked_on"].isoformat()
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
    for answer, row in zip(answers, SCENARIOS, strict=True):
        in_python = []
        for standing in rules.standings(history_of(row), POLICY):
            in_python.append(plain(standing) | {"warnings": list(standing.warnings)})
        in_json = []
        for standing in answer["standings"]:
            lines = sorted(standing["activities"], key=lambda line: (len(line["id"]), line["id"]))
            in_json.append(standing | {"activities": lines})
        assert in_json == in_python


def test_each_worked_example_of_the_domain_is_there():
    numbers = {row["id"].rstrip("abc") for row in SCENARIOS}
    assert numbers >= {f"W{number}" for number in range(1, 20)}


def test_each_scenario_says_what_it_must_and_nothing_unknown():
    assert len({row["id"] for row in SCENARIOS}) == len(SCENARIOS)
    for row in [*SCENARIOS, *WORKED_EXAMPLES["bases"].values()]:
        assert row.keys() <= ROW_KEYS
    for row in SCENARIOS:
        facts = facts_of(row)
        assert row.keys() >= {"id", "case", "asked_on", "expect"}
        assert row["expect"].keys() == facts["earned"].keys() | facts["portal"].keys()
        for expected in row["expect"].values():
            assert expected.keys() >= MUST_EXPECT
            assert expected.keys() <= MUST_EXPECT | MAY_EXPECT
