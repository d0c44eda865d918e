"""The shortcuts: an activity logged from anywhere, or from a message that tells of it."""

import json
from datetime import UTC, date, datetime
from time import perf_counter
from typing import Any

import pytest
from conftest import ALICE, Slack
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_limits import texts_in, view_problems

from bot.desk import Desk
from bot.grammar import LONGEST_TITLE, MessageWords, read_message
from bot.ledger import Ledger, Member
from bot.standin import LocalClient
from bot.views import modals
from rules import Kind

PERMALINK = "https://console.slack.com/archives/C1/p1763596800000100"
TS = "1763596800.000100"  # 2025-11-20 00:00 in UTC


def from_anywhere(slack: Slack, **others: Any) -> None:
    slack.dispatch(
        {
            "type": "shortcut",
            "callback_id": "log_activity",
            "team": {"id": "T1"},
            "user": {"id": "UALICE", "team_id": "T1"},
            "trigger_id": "trigger.shortcut",
            **others,
        }
    )


def from_message(
    slack: Slack, text: str | None, *, ts: str = TS, key: str = "trigger.message", **said: Any
) -> None:
    message = {
        "type": "message",
        "user": "UBOB",
        "ts": ts,
        **({"text": text} if text is not None else {}),
        **said,
    }
    slack.dispatch(
        {
            "type": "message_action",
            "callback_id": "log_message",
            "team": {"id": "T1"},
            "user": {"id": "UALICE", "team_id": "T1"},
            "channel": {"id": "C1", "name": "general"},
            "message_ts": ts,
            "message": message,
            "trigger_id": "trigger.message",
            "response_url": "https://hooks.example/3",
        }
    )


def filled(view: dict[str, Any]) -> dict[str, Any]:
    """What the fields of a form begin with."""
    found = {}
    for block in view["blocks"]:
        if block["type"] == "input":
            element = block["element"]
            chosen = element.get("initial_option", {}).get("value") or [
                one["value"] for one in element.get("initial_options", ())
            ]
            value = chosen or element.get("initial_value") or element.get("initial_date")
            if value:
                found[block["block_id"]] = value
    return found


@pytest.fixture
def known(slack: Slack) -> Slack:
    """Alice's day is known."""
    slack.command("status")
    return slack


# From anywhere


def test_the_global_shortcut_opens_an_empty_form_at_once(known: Slack) -> None:
    from_anywhere(known)
    assert filled(known.view) == {"day": "2025-12-02"}
    assert [one.text for one in known.said if one.kind == "modal"] == ["Log an activity"]


def test_where_the_day_is_not_known_something_is_shown_before_slack_is_asked(
    ledger: Ledger, policy: Any, clock: Any
) -> None:
    standing: list[int] = []
    slack: Slack

    def timezone_of(_who: Member) -> str:
        standing.append(len(slack.client.views))
        return "Pacific/Kiritimati"

    slack = Slack(Desk(ledger, policy, clock, timezone_of))
    shown = watch(slack)
    from_anywhere(slack)
    assert shown[0] == modals.loading()
    assert standing == [1]
    assert filled(slack.view) == {"day": "2025-12-03"}


def watch(slack: Slack) -> list[dict[str, Any]]:
    """All views from now on, in the order in which they are shown."""
    seen: list[dict[str, Any]] = []
    show = slack.client.show

    def noting(view_id: str | None, view: dict[str, Any]) -> None:
        seen.append(view)
        show(view_id, view)

    slack.client.show = noting  # type: ignore[method-assign]
    return seen


def test_a_shortcut_delivered_twice_opens_one_form(known: Slack) -> None:
    seen = watch(known)
    from_anywhere(known)
    from_anywhere(known)
    assert len(seen) == 1
    from_message(known, "Jira <https://a.example>")
    from_message(known, "Jira <https://a.example>")
    assert len(seen) == 2


# From a message


def test_a_message_gives_title_day_and_its_own_address_as_proof(known: Slack) -> None:
    seen = watch(known)
    from_message(known, "Finished *Jira Automation* :tada: with <@U2>\nIt was great")
    assert seen[0] == modals.loading()
    assert filled(known.view) == {
        "title": "Finished Jira Automation with",
        "day": "2025-11-20",
        "link": PERMALINK,
    }
    assert view_problems(known.view) == []


def test_a_link_in_the_message_is_the_proof_and_nothing_is_looked_up(known: Slack) -> None:
    seen = watch(known)
    from_message(known, "Webinar <https://a.example/x?a=1&amp;b=2|Jira Automation> done")
    assert len(seen) == 1
    assert filled(known.view) == {
        "kind": "course",
        "title": "Webinar Jira Automation done",
        "day": "2025-11-20",
        "link": "https://a.example/x?a=1&b=2",
    }


class Shut(LocalClient):
    """A Slack that tells no address of messages."""

    def api_call(self, api_method: str, **request: Any) -> Any:
        if api_method == "chat.getPermalink":
            return self._answer(api_method, ok=False, error="channel_not_found")
        return super().api_call(api_method, **request)


def test_a_message_whose_address_slack_does_not_tell_opens_the_form_without_a_link(known: Slack) -> None:
    known.client.__class__ = Shut
    from_message(known, "Jira Automation")
    assert filled(known.view) == {"title": "Jira Automation", "day": "2025-11-20"}


@pytest.mark.parametrize(
    ("zone", "day"),
    [("Pacific/Kiritimati", "2025-11-20"), ("America/New_York", "2025-11-19"), ("UTC", "2025-11-20")],
)
def test_the_day_of_a_message_is_that_of_its_reader(
    ledger: Ledger, policy: Any, clock: Any, zone: str, day: str
) -> None:
    slack = Slack(Desk(ledger, policy, clock, lambda who: zone))
    from_message(slack, "Jira")
    assert filled(slack.view)["day"] == day


@pytest.mark.parametrize(
    "ts", ["", "x", "1e99", "nan", "-1e20", str(datetime(2026, 1, 1, tzinfo=UTC).timestamp())]
)
def test_a_moment_that_is_none_or_still_to_come_is_today(known: Slack, ts: str) -> None:
    from_message(known, "Jira <https://a.example>", ts=ts)
    assert filled(known.view)["day"] == "2025-12-02"


@pytest.mark.parametrize(
    ("text", "said", "title"),
    [
        (None, {}, None),
        ("", {}, None),
        (":tada:", {}, None),
        ("<@U1> <!channel>", {}, None),
        ("", {"subtype": "bot_message", "bot_id": "B1", "user": None}, None),
        ("", {"attachments": [{"title": "Badge earned: ACP-620", "fallback": "x"}]}, "Badge earned: ACP-620"),
        ("", {"attachments": [{"fallback": "Badge"}, {}]}, "Badge"),
        ("In a thread", {"thread_ts": "1763590000.000100"}, "In a thread"),
        ("By somebody else", {"user": "U9"}, "By somebody else"),
        ("By a bot", {"bot_id": "B1", "subtype": "bot_message"}, "By a bot"),
        ("x" * 4000, {}, "x" * 199 + "…"),
        ("日本語 " * 200, {}, ("日本語 " * 50)[:199] + "…"),
    ],
)
def test_every_message_opens_a_form_that_slack_takes(
    known: Slack, text: str | None, said: dict[str, Any], title: str | None
) -> None:
    from_message(known, text, **said)
    assert view_problems(known.view) == []
    assert filled(known.view).get("title") == title


PHOTO = {
    "id": "F1",
    "name": "badge.png",
    "mimetype": "image/png",
    "size": 12,
    "user": "UALICE",
    "mode": "hosted",
}


def test_a_picture_in_ones_own_message_is_offered_as_proof(known: Slack, desk: Desk) -> None:
    from_message(
        known,
        "Jira",
        user="UALICE",
        files=[PHOTO, {**PHOTO, "id": "F2", "name": "a.zip", "mimetype": "application/zip"}],
    )
    assert filled(known.view)["shared"] == ["F1"]
    values = {
        "kind": {"selected_option": {"value": "course"}},
        "title": {"value": "Jira"},
        "day": {"selected_date": "2025-11-20"},
        "shared": {"selected_options": [{"value": "F1"}]},
    }
    assert known.submit(known.view, values)["response_action"] == "update"
    assert [one.file for one in desk.keeping.of(ALICE)[1]] == ["F1"]


def test_a_picture_of_somebody_else_is_not_offered(known: Slack) -> None:
    """It could not be kept: only its owner may give it."""
    from_message(known, "Jira", files=[{**PHOTO, "user": "UBOB"}])
    assert "shared" not in filled(known.view)


def test_many_files_with_long_names_of_any_script_fit_into_the_form(known: Slack) -> None:
    files = [{**PHOTO, "id": f"F{one}", "name": "日本語の証明書" * 36 + ".png"} for one in range(10)]
    from_message(known, "Jira", user="UALICE", files=files)
    assert view_problems(known.view) == []
    carried = json.loads(known.view["private_metadata"])["shared"]
    assert len(carried) == 5
    assert all(name.endswith(".png") for _, name, _, _ in carried)


def test_what_a_message_says_cannot_reach_anybody_from_the_form(known: Slack) -> None:
    from_message(known, "&lt;!channel&gt; <!here> & <@U1|bob> *x*")
    assert filled(known.view)["title"] == "<!channel>  & bob x".replace("  ", " ")
    shown = [*texts_in([one for one in known.view["blocks"] if one["type"] in ("section", "context")])]
    assert not any("<!channel" in text for text in shown)


# What a message says


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Jira Automation", "Jira Automation"),
        ("*Jira* _Automation_ ~done~ `x`", "Jira Automation done x"),
        ("*_Jira_ Automation*", "Jira Automation"),
        ("snake_case_name and 2*3*4", "snake_case_name and 2*3*4"),
        ("&gt; quoted line", "quoted line"),
        ("• first\n• second", "first"),
        ("1. first", "first"),
        ("\n\n  second line", "second line"),
        (":tada:\nsecond line", "second line"),
        ("at 10:30:45 sharp", "at 10:30:45 sharp"),
        (":wave::skin-tone-3: hello", "hello"),
        ("<https://a.example>\nWhat it was", "What it was"),
        ("<https://a.example|a.example>", "a.example"),
        ("<https://a.example|https://a.example>", None),
        ("<https://a.example|Jira &amp; co> done", "Jira & co done"),
        ("<#C1|general> talk", "#general talk"),
        ("<#C1> talk", "talk"),
        ("<!subteam^S1|@admins> talk", "@admins talk"),
        ("<!date^1392734382^{date}|18 Feb> talk", "18 Feb talk"),
        ("<mailto:a@b.example|a@b.example> wrote", "a@b.example wrote"),
        ("A &lt;b&gt; &amp;amp; c", "A <b> &amp; c"),
        ("\u202eenoD\u202c", "enoD"),
        ("🎉", "🎉"),
    ],
)
def test_the_title_is_the_first_line_that_says_something_without_markup(text: str, title: str | None) -> None:
    assert read_message(text).title == title


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("see <https://a.example/b|here>", "https://a.example/b"),
        ("see https://a.example/b.", "https://a.example/b"),
        ("<mailto:a@b.example|x> <http://c.example>", "http://c.example"),
        ("<https://a.example/?a=1&amp;b=2>", "https://a.example/?a=1&b=2"),
        ("<@U1> nothing", None),
        ("<https://a.example/" + "x" * 2000 + ">", None),
        ("javascript:alert(1)", None),
    ],
)
def test_the_link_is_the_first_web_address(text: str, link: str | None) -> None:
    assert read_message(text).link == link


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Finished the course on Jira", Kind.COURSE),
        ("*Webinar:* Jira", Kind.COURSE),
        ("Local event in Berlin", Kind.LOCAL_EVENT),
        ("Our user group met", Kind.LOCAL_EVENT),
        ("My presentation at Team '25", Kind.PRESENTATION),
        ("A course about presentation skills", None),
        ("Team lunch", None),
        ("Of course_ware", None),
        ("Jira Automation\na course", None),
    ],
)
def test_the_kind_is_what_the_title_clearly_names(text: str, kind: Kind | None) -> None:
    assert read_message(text).kind == kind


MARKUP = st.text(st.sampled_from("*_~`<>|@#!&;:/.\n -ahtps(){}[]\u202e日🎉"), max_size=80) | st.text(
    max_size=300
)


@settings(max_examples=200, deadline=None)
@given(MARKUP)
def test_no_message_breaks_it_and_a_title_is_one_line_that_fits(text: str) -> None:
    found = read_message(text)
    assert isinstance(found, MessageWords)
    if found.title is not None:
        assert 0 < len(found.title) <= LONGEST_TITLE
        assert found.title == " ".join(found.title.split())
    if found.link is not None:
        assert found.link.lower().startswith("http")


@pytest.mark.parametrize(
    "text", ["*" * 40_000, "*a " * 13_000, "<" * 40_000, ":a" * 20_000, "_a_\n" * 10_000]
)
def test_a_very_long_message_is_read_in_no_time(text: str) -> None:
    began = perf_counter()
    read_message(text)
    assert perf_counter() - began < 0.2


def test_a_day_is_read_in_the_time_zone_that_was_named_last(desk: Desk) -> None:
    assert desk.day_of(ALICE, datetime(2025, 11, 20, 23, tzinfo=UTC)) == date(2025, 11, 20)
