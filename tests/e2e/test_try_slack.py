"""`make slack` starts a Slack that this machine alone can reach, and leaves nothing behind."""

import re
import signal
import sys
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from subprocess import PIPE, STDOUT, Popen, run

import pytest
from e2e.local_slack import HERE, STOPS_WITHIN

LISTENS, LOOPBACK = "0A", "0100007F"  # as /proc/net/tcp has them
PROGRAM = [sys.executable, str(HERE / "try_slack.py")]


@pytest.fixture
def started(tmp_path: Path) -> Iterator[tuple[Popen[str], int]]:
    """All of it, and the port it says."""
    with Popen([*PROGRAM, str(tmp_path)], stdout=PIPE, stderr=STDOUT, text=True) as process:
        assert process.stdout
        said = ""
        while "messages are not" not in said and (line := process.stdout.readline()):
            said += line
        found = re.search(r"http://127\.0\.0\.1:(\d+)/", said)
        assert found, said
        try:
            yield process, int(found[1])
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(STOPS_WITHIN * 3)


def listening() -> list[tuple[str, int]]:
    """Where something of this network can be reached: addresses as /proc writes them, and ports."""
    lines = [
        line.split()
        for name in ("tcp", "tcp6")
        for line in Path(f"/proc/net/{name}").read_text().splitlines()
    ]
    places = [fields[1].split(":") for fields in lines if fields[3] == LISTENS]
    return [(address, int(port, 16)) for address, port in places]


def asked(port: int, path: str) -> str:
    with closing(HTTPConnection("127.0.0.1", port)) as connection:
        connection.request("GET", path)
        answer = connection.getresponse()
        assert answer.status == 200
        return answer.read().decode()


def test_it_is_reached_at_its_port_of_this_machine_alone_and_ends_at_once(started, tmp_path):
    process, port = started
    assert "modal:" in asked(port, "/"), "buttons in modals can be pressed"
    assert asked(port, "/_control/messages/C01TEAM") == '{"messages":[]}'
    assert listening() == [(LOOPBACK, port)]
    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=STOPS_WITHIN * 3)
    assert (process.returncode, rest) == (0, "The bot and its Slack have ended.\n")
    assert listening() == []
    assert (tmp_path / "ce.db").is_file()


def test_without_a_network_of_its_own_it_refuses_and_says_how_to_go_on(tmp_path):
    nothing = tmp_path / "bin"
    nothing.mkdir()
    for name in ("bash", "dirname"):
        (nothing / name).symlink_to(f"/bin/{name}")
    done = run(
        [*PROGRAM, str(tmp_path)], env={"PATH": str(nothing)}, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "CE_BOT_OPEN_SLACK=1 make slack" in done.stderr
