"""`python -m rules lint`: what is wrong with a policy file, one sentence each with file, line and key."""

import io
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

import rules
from rules.__main__ import main
from rules.lint import FARTHEST_AHEAD_MONTHS, LAST_RULE, VERIFIED_FOR_DAYS, findings
from rules.policy import shipped_policy

TEXT, NAME = shipped_policy()
VERIFIED_ON = rules.load_policy().verified_on

GRACE = "    2024-08-01: 3\n"
ACP = "      2024-08-01: 100\n"
COURSE = "        2024-08-01: 10\n"
GLOBAL_EVENTS = "        2024-08-01: 1\n"
NO_LIMIT = "        2024-08-01: no limit\n"
ADDRESS = "https://cp.certmetrics.com/atlassian"


def changed(*pairs: tuple[str, str]) -> str:
    text = TEXT
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def told(text: str, today: date | None = None) -> list[str]:
    return [finding.told("mine.yml") for finding in findings(text, today)]


def line_of(text: str, part: str) -> int:
    assert text.count(part) == 1, part
    return text[: text.index(part)].count("\n") + 1


def test_the_shipped_policy_has_no_finding():
    assert findings(TEXT, VERIFIED_ON) == []


@pytest.mark.parametrize(
    ("pairs", "at", "said"),
    [
        # What is refused when the policy is read
        ([("id: atl", "idea: 1\nid: atl")], "idea", "idea: unknown key."),
        ([("sources: [thread]", "sources: [thred]")], "thred", "grace_months.sources.0: no source is named"),
        ([("sources: [thread]", "sources: []")], "sources: []", "grace_months.sources: List should have at"),
        # Sources
        ([("\nactive_m", "  extra: {title: X, address: 'https://x'}\n\nactive_m")],
         "  extra:", "sources.extra: no value names this source: name it where it belongs, or remove it."),
        ([(f"  portal: {ADDRESS}", f"  portal: {ADDRESS}/login")],
         "  portal:\n", "sources.portal: no value names this source"),
        ([("address: https://community.atlassian.com forums", "address: http://community forums")],
         "http:", "sources.launch.address: a source's address begins with https://."),
        ([("sources: [maintain, thread]", "sources: [maintain, maintain]")],
         "[maintain, maintain]", "active_months.sources.1: maintain is named twice."),
        ([("  sources: [pause]\n  from_on", "  sources: [pause, pause]\n  from_on")],
         "[pause, pause]", "pause.sources.1: pause is named twice."),
        ([("  sources: [pause]\n  available", "  sources: [pause, pause]\n  available")],
         "[pause, pause]", "certifications.sources.1: pause is named twice."),
        ([("- source: maintain", "- source: thread #")],
         "thread #", "grace_months.differs.0.source: thread is a source of the value itself"),
        # Words
        ([("says: Then it is", "says: ' ' #")], "' ' #", "grace_months.says: this is empty"),
        ([("note: What exceeds", "note: '' #")], "'' #", "readings.surplus.note: this is empty"),
        ([("plural: courses", "plural: ''")], "plural: ''", "kinds.course.plural: this is empty"),
        # Days
        ([(GRACE, "    2024-08-02: 3\n")], "2024-08-02",
         "grace_months.values.2024-08-02: the programme began on 2024-08-01, and there is no value until"),
        ([(COURSE, "        2024-08-02: 10\n")], "2024-08-02", "kinds.course.units.values.2024-08-02: the"),
        ([(NO_LIMIT, "        2024-08-02: no limit\n")], "2024-08-02",
         "kinds.course.cap.values.2024-08-02: the"),
        ([(ACP, "      2024-08-02: 100\n")], "2024-08-02", "required.ACP.values.2024-08-02: the programme"),
        ([(GRACE, "    2026-01-01: 4\n" + GRACE)], GRACE,
         "grace_months.values.2024-08-01: this day stands below 2026-01-01: write the earlier day first."),
        ([(GRACE, GRACE + "    2026-01-01: 3\n")], "2026-01-01: 3",
         "grace_months.values.2026-01-01: this is what 2024-08-01 says already: remove the line"),
        ([(NO_LIMIT, NO_LIMIT + "        2026-01-01: no limit\n")], "2026-01-01",
         "kinds.course.cap.values.2026-01-01: this is what 2024-08-01 says already"),
        ([("began_on: 2024-08-01", "began_on: 2024-08-02")], "programme_began_on",
         "programme_began_on: no value takes effect on 2024-08-02, so no source is behind this day"),
        # References
        ([("rule: R15", "rule: R17")], "R17",
         "safe_grace_days.rule: there is no rule 'R17': they are R1 to R16."),
        ([("rule: R9", "rule: R0")], "R0", "readings.surplus.rule: there is no rule 'R0'"),
        ([("unit: days", "unit: months #")], "months #", "safe_grace_days.unit: this is counted in days"),
        ([("unit: CE units", "unit: units")], "unit: units", "required.ACP.unit: this is counted in CE"),
        ([("unit: uses per cycle", "unit: uses")], "uses\n      rule",
         "kinds.course.cap.unit: this is counted in uses per"),
        # Links
        ([("policies_page: https", "policies_page: http"), ("[launch]", "[launch, policies]")],
         "policies_page", "links.policies_page: 'http://community.atlassian.com/"),
        ([(f"  portal: {ADDRESS}", f"  portal: {ADDRESS} now"), ("[launch]", "[launch, portal]")],
         "  portal: https",
         f"links.portal: '{ADDRESS} now' is not an https address that people can open."),
        # Levels and certifications
        ([("  ACA:", "  Aca:")], "Aca", "required.Aca: a level is three capital letters, such as ACP."),
        ([("ACP-620]", "ACP-62]")], "ACP-62]", "certifications.available.5: 'ACP-62' is not a code"),
        ([("ACP-620]", "ACX-620]")], "ACX",
         "certifications.available.5: ACX-620 is of the level ACX, for which"),
        ([("ACP-620]", "ACP-100]")], "ACP-100]", "certifications.available.5: ACP-100 is listed twice."),
        ([("ACP-600]", "ACP-100]")], "ACP-100]",
         "certifications.retired.4: ACP-100 is listed as available, too"),
        ([("[ACP-100, ACP-120, ACP-420, ACP-520, ACP-610, ACP-620]", "[]"),
          ("[ACP-200, ACP-300, ACP-400, ACP-500, ACP-600]", "[]")],
         "  available", "certifications.available: no certification is listed."),
        # The pause
        ([("to_on: 2024-09-30", "to_on: 2024-02-01")], "to_on",
         "pause.to_on: the pause must end after the day"),
        # Values that contradict each other
        ([("    2024-08-01: 90\n", "    2024-08-01: 94\n")], ": 94",
         "safe_grace_days.values.2024-08-01: this is never shorter than 3 months"),
        ([(GRACE, GRACE + "    2027-01-01: 2\n")], ": 90",
         "safe_grace_days.values.2024-08-01: this is never shorter than 2 months"),
        ([("    2024-08-01: 6\n", "    2024-08-01: 28\n")], ": 28",
         "exam_window_months.values.2024-08-01: this is longer than a whole cycle of 24 and 3 months."),
        ([("01: null", "01: 10"), (COURSE, COURSE + "        2027-01-01: null\n")], "2027-01-01",
         "kinds.course.units.values.2027-01-01: a course needs a number"),
        ([(NO_LIMIT, "        2024-08-01: 2\n")], ": 100",
         "required.ACP.values.2024-08-01: all kinds up to their caps give 90 CE units, so nobody could"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_sentence_with_file_line_and_key(pairs, at, said):
    text = changed(*pairs)
    (sentence,) = told(text)
    assert sentence.startswith(f"mine.yml, line {line_of(text, at)}: {said}")
    assert sentence.endswith(".")
    assert "\n" not in sentence


@pytest.mark.parametrize(
    "pairs",
    [
        [(GRACE, GRACE + "    2026-01-01: 4\n")],
        [(GRACE, GRACE + "    2026-01-01: 4\n    2027-01-01: 3\n")],  # and back again
        [(GRACE, "    2024-07-31: 3\n")],  # before the programme began
        [("  portal:\n    title", "  certmetrics:\n    title")],  # a link leads there, so it is used
        [("rule: R15", "rule: R16")],
        [("rule: R15", "rule: R1")],
        [("to_on: 2024-09-30", "to_on: 2024-02-02")],
        [("    2024-08-01: 90\n", "    2024-08-01: 93\n")],  # 31 + 31 + 31
        [("    2024-08-01: 6\n", "    2024-08-01: 27\n")],
        [(COURSE, COURSE + "        2027-01-01: 15\n")],
        [("2024-08-01: null", "2024-08-01: 20")],
        [(NO_LIMIT, "        2024-08-01: 3\n")],  # 70 by events and 30 by courses are just enough
        [("ACP-620]", "ACA-100]")],
    ],
)
def test_what_is_all_right_is_no_finding(pairs):
    assert told(changed(*pairs)) == []


def test_all_mistakes_are_told_at_once_in_the_order_of_their_lines():
    text = changed(
        ("rule: R15", "rule: R17"), ("choice: dropped", "choice: dropt"), ("unit: days", "unit: d")
    )
    assert [line.split(": ")[1] for line in told(text)] == ["readings.surplus.choice"]
    text = changed(
        ("rule: R15", "rule: R17"), ("note: What exceeds", "note: '' #"), ("unit: days", "unit: d")
    )
    assert [line.split(": ")[1] for line in told(text)] == [
        "safe_grace_days.unit",
        "safe_grace_days.rule",
        "readings.surplus.note",
    ]


def test_a_policy_without_a_level_has_a_finding_there_and_at_every_code():
    text = TEXT[: TEXT.index("  ACP:\n")] + TEXT[TEXT.index("kinds:\n") :]
    found = told(text.replace("required:\n", "required: {}\n"))
    assert "required: no level is listed: add one, such as ACP." in found[0]
    assert len(found) == 1 + len(rules.load_policy().certifications.listed)


def test_several_mistakes_of_form_are_told_once_a_place():
    text = changed(("2024-08-01: no limit", "2024-08-01: often"), (ACP, "      2024-08-01: many\n"))
    assert [line.split(": ")[1] for line in told(text)] == [
        "required.ACP.values.2024-08-01",
        "kinds.course.cap.values.2024-08-01",
    ]


def test_a_value_is_compared_with_that_of_the_day_before_it_wherever_it_stands():
    text = changed((GRACE, GRACE + "    2027-01-01: 4\n    2026-01-01: 3\n"))
    assert [line.split(": ", 2)[2][:20] for line in told(text)] == [
        "this day stands belo",
        "this is what 2024-08",
    ]


def test_values_that_contradict_each_other_on_many_days_are_told_once():
    text = changed(("    2024-08-01: 90\n", "    2024-08-01: 94\n"), (ACP, ACP + "      2026-01-01: 120\n"))
    assert len(told(text)) == 1


@pytest.mark.parametrize("text", ["", "- a list", "id: [open", "just words", "\0", "a: 2024-02-30"])
def test_what_is_no_policy_at_all_is_one_finding(text):
    (sentence,) = told(text)
    assert sentence.startswith("mine.yml, line 1: ")


def test_a_day_that_no_calendar_has_is_told_with_its_line():
    text = changed((GRACE, GRACE + "    2025-02-30: 4\n"))
    assert told(text) == [
        f"mine.yml, line {line_of(text, '02-30')}: 2025-02-30 is not a day of the calendar."
    ]


# Warnings


def warned(text: str, today: date | None = None) -> list[str]:
    found = findings(text, today)
    assert all(finding.is_warning for finding in found)
    assert all(finding.told("mine.yml").startswith("Warning: mine.yml, line ") for finding in found)
    return [finding.mistake.problem for finding in found]


def test_a_check_younger_than_180_days_is_young_enough():
    assert VERIFIED_FOR_DAYS == 180
    assert warned(TEXT, VERIFIED_ON + timedelta(days=179)) == []
    (old,) = warned(TEXT, VERIFIED_ON + timedelta(days=180))
    assert old == "that is 180 days ago: compare every figure with its source and move the day"


def test_a_check_of_tomorrow_is_warned_of_and_one_of_today_is_not():
    assert warned(TEXT, VERIFIED_ON) == []
    (ahead,) = warned(TEXT, VERIFIED_ON - timedelta(days=1))
    assert ahead.startswith(f"{VERIFIED_ON} is still to come")


def test_without_a_day_nothing_is_said_of_the_age():
    assert warned(changed((f"verified_on: {VERIFIED_ON}", "verified_on: 2023-01-01"))) == []


def test_a_value_more_than_two_years_ahead_is_warned_of():
    assert FARTHEST_AHEAD_MONTHS == 24
    last = VERIFIED_ON.replace(year=VERIFIED_ON.year + 2)
    assert warned(changed((GRACE, f"{GRACE}    {last}: 4\n"))) == []
    beyond = last + timedelta(days=1)
    (ahead,) = warned(changed((GRACE, f"{GRACE}    {beyond}: 4\n")))
    assert ahead == f"more than 24 months after {VERIFIED_ON}: check the year"


def test_every_rule_that_exists_may_be_named():
    assert LAST_RULE == 16
    for number in range(1, 17):
        assert told(changed(("rule: R15", f"rule: R{number}"))) == []


# The command


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "mine.yml"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_the_command_looks_at_the_shipped_policy_and_says_what_it_did_not_check(capsys):
    assert main(["lint"]) == 0
    assert capsys.readouterr().out == (
        f"{NAME}: no findings.\n"
        f"{NAME}: how old verified_on is was not checked: say the day with --today DATE.\n"
    )


def test_with_a_day_everything_is_checked(capsys):
    assert main(["lint", "--today", VERIFIED_ON.isoformat()]) == 0
    assert capsys.readouterr().out == f"{NAME}: no findings.\n"


def test_a_warning_alone_leaves_the_exit_code_at_0(capsys):
    assert main(["lint", "--today", (VERIFIED_ON + timedelta(days=180)).isoformat()]) == 0
    line = line_of(TEXT, "verified_on: ")
    assert capsys.readouterr().out.startswith(f"Warning: {NAME}, line {line}: verified_on: that is 180 days")


def test_a_mistake_makes_it_1(file, capsys):
    file.write_text(changed(("rule: R15", "rule: R17")), encoding="utf-8")
    assert main(["lint", str(file), "--today", VERIFIED_ON.isoformat()]) == 1
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith(f"{file}, line ")
    assert "safe_grace_days.rule" in line


def test_a_byte_order_mark_and_windows_lines_are_no_finding(file, capsys):
    file.write_bytes(b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode())
    assert main(["lint", str(file), "--today", VERIFIED_ON.isoformat()]) == 0


def test_a_policy_can_come_from_standard_input(monkeypatch, capsys):
    text = changed(("rule: R15", "rule: R17"))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    assert main(["lint", "-"]) == 1
    assert capsys.readouterr().out.startswith("standard input, line ")


def test_a_file_that_cannot_be_read_is_one_sentence(tmp_path, capsys):
    assert main(["lint", str(tmp_path / "none.yml")]) == 1
    (tmp_path / "latin.yml").write_bytes(b"title: caf\xe9")
    assert main(["lint", str(tmp_path / "latin.yml")]) == 1
    assert capsys.readouterr().err.splitlines() == [
        f"python -m rules: {tmp_path / 'none.yml'} cannot be read: No such file or directory.",
        f"python -m rules: {tmp_path / 'latin.yml'} is not text in UTF-8.",
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["lint", "--today", "tomorrow"], "python -m rules lint: argument --today: 'tomorrow' is not a day"),
        (["lint", "a", "b"], "python -m rules: unrecognized arguments: b"),
        (["flint"], "python -m rules: argument {lint,diff}: invalid choice: 'flint'"),
    ],
)
def test_a_wrong_call_is_one_sentence_and_2(arguments, said, capsys):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(said)


def test_it_runs_as_a_module_with_nothing_to_read(tmp_path):
    run = subprocess.run(
        [sys.executable, "-m", "rules", "lint", "--today", VERIFIED_ON.isoformat()],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (run.returncode, run.stdout, run.stderr) == (0, f"{NAME}: no findings.\n", "")
