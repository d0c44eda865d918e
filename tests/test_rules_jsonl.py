"""`python -m rules`: each bad line gives its own error in its place, and the others go on."""

import io
import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

import rules
from rules.__main__ import answer, main
from rules.jsonl import LineError, history_from

GOOD = {
    "as_of": "2025-12-03",
    "credentials": [{"code": "ACP-620", "earned_on": "2024-01-01"}],
    "activities": [{"id": "a1", "kind": "course", "done_on": "2025-12-01"}],
    "exams": [{"code": "ACP-620", "passed_on": "2025-11-15"}],
}


def changed(path: str, value: object) -> str:
    """GOOD as JSON with one place changed, or removed where `value` is ...; the path is like a.0.b."""
    found = json.loads(json.dumps(GOOD))
    node = found
    *parents, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    for part in parents:
        node = node[part]
    if value is ...:
        del node[last]
    else:
        node[last] = value
    return json.dumps(found)


def error_of(line: str) -> dict[str, str]:
    (found,) = answer([line], rules.load_policy())
    text, good = found
    assert not good
    return json.loads(text)["error"]


@pytest.mark.parametrize(
    ("line", "field", "said"),
    [
        ("no json", "", "not JSON"),
        ("[1, 2]", "", "not an object"),
        ("3", "", "not an object"),
        ("[" * 100_000, "", "not JSON"),
        ('{"as_of": "2025-01-01", "as_of": "2025-01-02"}', "as_of", "stands twice"),
        (changed("as_of", ...), "as_of", "missing"),
        (changed("as_of", "2025-02-30"), "as_of", "not a day of the calendar"),
        (changed("as_of", "20251203"), "as_of", "YYYY-MM-DD"),
        (changed("as_of", "2025-12-03T00:00:00"), "as_of", "YYYY-MM-DD"),
        (changed("as_of", 1733184000), "as_of", "YYYY-MM-DD"),
        (changed("as_of", None), "as_of", "YYYY-MM-DD"),
        (changed("as_of", "٢٠٢٥-١٢-٠٣"), "as_of", "YYYY-MM-DD"),
        (changed("as_of", "9999-12-31"), "as_of", "years 1900 to 2199"),
        (changed("note", "x"), "note", "not known"),
        (changed("credentials", {}), "credentials", "list"),
        (changed("credentials.0.code", "acp-620"), "credentials[0].code", "ACP-620"),
        (changed("credentials.0.code", "ACP-62"), "credentials[0].code", "did you mean ACP-620?"),
        (changed("credentials.0.code", "XYZ-620"), "credentials[0].code", "did you mean ACP-620?"),
        (changed("credentials.0.code", "ACP-621"), "credentials[0].code", "did you mean ACP-620?"),
        (changed("exams.0.code", "ACP-999"), "exams[0].code", "not among the certifications"),
        (changed("credentials.0.code", 620), "credentials[0].code", "string"),
        (changed("credentials.0.earned_on", None), "credentials[0].earned_on", "nothing to compute"),
        (changed("credentials.0.earned_on", "2026-01-01"), "credentials[0].earned_on", "nothing to compute"),
        (changed("credentials.0.earned", "2024-01-01"), "credentials[0].earned", "not known"),
        (changed("activities.0.kind", "curse"), "activities[0].kind", "did you mean course?"),
        (changed("activities.0.kind", None), "activities[0].kind", "is not a kind"),
        (
            changed("activities.0.state", "done"),
            "activities[0].state",
            "logged, entered, confirmed, rejected",
        ),
        (changed("activities.0.done_on", "yesterday"), "activities[0].done_on", "YYYY-MM-DD"),
        (changed("activities.0.units", 10), "activities[0].units", "counts 10 CE units"),
        (changed("activities.0.units", -1), "activities[0].units", "greater than or equal to 1"),
        (changed("activities.0.units", 10**30), "activities[0].units", "less than or equal to 1000"),
        (changed("activities.0.units", 1.5), "activities[0].units", "integer"),
        (changed("activities.0.units", {"ten": 10}), "activities[0].units", "integer"),
        (changed("activities.0.id", ...), "activities[0].id", "missing"),
        (changed("exams.0.code", "ACP620"), "exams[0].code", "did you mean ACP-620?"),
    ],
)
def test_a_bad_line_names_the_field_and_what_is_wrong(line, field, said):
    error = error_of(line)
    assert error["field"] == field
    assert said in error["message"]
    assert "\n" not in error["message"]


def test_an_id_used_twice_and_a_code_listed_twice_are_refused():
    twice = {**GOOD, "activities": [GOOD["activities"][0]] * 2}
    assert error_of(json.dumps(twice))["field"] == "activities[1].id"
    twice = {**GOOD, "credentials": [GOOD["credentials"][0]] * 2}
    assert error_of(json.dumps(twice))["field"] == "credentials[1].code"


@pytest.mark.parametrize(
    ("portal", "field"),
    [
        ({"suspends_on": "2026-01-01", "expires_on": "2026-01-01"}, "expires_on"),
        ({"suspends_on": "2026-01-01", "expires_on": "2025-12-31"}, "expires_on"),
        ({"suspends_on": "2026-01-01", "cycle_started_on": "2026-01-01"}, "cycle_started_on"),
    ],
)
def test_portal_dates_in_the_wrong_order_are_refused(portal, field):
    line = changed("credentials.0.portal", [{"confirmed_on": "2025-01-01", **portal}])
    assert error_of(line)["field"] == f"credentials[0].portal[0].{field}"


def test_the_other_lines_go_on_and_blank_ones_are_nothing():
    good = json.dumps(GOOD)
    found = list(answer([good, "\n", "bad", good], rules.load_policy()))
    assert [answered for _, answered in found] == [True, False, True]


def test_the_command_reads_to_the_end_and_ends_with_1_if_a_line_was_bad(monkeypatch, capsys):
    for lines, code in (([json.dumps(GOOD)], 0), ([json.dumps(GOOD), "bad"], 1), ([], 0)):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("\n".join(lines).encode())))
        assert main([]) == code
        assert len(capsys.readouterr().out.splitlines()) == len(lines)


@pytest.mark.parametrize("code", ["ACP-200", "ACA-100", "ACA-999"])
def test_a_retired_code_and_any_of_a_level_without_a_list_are_answered(code):
    ((_, answered),) = answer([changed("credentials.0.code", code)], rules.load_policy())
    assert answered


def test_a_byte_order_mark_a_lone_surrogate_and_broken_utf8_are_survived():
    lines = [
        "\ufeff" + json.dumps(GOOD),
        changed("activities.0.id", "\ud800"),
        changed("activities.0.title", "é"),
    ]
    raw = "\n".join(lines).encode("utf-8") + b"\n\xff\xfe\n"
    done = subprocess.run([sys.executable, "-m", "rules"], input=raw, capture_output=True, check=False)
    answers = [json.loads(line) for line in done.stdout.decode("ascii").splitlines()]
    assert [("error" in found) for found in answers] == [False, False, False, True]
    assert (done.returncode, done.stderr) == (1, b"")


def test_a_reader_that_has_seen_enough_is_no_error():
    many = (json.dumps(GOOD) + "\n") * 2000
    with subprocess.Popen(
        [sys.executable, "-m", "rules"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        try:
            process.stdin.write(many.encode())
            process.stdin.close()
        except BrokenPipeError:
            pass
        assert process.stderr.read() == b""


@given(
    st.text(max_size=200) | st.from_regex(r'\{"as_of": ?"2025-0[1-9]-\d\d", ?"credentials": ?\[.{0,80}\]\}')
)
def test_any_text_gives_an_answer_or_one_error_and_never_an_exception(text):
    for found, _ in answer([text], rules.load_policy()):
        json.loads(found)


def test_defaults_are_as_documented():
    history = history_from(
        '{"as_of": "2025-01-01", "credentials": [{"code": "ACA-100", "earned_on": "2024-01-01"}]}',
        rules.load_policy(),
    )
    assert history.activities == ()
    assert history.exams == ()
    with pytest.raises(LineError):
        history_from("{}", rules.load_policy())
