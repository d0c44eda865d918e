"""Half an hour of a busy workspace in a few minutes: memory stays flat, and nothing goes wrong."""

import json
import random
import sqlite3
import statistics
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from bench.front import SECRET, bot, prepare, process, ready, rss_mb
from bench.load import load, signed_request

# 50 requests a second for 30 minutes, as quickly as they are answered.
REQUESTS = 90_000
CHUNK = 3_000
# So many fill caches, load the matcher and open all connections.
WARM_UP = 15_000
GROWTH_MOST_MB = 5
IN_FLIGHT = 16
MEMBERS = 200
KINDS = ("course", "local", "global")
QUESTIONS = (
    "does coursework need to match the cert?",
    "what happens when my certification expires?",
    "how many points do I need?",
    "can I get a refund for the exam?",
    "hi there",
)


def mixed(seed: int) -> Iterator[bytes]:
    """All sorts of requests, without end; each is signed as it is taken."""
    dice = random.Random(seed)
    number = 0
    last = b""
    while True:
        number += 1
        member, roll = f"U{dice.randrange(MEMBERS)}", dice.random()
        if roll < 0.58:
            last = command(member, dice.choice(("", "status")), number)
        elif roll < 0.64:
            days = dice.choice(("today", "yesterday", "2 days ago"))
            last = command(member, f'add {dice.choice(KINDS)} "Soak {number}" {days}', number)
        elif roll < 0.67:
            last = command(member, "undo", number)
        elif roll < 0.69:
            last = command(member, f'edit {dice.randrange(1, 50)} "Edited {number}"', number)
        elif roll < 0.79:
            last = command(member, dice.choice(("list", "why ACP-620", "help", "cert list")), number)
        elif roll < 0.82:
            last = command(member, f"ask {dice.choice(QUESTIONS)}", number)
        elif roll < 0.89:
            last = click(member, dice.choice(("status", "list", "undo", "help plan")), number)
        elif roll < 0.91:
            last = form(member, number)
        elif roll < 0.93:
            last = event({"type": "app_home_opened", "user": member, "channel": "D1", "tab": "home"}, number)
        elif roll < 0.95:
            said = {"type": "message", "user": member, "channel": f"D{member}", "channel_type": "im"}
            last = event({**said, "ts": f"{number}.1", "text": dice.choice(QUESTIONS)}, number)
        elif roll < 0.98:
            yield malformed(dice, number)
            continue
        yield last  # from 0.98 on once more: a repeated delivery


def command(member: str, text: str, number: int) -> bytes:
    fields = {
        "command": "/ce",
        "text": text,
        "user_id": member,
        "team_id": "T1",
        "channel_id": "C1",
        "trigger_id": f"{number}.soak",
        "response_url": "http://127.0.0.1:39401/respond",
        "is_enterprise_install": "false",
    }
    return signed_request(urlencode(fields).encode(), SECRET)


def interaction(kind: str, member: str, number: int, **more: Any) -> bytes:
    payload = {
        "type": kind,
        "team": {"id": "T1", "domain": "acme"},
        "user": {"id": member, "team_id": "T1"},
        "trigger_id": f"{number}.soak",
        **more,
    }
    return signed_request(urlencode({"payload": json.dumps(payload)}).encode(), SECRET)


def click(member: str, words: str, number: int) -> bytes:
    action = {"type": "button", "action_id": "ce:run:1", "block_id": "b", "value": words}
    return interaction(
        "block_actions",
        member,
        number,
        actions=[action],
        channel={"id": "C1", "name": "general"},
        container={"type": "message", "message_ts": "1.1", "channel_id": "C1", "is_ephemeral": True},
        response_url="http://127.0.0.1:39401/respond",
    )


def form(member: str, number: int) -> bytes:
    values = {
        "kind": {"selected_option": {"value": "course"}},
        "title": {"value": f"By form {number}"},
        "day": {"selected_date": str(datetime.now(UTC).date() - timedelta(days=3))},
    }
    view = {
        "id": "V1",
        "type": "modal",
        "callback_id": "ce:form:add",
        "private_metadata": "{}",
        "blocks": [{"type": "input", "block_id": name} for name in values],
        "state": {"values": {name: {f"ce:field:{name}": value} for name, value in values.items()}},
    }
    return interaction("view_submission", member, number, view=view)


def event(said: dict[str, Any], number: int) -> bytes:
    body = {"type": "event_callback", "team_id": "T1", "event_id": f"Ev{number}", "event": said}
    return signed_request(json.dumps(body).encode(), SECRET, kind="application/json")


def malformed(dice: random.Random, number: int) -> bytes:
    """What is signed and makes no sense, and what is not signed."""
    body = dice.choice((b"{", b"[]", b"payload=7", b"command=%2Fce", b"a=1&" * 500, b"[" * 5000))
    request = signed_request(body, SECRET, kind="application/json" if body[:1] in b"[{" else "text/plain")
    return request if number % 2 else request.replace(b"v0=", b"v0=0", 1)


@pytest.mark.soak
def test_half_an_hour_of_everything_leaves_memory_flat_and_the_log_without_an_error(tmp_path: Path) -> None:
    prepare(tmp_path, MEMBERS)
    requests = mixed(7)
    memory: list[float] = []
    statuses: dict[int, int] = {}
    log = tmp_path / "bot.log"
    with (
        process(["tests.bench.stub", "39401"]),
        log.open("w") as written,
        bot(tmp_path, 39401, 39403, errors_to=written) as served,
    ):
        ready(39401)
        ready(39403)
        began = time.monotonic()
        for sent in range(CHUNK, REQUESTS + 1, CHUNK):
            for status, count in load(39403, islice(requests, CHUNK), IN_FLIGHT).statuses.items():
                statuses[status] = statuses.get(status, 0) + count
            if sent >= WARM_UP:
                time.sleep(0.2)  # what goes to Slack beside the answers
                memory.append(rss_mb(served.pid))
        served.terminate()
        assert served.wait(10) == 0
    said = log.read_text(encoding="utf-8")
    print(f"{REQUESTS} requests in {time.monotonic() - began:.0f} s: {statuses}, memory {memory} MB")  # noqa: T201
    assert sum(statuses.values()) == REQUESTS
    assert set(statuses) == {200, 400, 401, 415}
    assert " ERROR " not in said, said[-3000:]
    assert "Traceback" not in said
    assert log.stat().st_size < 5_000_000
    assert min(saved(tmp_path / "ce.db").values()) > 500
    # One reading may fall beside a peak: three at either end.
    assert statistics.median(memory[-3:]) - statistics.median(memory[:3]) <= GROWTH_MOST_MB, memory


def saved(database: Path) -> dict[str, int]:
    """How many activities were saved by words, by a form and by an edit: nothing was only refused."""
    counted = "SELECT count(*) FROM activities WHERE title LIKE ?"
    with closing(sqlite3.connect(database)) as db:
        return {
            how: db.execute(counted, (f"{how} %",)).fetchone()[0] for how in ("Soak", "By form", "Edited")
        }
