"""What reasons, plans and forecasts cost, over random histories."""

import random
import statistics
import time
from collections.abc import Callable
from datetime import date, timedelta

import rules

TODAY = date(2026, 11, 1)
CODES = ("ACP-100", "ACP-120", "ACP-420", "ACP-520", "ACP-610", "ACP-620", "ACA-100", "ACA-110")
KINDS = [rules.Kind.COURSE] * 6 + [rules.Kind.LOCAL_EVENT, rules.Kind.GLOBAL_EVENT]


def a_history(dice: random.Random, credentials: int, activities: int) -> rules.History:
    """Certifications earned from 2023 to 2025, some with the portal's dates, and activities of four years."""
    held = []
    for code in dice.sample(CODES, credentials):
        earned_on = date(2023, 1, 1) + timedelta(days=dice.randrange(1000))
        shown = []
        if dice.random() < 0.3:
            suspends_on = TODAY + timedelta(days=dice.randrange(-80, 700))
            shown.append(rules.PortalDates(suspends_on, None, date(2026, 6, 1)))
        held.append(rules.Credential(code, earned_on, tuple(shown)))
    done = [
        rules.Activity(str(number), dice.choice(KINDS), TODAY - timedelta(days=dice.randrange(1400)))
        for number in range(activities)
    ]
    return rules.History(TODAY, tuple(held), tuple(done))


def plan_ms(number: int = 1000) -> tuple[list[float], float]:
    """How long the whole of `/ce plan` computes for random histories, in order, and the share proven best."""
    policy, dice = rules.load_policy(), random.Random(5)
    times, proven = [], 0
    for _ in range(number):
        history = a_history(dice, 5, 60)
        start = time.perf_counter()
        rules.outlooks(history, policy)
        for credential in history.credentials[:2]:
            rules.renewing(history, credential.code, policy)
        proven += rules.best_plan(history, policy).proven
        times.append((time.perf_counter() - start) * 1e3)
    return sorted(times), proven / number


def forecast_s(people: int = 1000) -> float:
    """How long the forecast of a team takes, in seconds: the median of three."""
    policy, dice = rules.load_policy(), random.Random(9)
    histories = [a_history(dice, dice.randint(1, 5), dice.randint(20, 60)) for _ in range(people)]
    return statistics.median(
        _seconds(lambda: rules.forecast(histories, policy, targets={"ACP-620": people // 10}))
        for _ in range(3)
    )


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
