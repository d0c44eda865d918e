"""What is watched of a running bot, put together: figures, health, and the port on which both are read."""

from collections.abc import Callable
from datetime import datetime

from .desk import Desk
from .health import Health, Reach
from .ledger import Ledger, LedgerError
from .metrics import Metrics, Waiting
from .monitor import Monitor
from .rounds import Sent, Ticker

METRICS = "/metrics"


class Watching:
    """The figures and the health of one bot; other parts tell it what they do, or are asked."""

    def __init__(self) -> None:
        self.metrics = Metrics()
        self.health = Health()
        self._reach = Reach()
        self.health.checks["slack"] = lambda: self._reach.is_reached

    def watch_ledger(self, ledger: Ledger, clock: Callable[[], datetime]) -> None:
        """Count what is written, look whether it can be, and look up what is due."""
        ledger.watch(self.metrics.wrote)
        self.health.checks["database"] = ledger.is_writable

        def waiting() -> Waiting | None:
            now = clock()
            try:
                with ledger.outbox() as outbox:
                    count, oldest_at = outbox.due(now)
            except LedgerError:
                return None
            return Waiting(count, (now - oldest_at).total_seconds() if oldest_at else 0.0)

        self.metrics.watch_reminders(waiting)

    def watch_desk(self, desk: Desk, mode: str) -> None:
        """Count questions by how they are answered, and say what runs here and how Slack reaches it."""
        desk.answering.watch(self.metrics.asked)
        self.metrics.about(desk.policy.id, desk.policy.verified_on.isoformat(), mode)

    def watch_ticker(self, ticker: Ticker) -> None:
        """Look whether reminders are seen to, and count them."""
        ticker.watch(self.count_round)
        self.health.alive["reminders"] = lambda: ticker.is_alive

    def count_round(self, found: Sent) -> None:
        """Count what a round of reminders sent."""
        self.metrics.reminded(found.sent, found.parked)

    def called(self, method: str, outcome: str, seconds: float) -> None:
        """Slack was called."""
        self._reach.note(outcome)
        self.metrics.called(method, outcome, seconds)

    def watch_connection(self, is_connected: Callable[[], bool]) -> None:
        """Look whether Slack is connected by Socket Mode."""
        self.health.checks["socket"] = is_connected
        self.metrics.tell(
            "socket_connected", "Whether there is a connection by Socket Mode.", lambda: float(is_connected())
        )

    def monitor(self, port: int) -> Monitor:
        """Figures and health on a port of this machine alone. Raises OSError where it is taken."""
        return Monitor(port, {METRICS: self.metrics.page, **self.health.pages()})
