"""What to do from here: how each certification can be renewed, and the best plan for all together."""

from .outlook import Gain, Outcome, Outlook, Renewed, Renewing, gain_of, outlooks, renewing, what_if
from .plan import Plan, Step, best_plan, courses_plan

__all__ = [
    "Gain",
    "Outcome",
    "Outlook",
    "Plan",
    "Renewed",
    "Renewing",
    "Step",
    "best_plan",
    "courses_plan",
    "gain_of",
    "outlooks",
    "renewing",
    "what_if",
]
