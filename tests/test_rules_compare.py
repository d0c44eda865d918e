"""`python -m rules diff`: which figures another policy changes, and which answers with them."""

import io
import json
import re
import sys
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rules
from rules.__main__ import main
from rules.compare import change_of, compared, figure_changes
from rules.jsonl import LineError, dump, history_from, standing_as_json
from rules.policy import shipped_policy
from rules.scenarios import as_line, read_scenarios

FILE = Path(__file__).parent / "scenarios" / "worked_examples.yml"
SCENARIOS = read_scenarios(FILE.read_text(encoding="utf-8"), FILE.name)
TEXT, NAME = shipped_policy()
POLICY = rules.load_policy()

GRACE = "    2024-08-01: 3\n"
COURSE = "        2024-08-01: 10\n"
EXAM_WINDOW = "    2024-08-01: 6\n"
ACP = "      2024-08-01: 100\n"

FOUR_MONTHS_GRACE = ((GRACE, "    2024-08-01: 4\n"),)
COURSES_COUNT_15 = ((COURSE, COURSE + "        2025-01-01: 15\n"),)
ACP_NEEDS_120 = ((ACP, ACP + "      2025-12-01: 120\n"),)
EXAM_IN_9_MONTHS = ((EXAM_WINDOW, "    2024-08-01: 9\n"),)
SURPLUS_CARRIED = (("choice: dropped", "choice: carried"),)


def changed_text(*pairs: tuple[str, str]) -> str:
    text = TEXT
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def changed(*pairs: tuple[str, str]) -> rules.Policy:
    return rules.read_policy(changed_text(*pairs), "mine.yml")


def shown(*pairs: tuple[str, str]) -> list[str]:
    return list(compared(POLICY, changed(*pairs), SCENARIOS))


def told_of(scenario: str, lines: list[str]) -> list[str]:
    """What stands below the sentence of a scenario, with two blanks between columns."""
    start = next(number for number, line in enumerate(lines) if line.startswith(f"{scenario}  "))
    end = lines.index("", start)
    return [re.sub(r"  +", "  ", line.strip()) for line in lines[start + 1 : end]]


# Figures


@pytest.mark.parametrize(
    ("pairs", "lines"),
    [
        ((), []),
        (FOUR_MONTHS_GRACE, ["grace_months from 2024-08-01: 3 -> 4 (edited in place)"]),
        (COURSES_COUNT_15, ["kinds.course.units from 2025-01-01: 10 -> 15"]),
        (
            ((COURSE, COURSE + "        2025-01-01: 15\n        2026-01-01: 10\n"),),
            ["kinds.course.units from 2025-01-01 to 2025-12-31: 10 -> 15"],
        ),
        (
            ((COURSE, COURSE + "        2025-01-01: 15\n        2026-01-01: 20\n"),),
            [
                "kinds.course.units from 2025-01-01 to 2025-12-31: 10 -> 15",
                "kinds.course.units from 2026-01-01: 10 -> 20",
            ],
        ),
        (((GRACE, "    2024-07-01: 3\n"),), ["grace_months: the same values, under other days"]),
        (
            (("2024-08-01: null", "2024-08-01: 20"),),
            ["kinds.presentation.units from 2024-08-01: unconfirmed -> 20 (edited in place)"],
        ),
        (
            (("2024-08-01: no limit", "2024-08-01: no limit\n        2027-01-01: 8"),),
            ["kinds.course.cap from 2027-01-01: no limit -> 8"],
        ),
        (SURPLUS_CARRIED, ["readings.surplus.choice: dropped -> carried"]),
        ((("note: What exceeds", "note: All that exceeds"),), ["readings.surplus.note: reworded"]),
        ((("verified_on: 2026", "verified_on: 2027"),), ["verified_on: 2026-11-22 -> 2027-11-22"]),
        (
            (("ACP-620]", "ACP-620, ACP-700]"), ("[ACP-200, ", "[")),
            ["certifications.available: ACP-700 added", "certifications.retired: ACP-200 removed"],
        ),
        ((("[ACP-100, ACP-120,", "[ACP-120, ACP-100,"),), ["certifications.available: in another order"]),
        ((("says: a 90-day", "says: some 90-day"),), ["grace_months.differs: reworded"]),
        (
            (("  ACA:\n", "  ACX:\n"),),
            ["required.ACA: removed", "required.ACX: added, 50 from 2024-08-01"],
        ),
        (
            (("\nactive_months:", "  extra: {title: X, address: 'https://x'}\n\nactive_months:"),),
            ["sources.extra: added"],
        ),
    ],
)  # fmt: skip
def test_each_figure_that_changes_is_one_line(pairs, lines):
    assert figure_changes(POLICY, changed(*pairs)) == lines


def test_a_value_taken_back_is_called_a_line_removed():
    assert figure_changes(changed(*COURSES_COUNT_15), POLICY) == [
        "kinds.course.units from 2025-01-01: 15 -> 10 (line removed)"
    ]


def test_no_figure_of_the_policy_can_change_unseen():
    """Every leaf of the file, changed by itself, is one line or more."""
    policies = list(changed_one_at_a_time())
    assert len(policies) > 100
    for policy in policies:
        assert figure_changes(POLICY, policy), policy
        assert figure_changes(policy, POLICY), policy


def changed_one_at_a_time():
    raw = POLICY.model_dump()

    def others(value):
        if isinstance(value, dict):
            for key, inner in value.items():
                for other in others(inner):
                    yield value | {key: other}
        elif isinstance(value, list):
            for place, inner in enumerate(value):
                for other in others(inner):
                    yield [*value[:place], other, *value[place + 1 :]]
        elif isinstance(value, date):
            yield value.replace(day=28)
        elif isinstance(value, int):
            yield value + 1
        elif isinstance(value, str):
            yield value + "!"

    for other in others(raw):
        try:
            yield rules.Policy.model_validate(other)
        except ValueError:  # a choice that does not exist, or a limit that is no number
            continue


# Scenarios


def test_the_same_policy_changes_nothing():
    assert shown() == ["No figure changes.", "", "No scenario changes."]


def test_a_longer_grace_period_moves_what_expires():
    lines = shown(*FOUR_MONTHS_GRACE)
    assert lines[:2] == ["Changed in the policy:", "  grace_months from 2024-08-01: 3 -> 4 (edited in place)"]
    assert told_of("W1a", lines) == [
        "ACP-620  expires  2028-03-01 -> 2028-04-01",
        "exam window  2027-09-01 to 2028-02-29 -> 2027-10-01 to 2028-03-31",
    ]
    assert told_of("W5c", lines)[:2] == [
        "ACP-620  status  expired -> active",
        "renewals  none -> 2026-04-01 by units",
    ]
    assert lines[-2:] == ["", f"{len(SCENARIOS)} of {len(SCENARIOS)} scenarios change."]


def test_each_certification_of_a_scenario_has_its_own_lines():
    lines = shown(*FOUR_MONTHS_GRACE)
    assert told_of("W8", lines) == [
        "ACP-620  expires  2028-03-01 -> 2028-04-01",
        "exam window  2027-09-01 to 2028-02-29 -> 2027-10-01 to 2028-03-31",
        "ACP-520  expires  2027-06-01 -> 2027-07-01",
        "exam window  2026-12-01 to 2027-05-31 -> 2027-01-01 to 2027-06-30",
    ]


def test_courses_worth_more_renew_earlier_and_can_end_earlier():
    lines = shown(*COURSES_COUNT_15)
    assert lines[1] == "  kinds.course.units from 2025-01-01: 10 -> 15"
    assert told_of("W1a", lines) == [
        "ACP-620  renewals  2025-12-01 by units -> 2025-06-01 by units",
        "cycle start  2025-12-01 (calculated) -> 2025-06-01 (calculated)",
        "suspends  2027-12-01 -> 2027-06-01",
        "expires  2028-03-01 -> 2027-09-01",
        "last safe day  2028-02-28 -> 2027-08-29",
        "exam window  2027-09-01 to 2028-02-29 -> 2027-03-01 to 2027-08-31",
        "units  0 of 100 -> 15 of 100",
        "activity 2025-12-01  0 closed cycle -> 15 counted",
    ]
    assert told_of("W3a", lines) == [
        "ACP-120  units  90 of 100 -> 95 of 100",
        "activity 2025-07-01  10 counted -> 15 counted",
    ]
    assert not [line for line in lines if line.startswith(("W17 ", "W18 ", "W19 "))]


def test_a_higher_requirement_takes_a_renewal_back():
    lines = shown(*ACP_NEEDS_120)
    assert told_of("W1b", lines) == [
        "ACP-620  status  active -> suspended",
        "renewals  2025-12-01 by units -> none",
        "cycle start  2025-12-01 (calculated) -> 2024-01-01 (earned)",
        "suspends  2027-12-01 -> 2026-01-01",
        "expires  2028-03-01 -> 2026-04-01",
        "last safe day  2028-02-28 -> 2026-03-31",
        "exam window  2027-09-01 to 2028-02-29 -> 2025-10-01 to 2026-03-31",
        "units  0 of 100 -> 100 of 120",
        "10 activities  0 closed cycle -> 10 counted",
    ]


def test_a_wider_exam_window_lets_an_early_exam_renew():
    lines = shown(*EXAM_IN_9_MONTHS)
    assert told_of("W17", lines) == [
        "ACP-620  exam window  2026-08-28 to 2027-02-27 -> 2026-05-28 to 2027-02-27"
    ]
    told = told_of("W12", lines)
    assert told[0] == "ACP-620  renewals  none -> 2025-09-15 by exam"
    assert told[-2].startswith("no longer said  The exam passed on 2025-09-15 renews nothing: ")


def test_a_surplus_carried_over_changes_only_where_there_is_one():
    sentence_of = {scenario.id: f"{scenario.id}  {scenario.case}" for scenario in SCENARIOS}
    assert shown(*SURPLUS_CARRIED) == [
        "Changed in the policy:",
        "  readings.surplus.choice: dropped -> carried",
        "",
        sentence_of["W2"],
        "  ACP-620  units  10 of 100 -> 30 of 100",
        "",
        sentence_of["W14"],
        "  ACP-620  units  0 of 100 -> 10 of 100",
        "",
        f"2 of {len(SCENARIOS)} scenarios change.",
    ]


def test_an_earlier_cycle_with_other_dates_is_told_beside_the_current_one():
    assert told_of("W6a", shown(*FOUR_MONTHS_GRACE))[-1] == (
        "earlier dates  2027-12-01/2028-03-01 -> 2027-12-01/2028-04-01"
    )


def test_a_warning_that_comes_or_goes_is_told():
    before_2024 = (("began_on: 2024-08-01", "began_on: 2024-01-01"),)
    (told,) = told_of("W15", shown(*before_2024))
    assert told.startswith("ACP-620  no longer said  3 activities are dated before 2024-08-01")
    back = list(compared(changed(*before_2024), POLICY, SCENARIOS))
    assert told_of("W15", back)[0].startswith("ACP-620  newly said  3 activities are dated before 2024-08-01")


def test_a_history_that_one_of_the_policies_refuses_is_told_as_refused():
    lines = shown(("  ACA:\n", "  ACX:\n"))
    (told,) = told_of("W10", lines)
    assert told.startswith("""answer  given -> refused: "ACA-100" is not a certification's code""")
    assert lines[-1] == f"1 of {len(SCENARIOS)} scenarios changes."
    without = changed(("  ACA:\n", "  ACX:\n"))
    assert list(compared(without, without, SCENARIOS))[-1] == "No scenario changes."


NUMBERS = st.sampled_from([1, 2, 5, 10, 15, 30, 90, 120])
DAYS = st.dates(date(2024, 8, 2), date(2027, 12, 31))


@st.composite
def policies(draw):
    """The shipped policy with some figures changed from some days on, and some readings chosen otherwise."""
    raw = POLICY.model_dump()
    dated = [raw[name] for name in ("active_months", "grace_months", "safe_grace_days", "exam_window_months")]
    dated += [*raw["required"].values(), *(kind["units"] for kind in raw["kinds"].values())]
    for value in draw(st.lists(st.sampled_from(dated), max_size=3)):
        value["values"][draw(DAYS)] = draw(NUMBERS)
    readings = {
        "surplus": "carried", "same_day": "in_order", "start_day": "counted", "expiration_day": "counted",
        "grace_activity": "suspension_date", "exam_window": "before_suspension",
        "exam_renewal": "keeps_units", "before_programme": "ignored", "same_title": "counted_once",
    }  # fmt: skip
    for name in draw(st.sets(st.sampled_from(sorted(readings)), max_size=3)):
        raw["readings"][name]["choice"] = readings[name]
    return rules.Policy.model_validate(raw)


def answer_to(line: str, policy: rules.Policy) -> list[dict[str, object]] | str:
    """What `python -m rules` answers, without the order in which warnings stand."""
    try:
        history = history_from(line, policy)
    except LineError as error:
        return str(error)
    found = [standing_as_json(standing) for standing in rules.standings(history, policy)]
    return json.loads(dump({"": [one | {"warnings": sorted(one["warnings"])} for one in found]}))[""]


@settings(deadline=None, max_examples=40)
@given(new=policies())
def test_a_scenario_is_shown_if_and_only_if_its_answer_changes(new):
    for scenario in SCENARIOS:
        line = as_line(scenario.history)
        differs = answer_to(line, POLICY) != answer_to(line, new)
        change = change_of(scenario, POLICY, new)
        assert (change is not None) is differs
        assert change is None or all(row.was != row.would_be for row in change.rows)


# The command


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "mine.yml"
    path.write_text(changed_text(*SURPLUS_CARRIED), encoding="utf-8")
    return path


def test_the_command_compares_an_old_policy_with_the_shipped_one(file, capsys):
    assert main(["diff", str(file), "--scenarios", str(FILE)]) == 0
    assert capsys.readouterr().out.splitlines() == list(
        compared(changed(*SURPLUS_CARRIED), POLICY, SCENARIOS)
    )


def test_the_command_compares_any_two_and_reads_the_old_one_from_standard_input(file, monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(TEXT.encode())))
    assert main(["diff", "-", str(file), "--scenarios", str(FILE)]) == 0
    assert capsys.readouterr().out.splitlines() == shown(*SURPLUS_CARRIED)


@pytest.mark.parametrize(
    ("old", "scenarios", "said"),
    [
        ("none.yml", FILE, "{folder}/none.yml cannot be read: No such file or directory."),
        ("bad.yml", FILE, "{folder}/bad.yml, line 1: id: missing."),
        ("mine.yml", "none.yml", "{folder}/none.yml cannot be read: No such file or directory."),
        ("mine.yml", "bad.yml", "{folder}/bad.yml, line 1: scenarios: missing."),
        ("mine.yml", "", "{folder} cannot be read: Is a directory."),
    ],
)
def test_what_cannot_be_read_is_one_sentence_and_1(file, old, scenarios, said, capsys):
    folder = file.parent
    (folder / "bad.yml").write_text("title: X\n", encoding="utf-8")
    assert main(["diff", str(folder / old), "--scenarios", str(folder / scenarios)]) == 1
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", f"python -m rules: {said.format(folder=folder)}\n")


@pytest.mark.parametrize(
    "arguments", [["diff"], ["diff", "a.yml"], ["diff", "a", "b", "c", "--scenarios", "d"]]
)
def test_a_wrong_call_is_one_sentence_and_2(arguments, capsys):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
