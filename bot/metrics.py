"""Figures about the bot at work, for Prometheus: how much, how quick, how often not.

No label names a member, a workspace, a channel or anything that people typed.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import version
from typing import NamedTuple

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from .front import Environ, StartResponse

# Slack waits 3 seconds; a status takes less than one millisecond.
_REQUEST_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3)
_CALL_S = (0.05, 0.1, 0.25, 0.5, 1, 2, 5, 15)
_WRITE_S = (0.001, 0.0025, 0.005, 0.01, 0.05, 0.1, 0.5, 1.5)
# Slack's own words for what went wrong.
_CODE = re.compile("[a-z_]{1,60}")


class Waiting(NamedTuple):
    """The reminders that are due: how many, and for how many seconds the oldest has been."""

    due: int
    oldest_s: float


class Metrics:
    """The figures of one process, in a registry of their own."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._requests = Counter(
            "ce_bot_requests", "Requests of Slack's and others, by kind and HTTP status.", ("kind", "status"),
            registry=self.registry,
        )  # fmt: skip
        self._seconds = Histogram(
            "ce_bot_request_seconds", "How long Bolt and the bot took to answer a request.", ("kind",),
            buckets=_REQUEST_S, registry=self.registry,
        )  # fmt: skip
        self._commands = Counter(
            "ce_bot_commands", "Commands by their name, typed or clicked.", ("command",),
            registry=self.registry,
        )  # fmt: skip
        self._writes = Counter(
            "ce_bot_ledger_writes", "Transactions by what became of them: saved, undone, busy or failed.",
            ("outcome",), registry=self.registry,
        )  # fmt: skip
        self._write_seconds = Histogram(
            "ce_bot_ledger_write_seconds", "How long a transaction took, waiting for its turn included.",
            buckets=_WRITE_S, registry=self.registry,
        )  # fmt: skip
        self._reminders = Counter(
            "ce_bot_reminders", "Reminders that were sent or parked (given up).", ("outcome",),
            registry=self.registry,
        )  # fmt: skip
        self._answers = Counter(
            "ce_bot_faq_answers", "Questions by how they were answered.", ("tier",), registry=self.registry
        )
        self._calls = Counter(
            "ce_bot_slack_calls", "Calls of Slack's Web API, by method and what Slack said.",
            ("method", "outcome"), registry=self.registry,
        )  # fmt: skip
        self._call_seconds = Histogram(
            "ce_bot_slack_call_seconds", "How long Slack took to answer, waiting when told to included.",
            buckets=_CALL_S, registry=self.registry,
        )  # fmt: skip
        self._logged = Counter(
            "ce_bot_log_records", "Lines of the log from warnings upwards.", ("level",),
            registry=self.registry,
        )  # fmt: skip
        self._answers_of: dict[tuple[str, int], tuple[Counter, Histogram]] = {}
        for level in ("warning", "error", "critical"):  # so that a first error is a change
            self._logged.labels(level)
        for outcome in ("sent", "parked"):
            self._reminders.labels(outcome)
        for outcome in ("saved", "undone", "busy", "failed"):
            self._writes.labels(outcome)

    def answered(self, kind: str, status: int, seconds: float) -> None:
        """A request was answered by Bolt."""
        requests, times = self._answers_of.get((kind, status)) or self._first(kind, status)
        requests.inc()
        times.observe(seconds)

    def _first(self, kind: str, status: int) -> tuple[Counter, Histogram]:
        """The figures of one kind and status, looked up once: that takes longer than to count."""
        found = self._requests.labels(kind, status), self._seconds.labels(kind)
        self._answers_of[kind, status] = found
        return found

    def turned_away(self, kind: str, status: int) -> None:
        """A request was answered, and Bolt never saw it."""
        self._requests.labels(kind, status).inc()

    def ran(self, command: str) -> None:
        """A command was given, by its name in the bot's own table."""
        self._commands.labels(command).inc()

    def wrote(self, outcome: str, seconds: float) -> None:
        """A transaction ended: saved, busy or failed."""
        self._writes.labels(outcome).inc()
        self._write_seconds.observe(seconds)

    def reminded(self, sent: int, parked: int) -> None:
        """A round of reminders ended."""
        self._reminders.labels("sent").inc(sent)
        self._reminders.labels("parked").inc(parked)

    def asked(self, tier: str) -> None:
        """A question was answered, on one of the FAQ's tiers."""
        self._answers.labels(tier).inc()

    def called(self, method: str, outcome: str, seconds: float) -> None:
        """Slack was called: `outcome` is ok, unreachable, or its own word for what went wrong."""
        self._calls.labels(method, outcome if _CODE.fullmatch(outcome) else "other").inc()
        self._call_seconds.observe(seconds)

    def logged(self, level: str) -> None:
        """A line was logged, from warnings upwards."""
        self._logged.labels(level.lower()).inc()

    def tell(self, name: str, says: str, value: Callable[[], float]) -> None:
        """A figure that is looked up whenever somebody asks."""
        Gauge(f"ce_bot_{name}", says, registry=self.registry).set_function(value)

    def about(self, policy: str, verified_on: str, mode: str) -> None:
        """What is running here."""
        Gauge(
            "ce_bot_info", "The version, the policy and how Slack is reached; always 1.",
            ("version", "policy", "verified_on", "mode"), registry=self.registry,
        ).labels(version("ce-bot"), policy, verified_on, mode).set(1)  # fmt: skip

    def watch_reminders(self, waiting: Callable[[], Waiting | None]) -> None:
        """Look up what is due whenever somebody asks; None where that cannot be known now."""
        self.registry.register(_Reminders(waiting))

    def page(self, _environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """All figures, as Prometheus reads them (a WSGI app)."""
        content = generate_latest(self.registry)
        start_response(
            "200 OK", [("content-type", CONTENT_TYPE_LATEST), ("content-length", str(len(content)))]
        )
        return [content]


class _Reminders(Collector):
    def __init__(self, waiting: Callable[[], Waiting | None]) -> None:
        self._waiting = waiting

    def collect(self) -> Iterator[GaugeMetricFamily]:
        found = self._waiting()
        if found:
            yield GaugeMetricFamily("ce_bot_reminders_due", "Reminders that are due now.", found.due)
            yield GaugeMetricFamily(
                "ce_bot_reminders_oldest_due_seconds", "For how long the oldest is due.", found.oldest_s
            )
