"""Forms: opened in time, filled in, sent, saved once; what is wrong stands at its field."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date
from typing import Any

import pytest
from conftest import ALICE, Slack
from slack_limits import elements_of, view_problems

from bot.clients import OneToken
from bot.courier import Courier
from bot.desk import Desk
from bot.grammar import WordsError
from bot.ledger import Ledger, Member
from bot.listeners.fields import Fields, FieldsError, is_sent, sent
from bot.standin import LocalClient, at_once
from bot.views import modals
from bot.views.blocks import section

BOB = Member("T1", "UBOB")
Values = dict[str, dict[str, Any]]


def course(title: str = "Jira", day: str = "2025-11-20", **others: dict[str, Any]) -> Values:
    """What the fields of the form hold for a course."""
    return {
        "kind": {"selected_option": {"value": "course"}},
        "title": {"value": title},
        "day": {"selected_date": day},
        **others,
    }


def opened(slack: Slack, text: str = "add", **who: str) -> dict[str, Any]:
    """The form that words after `/ce` open."""
    assert slack.command(text, **who).body == ""
    return slack.view


def shown(slack: Slack, view: dict[str, Any], values: Values, **how: str) -> dict[str, Any]:
    """What stands in the place of a form that was sent."""
    answer = slack.submit(view, values, **how)
    assert answer["response_action"] == "update", answer
    assert view_problems(answer["view"]) == []
    place = next((name for name, one in slack.client.views.items() if one == view), "VGONE")
    slack.client.views[place] = answer["view"]
    return answer["view"]


def press(slack: Slack, view: dict[str, Any], label: str, **how: str) -> dict[str, Any]:
    """Press a button in a modal: what then stands in its place."""
    place = next(name for name, one in slack.client.views.items() if one == view)
    button = next(one for one in elements_of(view["blocks"]) if one["text"]["text"] == label)
    slack.click(button, view=view, **how)
    return slack.client.views[place]


def text_of(view: dict[str, Any]) -> str:
    return json.dumps(view["blocks"], ensure_ascii=False)


def rows(ledger: Ledger, table: str) -> int:
    with closing(sqlite3.connect(ledger.path)) as db:
        return int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def titles(desk: Desk, ledger: Ledger, who: Member = ALICE) -> list[str]:
    return [one.title for one in ledger.facts(who).activities]


@pytest.fixture
def renewed(slack: Slack) -> Slack:
    """Alice's ACP-620 was renewed on 10 November by ten courses: one dated earlier makes that earlier."""
    slack.command("cert add ACP-620 earned 2024-01-01")
    for day in range(1, 11):
        slack.command(f'add course "Course {day}" 2025-11-{day:02}')
    return slack


# Saved


def test_what_comes_of_a_form_takes_its_place_with_undo(slack: Slack, desk: Desk, ledger: Ledger) -> None:
    view = shown(slack, opened(slack), course())
    assert 'Logged *1* · course \\"Jira\\", Thu 2025-11-20' in text_of(view)
    assert titles(desk, ledger) == ["Jira"]
    assert "Undone: logging activity 1" in text_of(press(slack, view, "Undo"))
    assert titles(desk, ledger) == []


def test_a_form_delivered_twice_changes_once_and_is_answered_the_same(slack: Slack, ledger: Ledger) -> None:
    view = opened(slack)
    first = slack.submit(view, course(), key="trigger.same")
    assert slack.submit(view, course(), key="trigger.same") == first
    assert rows(ledger, "activities") == 1


def test_a_form_sent_once_more_because_its_answer_never_came_changes_once(
    slack: Slack, ledger: Ledger
) -> None:
    """Slack then says that it had trouble, keeps the form open and sends it by another trigger."""
    view = opened(slack)
    first = slack.submit(view, course())
    assert slack.submit(view, course()) == first
    assert rows(ledger, "activities") == 1
    slack.submit(view, course("Another"))
    slack.submit(opened(slack), course())
    assert rows(ledger, "activities") == 3
    edited = opened(slack, "edit 1")
    first = slack.submit(edited, course("Better"))
    assert "errors" not in first
    assert slack.submit(edited, course("Better")) == first


def test_a_form_that_was_closed_saves_what_was_sent(slack: Slack, desk: Desk, ledger: Ledger) -> None:
    view = opened(slack)
    slack.client.views.clear()
    assert slack.submit(view, course())["response_action"] == "update"
    assert titles(desk, ledger) == ["Jira"]


def test_what_is_filled_in_belongs_to_whoever_sends_it(slack: Slack, desk: Desk, ledger: Ledger) -> None:
    """Whatever a form carries along: Slack says who sent it."""
    slack.command('add course "Hers"')
    view = opened(slack, "edit 1")
    answer = slack.submit(view, course("Mine"), user="UBOB")
    assert answer["errors"] == {"title": "You have no activity 1: the list shows yours.\nTry: /ce list"}
    forged = {**view, "private_metadata": json.dumps({"number": 1, "user": "UALICE", "member": "UALICE"})}
    assert "errors" in slack.submit(forged, course("Mine"), user="UBOB")
    assert titles(desk, ledger) == ["Hers"]
    assert titles(desk, ledger, BOB) == []


@pytest.mark.parametrize("metadata", ['{"number": 99}', '{"number": 0}', '{"number": 1000000000000000000}'])
def test_a_form_about_an_activity_there_is_not_says_so(slack: Slack, ledger: Ledger, metadata: str) -> None:
    slack.command('add course "Hers"')
    view = {**opened(slack, "edit 1"), "private_metadata": metadata}
    assert "You have no activity" in slack.submit(view, course())["errors"]["title"]
    assert rows(ledger, "activities") == 1


# What makes something worse (R14)


def test_what_makes_something_worse_is_asked_in_the_place_of_the_form(
    renewed: Slack, desk: Desk, ledger: Ledger
) -> None:
    question = shown(renewed, opened(renewed), course("Earlier", "2025-10-15"))
    assert "Not saved yet." in text_of(question)
    assert "Earlier" not in titles(desk, ledger)
    assert 'Logged *11* · course \\"Earlier\\"' in text_of(press(renewed, question, "Save"))
    assert titles(desk, ledger)[-1] == "Earlier"


def test_cancel_in_a_modal_leaves_everything_as_it_was(renewed: Slack, desk: Desk, ledger: Ledger) -> None:
    question = shown(renewed, opened(renewed), course("Earlier", "2025-10-15"))
    assert "nothing was saved" in text_of(press(renewed, question, "Cancel"))
    assert "Earlier" not in titles(desk, ledger)


def test_a_question_answered_tomorrow_saves_the_day_that_was_picked(
    renewed: Slack, ledger: Ledger, clock: Any
) -> None:
    question = shown(renewed, opened(renewed), course("Earlier", "2025-10-15"))
    clock.moved_to, clock.hour = date(2025, 12, 3), 1
    press(renewed, question, "Save")
    assert ledger.facts(ALICE).activities[-1].done_on == date(2025, 10, 15)


def test_what_is_typed_without_a_day_keeps_the_day_it_was_typed_on(
    slack: Slack, ledger: Ledger, clock: Any
) -> None:
    """The question is answered a day later, and "today" means the day it was asked on."""
    slack.command("portal ACP-620 suspends 2028-06-01 expires 2028-09-01 started 2025-11-01")
    for day in range(2, 11):
        slack.command(f'add course "Course {day}" 2025-11-{day:02}')
    answer = slack.command('form add {"kind": "course", "title": "Today"}')
    assert "Not saved yet" in answer.body
    clock.moved_to, clock.hour = date(2025, 12, 3), 1
    slack.insist(answer)
    assert ledger.facts(ALICE).activities[-1].done_on == date(2025, 12, 2)


# Trouble


def test_a_busy_ledger_says_so_at_a_field_and_what_was_typed_stays(slack: Slack, ledger: Ledger) -> None:
    slack.command("cert add ACP-620 earned 2024-01-01")
    view = opened(slack)
    with closing(sqlite3.connect(ledger.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        answer = slack.submit(view, course())
        other.execute("ROLLBACK")
    assert answer["response_action"] == "errors"
    assert "saved nothing" in answer["errors"]["title"]
    assert slack.submit(view, course())["response_action"] == "update"


def test_an_error_nobody_foresaw_stands_above_the_form_and_what_was_typed_stays(slack: Slack) -> None:
    view = {**opened(slack), "callback_id": "ce:form:of another version"}
    answer = slack.submit(view, course())
    assert answer["response_action"] == "push"
    assert "Something went wrong on my side" in text_of(answer["view"])
    assert view_problems(answer["view"]) == []


def test_an_error_while_a_form_is_filled_in_is_shown_above_it(slack: Slack) -> None:
    view = opened(slack)
    (place,) = slack.client.views
    slack.client.views[place] = broken = {**view, "callback_id": "ce:form:of another version"}
    slack.fill(broken, "kind", course())
    assert slack.client.views[place] == broken
    assert "Something went wrong on my side" in text_of(slack.view)


def test_a_form_that_was_closed_is_not_shown_anew(slack: Slack) -> None:
    view = opened(slack)
    slack.client.views.clear()
    slack.fill(view, "kind", course())
    assert slack.client.views == {}


def test_what_is_gone_meanwhile_is_said_when_the_form_is_sent_and_not_before(slack: Slack) -> None:
    slack.command('add course "Jira"')
    view = opened(slack, "edit 1")
    slack.command("remove 1")
    assert slack.fill(view, "kind", course()) == view
    assert list(slack.client.views.values()) == [view]
    assert "You have no activity 1" in slack.submit(view, course())["errors"]["title"]


def test_an_error_at_a_field_that_the_form_does_not_have_stands_at_one_it_has(slack: Slack) -> None:
    """Slack shows nothing at all for a name that it does not know."""
    view = opened(slack)
    without = {**view, "blocks": [block for block in view["blocks"] if block.get("block_id") != "kind"]}
    assert slack.submit(without, course())["errors"] == {"title": "Choose what kind of activity it was."}


# Opened


def test_what_is_delivered_twice_opens_one_form_and_says_nothing(slack: Slack) -> None:
    button = {"type": "button", "action_id": "ce:run:0", "value": "form add", "text": {"text": "Log"}}
    for _ in range(2):
        assert slack.command("add course", key="trigger.command").body == ""
        assert slack.click(button, key="trigger.click").body == ""
    assert [one.kind for one in slack.said] == ["modal", "modal"]
    assert slack.sent == []


class Unhurried:
    """Stands in for the courier's threads: what is to be done waits until it is told to go on."""

    def __init__(self, desk_of: Callable[[Callable[[Member], str | None]], Desk]) -> None:
        self.asked_at: list[int] = []
        self.said: list[Any] = []
        self.slack = Slack(desk_of(self._timezone))

    def _timezone(self, _who: Member) -> str:
        self.asked_at.append(len(self.slack.client.views))
        return "Europe/Berlin"


@pytest.fixture
def unhurried(ledger: Ledger, policy: Any, clock: Any) -> Unhurried:
    return Unhurried(lambda timezone_of: Desk(ledger, policy, clock, timezone_of))


def test_where_the_day_is_not_known_the_form_opens_before_slack_is_asked(unhurried: Unhurried) -> None:
    slack = unhurried.slack
    loading = modals.loading()
    seen: list[dict[str, Any]] = []
    show = slack.client.show
    slack.client.show = lambda view_id, view: (seen.append(view), show(view_id, view))  # type: ignore[method-assign]
    assert slack.command("add course").body == ""
    assert seen[0] == loading
    assert slack.view["callback_id"] == "ce:form:add"
    assert unhurried.asked_at == [1]  # one view stood open when Slack was asked for the time zone


def test_where_the_day_is_known_the_form_opens_at_once(slack: Slack) -> None:
    slack.command("status")
    opened(slack)
    assert [said.text for said in slack.said if said.kind == "modal"] == ["Log an activity"]


def test_a_button_opens_a_form_over_what_it_stands_in(unhurried: Unhurried) -> None:
    slack = unhurried.slack
    button = {"type": "button", "action_id": "ce:run:0", "value": "form add", "text": {"text": "Log"}}
    slack.click(button, view={"type": "modal", "blocks": []})
    slack.click(button)
    slack.click(button, view={"type": "home", "blocks": []})
    assert slack.view["callback_id"] == "ce:form:add"


def test_over_three_modals_slack_puts_no_fourth_so_a_form_takes_the_place_of_the_third(slack: Slack) -> None:
    button = {"type": "button", "action_id": "ce:run:0", "value": "form add", "text": {"text": "Log"}}
    stacked = {"V2": {"root_view_id": "V1", "previous_view_id": "V1"}}
    stacked["V3"] = {"root_view_id": "V1", "previous_view_id": "V2"}
    for place, below in stacked.items():
        view = slack.client.views[place] = {"type": "modal", "blocks": [], **below}
        slack.click(button, view=view)
    assert [view.get("callback_id") for view in slack.client.views.values()] == [
        None,  # V2, over which there was room
        "ce:form:add",
        "ce:form:add",  # V3
    ]


class Failing(LocalClient):
    """A Slack that refuses to open views, for the reason given."""

    def __init__(self, reason: str) -> None:
        super().__init__([])
        self.reason = reason

    def api_call(self, api_method: str, **request: Any) -> Any:
        if api_method in ("views.open", "views.push"):
            return self._answer(api_method, ok=False, error=self.reason)
        return super().api_call(api_method, **request)


@pytest.mark.parametrize(("reason", "said"), [("exchanged_trigger_id", 0), ("expired_trigger_id", 1)])
def test_a_form_that_opens_too_late_says_so_and_one_that_is_open_says_nothing(reason: str, said: int) -> None:
    told: list[dict[str, Any]] = []
    courier = Courier(
        OneToken(Failing(reason)), submit=at_once, send=lambda _, payload: told.append(payload), fetch=None
    )
    courier.open_view(ALICE, "t", modals.loading(), url="https://hooks.example/1")
    courier.open_then_update(ALICE, "t", modals.loading(), modals.loading, url="https://hooks.example/1")
    assert len(told) == 2 * said
    assert all("please do that once more" in payload["text"] for payload in told)


def test_a_form_that_cannot_be_made_says_so_in_the_place_of_what_was_promised() -> None:
    client = LocalClient([])
    courier = Courier(OneToken(client), submit=at_once, send=lambda *_: None, fetch=None)

    def failing() -> dict[str, Any]:
        raise RuntimeError("no such luck")

    courier.open_then_update(ALICE, "t", modals.loading(), failing)
    (view,) = client.views.values()
    assert "please do that once more" in text_of(view)
    assert "no such luck" not in text_of(view)


class Hashing(LocalClient):
    """A Slack that takes an update only of the view as it was seen; `before` happens just before the next."""

    def __init__(self) -> None:
        super().__init__([])
        self.hash = "h0"
        self.before: list[Callable[[], object]] = []
        self.taken: list[str] = []

    def api_call(self, api_method: str, **request: Any) -> Any:
        if api_method != "views.update":
            return super().api_call(api_method, **request)
        while self.before:
            self.before.pop()()
        values = {**(request.get("json") or {}), **(request.get("params") or {})}
        if values.get("hash", self.hash) != self.hash:
            return self._answer(api_method, ok=False, error="hash_conflict")
        self.hash = f"h{len(self.taken) + 1}"
        self.taken.append(values["view"]["title"]["text"])
        return self._answer(api_method, view={**values["view"], "id": "V1", "hash": self.hash})


@pytest.fixture
def hashing() -> tuple[Hashing, Courier]:
    client = Hashing()
    return client, Courier(OneToken(client), submit=at_once, send=lambda *_: None, fetch=None)


def test_of_two_fields_filled_in_at_once_the_later_one_is_what_the_form_shows(hashing: Any) -> None:
    """Both were seen in the form as it was before either."""
    client, courier = hashing
    courier.update_view(ALICE, "V1", modals.loading("First"), seen="h0")
    courier.update_view(ALICE, "V1", modals.loading("Second"), seen="h0")
    assert client.taken == ["First", "Second"]


def test_what_is_late_does_not_take_the_place_of_what_is_newer(hashing: Any) -> None:
    client, courier = hashing
    client.before.append(lambda: courier.update_view(ALICE, "V1", modals.loading("Second"), seen="h0"))
    courier.update_view(ALICE, "V1", modals.loading("First"), seen="h0")
    assert client.taken == ["Second"]


def test_a_form_never_takes_the_place_of_what_came_of_sending_it(hashing: Any) -> None:
    client, courier = hashing
    courier.update_view(ALICE, "V1", modals.loading("First"), seen="h0")
    client.hash = "sent"
    courier.update_view(ALICE, "V1", modals.loading("Second"), seen="h0")
    courier.update_view(ALICE, "V2", modals.loading("Third"), seen="h0")
    assert client.taken == ["First"]


# What the fields hold


def fields(block: dict[str, Any], **value: Any) -> Fields:
    name = block["block_id"]
    return Fields({"blocks": [block], "state": {"values": {name: {f"ce:field:{name}": value}}}})


def test_a_field_holds_what_was_typed_without_what_cannot_be_seen() -> None:
    block = modals.text_field("title", "Title")
    assert fields(block, value=" a <b> &amp; \u202e c\x00\n").text("title") == "a <b> &amp; c"
    assert fields(block, value="\ud800 \u200b ").text("title") is None
    assert fields(block, value=None).text("title") is None


def test_a_field_that_must_be_filled_in_holds_what_it_began_with_and_another_may_be_emptied() -> None:
    needed = modals.text_field("title", "Title", initial="Jira")
    assert fields(needed, value=None).text("title") == "Jira"
    assert fields({**needed, "optional": True}, value=None).text("title") is None


def test_a_field_that_is_gone_holds_nothing() -> None:
    block = modals.text_field("units", "Units")
    view = {"blocks": [section("x")], "state": {"values": {"units": {"ce:field:units": {"value": "30"}}}}}
    assert Fields(view).text("units") is None
    assert not Fields(view).has("units")
    assert Fields({**view, "blocks": [block]}).text("units") == "30"


def test_a_day_that_is_none_is_said_at_its_field() -> None:
    with pytest.raises(FieldsError) as caught:
        fields(modals.day_field("day", "Day"), selected_date="2025-02-30").day("day")
    assert caught.value.errors == {"day": "That is not a day: pick one from the calendar."}


@pytest.mark.parametrize("words", ["{", "{]", "{" * 100_000, '{"a": ' * 50_000, "[1]", "1", "null", "{1: 2}"])
def test_words_that_no_form_has_sent_are_refused_in_one_sentence(words: str) -> None:
    with pytest.raises(WordsError) as caught:
        sent(words, "/ce list")
    assert caught.value.sentence.count(".") == 1
    assert caught.value.example == "/ce list"


def test_only_what_a_form_has_sent_begins_with_a_bracket() -> None:
    assert is_sent('{"a": 1}')
    assert not is_sent("")
    assert not is_sent("course {x}")
