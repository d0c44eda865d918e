"""`python -m faq`, as other programs call it."""

import json
import subprocess
import sys
from collections.abc import Mapping

import pytest

from faq.__main__ import findings, main, replies
from faq.entry import Sheet, load
from rules import figures, load_policy

POLICY = load_policy()
FAQ = load(figures(POLICY), POLICY.sources.keys())
KEYS = ["tier", "entry", "score", "answer", "suggestions", "matched"]


def run(*arguments: str, given: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        [sys.executable, "-m", "faq", *arguments], input=given, capture_output=True, check=False
    )


def test_a_question_gets_one_line_of_json() -> None:
    done = run("ask", "does coursework need to match the cert?")
    assert (done.returncode, done.stderr) == (0, b"")
    (line,) = done.stdout.splitlines()
    reply = json.loads(line)
    assert list(reply) == KEYS
    assert (reply["tier"], reply["entry"]) == ("answer", "coursework-must-match")


def test_each_line_gets_a_line_and_a_bad_one_an_error_in_its_place() -> None:
    done = run(
        "ask",
        "--jsonl",
        given=b'{"q": "grace period", "id": 7}\n{"q": 3}\nnonsense\n\xff\n[1]\n{}\n\n{"q": "ok"}',
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line.get("entry") or line.get("error", {}).get("field") for line in lines] == [
        "grace-period",
        "q",
        "",
        "",
        "",
        "q",
        None,
    ]
    assert (done.returncode, done.stderr) == (1, b"")


def test_good_lines_alone_end_with_0() -> None:
    done = run("ask", "--jsonl", given='{"q": "Über 🎉"}\n{"q": "grace period"}\n'.encode())
    assert (done.returncode, len(done.stdout.splitlines())) == (0, 2)


def test_a_line_nested_beyond_sense_is_a_bad_line() -> None:
    ((reply, good),) = replies(FAQ, [b'{"q": ' + b"[" * 100_000])
    assert not good
    assert list(reply) == ["error"]


@pytest.mark.parametrize(
    "arguments", [("ask",), ("ask", "grace period", "--jsonl"), (), ("sing",), ("ask", "a", "b")]
)
def test_a_wrong_call_ends_with_2_and_one_sentence(arguments: tuple[str, ...]) -> None:
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (2, b"")
    assert len(done.stderr.splitlines()) == 1


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys, faq.__main__ as m\n"
        "try: m.main(['--help'])\n"
        "except SystemExit: pass\n"
        "print(sorted({'pydantic', 'ruamel', 'rapidfuzz', 'rules'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert done.stdout.splitlines()[-1] == b"[]"


def test_a_fault_in_the_files_is_one_sentence_and_1(capsys: pytest.CaptureFixture[str]) -> None:
    no_figures: Mapping[str, str] = {}
    assert main(["ask", "grace period"], facts=lambda: (no_figures, POLICY.sources.keys())) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("python -m faq: entries/")
    assert len(err.splitlines()) == 1


def test_the_packaged_files_have_no_findings() -> None:
    done = run("lint")
    assert done.stdout.decode() == (
        f"{len(FAQ.entries)} entries, {len(FAQ.not_covered)} not covered: no findings\n"
    )
    assert done.returncode == 0


def test_lint_names_every_broken_file_and_ends_with_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint"], facts=lambda: (figures(POLICY), {"thread"})) == 1
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) > 1
    assert all("is not one of the policy's sources (thread)" in line for line in lines)


def sheet(slug: str, question: str, phrasings: list[str], sources: str = "[thread]") -> Sheet:
    front = f"question: {question}\nphrasings: {json.dumps(phrasings)}\nsources: {sources}\n"
    rest = "reviewed_on: 2026-11-22\ntags: []\nsee_also: []\n"
    return Sheet("entries", slug, f"---\n{front}{rest}---\nYes.\n")


EIGHT = [
    "red one",
    "blue two",
    "green three",
    "brown four",
    "black five",
    "white six",
    "pink seven",
    "grey eight",
]
FOUR_MORE = ["plum nine", "teal ten", "gold eleven", "lime twelve"]


@pytest.mark.parametrize(
    ("phrasings", "said"),
    [
        (EIGHT, []),
        (EIGHT + FOUR_MORE, []),
        (EIGHT[:7], ["entries/a.md: phrasings: 7 different ones; write 8 to 12."]),
        ([*EIGHT[:7], "Red one?"], ["entries/a.md: phrasings: 7 different ones; write 8 to 12."]),
        ([*EIGHT, *FOUR_MORE, "one more"], ["entries/a.md: phrasings: 13 different ones; write 8 to 12."]),
        ([*EIGHT, "x" * 120], []),
        ([*EIGHT, "x" * 121], [f"entries/a.md: phrasings: '{'x' * 40}'... is longer than 120 characters."]),
    ],
)
def test_lint_counts_and_measures_phrasings(phrasings: list[str], said: list[str]) -> None:
    assert findings([sheet("a", "Which colour?", phrasings)], {}, {"thread"}) == (said, 1, 0)


def test_lint_misses_sources() -> None:
    found, _, _ = findings([sheet("a", "Which colour?", EIGHT, sources="[]")], {}, set())
    assert found == ["entries/a.md: sources: there is none; name where the answer comes from."]


def test_lint_names_two_entries_too_alike_with_their_score() -> None:
    others = [
        "oak tree",
        "elm wood",
        "ash leaf",
        "fir cone",
        "yew bark",
        "box hedge",
        "bay twig",
        "the red stone, one",
    ]
    found, _, _ = findings(
        [sheet("a", "Which colour?", [*EIGHT, "stone red"]), sheet("b", "Which plant?", others)],
        {},
        {"thread"},
    )
    (finding,) = found
    assert finding.startswith("a and b: phrasings: too alike (0.9")
    assert finding.endswith("): 'stone red' and 'the red stone, one'.")
