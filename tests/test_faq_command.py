"""`python -m faq`, as other programs call it."""

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from faq.__main__ import main, replies
from faq.entry import load
from faq.explain import explained
from rules import figures, load_policy

ROOT = Path(__file__).parent.parent
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
        "print(sorted({'pydantic', 'ruamel', 'rapidfuzz', 'numpy', 'rules'} & set(sys.modules)))"
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


def test_lint_with_a_day_finds_what_was_reviewed_long_before(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", "--today", "2030-01-01"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(FAQ.entries) + len(FAQ.not_covered)
    assert all("check the sources again" in line for line in lines)


# Why it was answered so


def test_an_explanation_names_all_that_counted() -> None:
    done = run("ask", "--explain", "does my courswork need to match the zebra cert?")
    assert done.returncode == 0
    lines = dict(line.split(": ", 1) for line in done.stdout.decode().splitlines())
    said = {name: text.strip() for name, text in lines.items()}
    assert said["read as"] == "does my course need to match the zebra certification"
    assert said["mended"] == "courswork -> coursework"
    assert said["closest"] == "coursework-must-match"
    assert said["matched"].strip("'\"") in FAQ.entries["coursework-must-match"].ways_to_ask
    assert {"course", "match", "certification"} <= set(said["shared"].split(", "))
    assert said["unknown"] == "zebra"
    assert re.fullmatch(
        r"0\.\d\d, made of fit 0\.\d\d x likeness 0\.\d\d x known words 0\.\d\d", said["score"]
    )
    assert said["needed"] == "0.40 to be suggested, 0.60 to be the answer"
    assert said["guards"] == "none"


@pytest.mark.parametrize(
    ("question", "name", "said"),
    [
        ("grace", "guards", "one word alone names a subject"),
        ("TLS certificates", "tier", "none, but with words on who can help"),
        ("TLS certificates", "closest", "tls-certificates (not covered)"),
        ("?!", "closest", "nothing"),
        ("zzzz", "tier", "none"),
        ("", "read as", "nothing"),
        ("grace period", "score", "1.00, made of fit 1.00 x likeness 1.00 x known words 1.00"),
    ],
)
def test_an_explanation_says_what_stopped_an_answer(question: str, name: str, said: str) -> None:
    lines = [line.split(":", 1) for line in explained(FAQ, question).splitlines()]
    assert [text.strip() for title, text in lines if title == name] == [said]


# Measuring


QUESTIONS = [
    {"q": "grace period", "entry": "grace-period", "kind": "keywords"},
    {"q": "does courswork need to match", "entry": "coursework-must-match", "kind": "typo"},
    {"q": "what should I cook", "entry": None, "kind": "general"},
    {"q": "TLS certificates", "entry": None, "kind": "near"},
]


def folder_with(path: Path, *questions: dict[str, Any]) -> Path:
    (path / "some.jsonl").write_text("".join(json.dumps(question) + "\n" for question in questions))
    return path


def test_eval_prints_the_figures_and_the_gates(tmp_path: Path) -> None:
    done = run("eval", str(folder_with(tmp_path, *QUESTIONS)))
    lines = done.stdout.decode().splitlines()
    assert lines[0] == f"2 questions for {len(FAQ.entries)} entries, 1 general, 1 near"
    gates = [line for line in lines if line.startswith(("met", "MISSED"))]
    assert len(gates) == 9
    assert done.returncode == any(gate.startswith("MISSED") for gate in gates[:-2])  # the last two are timed
    assert "met     right entry first >= 80 %       100.0%" in lines


def test_a_gate_that_is_missed_ends_with_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = {"q": "does my coursework have to match", "entry": "grace-period", "kind": "plain"}
    assert main(["eval", str(folder_with(tmp_path, *QUESTIONS[2:], wrong))]) == 1
    out = capsys.readouterr().out
    assert "1 x grace-period -> coursework-must-match" in out
    assert "MISSED  right entry first >= 80 %       0.0%" in out


def test_eval_without_a_folder_says_how(tmp_path: Path) -> None:
    code = f"import os; os.chdir({str(tmp_path)!r}); from faq.__main__ import main; main(['eval'])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False, text=True, cwd=ROOT)
    assert (done.returncode, done.stdout) == (2, "")
    assert "python -m faq eval " in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_an_unreadable_question_is_one_sentence_and_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["eval", str(folder_with(tmp_path, {"q": "grace"}))]) == 1
    assert capsys.readouterr().err.startswith("python -m faq: some.jsonl, line 1: ")


def test_bench_prints_one_line_of_json(tmp_path: Path) -> None:
    (tmp_path / "train.csv").write_text("sentence,label\nmoor a boat,BOAT\npeel an apple,APPLE\n")
    (tmp_path / "test.csv").write_text("sentence,label\nmooring boats,BOAT\nwho are you,NONE\n")
    done = run("bench", str(tmp_path / "train.csv"), str(tmp_path / "test.csv"), "--oos", "NONE")
    (line,) = done.stdout.splitlines()
    found = json.loads(line)
    assert {"forced_accuracy", "mcc", "threshold", "in_scope_accuracy", "oos_recall"} <= found.keys()
    assert {"p50_ms", "p99_ms", "fit_s", "best_threshold", "best_mcc"} <= found.keys()
    assert (done.returncode, found["forced_accuracy"]) == (0, 1.0)


@pytest.mark.parametrize(
    "arguments",
    [
        ("bench", "a.csv", "b.csv"),
        ("bench", "no.csv", "no.csv", "--oos", "X"),
        ("ask", "--explain"),
        ("ask", "--explain", "--jsonl"),
        ("lint", "--today", "tomorrow"),
    ],
)
def test_other_wrong_calls_end_with_2_too(arguments: tuple[str, ...]) -> None:
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (2, b"")
    assert len(done.stderr.splitlines()) == 1
