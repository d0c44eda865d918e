"""Many workspaces: each is spoken to with its own token, and only as long as it has the bot."""

import json
import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from conftest import TODAY, noon
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_bolt import BoltRequest, BoltResponse
from slack_sdk.errors import SlackApiError

import rules
from bot.app import build_app
from bot.clients import NoTokenError, slack_client
from bot.console import at_once
from bot.courier import Courier
from bot.desk import Desk
from bot.installations import Granted, Installations, Installed, RefusedError, Tokens
from bot.ledger import Ledger
from bot.oauth import Authorized
from bot.outcomes import Delivered, TryLater
from bot.rounds import Rounds, in_slack
from bot.sealing import Keys
from bot.views.blocks import Reply
from bot.workspaces import LOOK_AGAIN_S, WAITS, ManyWorkspaces

KEY = b"k" * 32
HOUR = timedelta(hours=1)
REPLY = Reply("text", [])


class Time:
    """A clock and a timer that a test moves."""

    def __init__(self) -> None:
        self.now = noon(TODAY)
        self.seconds = 100.0

    def __call__(self) -> datetime:
        return self.now


class Web:
    """Slack's Web API as far as tokens go: which it takes, and what it is asked."""

    def __init__(self) -> None:
        self.takes: set[str] = set()
        self.says = "token_expired"
        self.calls: list[tuple[str, str]] = []
        self.refreshed: list[str] = []
        self.refuses: str | None = None
        self._numbers = iter(range(2, 1000))
        self._lock = threading.Lock()
        self.url = ""

    def answer(self, method: str, token: str, body: dict[str, list[str]]) -> dict[str, Any]:
        with self._lock:
            if method == "oauth.v2.access":
                return self._refresh(body["refresh_token"][0])
            self.calls.append((method, token))
            if token not in self.takes:
                return {"ok": False, "error": self.says}
        return {"ok": True, "channel": "D1", "ts": "1.0", "user": {"tz": "UTC"}, "team_id": "T1"}

    def _refresh(self, token: str) -> dict[str, Any]:
        if self.refuses or token in self.refreshed:
            return {"ok": False, "error": self.refuses or "invalid_refresh_token"}
        self.refreshed.append(token)
        number = next(self._numbers)
        self.takes.add(f"xoxb-{number}")
        return {
            "ok": True, "access_token": f"xoxb-{number}", "refresh_token": f"xoxe-{number}",
            "expires_in": 43200, "token_type": "bot",
        }  # fmt: skip


@pytest.fixture
def web() -> Iterator[Web]:
    found = Web()

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = parse_qs(self.rfile.read(int(self.headers["Content-Length"] or 0)).decode())
            token = (self.headers["Authorization"] or "").removeprefix("Bearer ")
            method = self.path.rpartition("/")[2]
            content = json.dumps(found.answer(method, token, body)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        found.url = f"http://127.0.0.1:{server.server_port}/api/"
        yield found
        server.shutdown()


class Replica:
    """One process of several over the same file."""

    def __init__(self, path: str, time: Time, web: Web) -> None:
        self.ledger = Ledger(path)
        self.installations = Installations(self.ledger, Keys([KEY]), time)
        self.pauses: list[float] = []
        self.on_pause: Callable[[], object] = lambda: None
        self._web = web
        self._time = time
        self.many = ManyWorkspaces(
            self.installations, self.refresh, web.url, timer=lambda: time.seconds, pause=self._pause
        )
        self.courier = Courier(self.many, submit=at_once)

    def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.on_pause()

    def refresh(self, token: str) -> Granted:
        found = self._web.answer("oauth.v2.access", "", {"refresh_token": [token]})
        if not found["ok"]:
            raise RefusedError(found["error"])
        ends = self._time.now + timedelta(seconds=found["expires_in"])
        return Granted(Tokens(found["access_token"], found["refresh_token"]), ends)

    def install(
        self,
        workspace: str = "T1",
        token: str = "xoxb-1",
        refresh: str | None = None,
        left: timedelta | None = None,
    ) -> None:
        self.installations.keep(
            Granted(Tokens(token, refresh), self._time.now + left if left else None),
            workspace=workspace, name=f"Name of {workspace}", bot_user="UBOT", bot="BBOT",
            scopes=("commands",), at=self._time.now,
        )  # fmt: skip
        self._web.takes.add(token)

    def leave(self, workspace: str = "T1", at: datetime | None = None) -> bool:
        with self.ledger.write() as writer:
            return writer.installations.end(
                workspace, at or self._time.now + timedelta(seconds=1), self._time.now
            )

    def token(self, workspace: str = "T1") -> str | None:
        try:
            return self.many.of(workspace).token
        except NoTokenError:
            return None

    def say(self, workspace: str = "T1") -> object:
        return self.courier.deliver(workspace, "U1", REPLY)


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def here(ledger: Ledger, time: Time, web: Web) -> Iterator[Replica]:
    found = Replica(ledger.path, time, web)
    yield found
    found.ledger.close()


@pytest.fixture
def there(ledger: Ledger, time: Time, web: Web) -> Iterator[Replica]:
    """Another process."""
    found = Replica(ledger.path, time, web)
    yield found
    found.ledger.close()


# Whose token


def test_each_workspace_is_spoken_to_with_its_own_token(here: Replica, web: Web) -> None:
    here.install("T1", "xoxb-one")
    here.install("T2", "xoxb-two")
    for workspace in ("T2", "T1", "T2"):
        assert here.say(workspace) == Delivered()
    assert [token for _, token in web.calls] == ["xoxb-two", "xoxb-one", "xoxb-two"]
    assert here.many.of("T1").token == "xoxb-one"
    assert here.many.direct_of("T1").retry_handlers == []


def test_without_an_installation_nobody_is_spoken_to(here: Replica, web: Web) -> None:
    for speak in (here.many.of, here.many.direct_of):
        with pytest.raises(NoTokenError):
            speak("T9")
    found = here.say("T9")
    assert isinstance(found, TryLater)
    assert found.counts_for_all
    assert web.calls == []
    assert not here.many.serves("T9")


def test_a_removed_token_is_used_no_more_whoever_removed_it(here: Replica, there: Replica) -> None:
    here.install()
    assert (here.token(), there.token()) == ("xoxb-1", "xoxb-1")
    assert there.leave()
    assert (here.token(), there.token()) == (None, None)


def test_a_new_install_is_used_at_once_whoever_kept_it(here: Replica, there: Replica, time: Time) -> None:
    here.install()
    assert there.token() == "xoxb-1"
    here.leave()
    time.now += HOUR
    here.install(token="xoxb-new")
    assert (here.token(), there.token()) == ("xoxb-new", "xoxb-new")


def test_word_of_which_workspaces_have_the_bot_is_seconds_old_at_most(
    here: Replica, there: Replica, time: Time
) -> None:
    here.install()
    assert here.many.serves("T1")
    there.leave()
    assert here.many.serves("T1")
    time.seconds += LOOK_AGAIN_S
    assert not here.many.serves("T1")
    time.now += HOUR
    there.install()
    assert here.many.serves("T1")


def test_the_clients_are_made_once(here: Replica) -> None:
    here.install()
    assert here.many.of("T1") is here.many.of("T1")
    assert here.many.direct_of("T1") is here.many.direct_of("T1")


# Rotation


@pytest.mark.parametrize(("left", "rotated"), [(3 * HOUR, False), (2 * HOUR, True), (-HOUR, True)])
def test_what_sends_by_itself_rotates_before_the_end(
    here: Replica, web: Web, left: timedelta, rotated: bool
) -> None:
    here.install(refresh="xoxe-1", left=left)
    assert here.say() == Delivered()
    assert [token for _, token in web.calls] == ["xoxb-2" if rotated else "xoxb-1"]
    assert here.say() == Delivered()
    assert web.refreshed == (["xoxe-1"] if rotated else [])


def test_while_somebody_rotates_the_others_go_on_with_the_token_there_is(
    here: Replica, there: Replica, web: Web, time: Time
) -> None:
    here.install(refresh="xoxe-1", left=HOUR)
    seen = there.installations.of("T1")
    assert seen
    with there.ledger.write() as writer:
        assert writer.installations.lease("T1", seen.found.sealed, "there", time.now, time.now + HOUR)
    assert here.token() == "xoxb-1"
    assert here.pauses == []
    assert web.refreshed == []


def test_after_the_end_one_waits_a_little_for_whoever_rotates(
    here: Replica, there: Replica, time: Time
) -> None:
    here.install(refresh="xoxe-1", left=HOUR)
    time.now += 2 * HOUR
    seen = there.installations.of("T1")
    assert seen
    with there.ledger.write() as writer:
        assert writer.installations.lease("T1", seen.found.sealed, "there", time.now, time.now + HOUR)
    assert here.token() == "xoxb-1"
    assert len(here.pauses) == WAITS

    def finish() -> None:
        with there.ledger.write() as writer:
            new = there.installations._sealed("T1", Tokens("xoxb-9", "xoxe-9"))
            writer.installations.rotate("T1", seen.found.sealed, new, time.now + 12 * HOUR)

    here.on_pause = finish
    assert here.token() == "xoxb-9"
    assert len(here.pauses) == WAITS + 1


def test_nobody_waits_where_slack_gave_no_new_token(here: Replica, there: Replica, web: Web) -> None:
    """Others' workspaces are spoken to by the same few threads."""
    here.install(refresh="xoxe-1", left=-HOUR)
    web.takes.clear()
    web.refuses = "invalid_refresh_token"
    for replica in (here, here, there):
        found = replica.say()
        assert isinstance(found, TryLater)
        assert found.reason == "token_expired"
    assert here.pauses == there.pauses == []


def test_of_many_threads_in_two_processes_one_alone_uses_the_refresh_token(
    here: Replica, there: Replica, web: Web
) -> None:
    here.install(refresh="xoxe-1", left=HOUR)
    begin = threading.Barrier(8)

    def say(replica: Replica) -> object:
        begin.wait(5)
        return replica.say()

    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(say, [here, there] * 4))
    assert said == [Delivered()] * 8
    assert web.refreshed == ["xoxe-1"]
    assert {here.token(), there.token()} == {"xoxb-2"}


def test_a_process_that_ends_with_the_new_token_in_its_hands_leaves_one_that_serves_until_its_end(
    here: Replica, there: Replica, web: Web, time: Time
) -> None:
    here.install(refresh="xoxe-1", left=2 * HOUR)
    seen = here.installations.of("T1")
    assert seen

    def end_of_process(token: str) -> Granted:
        here.refresh(token)
        raise SystemExit

    with pytest.raises(SystemExit):
        here.installations.rotate(seen, end_of_process)
    for minutes in (0, 2, 119):  # while its lease lasts, after it, and at the last moment
        time.now = noon(TODAY) + timedelta(minutes=minutes)
        assert there.say() == Delivered()
    assert web.refreshed == ["xoxe-1"]
    time.now = noon(TODAY) + 3 * HOUR
    web.takes.discard("xoxb-1")
    assert isinstance(there.say(), TryLater)
    there.install(token="xoxb-new", refresh="xoxe-new", left=12 * HOUR)
    assert there.say() == Delivered()


def test_a_token_that_slack_says_has_ended_is_renewed_once_and_tried_once_more(
    here: Replica, web: Web
) -> None:
    here.install(refresh="xoxe-1", left=10 * HOUR)
    web.takes.clear()
    assert here.say() == Delivered()
    assert [token for _, token in web.calls] == ["xoxb-1", "xoxb-2"]
    assert web.refreshed == ["xoxe-1"]
    web.takes.clear()
    web.refuses = "invalid_refresh_token"
    found = here.say()
    assert isinstance(found, TryLater)
    assert found.reason == "token_expired"
    assert [token for _, token in web.calls[2:]] == ["xoxb-2"]


def test_a_token_that_another_process_has_renewed_is_not_renewed_again(
    here: Replica, there: Replica, web: Web, time: Time
) -> None:
    here.install(refresh="xoxe-1", left=10 * HOUR)
    client = here.many.of("T1")
    seen = there.installations.of("T1")
    assert seen
    assert there.installations.rotate(seen, there.refresh)
    web.takes.discard("xoxb-1")
    assert client.chat_postMessage(channel="C1", text="x")["ok"]
    assert [token for _, token in web.calls] == ["xoxb-1", "xoxb-2"]
    assert web.refreshed == ["xoxe-1"]


@pytest.mark.parametrize("says", ["token_revoked", "invalid_auth", "account_inactive", "token_expired"])
def test_a_token_that_cannot_be_renewed_is_refused_as_before(here: Replica, web: Web, says: str) -> None:
    here.install()
    web.takes.clear()
    web.says = says
    found = here.say()
    assert isinstance(found, TryLater)
    assert (found.reason, found.counts_for_all) == (says, True)
    assert len(web.calls) == 1
    assert here.pauses == []


def test_what_slack_refuses_for_another_reason_is_not_tried_again(here: Replica, web: Web) -> None:
    here.install(refresh="xoxe-1", left=10 * HOUR)
    web.takes.clear()
    web.says = "channel_not_found"
    with pytest.raises(SlackApiError):
        here.many.of("T1").chat_postMessage(channel="C1", text="x")
    assert len(web.calls) == 1
    assert web.refreshed == []


# Requests


class Requests:
    """The app as Slack meets it, for many workspaces."""

    def __init__(self, replica: Replica, policy: rules.Policy, time: Time, web: Web) -> None:
        self.sent: list[tuple[str, dict[str, Any]]] = []
        self.desk = Desk(replica.ledger, policy, time, lambda who: "UTC")
        courier = Courier(
            replica.many, submit=at_once, send=lambda url, payload: self.sent.append((url, payload))
        )
        client = slack_client(None, web.url)
        self.app = build_app(self.desk, courier, client, authorize=Authorized(replica.many))

    def dispatch(self, body: dict[str, Any]) -> BoltResponse:
        return self.app.dispatch(BoltRequest(body=body, mode="socket_mode"))

    def command(self, text: str, team: str = "T1", user: str = "U1", key: str = "1") -> str:
        answer = self.dispatch(
            {
                "command": "/ce", "text": text, "user_id": user, "team_id": team, "channel_id": "C1",
                "trigger_id": key, "response_url": "https://hooks.example/1",
                "is_enterprise_install": "false",
            }
        )  # fmt: skip
        assert answer.status == 200
        return str(json.loads(answer.body)["text"])

    def event(self, kind: str, at: datetime, team: str = "T1", **more: Any) -> BoltResponse:
        return self.dispatch(
            {
                "type": "event_callback", "team_id": team, "event_id": f"Ev{kind}{at}",
                "event_time": int(at.timestamp()), "event": {"type": kind, **more},
            }
        )  # fmt: skip


@pytest.fixture
def requests(here: Replica, policy: rules.Policy, time: Time, web: Web) -> Requests:
    return Requests(here, policy, time, web)


def test_requests_call_nobody(here: Replica, requests: Requests, web: Web) -> None:
    here.install()
    for number in range(20):
        requests.command("status", key=str(number))
        requests.event("message", noon(TODAY), channel="C1", channel_type="channel", text="hello", user="U1")
    assert [method for method, _ in web.calls if method != "views.publish"] == []


@pytest.mark.parametrize("installs", [True, False])
def test_credentials_in_the_environment_open_no_other_way(
    here: Replica, policy: rules.Policy, time: Time, web: Web, monkeypatch: pytest.MonkeyPatch, installs: bool
) -> None:
    """Bolt would take them for an installation store of its own, among files in the home folder."""
    for name in ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET"):
        monkeypatch.setenv(name, "xoxb-of-somebody")
    if installs:
        assert "not installed" in Requests(here, policy, time, web).command("status")
        here.install()
        assert "certification" in Requests(here, policy, time, web).command("status")
    else:
        from conftest import Slack

        one = Slack(Desk(here.ledger, policy, time, lambda who: "UTC"))
        assert "certification" in json.loads(one.command("status").body)["text"]
    assert [token for _, token in web.calls] == []


def test_each_workspace_sees_only_its_own(here: Replica, requests: Requests) -> None:
    here.install("T1")
    here.install("T2", "xoxb-two")
    requests.command("cert add ACP-620 earned 2025-01-01", team="T1", key="a")
    assert "0 of 100 CE" in requests.command("status", team="T1", key="b")
    assert "CE" not in requests.command("status", team="T2", key="c").replace("/ce", "")


def test_a_workspace_without_the_bot_is_told_so_and_nothing_is_done(
    requests: Requests, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    assert "not installed" in requests.command("cert add ACP-620 earned 2025-01-01", team="T9")
    who = {"team": {"id": "T9"}, "user": {"id": "U1", "team_id": "T9"}, "trigger_id": "1"}
    click = {"type": "block_actions", **who, "actions": [{"action_id": "ce:undo", "block_id": "1"}]}
    assert requests.dispatch({**click, "response_url": "https://hooks.example/2"}).status == 200
    ((url, told),) = requests.sent
    assert (url, told["replace_original"]) == ("https://hooks.example/2", False)
    assert "not installed" in told["text"]
    form = {"type": "view_submission", **who, "view": {"type": "modal", "callback_id": "x", "state": {}}}
    assert "not installed" in requests.dispatch(form).body
    assert requests.event("app_home_opened", noon(TODAY), "T9", user="U1", tab="home").status == 200
    assert requests.desk.forgetting.members("T9") == 0
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("theirs", ["T9", "T2"])
def test_in_a_channel_shared_with_others_a_workspace_is_spoken_to_by_its_own_bot(
    here: Replica, requests: Requests, web: Web, theirs: str
) -> None:
    """Slack may name the others' workspace there: what is asked through one's bot is asked in its own."""
    here.install("T1")
    here.install("T2", "xoxb-two")
    mention = {"channel": "C1", "user": "U9", "text": "<@UBOT> how many units for an ACP?", "ts": "1.0"}
    shared = {"team_id": theirs, "authorizations": [{"team_id": "T1", "enterprise_id": None}]}
    event = {"type": "event_callback", "event_id": "Ev1", "event": {"type": "app_mention", **mention}}
    assert requests.dispatch({**event, **shared}).status == 200
    assert web.calls == [("chat.postMessage", "xoxb-1")]
    button = {"action_id": "ce:run:0", "block_id": "1", "type": "button", "value": "remind on"}
    who = {"team": {"id": theirs, "domain": "theirs"}, "user": {"id": "U9"}, "trigger_id": "1"}
    view = {"type": "modal", "id": "V1", "app_installed_team_id": "T1"}
    click = {"type": "block_actions", "actions": [button], "view": view, **who}
    assert requests.dispatch(click).status == 200
    assert {token for _, token in web.calls} == {"xoxb-1"}
    assert (requests.desk.forgetting.members("T1"), requests.desk.forgetting.members(theirs)) == (1, 0)


def test_what_the_bot_says_itself_is_not_answered(here: Replica, requests: Requests, web: Web) -> None:
    here.install()
    for own in ({"user": "UBOT"}, {"user": "U7", "bot_id": "BBOT"}):
        requests.event("message", noon(TODAY), channel="D1", channel_type="im", text="why?", ts="1.0", **own)
    assert web.calls == []


# Leaving


def tokens_revoked(requests: Requests, at: datetime) -> None:
    requests.event("tokens_revoked", at, tokens={"oauth": [], "bot": ["UBOT"]})


@pytest.mark.parametrize("kind", ["app_uninstalled", "tokens_revoked"])
def test_who_removes_the_bot_has_no_token_here_at_once_and_the_rest_for_14_days(
    here: Replica, there: Replica, requests: Requests, time: Time, kind: str
) -> None:
    here.install()
    requests.command("cert add ACP-620 earned 2025-01-01")
    requests.event(kind, time.now + HOUR, tokens={"bot": ["UBOT"]})
    assert (here.token(), there.token()) == (None, None)
    rounds = Rounds(requests.desk, here.courier, time, here.many.serves, keeps=in_slack)
    time.now += timedelta(days=13, hours=23)
    time.seconds += LOOK_AGAIN_S
    rounds.see_to()
    assert requests.desk.forgetting.members("T1") == 1
    time.now += HOUR
    rounds.see_to()
    assert requests.desk.forgetting.members("T1") == 0


def test_who_comes_back_in_time_finds_everything(here: Replica, requests: Requests, time: Time) -> None:
    here.install()
    requests.command("cert add ACP-620 earned 2025-01-01", key="a")
    requests.event("app_uninstalled", time.now + HOUR)
    time.seconds += LOOK_AGAIN_S
    assert "not installed" in requests.command("status", key="b")
    time.now += timedelta(days=13)
    here.install(token="xoxb-new")
    assert "ACP-620" in requests.command("status", key="c")
    time.now += timedelta(days=30)
    assert not requests.desk.forgetting.delete_departed(time.now)
    assert requests.desk.forgetting.members("T1") == 1


def test_a_request_under_way_does_not_bring_back_who_left(
    here: Replica, there: Replica, requests: Requests, time: Time
) -> None:
    here.install()
    requests.command("cert add ACP-620 earned 2025-01-01", key="a")
    there.leave()
    time.now += HOUR
    assert "0 of 100" in requests.command(
        "status", key="b"
    )  # within the seconds in which it is not known here
    with here.ledger.forgetting() as kept:
        assert kept.left_at("T1")


def test_word_of_a_removal_that_comes_after_the_next_install_takes_nothing_away(
    here: Replica, requests: Requests, time: Time
) -> None:
    removed_at = time.now + HOUR
    here.install()
    time.now += 2 * HOUR
    here.install(token="xoxb-new")
    requests.event("app_uninstalled", removed_at)
    tokens_revoked(requests, removed_at)
    assert here.token() == "xoxb-new"
    with here.ledger.forgetting() as kept:
        assert kept.left_at("T1") is None


def test_a_members_own_token_that_is_revoked_is_not_the_bots(
    here: Replica, requests: Requests, time: Time
) -> None:
    here.install()
    requests.event("tokens_revoked", time.now + HOUR, tokens={"oauth": ["U1"], "bot": []})
    assert here.token() == "xoxb-1"


@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from(["install", "remove", "late", "rotate", "use"]), st.sampled_from(["T1", "T2"])
        ),
        max_size=14,
    )
)
@settings(max_examples=40, deadline=None)
def test_however_installs_and_removals_follow_each_other_the_last_word_holds(
    steps: list[tuple[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    time, web = Time(), Web()
    path = str(tmp_path_factory.mktemp("steps") / "ce-bot.db")
    with closing(Ledger(path)):
        here, there = Replica(path, time, web), Replica(path, time, web)
    token: dict[str, str | None] = {"T1": None, "T2": None}
    removed: dict[str, list[datetime]] = {"T1": [], "T2": []}
    numbers = Counter[str]()
    for step, workspace in steps:
        time.now += HOUR / 2  # all of it in the time for which a token serves
        one, other = (here, there) if numbers.total() % 2 else (there, here)
        if step == "install":
            numbers[workspace] += 1
            token[workspace] = f"xoxb-{workspace}-{numbers[workspace]}"
            one.install(workspace, str(token[workspace]), f"xoxe-{workspace}-{numbers[workspace]}", 12 * HOUR)
        elif step == "remove":
            other.leave(workspace, time.now)
            removed[workspace].append(time.now)
            token[workspace] = None
        elif step == "late" and removed[workspace]:  # delivered once more, by whom it may be
            held = token[workspace]
            one.leave(workspace, removed[workspace][0])
            assert one.token(workspace) == held
        elif step == "rotate" and (seen := one.installations.of(workspace)):
            assert one.installations.rotate(seen, one.refresh)
            renewed = one.installations.of(workspace)
            assert renewed
            token[workspace] = renewed.tokens.access
        elif step == "use":
            assert one.token(workspace) == token[workspace]
        for replica in (here, there):
            for name, wanted in token.items():
                found = replica.installations.of(name)
                assert (found.tokens.access if found else None) == wanted
                with replica.ledger.forgetting() as kept:
                    assert not (wanted and kept.left_at(name))
    assert len(web.refreshed) == len(set(web.refreshed))
    for replica in (here, there):
        replica.ledger.close()


# Rounds


def test_rounds_serve_workspaces_with_an_installation_and_keep_the_others(
    here: Replica, requests: Requests, time: Time, web: Web
) -> None:
    here.install("T1", "xoxb-one")
    here.install("T2", "xoxb-two")
    for team in ("T1", "T2"):
        requests.command("cert add ACP-620 earned 2024-03-01", team=team, key=f"a{team}")
        requests.command("remind on", team=team, key=f"b{team}")
    here.leave("T2")
    time.now += timedelta(days=1)
    time.seconds += LOOK_AGAIN_S
    rounds = Rounds(requests.desk, here.courier, time, here.many.serves, keeps=in_slack)
    sent = rounds.send()
    assert (sent.sent, sent.later) == (1, 0)
    assert [token for method, token in web.calls if method == "chat.postMessage"] == ["xoxb-one"]
    rounds.see_to()
    assert requests.desk.forgetting.members("T2") == 1


def test_members_of_the_one_token_are_there_after_the_install(
    here: Replica, requests: Requests, policy: rules.Policy, time: Time
) -> None:
    from conftest import Slack

    before = Slack(Desk(here.ledger, policy, time, lambda who: "UTC"))
    before.command("cert add ACP-620 earned 2025-01-01", user="U1")
    assert "not installed" in requests.command("status", key="x")
    here.install("T1")
    assert "ACP-620" in requests.command("status", key="y")


# What starts it


@contextmanager
def kept_under(path: Path, key: bytes) -> Iterator[Installed]:
    with closing(Ledger(path)) as ledger:
        installations = Installations(ledger, Keys([key]), lambda: datetime(2026, 11, 23, tzinfo=UTC))
        installations.keep(
            Granted(Tokens("xoxb-secret"), None),
            workspace="T1", name="Acme", bot_user="UBOT", bot="BBOT", scopes=(), at=noon(TODAY),
        )  # fmt: skip
        found = installations.of("T1")
        assert found
        yield found


def test_a_wrong_key_is_one_sentence_before_anything_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import base64

    from bot.cli import main

    monkeypatch.chdir(tmp_path)
    variables = {
        "SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "hush", "SLACK_SIGNING_SECRET": "hush",
        "CE_BOT_URL": "https://ce-bot.example.com", "CE_BOT_TOKEN_KEY": base64.b64encode(b"o" * 32).decode(),
        "CE_BOT_DB": str(tmp_path / "a.db"), "CE_BOT_PORT": "39",
    }  # fmt: skip
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with kept_under(tmp_path / "a.db", KEY):
        assert main(["remind"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("ce-bot: CE_BOT_TOKEN_KEY opens none of the tokens that are kept")
    assert said.count("\n") == 1
    assert "hush" not in said
    monkeypatch.setenv(
        "CE_BOT_TOKEN_KEY", f"{variables['CE_BOT_TOKEN_KEY']},{base64.urlsafe_b64encode(KEY).decode()}"
    )
    assert main(["remind"]) == 0
    monkeypatch.setenv("CE_BOT_TOKEN_KEY", variables["CE_BOT_TOKEN_KEY"])  # it was put under the first key
    assert main(["remind"]) == 0


def test_whoever_runs_the_bot_deletes_a_workspace_with_its_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from bot.cli import main

    monkeypatch.chdir(tmp_path)
    with kept_under(tmp_path / "a.db", KEY):
        pass
    assert main(["forget", "--db", "a.db", "--workspace", "T1", "--yes"]) == 0
    assert "the bot's token there" in capsys.readouterr().out
    assert main(["forget", "--db", "a.db", "--workspace", "T1", "--yes"]) == 1
    with closing(Ledger(tmp_path / "a.db")) as ledger, ledger.installations() as kept:
        assert kept.all() == ()
