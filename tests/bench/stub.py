"""A Slack that says yes to everything, for measuring the bot beside it: `python -m tests.bench.stub PORT`."""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

ANSWER: dict[str, Any] = {
    "ok": True,
    "url": "https://acme.example/",
    "team": "Acme",
    "user": "ce-bot",
    "team_id": "T1",
    "user_id": "U0BOT",
    "bot_id": "B1",
    "channel": "D1",
    "ts": "1.1",
    "message": {"ts": "1.1"},
    "view": {"id": "V1", "hash": "1.h"},
}
# A member's own user differs from the bot's.
USER = {"ok": True, "user": {"id": "U0", "tz": "Europe/Berlin", "team_id": "T1", "name": "somebody"}}


class Yes(BaseHTTPRequestHandler):
    """Answers every call."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length") or 0))
        content = json.dumps(USER if self.path.endswith("/users.info") else ANSWER).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST  # noqa: N815 - the names are http.server's

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Yes).serve_forever()
