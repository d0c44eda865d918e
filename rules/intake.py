"""What is refused before it becomes a fact (R5, R16)."""

from datetime import date

from .history import Kind
from .policy import Policy


class RefusedError(ValueError):
    """A fact the rules do not take; the message is one sentence that says why and what to do."""


def check_units(kind: Kind, units: int | None, done_on: date, policy: Policy) -> None:
    """Units may be stated only for kinds whose value nobody publishes (R5).

    Raises RefusedError naming the policy's value.
    """
    value = policy.kinds[kind].units.on(done_on)
    if units is not None and value is not None:
        raise RefusedError(
            f"A {policy.kinds[kind].name} counts {value} CE units by the programme's rules: "
            "leave the units out."
        )


def is_unvalued(kind: Kind, units: int | None, done_on: date, policy: Policy) -> bool:
    """Whether nobody has said yet what an activity is worth: neither the policy nor its member (R5)."""
    return units is None and policy.kinds[kind].units.on(done_on) is None


def check_done(done_on: date, today: date) -> None:
    """Nothing is logged before it is done (R16).

    Raises RefusedError for a day after `today`.
    """
    if done_on > today:
        raise RefusedError(f"{done_on} is still to come: log it once it is done.")
