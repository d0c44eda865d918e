"""What members are asked: whether to save what makes a date worse, and what the portal shows."""

from collections.abc import Sequence

from rules import Policy, Standing

from ..outcomes import (
    ActivitiesMarked,
    ActivityChanged,
    Changed,
    CredentialChanged,
    Effect,
    Imported,
    Undone,
)
from . import words
from .blocks import Block, Reply, commands, reply

# The commands that the buttons stand for; nobody types them.
SAVE, CANCEL = "save change", "cancel change"
PORTAL_FORM = "form portal"
SAME_DATES, OTHER_DATES, NOT_YET = "portal same", "portal other", "portal later"

NOT_SAVED = ":warning: *Not saved yet.* {what} would make this worse:"
IF_THE_PORTAL_DIFFERS = (
    "If the portal shows the dates of now, press Cancel and tell me so first, then they stay: `{command}`"
)
KEPT_FOR_A_DAY = "Nothing changes until you press Save; I keep the question for a day."
CANCELLED = "Left as it was; nothing was saved. Where you stand: `/ce status`"
PORTAL_QUESTION = "What does the portal show for {codes} now? It has the last word over what I calculate."
TELL_ME = (
    "Tell me what the portal shows: press the certification, or put what differs into the dates that I "
    "calculated, and send it."
)
# Slack takes so many buttons in a row.
BUTTONS_MOST = 25
STAYS_CALCULATED = (
    "Then the dates of {codes} stay calculated. Enter what you did <{portal}|in the portal>, and tell me "
    "once it shows the renewal:"
)


def before_saving(changed: Changed, number: int, policy: Policy) -> Reply:
    """What a change would make worse, before it is saved (R14); the number is the question's."""
    affected = [effect for effect in changed.effects if effect.is_worse or effect.moved]
    small = [KEPT_FOR_A_DAY]
    for effect in affected:
        if effect.is_worse and effect.calculated and effect.before:
            small.insert(0, IF_THE_PORTAL_DIFFERS.format(command=portal_command(effect.before)))
    return reply(
        NOT_SAVED.format(what=_what(changed, policy)),
        "\n".join(_would(effect, changed) for effect in affected),
        small=small,
        buttons=commands(("Save", f"{SAVE} {number}"), ("Cancel", f"{CANCEL} {number}")),
    )


def portal_question(changed: Changed) -> str:
    """What to ask after a calculated renewal, if anything."""
    return PORTAL_QUESTION.format(codes=_codes(changed.ask_portal)) if changed.ask_portal else ""


def portal_buttons(changed: Changed) -> list[Block]:
    """The answers to that question."""
    if not changed.ask_portal:
        return []
    return commands(*_answers(changed.change))


def _answers(change: int) -> tuple[tuple[str, str], ...]:
    return (
        ("Same dates", f"{SAME_DATES} {change}"),
        ("Other dates", f"{OTHER_DATES} {change}"),
        ("Not there yet", f"{NOT_YET} {change}"),
    )


def portal_differs(found: Sequence[Standing]) -> Reply:
    """The answer to "Other dates": the form and the command that state them, for each certification."""
    buttons = [(standing.code, f"{PORTAL_FORM} {stated_words(standing)}") for standing in found]
    return reply(
        TELL_ME,
        "\n".join(f"`{portal_command(standing)}`" for standing in found),
        buttons=commands(*buttons[:BUTTONS_MOST]),
    )


def portal_command(standing: Standing) -> str:
    """The command that states a standing's dates as the portal's."""
    return f"/ce portal {stated_words(standing)}"


def stated_words(standing: Standing) -> str:
    """A standing's dates as they are stated after `/ce portal`, and in its form."""
    cycle = standing.cycle
    return f"{standing.code} suspends {cycle.suspends_on} expires {cycle.expires_on}"


def portal_not_yet(found: Sequence[Standing], change: int, policy: Policy) -> Reply:
    """The answer to "Not there yet", with the other answers for later."""
    codes = _codes([standing.code for standing in found])
    return reply(
        STAYS_CALCULATED.format(codes=codes, portal=policy.links.portal),
        buttons=commands(
            ("Same dates", f"{SAME_DATES} {change}"), ("Other dates", f"{OTHER_DATES} {change}")
        ),
    )


def cancelled() -> Reply:
    """The answer to Cancel."""
    return reply(CANCELLED)


def _what(changed: Changed, policy: Policy) -> str:
    match changed:
        case ActivityChanged(activity=None, was=was) if was:
            return f"Removing {words.activity(was, policy)}"
        case ActivityChanged(activity=activity, was=None) if activity:
            return f"Logging {words.unnumbered(activity, policy)}"
        case ActivityChanged(activity=activity, was=was) if activity and was:
            return f"Changing {words.activity(was, policy)}, to {words.unnumbered(activity, policy)}"
        case CredentialChanged(exam=exam) if exam:
            return f"Changing the exam {exam.code} of {words.day(exam.passed_on)}"
        case CredentialChanged(effects=effects) if all(effect.after is None for effect in effects):
            return f"Removing {changed.code}"
        case CredentialChanged():
            return f"Changing what I know of {changed.code}"
        case ActivitiesMarked():
            return "Marking as entered what the portal had rejected"
        case Imported():
            return f"Importing {words.news(changed.news, policy)}"
        case Undone():
            return f"Taking back {words.done(changed.action, changed.subject)}"
    return "This"


def _would(effect: Effect, changed: Changed) -> str:
    before, after = effect.before, effect.after
    assert before
    if after is None:
        # An import is taken back with the activities it brought.
        stay = "; your activities would stay" if isinstance(changed, CredentialChanged) else ""
        return f"• *{effect.code}* would no longer be followed, nor its dates{stay}."
    was, now = before.cycle, after.cycle
    suspends = f"would suspend *{words.day(now.suspends_on)}* (now {words.day(was.suspends_on)})"
    expires = f"expire *{words.day(now.expires_on)}* (now {words.day(was.expires_on)})"
    lines = [f"• *{effect.code}* {suspends} and {expires}."]
    if after.status is not before.status:
        lines.append(f"It would be *{after.status.value}* (now {before.status.value}).")
    if effect.gone:
        days = words.listed([words.day(renewal.renewed_on) for renewal in effect.gone])
        lines.append(f"Its {'renewal' if len(effect.gone) == 1 else 'renewals'} of {days} would be gone.")
    if effect.calculated:
        lines.append(
            f"It would run from a renewal on {words.day(effect.calculated.renewed_on)} instead, with "
            f"{after.credited} of {after.required} CE in the cycle after it."
        )
    return " ".join(lines)


def _codes(codes: Sequence[str]) -> str:
    return words.listed([f"*{code}*" for code in codes])
