"""What the local Slack does otherwise than Slack, put right on the way to the bot and to the browser.

A click in the Home tab comes from it as a click on a message, in a channel without a name; Slack sends the
view instead, and no address to answer to. A button in a modal does nothing at all in its page.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlencode

from slack_sdk.signature import SignatureVerifier

from .local_slack import PATIENCE, SIGNING_SECRET, LocalSlack

PASSED_ON = ("Content-Type", "X-Slack-Request-Timestamp")
OF_A_MESSAGE = ("channel", "message", "response_url")
# What the page does about a modal, and what it does instead: it names the modal where a channel belongs.
MODAL = "modal:"
SHOWS_MODAL = "ctx:{input:C}"
SHOWS_MODAL_WITH_BUTTONS = f'ctx:{{input:C,onAction:K=>du("{MODAL}"+m.id,"",a,K,m.app_id)}}'
EXAMPLE, OUR_EXAMPLE = "try /echo hi", "try /ce help"


@contextmanager
def put_right(slack: LocalSlack) -> Iterator[None]:
    """Stand between a Slack that does not run yet and its bot, by HTTP."""

    class Passing(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = as_slack_sends(self.rfile.read(int(self.headers["Content-Length"])))
            headers = {name: self.headers[name] for name in PASSED_ON}
            signed = SignatureVerifier(SIGNING_SECRET).generate_signature(
                timestamp=headers["X-Slack-Request-Timestamp"], body=body
            )
            connection = HTTPConnection("127.0.0.1", slack.bot_port, timeout=PATIENCE)
            try:
                connection.request("POST", self.path, body, headers | {"X-Slack-Signature": str(signed)})
                answer = connection.getresponse()
                content = answer.read()
            finally:
                connection.close()
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.headers["Content-Type"] or "text/plain")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            """The local Slack has a log of its own."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Passing) as server:
        slack.delivers_to = server.server_port
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield
        finally:
            server.shutdown()


def as_slack_sends(body: bytes) -> bytes:
    """The body of a delivery as Slack would have made it."""
    fields = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)
    if "payload" not in fields:
        return body
    payload = json.loads(fields["payload"][0])
    channel = (payload.get("channel") or {}).get("id") or ""
    if payload.get("type") != "block_actions" or (channel and not channel.startswith(MODAL)):
        return body
    in_view = {name: value for name, value in payload.items() if name not in OF_A_MESSAGE}
    view = {"id": channel.removeprefix(MODAL) or "VHOME", "type": "modal" if channel else "home"}
    view |= {"callback_id": "", "private_metadata": "", "blocks": []}
    in_view |= {"container": {"type": "view", "view_id": view["id"]}, "view": view}
    return urlencode({"payload": json.dumps(in_view)}).encode()


def clickable(page: str) -> str:
    """The local Slack's page with buttons in modals that can be pressed."""
    assert page.count(SHOWS_MODAL) == 1, "The page of the local Slack is another than it was."
    return page.replace(SHOWS_MODAL, SHOWS_MODAL_WITH_BUTTONS).replace(EXAMPLE, OUR_EXAMPLE)
