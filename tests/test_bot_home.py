"""The Home tab: what it shows, that everything in it works, and when it is shown anew."""

import json
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from conftest import ALICE, TODAY, Slack
from slack_limits import texts_in, view_problems
from slack_sdk.errors import SlackApiError

from bot.app import build_app
from bot.clients import NoTokenError, OneToken
from bot.console import Clock, LocalClient, at_once
from bot.courier import Courier
from bot.desk import Desk
from bot.homes import PAGES_KEPT, Homes
from bot.ledger import Ledger, LedgerBusyError, LoggedActivity, Member
from bot.outcomes import Coming, ComingDate, Home, PlannedNotice, coming_dates
from bot.outcomes.home import ACTIVITIES_A_PAGE, CERTIFICATIONS_A_PAGE, pages
from bot.views import home as views
from bot.views.manual import COMMANDS
from rules import Kind, Policy, State, Status

# A cycle that is over half-way, one suspended, one that was earned a month ago.
HELD = {"ACP-620": date(2024, 3, 1), "ACP-120": date(2023, 10, 20), "ACA-100": date(2025, 11, 2)}
TITLE = "A & B <Automation>"


def enrol(
    desk: Desk, ledger: Ledger, held: dict[str, date], logged: int, *, today: date = TODAY, title: str = TITLE
) -> None:
    """Give Alice certifications and activities, a day apart and the newest first, in one change."""
    now = desk._clock()
    with ledger.write() as writer:
        writer.set_timezone(ALICE, "UTC", now)
        change = writer.begin_change(ALICE, "import", "what Alice has", now)
        for number in range(1, logged + 1):
            writer.next_number(ALICE, now)
            day = today - timedelta(days=number)
            link = "https://example.com/a" if number % 2 else None
            activity = LoggedActivity(number, Kind.COURSE, day, f"{title} {number}", link=link)
            writer.add_activity(ALICE, activity, change)
        for code, earned_on in held.items():
            writer.add_credential(ALICE, code, earned_on, change)
        desk._settle(writer, ALICE, (), today)


def many(number: int) -> dict[str, date]:
    return {f"ACP-{100 + one}": date(2024, 1, 10) + timedelta(days=17 * one) for one in range(number)}


def opened(slack: Slack, tab: str = "home") -> dict[str, Any]:
    """Alice opens the bot: her Home."""
    slack.event({"type": "app_home_opened", "user": "UALICE", "channel": "DALICE", "tab": tab})
    return slack.client.homes["UALICE"]


def shown(view: dict[str, Any]) -> str:
    return "\n".join(texts_in(view["blocks"]))


def sections(blocks: list[dict[str, Any]]) -> list[str]:
    return [block["text"]["text"] for block in blocks if block["type"] == "section"]


def clickable(view: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each button and each option of a menu, by its label, as the action Slack sends for it."""
    for block in view["blocks"]:
        for element in [*block.get("elements", ()), *filter(None, [block.get("accessory")])]:
            if element["type"] == "button":
                yield element["text"]["text"], element
            for option in element.get("options", ()):
                yield option["text"]["text"], {**element, "selected_option": option}


def click(slack: Slack, label: str) -> dict[str, Any]:
    """Click on something in Alice's Home that begins so: the modal on top then."""
    view = slack.client.homes["UALICE"]
    action = next(action for text, action in clickable(view) if text.startswith(label))
    assert slack.click(action, view=view).status == 200
    return slack.view if slack.client.views else {}


# What it shows


@pytest.mark.parametrize("logged", [0, 1, 500])
@pytest.mark.parametrize("held", [0, 1, 40])
def test_slack_takes_every_page_of_every_home(
    desk: Desk, ledger: Ledger, policy: Policy, held: int, logged: int
) -> None:
    # The longest title there may be, and each of its characters is written as five.
    enrol(desk, ledger, many(held), logged, title="&" * 190)
    found = desk.home(ALICE, TODAY)
    assert found.pages == max(-(-held // CERTIFICATIONS_A_PAGE), -(-logged // ACTIVITIES_A_PAGE), 1)
    texts = []
    for page in range(found.pages):
        view = views.home(replace(found, page=page), policy)
        assert view_problems(view) == [], page
        assert views.page_of(view) == page
        texts += sections(view["blocks"])
    for code in many(held):
        assert len([text for text in texts if text.split("\n")[0].count(f"*{code}*")]) == 1
    for number in range(1, logged + 1):
        assert len([text for text in texts if text.startswith(f"*{number}* ·")]) == 1


@pytest.mark.parametrize(
    "day", [date(2025, 12, 2), date(2026, 1, 18), date(2026, 1, 19), date(2026, 3, 1), date(2028, 6, 1)]
)
def test_home_says_of_each_certification_what_status_says(
    slack: Slack, desk: Desk, ledger: Ledger, clock: Clock, day: date
) -> None:
    enrol(desk, ledger, HELD, 3)
    clock.moved_to = day
    view = opened(slack)
    status = json.loads(slack.command("status").body)["blocks"]
    assert sections(status)
    assert [text for text in sections(view["blocks"]) if text.split("\n")[0].count("*") == 2][:3] == sections(
        status
    )


def test_home_and_status_warn_of_the_same(slack: Slack, desk: Desk, ledger: Ledger) -> None:
    enrol(desk, ledger, {"ACP-621": date(2024, 3, 1)}, 0)
    warning = "is not among the codes"
    assert warning in shown(opened(slack))
    assert warning in json.loads(slack.command("status").body)["text"]


def test_a_new_member_sees_what_the_bot_does_and_two_ways_to_begin(slack: Slack) -> None:
    view = opened(slack)
    assert [text for text, _ in clickable(view)] == ["Add certification", "Log activity", "Help"]
    assert sections(view["blocks"]) == [views.WELCOME]
    assert views.WELCOME.count(".") == 2  # sentences


def test_who_only_looks_is_not_kept_and_slack_is_asked_nothing(
    ledger: Ledger, policy: Policy, clock: Clock
) -> None:
    asked: list[Member] = []
    desk = Desk(ledger, policy, clock, asked.append)
    opened(Slack(desk))
    stored, _ = desk.forgetting.stored(ALICE)
    assert stored.is_nothing
    assert asked == []


def test_activities_without_a_certification_are_shown(slack: Slack, desk: Desk, ledger: Ledger) -> None:
    enrol(desk, ledger, {}, 2)
    view = opened(slack)
    assert views.NO_CERTIFICATION in shown(view)
    assert "A &amp; B &lt;Automation&gt; 2" in shown(view)


def test_a_member_who_never_said_is_asked_whether_to_be_reminded(
    slack: Slack, desk: Desk, ledger: Ledger
) -> None:
    enrol(desk, ledger, HELD, 0)
    assert views.MAY_I in shown(opened(slack))
    click(slack, "Remind me")
    view = slack.client.homes["UALICE"]
    assert views.MAY_I not in shown(view)
    assert "I remind you of ACP-120" in shown(view)


def test_the_last_change_is_named_and_undo_takes_back_just_that(slack: Slack) -> None:
    slack.command("cert add ACP-620 earned 2024-03-01")
    slack.command('add course "Automation" 2025-11-20')
    assert "Undo takes back logging activity 1." in shown(opened(slack))
    modal = click(slack, "Undo")
    assert "Undone: logging activity 1" in shown(modal)
    assert "Undo takes back what you said of ACP-620." in shown(slack.client.homes["UALICE"])
    click(slack, "Undo")
    click_in(slack, "Save")  # what makes something worse is asked first
    assert "Undo takes back" not in shown(slack.client.homes["UALICE"])
    assert views.WELCOME in shown(slack.client.homes["UALICE"])


def click_in(slack: Slack, label: str) -> dict[str, Any]:
    """Click on something in the modal on top: what it shows then."""
    view = slack.view
    slack.click(next(action for text, action in clickable(view) if text == label), view=view)
    return slack.view


def test_what_is_not_in_the_portal_is_listed_marked_and_gone(
    slack: Slack, desk: Desk, ledger: Ledger
) -> None:
    enrol(desk, ledger, {"ACP-620": date(2024, 3, 1)}, 7)
    view = opened(slack)
    assert desk.overview(ALICE, TODAY).to_enter == 7
    assert "7 activities are not yet in the portal" in shown(view)
    assert "and 2 more" in shown(view)
    click(slack, "Mark all 7 as entered")
    assert desk.overview(ALICE, TODAY).to_enter == 0
    view = slack.client.homes["UALICE"]
    assert "Not yet in the portal" not in shown(view)
    assert shown(view).count("· entered in the portal ·") == 7
    click(slack, "Not in the portal after all")
    assert "1 activity is not yet in the portal" in shown(slack.client.homes["UALICE"])


def test_of_too_many_to_name_all_are_marked(slack: Slack, desk: Desk, ledger: Ledger) -> None:
    enrol(desk, ledger, {"ACP-620": date(2026, 11, 1)}, 700, today=date(2028, 10, 10))
    found = desk.home(ALICE, date(2028, 10, 10))
    assert len(found.to_enter) > 500
    assert views._entered(found.to_enter) == views.ALL_ENTERED


# The next dates


def test_dates_come_in_order_and_those_of_one_day_and_kind_stand_together(desk: Desk, ledger: Ledger) -> None:
    enrol(desk, ledger, {"ACP-620": date(2024, 3, 1), "ACP-120": date(2024, 3, 1)}, 0)
    found = desk.home(ALICE, TODAY).coming
    both = ("ACP-120", "ACP-620")
    assert found == (
        ComingDate(date(2026, 3, 1), Coming.SUSPENDS, both),
        ComingDate(date(2026, 5, 31), Coming.EXAM_CLOSES, both),
        ComingDate(date(2026, 6, 1), Coming.EXPIRES, both),
    )


@pytest.mark.parametrize(
    ("today", "first"),
    [
        (date(2025, 11, 30), Coming.EXAM_OPENS),
        (date(2025, 12, 1), Coming.EXAM_OPENS),
        (date(2025, 12, 2), Coming.SUSPENDS),
        (date(2026, 2, 28), Coming.SUSPENDS),
        (date(2026, 3, 1), Coming.LAST_SAFE_DAY),
        (date(2026, 5, 29), Coming.LAST_SAFE_DAY),
        (date(2026, 5, 30), Coming.EXAM_CLOSES),
        (date(2026, 6, 1), None),
    ],
)
def test_a_date_is_shown_up_to_its_day(
    desk: Desk, ledger: Ledger, clock: Clock, today: date, first: Coming | None
) -> None:
    enrol(desk, ledger, {"ACP-620": date(2024, 3, 1)}, 0)
    clock.moved_to = today
    coming = desk.home(ALICE, today).coming
    assert (coming[0].what if coming else None) is first
    assert all(one.on >= today for one in coming)


def test_a_reminder_that_is_late_is_shown_for_today() -> None:
    notice = PlannedNotice("ACP-620", "30", date(2026, 3, 1), TODAY - timedelta(days=1), "ratelimited")
    assert coming_dates([], [notice], TODAY) == (ComingDate(TODAY, Coming.REMINDER, ("ACP-620",)),)


def test_of_many_dates_and_codes_the_first_are_shown(desk: Desk, ledger: Ledger, policy: Policy) -> None:
    enrol(desk, ledger, {code: date(2024, 3, 1) for code in many(40)} | many(2), 0)
    text = shown(views.home(desk.home(ALICE, TODAY), policy))
    assert "and 32 more are suspended" in text
    assert "And 1 date after that: `/ce calendar`" in text


# Everything in it works

LABELS = (
    "Log activity", "Add certification", "Plan", "Timeline", "Reminders", "Export", "Help", "Undo",
    "Why these dates", "Plan it", "The portal shows other dates", "I passed its exam", "Remove",
    "Remind me", "No reminders", "Mark all 12 as entered", "What the portal needs",
    "Edit", "Proof", "Mark as entered", "Older (page 2 of 2)",
)  # fmt: skip


@pytest.fixture
def filled(slack: Slack, desk: Desk, ledger: Ledger) -> Slack:
    """Alice has three certifications and twelve activities."""
    enrol(desk, ledger, HELD, 12)
    return slack


def test_these_are_all_there_is_to_click(filled: Slack) -> None:
    assert tuple(dict.fromkeys(text for text, _ in clickable(opened(filled)))) == LABELS


@pytest.mark.parametrize("label", LABELS[:-1])
def test_everything_in_home_opens_a_modal_that_slack_takes(filled: Slack, label: str) -> None:
    opened(filled)
    modal = click(filled, label)
    assert view_problems(modal) == []
    assert modal["type"] == "modal"
    text = shown(modal)
    assert "I do not know" not in text
    assert "Something went wrong" not in text
    assert filled.sent == []


@pytest.mark.parametrize("label", ["Log activity", "Add certification", "Edit", "I passed its exam"])
def test_what_has_to_be_filled_in_opens_a_form(filled: Slack, label: str) -> None:
    opened(filled)
    assert click(filled, label)["callback_id"].startswith("ce:form:")


def test_what_makes_it_worse_is_asked_in_the_modal_and_home_shows_what_became_of_it(filled: Slack) -> None:
    before = shown(opened(filled))
    view = filled.client.homes["UALICE"]
    removals = [
        action
        for text, action in clickable(view)
        if text == "Remove" and action["selected_option"]["value"] == "cert remove ACP-620"
    ]
    filled.click(removals[0], view=view)
    assert "Not saved yet" in shown(filled.view)
    assert shown(filled.client.homes["UALICE"]) == before
    assert "I no longer follow *ACP-620*" in shown(click_in(filled, "Save"))
    assert "*ACP-620*" not in shown(filled.client.homes["UALICE"])
    click_in(filled, "Undo")
    assert "*ACP-620* · Professional" in shown(filled.client.homes["UALICE"])


def test_a_page_is_turned_kept_while_something_in_it_is_changed_and_left_by_opening_anew(
    filled: Slack,
) -> None:
    opened(filled)
    click(filled, "Older (page 2 of 2)")
    view = filled.client.homes["UALICE"]
    assert views.page_of(view) == 1
    assert [text for text in sections(view["blocks"]) if text.startswith("*1*")] == []
    assert views.ELSEWHERE in shown(view)
    assert "Next dates" not in shown(view)
    assert "Not yet in the portal" not in shown(view)
    click(filled, "Remove")  # the first activity on this page
    view = filled.client.homes["UALICE"]
    assert views.page_of(view) == 1
    assert "*11* ·" not in shown(view)
    click(filled, "Undo")
    assert views.page_of(filled.client.homes["UALICE"]) == 1
    click(filled, "Newer (page 1 of 2)")
    assert views.page_of(filled.client.homes["UALICE"]) == 0
    click(filled, "Older")
    assert views.page_of(opened(filled)) == 0


def test_a_menu_says_which_page_it_stands_on_whoever_showed_that(filled: Slack, desk: Desk) -> None:
    opened(filled)
    click(filled, "Older")
    view = filled.client.homes["UALICE"]
    elsewhere = Slack(desk)  # another process, which has turned no page
    menu = next(action for text, action in clickable(view) if text == "Mark as entered")
    elsewhere.click(menu, view=view)
    assert views.page_of(elsewhere.client.homes["UALICE"]) == 1


@pytest.mark.parametrize(("held", "logged", "page", "labels"), [
    (0, 500, 0, ["Older (page 2 of 50)", "Oldest (page 50 of 50)"]),
    (0, 500, 1, ["Newer (page 1 of 50)", "Older (page 3 of 50)", "Oldest (page 50 of 50)"]),
    (0, 500, 2, ["Newest (page 1 of 50)", "Newer (page 2 of 50)", "Older (page 4 of 50)",
                 "Oldest (page 50 of 50)"]),
    (0, 500, 48, ["Newest (page 1 of 50)", "Newer (page 48 of 50)", "Older (page 50 of 50)"]),
    (0, 500, 49, ["Newest (page 1 of 50)", "Newer (page 49 of 50)"]),
    (0, 10, 0, []),
    (0, 11, 0, ["Older (page 2 of 2)"]),
    (15, 0, 0, []),
    (16, 0, 1, ["Newer (page 1 of 2)"]),
])  # fmt: skip
def test_the_ways_to_other_pages(
    desk: Desk, ledger: Ledger, policy: Policy, held: int, logged: int, page: int, labels: list[str]
) -> None:
    enrol(desk, ledger, many(held), logged)
    view = views.home(desk.home(ALICE, TODAY, page), policy)
    assert [text for text, _ in clickable(view) if "(page" in text] == labels


@pytest.mark.parametrize(("page", "open_at"), [(-1, 0), (0, 0), (1, 1), (2, 1), (10**9, 1)])
def test_a_page_that_is_not_there_any_more_is_the_last(
    desk: Desk, ledger: Ledger, page: int, open_at: int
) -> None:
    enrol(desk, ledger, {}, 11)
    assert desk.home(ALICE, TODAY, page).page == open_at


def test_so_many_pages_there_are() -> None:
    assert [pages(0, 0), pages(15, 10), pages(16, 10), pages(15, 11), pages(40, 500)] == [1, 1, 2, 2, 50]


# When it is shown


@pytest.mark.parametrize(
    "words",
    [
        "cert add ACP-120 earned 2024-05-01",
        'add course "Automation" 2025-11-20',
        "remove 1",
        "done all",
        "exam ACP-620 2025-11-15",
        "remind on",
        "undo",
    ],
)
def test_home_is_shown_anew_right_after_each_change_by_command(slack: Slack, words: str) -> None:
    slack.command("cert add ACP-620 earned 2024-03-01")
    slack.command('add course "Boards" 2025-11-19')
    before = slack.client.homes.pop("UALICE")
    slack.command(words)
    assert slack.client.homes["UALICE"] != before


def test_a_command_that_only_looks_shows_no_home(slack: Slack) -> None:
    for words in ("status", "list", "plan", "help", "nonsense"):
        slack.command(words)
    assert slack.client.homes == {}


def test_a_repeated_delivery_shows_no_home(slack: Slack) -> None:
    slack.command("cert add ACP-620 earned 2024-03-01", key="once")
    slack.client.homes.clear()
    slack.command("cert add ACP-620 earned 2024-03-01", key="once")
    assert slack.client.homes == {}


def test_each_member_sees_their_own(slack: Slack) -> None:
    slack.command("cert add ACP-620 earned 2024-03-01")
    slack.command("cert add ACP-120 earned 2024-03-01", user="UBOB")
    assert "ACP-120" not in shown(slack.client.homes["UALICE"])
    assert "ACP-620" not in shown(slack.client.homes["UBOB"])


def test_after_everything_is_deleted_home_is_that_of_a_stranger_and_nothing_is_kept(
    slack: Slack, desk: Desk
) -> None:
    slack.command("cert add ACP-620 earned 2024-03-01")
    question = json.loads(slack.command("forget-me").body)
    buttons = [one for block in question["blocks"] for one in block.get("elements", ())]
    slack.click(next(one for one in buttons if "elete" in str(one.get("text"))))
    assert sections(slack.client.homes["UALICE"]["blocks"]) == [views.WELCOME]
    stored, _ = desk.forgetting.stored(ALICE)
    assert stored.is_nothing


def test_opened_after_midnight_it_shows_the_new_day(
    slack: Slack, desk: Desk, ledger: Ledger, clock: Clock
) -> None:
    enrol(desk, ledger, HELD, 0)
    assert "Suspends *Sun 2026-03-01* (in 89 days)" in shown(opened(slack))
    clock.moved_to = TODAY + timedelta(days=1)
    view = opened(slack)
    assert "Suspends *Sun 2026-03-01* (in 88 days)" in shown(view)
    assert "As of Wed 2025-12-03." in shown(view)


def test_the_day_is_the_members_own(slack: Slack, ledger: Ledger, clock: Clock, desk: Desk) -> None:
    enrol(desk, ledger, HELD, 0)
    clock.hour = 23
    with ledger.write() as writer:
        writer.set_timezone(ALICE, "Asia/Tokyo", clock())
    assert "As of Wed 2025-12-03." in shown(opened(slack))


def test_other_tabs_show_no_home(slack: Slack) -> None:
    slack.event({"type": "app_home_opened", "user": "UALICE", "channel": "DALICE", "tab": "messages"})
    slack.event({"type": "app_home_opened", "user": "UALICE", "channel": "DALICE", "tab": "about"})
    assert slack.client.homes == {}


# What may go wrong


class Queue:
    """A pool that does its work when told to."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[], Any]] = []

    def __call__(self, work: Callable[[], Any]) -> "Future[Any]":
        self.waiting.append(work)
        return Future()

    def work(self) -> None:
        while self.waiting:
            at_once(self.waiting.pop(0))


def test_of_changes_in_quick_succession_the_newest_is_shown_and_no_more_than_needed(
    desk: Desk, ledger: Ledger
) -> None:
    client, queue = LocalClient([]), Queue()
    homes = Homes(desk, Courier(OneToken(client), submit=queue))
    enrol(desk, ledger, {"ACP-620": date(2024, 3, 1)}, 0)
    homes.publish(ALICE)
    homes.publish(ALICE)
    with ledger.write() as writer:
        activity = LoggedActivity(0, Kind.COURSE, TODAY, "The newest")
        desk.add_activity(writer, ALICE, activity, TODAY)
    homes.publish(ALICE)
    assert len(queue.waiting) == 1
    queue.work()
    assert "The newest" in shown(client.homes["UALICE"])
    homes.publish(ALICE)
    assert len(queue.waiting) == 1


class Refusing(LocalClient):
    """A Slack that refuses Homes."""

    def __init__(self, error: Exception) -> None:
        super().__init__([])
        self.error = error

    def views_publish(self, **_: Any) -> Any:
        raise self.error


class NoToken(OneToken):
    """Workspaces without a token."""

    def direct_of(self, _workspace: str, /) -> Any:
        raise NoTokenError


def refused(error: str) -> SlackApiError:
    return SlackApiError("refused", {"ok": False, "error": error})


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (refused("ratelimited"), "ratelimited"),
        (refused("not_enabled"), "not_enabled"),
        (ConnectionResetError("gone"), "ConnectionResetError"),
        (NoTokenError(), "NoTokenError"),
    ],
)
def test_what_slack_does_not_show_is_logged_once_without_names_and_disturbs_nothing(
    desk: Desk, caplog: pytest.LogCaptureFixture, error: Exception, reason: str
) -> None:
    slack = Slack(desk)
    client = Refusing(error)
    clients = NoToken(client) if isinstance(error, NoTokenError) else OneToken(client)
    slack.app = build_app(desk, Courier(clients, submit=at_once), client)
    with caplog.at_level(logging.INFO):
        for number in range(3):
            answer = slack.command(f'add course "Automation {number}" 2025-11-2{number}')
            assert f"Logged *{number + 1}*" in json.loads(answer.body)["text"]
    (record,) = [one for one in caplog.records if "Home" in one.getMessage()]
    assert record.getMessage() == f"A Home tab was not shown: {reason}. This is not logged again."
    assert record.exc_info is None
    assert "UALICE" not in caplog.text


def test_a_busy_database_is_logged_once_and_the_next_change_shows_home(
    desk: Desk, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object) -> Home:
        raise LedgerBusyError("busy")

    client = LocalClient([])
    homes = Homes(desk, Courier(OneToken(client), submit=at_once))
    with monkeypatch.context() as patch:
        patch.setattr(desk, "home", busy)
        homes.publish(ALICE)
        homes.publish(ALICE)
    assert caplog.text.count("A Home tab was not made: LedgerBusyError") == 1
    homes.publish(ALICE)
    assert client.homes


def test_the_pages_of_so_many_members_are_kept(desk: Desk, ledger: Ledger) -> None:
    enrol(desk, ledger, {}, 11)
    client = LocalClient([])
    homes = Homes(desk, Courier(OneToken(client), submit=at_once))
    homes.publish(ALICE, 1)
    for number in range(PAGES_KEPT - 1):
        homes.turn_to(Member("T1", f"U{number}"), 1)
    homes.publish(ALICE)
    assert views.page_of(client.homes["UALICE"]) == 1
    homes.turn_to(Member("T1", "UONE"), 1)
    homes.publish(ALICE)
    assert views.page_of(client.homes["UALICE"]) == 0


# Words


def test_no_status_is_told_by_a_mark_alone(desk: Desk, ledger: Ledger, policy: Policy) -> None:
    enrol(desk, ledger, HELD | {"ACP-420": date(2020, 1, 1)}, 0)
    found = desk.home(ALICE, TODAY)
    text = shown(views.home(found, policy))
    assert {one.status for one in found.standings} == set(Status)
    for one in found.standings:
        assert f"*{one.code}*" in text
        assert f"· {one.status.value}" in text


def test_commands_that_home_names_are_those_of_the_manual() -> None:
    assert "calendar" in COMMANDS
    assert "`/ce calendar`" in views.MORE_COMING


def test_an_activity_that_the_portal_has_can_be_marked_back(
    desk: Desk, ledger: Ledger, policy: Policy
) -> None:
    enrol(desk, ledger, {}, 1)
    (one,) = desk.home(ALICE, TODAY).activities
    values = {
        state: [option["value"] for option in views._changes(one._replace(state=state))["options"]]
        for state in State
    }
    assert values[State.LOGGED][2] == values[State.REJECTED][2] == "done 1"
    assert values[State.ENTERED][2] == values[State.CONFIRMED][2] == "done 1 not"
