"""Files are fetched from Slack alone, with the token shown to nobody else, and never without end."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bot.downloads import (
    NO_ANSWER,
    NOT_ALLOWED,
    NOT_SLACKS,
    NOT_THERE,
    TOO_SLOW,
    NotFetchedError,
    fetch,
    is_slacks,
)

API = "https://slack.com/api/"


@pytest.mark.parametrize(
    ("url", "slacks"),
    [
        ("https://files.slack.com/files-pri/T1-F1/download/a.csv", True),
        ("https://slack.com/x", True),
        ("https://files.slack.com:443/x", True),
        ("https://FILES.SLACK.COM/x", True),
        ("https://files.slack-gov.com/x", True),
        ("http://files.slack.com/x", False),
        ("https://files.slack.com:8443/x", False),
        ("https://slack.com.evil.example/x", False),
        ("https://evilslack.com/x", False),
        ("https://evil.example/?https://files.slack.com/", False),
        ("https://files.slack.com@evil.example/x", False),
        ("https://evil.example@files.slack.com/x", False),
        ("https://evil.example\\@files.slack.com/x", False),
        ("https://evil.example\t.slack.com/x", False),
        ("https://files.slack.com:x/x", False),
        ("https://[::1]/x", False),
        ("https://[/x", False),
        ("https://slack.com./x", False),
        ("//files.slack.com/x", False),
        ("file:///etc/passwd", False),
        ("ftp://files.slack.com/x", False),
        ("https:///x", False),
        ("/etc/passwd", False),
        ("", False),
    ],
)
def test_only_slacks_own_addresses_get_the_token(url: str, slacks: bool) -> None:
    assert is_slacks(url, API) is slacks


@pytest.mark.parametrize(
    ("url", "same"),
    [
        ("http://127.0.0.1:3000/files/a.csv", True),
        ("http://127.0.0.1:3001/files/a.csv", False),
        ("https://127.0.0.1:3000/files/a.csv", False),
        ("http://127.0.0.2:3000/files/a.csv", False),
        ("http://127.0.0.1:3000@evil.example/", False),
    ],
)
def test_a_slack_of_ones_own_is_the_host_and_port_of_its_api(url: str, same: bool) -> None:
    assert is_slacks(url, "http://127.0.0.1:3000/api/") is same


class Server:
    """A Slack on this machine that answers by the path, and keeps which tokens it was shown."""

    def __init__(self) -> None:
        seen = self.seen = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                seen.append((self.path, self.headers.get("Authorization")))
                port = self.server.server_address[1]
                moved = {
                    "/away": f"http://localhost:{port}/a",
                    "/odd": "https://files.slack.com@localhost/",
                    "/file": "file:///etc/passwd",
                    "/here": "/csv",
                    "/round": "/round",
                }
                if self.path.startswith("/status"):
                    self.send_error(int(self.path[7:]))
                elif self.path in moved:
                    self.send_response(302)
                    self.send_header("Location", moved[self.path])
                    self.end_headers()
                elif self.path == "/cut":
                    self.send_response(200)
                    self.send_header("Content-Length", "1000")
                    self.end_headers()
                    self.wfile.write(b"kind")
                elif self.path == "/nonsense":
                    self.wfile.write(b"\x00\x01 this is no HTTP\r\n\r\n")
                else:
                    self.send_response(200)
                    kind = "text/html; charset=utf-8" if self.path == "/html" else "text/csv"
                    self.send_header("Content-Type", kind)
                    self.end_headers()
                    self.wfile.write(b"x" * (200_000 if self.path == "/long" else 5))

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.at = f"http://127.0.0.1:{self.http.server_address[1]}"

    def get(self, path: str, most: int = 100_000) -> bytes:
        return fetch(f"{self.at}{path}", most, token="xoxb-1", api_url=f"{self.at}/api/")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    found = Server()
    thread = threading.Thread(target=found.http.serve_forever, args=[0.01])
    thread.start()
    yield found
    found.http.shutdown()
    thread.join()
    found.http.server_close()


def reason(server: Server, path: str, most: int = 100_000) -> str:
    with pytest.raises(NotFetchedError) as refused:
        server.get(path, most)
    return refused.value.reason


def test_a_file_is_fetched_with_the_token(server: Server) -> None:
    assert server.get("/csv") == b"xxxxx"
    assert server.seen[-1] == ("/csv", "Bearer xoxb-1")


def test_of_a_file_no_more_is_read_than_may_be(server: Server) -> None:
    assert server.get("/long", 200_000) == b"x" * 200_000
    assert reason(server, "/long", 199_999).startswith("it is larger than")


def test_another_address_of_the_same_host_is_gone_to(server: Server) -> None:
    assert server.get("/here") == b"xxxxx"


@pytest.mark.parametrize(
    ("path", "says"), [("/away", NOT_SLACKS), ("/odd", NOT_SLACKS), ("/file", NO_ANSWER)]
)
def test_the_token_goes_to_no_other_host(server: Server, path: str, says: str) -> None:
    assert reason(server, path) == says
    assert server.seen[-1][0] == path


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/html", NOT_ALLOWED),
        ("/status401", NOT_ALLOWED),
        ("/status403", NOT_ALLOWED),
        ("/status404", NOT_THERE),
        ("/status429", NO_ANSWER),
        ("/status500", NO_ANSWER),
        ("/round", NO_ANSWER),
        ("/nonsense", NO_ANSWER),
        ("/cut", NO_ANSWER),
    ],
)
def test_what_is_not_handed_over_has_a_reason(server: Server, path: str, says: str) -> None:
    assert reason(server, path) == says


def test_nobody_there_is_a_reason_too() -> None:
    with pytest.raises(NotFetchedError) as refused:
        fetch("http://127.0.0.1:1/x", 5, token="xoxb-1", api_url="http://127.0.0.1:1/api/")
    assert refused.value.reason == NO_ANSWER


def test_what_takes_too_long_is_given_up(server: Server) -> None:
    with pytest.raises(NotFetchedError) as refused:
        fetch(f"{server.at}/csv", 5, token="xoxb-1", api_url=f"{server.at}/api/", within_s=-1.0)
    assert refused.value.reason == TOO_SLOW


def test_a_token_is_in_no_reason(server: Server) -> None:
    for path in ("/html", "/status403", "/away"):
        assert "xoxb" not in reason(server, path)
