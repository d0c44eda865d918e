"""What to do next: for each certification, for all of them on one day, over the next years."""

from collections.abc import Iterator, Sequence

from rules import Gain, Outcome, Outlook, Plan, Policy, Renewing, Status, Step, is_courses_alone

from ..outcomes import Planned
from . import words
from .blocks import Reply, reply
from .standing import FIRST_STEP, expired

FOUND = {
    True: "Found by going through every other plan ({examined} in whole or in part): none takes fewer.",
    False: "I could not rule out every other plan, so one with fewer activities may exist.",
}
LEAST = "*The least for all of them until {until}*: {activities}{kept}."
NEVER_SUSPENDED = ", and nothing is ever suspended"
SUSPENDED_NOW = "; {codes} stays suspended until its step, so do that one sooner if you can"
GAPS = "; {codes} cannot be kept without a gap"
NOTHING_TO_DO = "*Until {until}* there is nothing to do: nothing suspends before that."
EARLIER = "A step may be finished earlier: what it renews then ends earlier, and the next one has more time."
SMALL_PRINT = (
    "Calculated from what you told me and today's figures; the portal has the last word. Plan again after "
    "each change. More about one: `/ce plan {code}`; from another day: `/ce plan on {later}`"
)
EVENTS = "With courses alone it takes {courses}: events come when they come, courses can be done any day."
EXAM = (
    "Or pass its exam again, {when}: passed on {first}, it would suspend {suspends}. That renews it alone "
    "and costs the others nothing."
)
OUTLOOKS_MOST = 8
OTHERS = "{number}, less urgent: name one to see what it needs: `/ce plan {code}`"
NOT_ALL = "Not all of it fits into one message. Name the certifications to plan for: `/ce plan {code}`"


def plan(found: Planned, policy: Policy) -> Reply:
    """The answer to `/ce plan`."""
    if not found.outlooks:
        return reply(FIRST_STEP)
    code = found.outlooks[0].standing.code
    suspended = [one.standing.code for one in found.outlooks if one.standing.status is Status.SUSPENDED]
    later = found.plan.steps[0].renews_on if found.plan.steps else found.on
    return reply(
        *(_outlook(one, found, policy) for one in found.outlooks[:OUTLOOKS_MOST]),
        _others([one.standing.code for one in found.outlooks[OUTLOOKS_MOST:]]),
        *(_renewing(one, found, policy) for one in {one.way: one for one in found.renewing}.values()),
        _steps(found.plan, suspended, policy),
        small=[EARLIER if len(found.plan.steps) > 1 else "", SMALL_PRINT.format(code=code, later=later)],
        left_out=NOT_ALL.format(code=code),
    )


def _others(codes: Sequence[str]) -> str:
    if not codes:
        return ""
    return OTHERS.format(number=words.count(len(codes), "other", "others"), code=codes[0])


def _outlook(found: Outlook, planned: Planned, policy: Policy) -> str:
    standing = found.standing
    mark = words.STATUS_MARK[standing.status]
    if standing.status is Status.EXPIRED:
        return f"{mark} *{standing.code}* · {expired(standing)}"
    missing = words.needs(standing, planned.on, policy)
    lines = [
        f"{mark} *{standing.code}* · missing {standing.missing}: {missing}.",
        *_waiting(found, planned, policy),
    ]
    if found.exam:
        window, first = standing.exam_window, words.day(found.exam.renewed_on)
        opens = f"from {first} to" if found.exam.renewed_on > planned.on else "now, until"
        lines.append(
            EXAM.format(
                when=f"{opens} {words.day(window.closes_on)}",
                first=first,
                suspends=words.day(found.exam.dates.suspends_on),
            )
        )
    return "\n".join(lines)


def _waiting(found: Outlook, planned: Planned, policy: Policy) -> Iterator[str]:
    """When to finish, and what choosing the day is worth."""
    standing, soonest, safe = found.standing, found.soonest, found.last_safe
    if soonest is None:
        return
    way = next(filter(is_courses_alone, found.ways), found.ways[0] if found.ways else ())
    what = words.more(words.amounts(way, policy)) if way else "anything more"
    on = words.when(soonest.renewed_on, planned.today)
    if safe is None:
        yield (
            f"The last safe day has passed. If you finish {what} {on}, it renews to "
            f"*{words.day(soonest.dates.suspends_on)}*, unless the grace period is counted in days, as a "
            "page says: check the portal now."
        )
        return
    yield (
        f"If you finish {what} by *{words.day(safe.renewed_on)}* (last safe day), it renews to "
        f"*{words.day(safe.dates.suspends_on)}*; finishing {on} instead would end "
        f"{words.count(safe.later, 'day', 'days')} earlier, on {words.day(soonest.dates.suspends_on)}."
    )
    suspends_on = words.day(standing.cycle.suspends_on)
    if standing.status is Status.SUSPENDED:
        yield f"It is suspended since {suspends_on}, and stays so until you do."
    elif found.last_active:
        yield (
            f"But from {suspends_on} on it is suspended until you do. Never suspended: by "
            f"*{words.day(found.last_active.renewed_on)}*, which renews it to "
            f"{words.day(found.last_active.dates.suspends_on)}."
        )


def _renewing(found: Renewing, planned: Planned, policy: Policy) -> str:
    """What finishing a set of activities on one day does to each certification."""
    done = _capital(words.amounts(found.way, policy))
    lines = [f"*{done} finished {words.when(found.done_on, planned.today)}*:"]
    return "\n".join([*lines, *(_outcome(one) for one in found.outcomes)])


def _outcome(found: Outcome) -> str:
    after = found.after
    if found.renewals:
        cycle = after.cycle
        days = [words.day(renewal.renewed_on) for renewal in found.renewals]
        then = f", on {words.listed(days)}" if len(days) > 1 else ""
        return (
            f"• *{after.code}* renews{then}: suspends {words.day(cycle.suspends_on)}, expires "
            f"{words.day(cycle.expires_on)}; {_gain(found.gain)}."
        )
    if after.status is Status.EXPIRED:
        return f"• *{after.code}* does not renew: it expired on {words.day(after.cycle.expires_on)}."
    why = [f"{after.credited} of {after.required} CE then, {after.missing} missing"]
    if found.older:
        older = words.count(len(found.older), "of your activities is", "of your activities are")
        why.append(f"{older} no younger than its cycle, which began {words.day(after.cycle.started_on)}")
    if found.over_cap:
        over = words.count(len(found.over_cap), "is", "are")
        why.append(f"{over} over a limit of its cycle")
    return f"• *{after.code}* does not renew: {'; '.join(why)}."


def _steps(found: Plan, suspended: Sequence[str], policy: Policy) -> str:
    """The best plan, step by step, and how it was found; some certifications may be suspended now."""
    until = words.day(found.until_on)
    if not found.steps:
        return NOTHING_TO_DO.format(until=until)
    activities = words.count(found.activities, "activity", "activities")
    kept = NEVER_SUSPENDED
    if found.gaps:
        kept = GAPS.format(codes=words.listed(found.gaps))
    elif suspended:
        kept = SUSPENDED_NOW.format(codes=words.listed(suspended))
    ends = [f"{code} {words.day(cycle.suspends_on)}" for code, cycle in found.ends]
    lines = [
        LEAST.format(until=until, activities=activities, kept=kept),
        *(_step(step, policy) for step in found.steps),
        f"Then these suspend: {', '.join(ends)}.",
    ]
    if found.courses_alone != found.activities:
        lines.append(EVENTS.format(courses=words.count(found.courses_alone, "course", "courses")))
    lines.append(FOUND[found.proven].format(examined=found.examined))
    return "\n".join(lines)


def _step(step: Step, policy: Policy) -> str:
    amounts = words.amounts(step.way, policy)
    renewed = [f"{code} to {words.day(cycle.suspends_on)}" for code, cycle in step.renewed]
    if sum(count for _, count in step.way) == 1:
        how = f"{amounts} renews"
    elif step.from_on == step.renews_on:
        how = f"{amounts}, all on that day, renew"
    else:
        last = f", a {policy.kinds[step.last].name} last" if len(step.way) > 1 else ""
        how = f"the last of {amounts} (from {words.day(step.from_on)} on{last}) renews"
    return f"• *{words.day(step.renews_on)}*: {how} {words.listed(renewed)}."


def _gain(gain: Gain) -> str:
    """What a renewal adds: `10 months gained`."""
    months = words.count(abs(gain.months), "month", "months")
    days = words.count(abs(gain.days), "day", "days")
    amount = words.listed([part for part, number in ((months, gain.months), (days, gain.days)) if number])
    if not amount:
        return "nothing gained"
    return f"{amount} {'lost' if gain.months < 0 or gain.days < 0 else 'gained'}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
