"""Each test has a Slack and a bot of its own, and runs once for each way Slack reaches the bot."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from e2e.local_slack import Bot, LocalSlack


@pytest.fixture(params=["socket", "http"])
def slack(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[LocalSlack]:
    with LocalSlack(request.param, tmp_path).running() as slack:
        yield slack


@pytest.fixture
def bot(slack: LocalSlack, tmp_path: Path) -> Iterator[Bot]:
    with Bot(slack, tmp_path).running() as bot:
        yield bot
