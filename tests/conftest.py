"""What the tests share: real SQLite, the real Bolt app, and hand-written stand-ins at the network's edge."""

import json
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from slack_bolt import BoltRequest, BoltResponse

import rules
from bot.app import build_app
from bot.clients import OneToken
from bot.console import Clock, Console, LocalClient, Said, at_once
from bot.courier import Courier, Submit
from bot.desk import Desk
from bot.ledger import Ledger, Member
from faq.entry import Faq, load

TODAY = date(2025, 12, 2)
ALICE = Member("T1", "UALICE")


@pytest.fixture(scope="session")
def policy() -> rules.Policy:
    return rules.load_policy()


@pytest.fixture(scope="session")
def curated(policy: rules.Policy) -> Faq:
    """The curated answers, read once for all tests."""
    return load(rules.figures(policy), policy.sources)


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database without a member, made once: a copy of it is quicker than one made anew."""
    path = tmp_path_factory.mktemp("empty") / "ce-bot.db"
    Ledger(path).close()
    return path


@pytest.fixture
def ledger(tmp_path: Path, empty_database: Path):
    found = Ledger(shutil.copy(empty_database, tmp_path / "ce-bot.db"))
    yield found
    found.close()


@pytest.fixture
def clock() -> Clock:
    """A clock that stands at noon of TODAY until a test moves it."""
    found = Clock()
    found.moved_to = TODAY
    return found


@pytest.fixture
def desk(ledger: Ledger, policy: rules.Policy, clock: Clock) -> Desk:
    return Desk(ledger, policy, clock, lambda who: "UTC")


@pytest.fixture
def console(ledger: Ledger, clock: Clock) -> Console:
    """A conversation by lines, as in `ce-bot console`, on TODAY."""
    return Console(ledger, name="alice", clock=clock)


@pytest.fixture
def tell(console: Console) -> Callable[[str], str]:
    """Say one line and get the text of all that comes back."""
    return lambda line: "\n".join(said.text for said in console.feed(line))


class Slack:
    """The app as Slack meets it: payloads in, the answer out, and what was sent beside it in `sent`.

    `files` has what Slack hands over at which address.
    """

    _numbers = count(1)  # Slack names no two requests alike, whichever process gets them

    def __init__(self, desk: Desk, *, submit_file: Submit = at_once) -> None:
        self.sent: list[tuple[str, dict[str, Any]]] = []
        self.said: list[Said] = []
        self.files: dict[str, bytes] = {}
        client = self.client = LocalClient(self.said)
        courier = Courier(
            OneToken(client),
            submit=at_once,
            submit_file=submit_file,
            send=lambda url, payload: self.sent.append((url, payload)),
            fetch=lambda url, most: self.files[url],
        )
        self.app = build_app(desk, courier, client)

    def command(
        self,
        text: str,
        *,
        user: str = "UALICE",
        team: str = "T1",
        key: str | None = None,
        channel: str = "C1",
    ) -> BoltResponse:
        """A slash command; `key` is its trigger_id, new each time unless given."""
        return self.dispatch(
            {
                "command": "/ce",
                "text": text,
                "user_id": user,
                "team_id": team,
                "channel_id": channel,
                "trigger_id": key or f"trigger.{next(self._numbers)}",
                "response_url": "https://hooks.example/1",
                "is_enterprise_install": "false",
            }
        )

    def click(
        self,
        action: dict[str, Any],
        *,
        user: str = "UALICE",
        team: str = "T1",
        key: str | None = None,
        container: dict[str, Any] | None = None,
        view: dict[str, Any] | None = None,
    ) -> BoltResponse:
        """A click on a button, given as it stands in the blocks, in what they stand in.

        That is a message, of which `container` tells, or a `view`.
        """
        click = {"actions": [{**action, "block_id": "1"}]}
        if view:
            return self.dispatch({**self._of_view("block_actions", view, {}, user, team, key), **click})
        return self.dispatch(
            {
                "type": "block_actions",
                "team": {"id": team},
                "user": {"id": user},
                **click,
                "trigger_id": key or f"trigger.{next(self._numbers)}",
                "response_url": "https://hooks.example/2",
                **({"container": container} if container else {}),
            }
        )

    def submit(
        self,
        view: dict[str, Any],
        values: dict[str, dict[str, Any]],
        *,
        user: str = "UALICE",
        team: str = "T1",
        key: str | None = None,
    ) -> dict[str, Any]:
        """Send a form with what its fields hold ({"title": {"value": "x"}}): what Slack is then told."""
        answer = self.dispatch(self._of_view("view_submission", view, values, user, team, key))
        assert answer.status == 200
        return dict(json.loads(answer.body)) if answer.body else {}

    def fill(
        self,
        view: dict[str, Any],
        name: str,
        values: dict[str, dict[str, Any]],
        *,
        user: str = "UALICE",
        team: str = "T1",
    ) -> dict[str, Any]:
        """Fill in a field that asks to be looked at again: the view that then stands there."""
        body = self._of_view("block_actions", view, values, user, team, None)
        action = {"action_id": f"ce:field:{name}", "block_id": name, **values[name]}
        self.dispatch({**body, "actions": [action]})
        return self.client.views.get(body["view"]["id"], view)

    def _of_view(
        self,
        kind: str,
        view: dict[str, Any],
        values: dict[str, dict[str, Any]],
        user: str,
        team: str,
        key: str | None,
    ) -> dict[str, Any]:
        found = next((one for one, shown in self.client.views.items() if shown == view), "VGONE")
        state = {name: {f"ce:field:{name}": value} for name, value in values.items()}
        return {
            "type": kind,
            "team": {"id": team},
            "user": {"id": user, "team_id": team},
            "trigger_id": key or f"trigger.{next(self._numbers)}",
            "view": {**view, "id": found, "hash": "1.x", "state": {"values": state}},
        }

    @property
    def view(self) -> dict[str, Any]:
        """The modal on top."""
        return list(self.client.views.values())[-1]

    def insist(self, answer: BoltResponse) -> None:
        """Click Save where the bot asked first, in its answer or in the last message sent beside one."""
        shown = json.loads(answer.body)["blocks"] if answer.body else self.sent[-1][1]["blocks"]
        buttons = [one for block in shown if block["type"] == "actions" for one in block["elements"]]
        for button in buttons:
            if button["text"]["text"] == "Save":
                self.click(button)

    def event(self, event: dict[str, Any], *, key: str | None = None) -> BoltResponse:
        """An event of workspace T1; `key` is its event_id."""
        return self.dispatch(
            {
                "type": "event_callback",
                "team_id": "T1",
                "event_id": key or f"Ev{next(self._numbers)}",
                "event": event,
            }
        )

    def dispatch(self, body: dict[str, Any]) -> BoltResponse:
        return self.app.dispatch(BoltRequest(body=body, mode="socket_mode"))


@pytest.fixture
def slack(desk: Desk) -> Slack:
    return Slack(desk)


def noon(day: date) -> datetime:
    """Noon of a day, in UTC."""
    return datetime.combine(day, time(12), UTC)
