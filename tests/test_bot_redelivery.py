"""Slack delivers some requests twice, to any process and at any moment: they are answered once.

Whatever a request makes the bot send when it comes once is what it sends when it comes again, afterwards or
at the same time, to the same process or to another one over the same ledger; and no more is saved.
"""

import json
import shutil
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from conftest import ALICE, Slack
from slack_limits import elements_of

import rules
from bot.console import Clock, LocalClient
from bot.curating import Curators
from bot.deliveries import key_of
from bot.desk import Desk
from bot.ledger import Ledger
from bot.outcomes import Person

URL = "https://ce-bot.example.com"
CERT = "cert add ACP-620 earned 2024-01-01"
QUESTION = "does coursework need to match the cert?"
# Nobody sees these: they ask.
READS = {"auth.test", "users.info", "files.info", "conversations.open", "chat.getPermalink"}
ADD = 'add course "Jira Automation" 2025-12-01'
CSV = b"kind;title;date\ncourse;Boards;2025-11-01\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 100

Body = dict[str, Any]
Out = Counter[str]


class Process(Slack):
    """The app as one of the processes has it; `out` counts all that it sends."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.desk = desk
        self.out: Out = Counter()
        call, upload = self.client.api_call, self.client.files_upload_v2

        def counted(api_method: str, **request: Any) -> Any:
            if api_method not in READS:
                self.out[f"{api_method} {_whom(request)}"] += 1
            return call(api_method, **request)

        def counted_upload(**values: Any) -> Any:
            self.out[f"upload {values['filename']} {values['channel']}"] += 1
            return upload(**values)

        self.client.api_call = counted
        self.client.files_upload_v2 = counted_upload
        self.files["https://files.example/1"] = CSV
        self.files["https://files.example/2"] = PNG

    def all_out(self) -> Out:
        """All that went out, replies to response_url with it."""
        return self.out + Counter("respond" for _ in self.sent)

    def forget_all(self) -> None:
        """What went out until now is not counted."""
        self.out.clear()
        self.sent.clear()


def _whom(request: dict[str, Any]) -> str:
    said = {**(request.get("json") or {}), **(request.get("params") or {})}
    return str(said.get("channel") or said.get("channel_id") or said.get("user_id") or "")


class Payloads(Slack):
    """What Slack would send, for somebody to deliver."""

    def __init__(self, views: dict[str, Any]) -> None:
        self.client = LocalClient([])
        self.client.views = views

    def dispatch(self, body: Body) -> Any:
        return body


class World:
    """Two processes over one ledger."""

    def __init__(self, path: Path, policy: rules.Policy, clock: Clock) -> None:
        self.ledgers = [Ledger(path), Ledger(path)]
        self.processes = [Process(self._desk(ledger, policy, clock)) for ledger in self.ledgers]
        self.here, self.there = self.processes

    def _desk(self, ledger: Ledger, policy: rules.Policy, clock: Clock) -> Desk:
        curators = Curators(frozenset({"UCAROL"}), "CCURATORS")
        people = {"UALICE": Person("Alice"), "UBOB": Person("Bob")}
        return Desk(
            ledger,
            policy,
            clock,
            lambda who: "UTC",
            curators,
            lambda members: {who: people.get(who.id, Person("Somebody")) for who in members},
            url=URL,
        )

    @property
    def payloads(self) -> Payloads:
        """What Slack would send of what stands open."""
        return Payloads(self.here.client.views)

    def out(self) -> Out:
        return sum((process.all_out() for process in self.processes), Counter())

    def rows(self) -> dict[str, int]:
        """How many rows there are in each table, besides those by which deliveries are known."""
        with closing(sqlite3.connect(self.ledgers[0].path)) as db:
            names = [
                row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            ]
            return {
                name: db.execute(f"SELECT count(*) FROM {name}").fetchone()[0]
                for name in names
                if name not in ("requests", "sqlite_sequence")
            }

    @contextmanager
    def gone(self) -> Iterator[None]:
        """The database cannot be reached for a while."""
        path = Path(self.ledgers[0].path)
        elsewhere = path.rename(path.with_suffix(".elsewhere"))
        yield
        elsewhere.rename(path)

    def close(self) -> None:
        for ledger in self.ledgers:
            ledger.close()


Make = Callable[[World], "Body | list[Body]"]


def command(text: str, *before: str, channel: str = "C1") -> Make:
    def make(world: World) -> Body:
        for said in before:
            world.here.command(said, channel=channel)
        return world.payloads.command(text, channel=channel)

    return make


def shown(process: Slack, text: str, channel: str) -> dict[str, Any]:
    """A command's answer: in the acknowledgement, or a form."""
    answer = process.command(text, channel=channel)
    return json.loads(answer.body) if answer.body else process.view


def click(label: str, text: str, *before: str, channel: str = "C1") -> Make:
    """A click on the button below the answer to a command."""

    def make(world: World) -> Body:
        for said in before:
            world.here.command(said, channel=channel)
        found = shown(world.here, text, channel)
        buttons = [one for one in elements_of(found["blocks"]) if one["type"] == "button"]
        labels = [one["text"]["text"] for one in buttons]
        assert any(label in each for each in labels), labels
        button = next(one for one in buttons if label in one["text"]["text"])
        container = {"type": "message", "channel_id": channel, "message_ts": "7.0", "is_ephemeral": True}
        return world.payloads.click(dict(button), container=container)

    return make


def pass_on(world: World) -> Body:
    world.here.command("ask is red wine a certification activity at all?")
    card = json.loads(world.here.command("ask is red wine a certification activity at all?").body)
    ask = next(one for one in elements_of(card["blocks"]) if "curators" in one["text"]["text"])
    world.here.click(dict(ask))
    (_, preview) = world.here.sent[-1]
    post = next(one for one in elements_of(preview["blocks"]) if one["text"]["text"] == "Post")
    return world.payloads.click(dict(post))


def opened_form(world: World, text: str) -> dict[str, Any]:
    world.here.command(text)
    return dict(world.here.view)


def form_of(text: str, *before: str, **values: dict[str, Any]) -> Make:
    def make(world: World) -> Body:
        for said in before:
            world.here.command(said)
        view = opened_form(world, text)
        return world.payloads._of_view("view_submission", view, values, "UALICE", "T1", None)

    return make


def field_filled(world: World) -> Body:
    view = opened_form(world, "add")
    values = {"done_on": {"selected_date": "2025-11-01"}}
    action = {"action_id": "ce:field:done_on", "block_id": "done_on", **values["done_on"]}
    body: Body = world.payloads._of_view("block_actions", view, values, "UALICE", "T1", None)
    return {**body, "actions": [action]}


def event(**event: Any) -> Make:
    def make(world: World) -> Body:
        world.here.command("cert add ACP-620 earned 2024-01-01")
        found: Body = world.payloads.event({"user": "UALICE", **event})
        return found

    return make


def message(text: str = QUESTION, **rest: Any) -> Make:
    said = {"type": "message", "channel": "DALICE", "channel_type": "im", "text": text, "ts": "5.0"}
    return event(**{**said, **rest})


def file(number: int, name: str, kind: str, size: int) -> dict[str, Any]:
    url = f"https://files.example/{number}"
    about = {"id": f"F{number}", "name": name, "mimetype": kind, "size": size, "user": "UALICE"}
    return {**about, "url_private_download": url, "url_private": url, "mode": "hosted"}


def mentioned(world: World) -> list[Body]:
    """One mention in the two events that it comes in."""
    said = {"user": "UALICE", "channel": "C1", "channel_type": "channel", "ts": "6.0"}
    text = f"<@UBOT> {QUESTION}"
    return [world.payloads.event({"type": kind, "text": text, **said}) for kind in ("app_mention", "message")]


def overheard(world: World) -> Body:
    world.here.command("faq on")
    return world.payloads.event(
        {
            "type": "message",
            "user": "UALICE",
            "channel": "C1",
            "channel_type": "channel",
            "ts": "6.0",
            "text": QUESTION,
        }
    )


def shortcut(kind: str, name: str, **rest: Any) -> Make:
    return lambda world: {
        "type": kind,
        "callback_id": name,
        "team": {"id": "T1"},
        "user": {"id": "UALICE"},
        "trigger_id": "shortcut.1",
        "action_ts": "1.0",
        **rest,
    }


def home_click(kind: str, label: str = "") -> Make:
    """A click in Home: on a button, or the first choice of a menu."""

    def make(world: World) -> Body:
        world.here.command("cert add ACP-620 earned 2024-01-01")
        world.here.command(ADD)
        world.here.event({"type": "app_home_opened", "user": "UALICE", "channel": "DALICE", "tab": "home"})
        home = world.here.client.homes["UALICE"]
        sections = [block["accessory"] for block in home["blocks"] if "accessory" in block]
        elements = [*elements_of(home["blocks"]), *sections]
        found = dict(
            next(one for one in elements if one["type"] == kind and (not label or label in str(one["text"])))
        )
        if kind == "overflow":
            found["selected_option"] = found["options"][0]
        return world.payloads.click(found, view={**home, "type": "home"})

    return make


def page_turned(world: World) -> Body:
    button = {"type": "button", "action_id": "ce:page:Older", "value": "0", "text": {"text": "Older"}}
    return world.payloads.click(button, view={"type": "home", "blocks": []})


def proof_chosen(world: World) -> Body:
    """A click that says what a dropped picture proves."""
    world.here.command(CERT)
    world.here.command(ADD)
    dropped = message("", subtype="file_share", files=[file(2, "proof.png", "image/png", len(PNG))])
    world.here.dispatch(dropped(world))
    buttons = [one for one in elements_of(world.here.said[-1].blocks) if one["type"] == "button"]
    return world.payloads.click(dict(buttons[0]), container={"type": "message", "channel_id": "DALICE"})


COURSE = {
    "kind": {"selected_option": {"value": "course"}},
    "title": {"value": "Boards"},
    "done_on": {"selected_date": "2025-11-01"},
}
SURFACES: dict[str, Make] = {
    # commands
    "status": command("status", CERT),
    "add": command(ADD),
    "edit": command('edit 1 "Another title"', ADD),
    "remove": command("remove 1", ADD),
    "undo": command("undo", ADD, ADD),
    "a question before saving": command("cert remove ACP-620", CERT, ADD),
    "exam": command("exam ACP-620 2025-11-15", CERT),
    "remind on": command("remind on", CERT),
    "team start": command("team start"),
    "team invite": command("team invite <@UBOB|bob>", "team start"),
    "faq on": command("faq on"),
    "ask": command(f"ask {QUESTION}"),
    "import": command("import kind;title;date\ncourse;Boards;2025-11-01"),
    "timeline": command("timeline", CERT),
    "team forecast": command("team forecast", "team start", CERT),
    "export": command("export", CERT, ADD),
    "calendar": command("calendar", CERT),
    "done": command("done 1", ADD),
    "forget-me": command("forget-me", CERT),
    "a form by a command": command("add"),
    "a form of a certification": command("cert add"),
    "an unknown command": command("frobnicate"),
    # clicks
    "undo clicked": click("Undo", ADD),
    "save clicked": click("Save", "cert remove ACP-620", CERT, ADD),
    "save of a table": click("Save", "import kind;title;date\ncourse;Boards;2025-11-01"),
    "delete everything": click("Delete everything", "forget-me", CERT, ADD),
    "a vote": click("Helpful", f"ask {QUESTION}"),
    "passed on": pass_on,
    "a field filled in": field_filled,
    "a button in Home": home_click("button", "Plan"),
    "a form in Home": home_click("button", "Log"),
    "a menu in Home": home_click("overflow"),
    "a page of Home": page_turned,
    "what a file proves": proof_chosen,
    # forms
    "a form sent": form_of("add", **COURSE),
    "a certification's form sent": form_of(
        "cert add",
        code={"selected_option": {"value": "ACP-120"}},
        side={"selected_option": {"value": "earned"}},
        earned_on={"selected_date": "2024-01-01"},
    ),
    "an exam's form sent": form_of(
        "exam",
        CERT,
        code={"selected_option": {"value": "ACP-620"}},
        passed_on={"selected_date": "2025-11-15"},
    ),
    "the form of reminders sent": form_of(
        "remind settings",
        CERT,
        is_on={"selected_option": {"value": "on"}},
        ticked={"selected_options": [{"value": "30"}]},
        hour={"selected_option": {"value": "9"}},
    ),
    "proof by its form": form_of(
        "form proof 1", ADD, files={"files": [file(2, "proof.png", "image/png", len(PNG))]}
    ),
    "a form with a mistake": form_of("add", **{**COURSE, "done_on": {"selected_date": "2035-11-01"}}),
    # shortcuts
    "the shortcut": shortcut("shortcut", "log_activity"),
    "the message shortcut": shortcut(
        "message_action",
        "log_message",
        message={"text": "ACE Berlin", "ts": "4.0", "user": "UBOB", "type": "message"},
        channel={"id": "C1"},
        message_ts="4.0",
        response_url="https://hooks.example/3",
    ),
    # events
    "a mention": mentioned,
    "a mention of two words": event(
        type="app_mention", channel="C1", channel_type="channel", ts="6.0", text="<@UBOT> help me"
    ),
    "a direct message": message(),
    "help by direct message": message("help"),
    "a pasted table": message("kind;title;date\ncourse;Boards;2025-11-01"),
    "a dropped table": message("", subtype="file_share", files=[file(1, "mine.csv", "text/csv", len(CSV))]),
    "a dropped picture": message(
        "", subtype="file_share", files=[file(2, "proof.png", "image/png", len(PNG))]
    ),
    "overheard": overheard,
    "Home opened": event(type="app_home_opened", channel="DALICE", tab="home"),
    "messages opened": event(type="app_home_opened", channel="DALICE", tab="messages"),
    "the pane opened": event(
        type="assistant_thread_started",
        assistant_thread={"user_id": "UALICE", "channel_id": "DALICE", "thread_ts": "8.0", "context": {}},
    ),
    "uninstalled": event(type="app_uninstalled"),
    "tokens revoked": event(type="tokens_revoked", tokens={"bot": ["UBOT"], "oauth": []}),
}
# Pictures take a while to draw.
DRAWN = {"timeline", "team forecast"}
NOTHING_OUT = {"uninstalled", "tokens revoked"}


def one_after_the_other(first: Process, second: Process, bodies: list[Body]) -> list[str]:
    return [process.dispatch(body).body for process in (first, second, first) for body in bodies]


def both_at_once(world: World, processes: list[Process], bodies: list[Body]) -> list[str]:
    at_once, found = threading.Barrier(len(processes)), []

    def send(process: Process) -> None:
        at_once.wait(10)
        found.extend(process.dispatch(body).body for body in bodies)
        for ledger in world.ledgers:
            ledger.close()  # this thread's connections

    threads = [threading.Thread(target=send, args=[process]) for process in processes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return found


WAYS: dict[str, Callable[[World, list[Body]], list[str]]] = {
    "once": lambda world, bodies: [world.here.dispatch(body).body for body in bodies],
    "same process": lambda world, bodies: one_after_the_other(world.here, world.here, bodies),
    "another process": lambda world, bodies: one_after_the_other(world.here, world.there, bodies),
    "two threads": lambda world, bodies: both_at_once(world, [world.here, world.here], bodies),
    "two processes": lambda world, bodies: both_at_once(world, [world.here, world.there], bodies),
}


@pytest.fixture
def world_at(
    tmp_path: Path, empty_database: Path, policy: rules.Policy, clock: Clock
) -> Iterator[Callable[[], World]]:
    made: list[World] = []

    def make() -> World:
        folder = tmp_path / str(len(made))
        folder.mkdir()
        made.append(World(Path(shutil.copy(empty_database, folder / "ce-bot.db")), policy, clock))
        return made[-1]

    yield make
    for world in made:
        world.close()


def delivered(world: World, surface: str, way: str) -> tuple[list[str], Out, dict[str, int]]:
    """What came back, all that was sent, and how much is stored then."""
    made = SURFACES[surface](world)
    for process in world.processes:
        process.forget_all()
    bodies = made if isinstance(made, list) else [made]
    return WAYS[way](world, bodies), world.out(), world.rows()


@pytest.mark.parametrize("surface", [surface for surface in SURFACES if surface not in DRAWN])
def test_what_is_delivered_again_is_answered_and_saved_once(
    world_at: Callable[[], World], surface: str
) -> None:
    check(world_at, surface, ["another process", "two processes"])


@pytest.mark.soak
@pytest.mark.parametrize("surface", SURFACES)
def test_so_it_is_in_whichever_way_it_comes_again(world_at: Callable[[], World], surface: str) -> None:
    check(world_at, surface, [*WAYS] * 3)


def check(world_at: Callable[[], World], surface: str, ways: list[str]) -> None:
    answers, out, rows = delivered(world_at(), surface, "once")
    assert any(answers) or out or surface in NOTHING_OUT
    for way in ways:
        _, out_again, rows_again = delivered(world_at(), surface, way)
        assert (way, out_again) == (way, out)
        assert (way, rows_again) == (way, rows)


@pytest.mark.parametrize("surface", ["add", "remove", "a question before saving", "a form sent", "remind on"])
@pytest.mark.parametrize("way", [way for way in WAYS if way != "once"])
def test_what_an_acknowledgement_says_is_said_again(
    world_at: Callable[[], World], surface: str, way: str
) -> None:
    answers, _, _ = delivered(world_at(), surface, way)
    assert len(set(answers)) == 1


def test_a_trigger_that_came_too_late_is_told_of_once(world_at: Callable[[], World]) -> None:
    world = world_at()
    body = SURFACES["a form by a command"](world)
    assert isinstance(body, dict)
    for process in world.processes:
        answer = process.client._answer
        call = process.client.api_call
        process.client.api_call = lambda method, answer=answer, call=call, **rest: (
            answer(method, ok=False, error="expired_trigger_id")
            if method == "views.open"
            else call(method, **rest)
        )
    one_after_the_other(world.here, world.there, [body])
    assert len([*world.here.sent, *world.there.sent]) == 1


def test_a_click_delivered_again_is_known_after_its_member_is_forgotten(
    world_at: Callable[[], World],
) -> None:
    world = world_at()
    body = SURFACES["delete everything"](world)
    assert isinstance(body, dict)
    one_after_the_other(world.here, world.there, [body])
    with closing(sqlite3.connect(world.ledgers[0].path)) as db:
        kept = db.execute("SELECT member FROM requests").fetchall()
    assert ("UALICE",) not in kept
    assert world.ledgers[0].facts(ALICE).activities == ()


def test_a_click_of_another_workspace_is_another_click(world_at: Callable[[], World]) -> None:
    world = world_at()
    body = SURFACES["undo clicked"](world)
    assert isinstance(body, dict)
    world.here.forget_all()
    for team in ("T1", "T2", "T1"):
        world.here.dispatch({**body, "team": {"id": team}})
    assert len(world.here.sent) == 2


def test_where_it_cannot_be_known_whether_it_came_before_it_is_answered(
    world_at: Callable[[], World],
) -> None:
    world = world_at()
    body = SURFACES["undo clicked"](world)
    assert isinstance(body, dict)
    world.here.forget_all()
    with world.gone():
        world.here.dispatch(body)
    ((_, said),) = world.here.sent
    assert "nothing was saved" in said["text"]


@pytest.mark.parametrize("word", ["uninstalled", "tokens revoked"])
def test_that_a_workspace_removed_the_bot_is_noted_when_it_comes_again_if_not_before(
    world_at: Callable[[], World], word: str
) -> None:
    world = world_at()
    body = SURFACES[word](world)
    assert isinstance(body, dict)

    @world.here.app.middleware
    def fail() -> None:
        raise RuntimeError

    with world.gone():
        assert world.there.dispatch(body).status == 500, "Slack says it again"
    assert world.here.dispatch(body).status == 500
    assert world.rows()["departures"] == 0
    for _ in range(2):
        assert world.there.dispatch(body).status == 200
    assert world.rows()["departures"] == 1


@pytest.mark.parametrize(
    ("body", "key"),
    [
        ({"command": "/ce", "trigger_id": "1"}, None),
        ({"type": "view_submission", "trigger_id": "1"}, None),
        ({"type": "block_suggestion"}, None),
        ({"type": "block_actions", "trigger_id": "1"}, "trigger 1"),
        ({"type": "block_actions"}, None),
        ({"type": "block_actions", "trigger_id": 5}, None),
        ({"type": "shortcut", "trigger_id": "1"}, "trigger 1"),
        ({"type": "message_action", "trigger_id": "1"}, "trigger 1"),
        ({"type": "event_callback", "event_id": "Ev1", "event": {"type": "app_home_opened"}}, "event Ev1"),
        ({"type": "event_callback", "event_id": "Ev1", "event": {"type": "message"}}, None),
        ({"type": "event_callback", "event_id": "Ev1", "event": {"type": "app_mention"}}, None),
        ({"type": "event_callback", "event": {"type": "app_home_opened"}}, None),
        ({"type": "event_callback", "event_id": "Ev1", "event": {"type": "app_uninstalled"}}, None),
        ({"type": "event_callback", "event_id": "Ev1", "event": {"type": "tokens_revoked"}}, None),
        ({"type": "event_callback", "event_id": "", "event": None}, None),
        ({}, None),
    ],
)
def test_what_a_delivery_is_known_by(body: Body, key: str | None) -> None:
    assert key_of(body) == key
