"""Members' Homes: shown anew when they are opened, and after every change."""

import threading
from functools import partial

from .courier import Courier
from .desk import Desk
from .ledger import Member
from .views import home
from .views.blocks import View

# Of so many members it is known which page they look at; others see the first again after a change.
PAGES_KEPT = 1000


class Homes:
    """Shows members their Home as it is now, at the page they look at."""

    def __init__(self, desk: Desk, courier: Courier) -> None:
        self._desk = desk
        self._courier = courier
        self._pages: dict[Member, int] = {}
        self._lock = threading.Lock()

    def publish(self, who: Member, page: int | None = None) -> None:
        """Show a member their Home: at this page (from 0), or at the one they looked at last."""
        if page is not None:
            self.turn_to(who, page)
        self._courier.publish_home(who, partial(self._make, who))

    def turn_to(self, who: Member, page: int) -> None:
        """Note which page a member looks at."""
        with self._lock:
            self._pages.pop(who, None)
            if page > 0:
                self._pages[who] = page
                if len(self._pages) > PAGES_KEPT:
                    del self._pages[next(iter(self._pages))]

    def _make(self, who: Member) -> View:
        # By the time zone that is known: who only looks is not to be kept, nor who had all deleted.
        today = self._desk.local_today(who)
        return home.home(self._desk.home(who, today, self._pages.get(who, 0)), self._desk.policy)
