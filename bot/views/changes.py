"""What a change did: logged, edited, removed, stated, undone, with the dates it moved."""

from rules import By, Credited, Dates, Policy, Reason, Renewal, Standing, Status

from ..ledger import LoggedActivity
from ..outcomes import (
    ActivitiesMarked,
    ActivityChanged,
    Changed,
    CredentialChanged,
    Effect,
    Imported,
    PortalAgreed,
    Undone,
)
from . import words
from .blocks import Block, Reply, button, plain, reply
from .questions import portal_buttons, portal_command, portal_question
from .remind import MAY_I, consent_buttons
from .standing import credential, warnings

UNDO_ACTION = "ce:undo"
NO_CERTIFICATION = (
    "It is kept. I know of no certification of yours yet: `/ce cert add ACP-620 earned 2024-01-01` adds one."
)
EARLIER_RENEWAL = (
    "this completes {required} CE earlier, so it renews on {renewed_on} already. If the portal shows a later "
    "renewal, tell me its dates with `/ce portal`; if the date is a slip, Undo"
)


WITH_FILES = "\nIts proof: {files}. I fetch {it} from Slack now, and tell you if I cannot keep {it}."
FILES_GONE = "I delete its proof, {files}, for good in a day; until then Undo brings {it} back."
MARKED = {True: "Marked as entered in the portal:", False: "Marked as not in the portal:"}
MARKED_SHOWN = 10
MORE_MARKED = "and {more} more"
SHOWN_YET = "Once the portal shows the renewal, tell me its dates, which win over mine: `{command}`"


def activity_added(changed: ActivityChanged, policy: Policy) -> Reply:
    """The echo of `/ce add`: what was logged and what it did for each certification."""
    assert changed.activity
    return _reply(
        f"Logged {words.activity(changed.activity, policy)}.{_with_files(changed)}",
        _effects(changed, changed.activity, policy) or NO_CERTIFICATION,
        changed=changed,
    )


def activity_edited(changed: ActivityChanged, policy: Policy) -> Reply:
    """The echo of `/ce edit`."""
    assert changed.activity
    assert changed.was
    now, was = (words.activity(one, policy) for one in (changed.activity, changed.was))
    what = f"Changed {now}.\nIt was {was}." if now != was else f"Kept {now}."  # but for its files
    return _reply(
        f"{what}{_with_files(changed)}",
        _effects(changed, changed.activity, policy),
        changed=changed,
    )


def _with_files(changed: ActivityChanged) -> str:
    """What is said of files that came with an activity; they are fetched once it is saved."""
    if not changed.proofs:
        return ""
    it = "it" if len(changed.proofs) == 1 else "them"
    return WITH_FILES.format(files=words.listed([words.file(name) for name in changed.proofs]), it=it)


def activity_removed(changed: ActivityChanged, policy: Policy) -> Reply:
    """The echo of `/ce remove`."""
    assert changed.was
    gone = changed.files_gone
    files = FILES_GONE.format(files=words.count(gone, "file", "files"), it="it" if gone == 1 else "them")
    return _reply(
        f"Removed {words.activity(changed.was, policy)}.",
        files if gone else "",
        _after(changed, policy),
        changed=changed,
    )


def credential_stated(changed: CredentialChanged, policy: Policy) -> Reply:
    """The echo of `/ce cert add` and `/ce portal`."""
    how = f"{changed.code} is earned anew, so it starts afresh." if changed.anew else f"Noted {changed.code}."
    renewed = [
        _renewed(effect.code, effect.renewal, effect.after)
        for effect in changed.effects
        if effect.renewal and effect.after
    ]
    may_i = "" if changed.is_asked else MAY_I
    return _reply("\n".join([how, *renewed]), _now(changed, policy), may_i, changed=changed)


def portal_agreed(changed: PortalAgreed, _policy: Policy) -> Reply:
    """The echo of the button "Same dates"."""
    noted = [
        f"• *{effect.code}*: suspends {words.day(effect.after.cycle.suspends_on)}, expires "
        f"{words.day(effect.after.cycle.expires_on)}, as the portal shows them."
        for effect in changed.effects
        if effect.after and effect.code in changed.codes
    ]
    return _reply("\n".join(["Noted; from here on these are the portal's dates.", *noted]), changed=changed)


def credential_removed(changed: CredentialChanged, _policy: Policy) -> Reply:
    """The echo of `/ce cert remove`."""
    return _reply(
        f"I no longer follow *{changed.code}*. Your activities stay and count for the others.",
        changed=changed,
    )


def exam_stated(changed: CredentialChanged, policy: Policy) -> Reply:
    """The echo of `/ce exam`: whether it renewed, and if not, that it is kept."""
    exam = changed.exam
    assert exam
    passed = f"Exam {exam.code}, passed on {words.day(exam.passed_on)}"
    if not changed.effects:
        return _reply(f"{passed}: kept. {_not_held(exam.code)}", changed=changed)
    after = changed.effects[0].after
    renewed = after is not None and any(
        renewal.renewed_on == exam.passed_on and renewal.by is By.EXAM for renewal in after.renewals
    )
    lead = f"{passed}: it renews {exam.code}." if renewed else f"{passed}: kept, but it renews nothing."
    return _reply(lead, _now(changed, policy), changed=changed)


def exam_removed(changed: CredentialChanged, policy: Policy) -> Reply:
    """The echo of `/ce exam remove`."""
    exam = changed.exam
    assert exam
    return _reply(
        f"Removed the exam {exam.code} passed on {words.day(exam.passed_on)}.",
        _now(changed, policy),
        changed=changed,
    )


def undone(changed: Undone, policy: Policy) -> Reply:
    """The echo of `/ce undo` and of an Undo button."""
    what = words.done(changed.action, changed.subject)
    return _reply(f"Undone: {what}.", _after(changed, policy), changed=changed)


def activities_marked(changed: ActivitiesMarked, policy: Policy) -> Reply:
    """The echo of `/ce done`: what is marked, and that the portal's word is still wanted where it is."""
    shown = changed.activities[:MARKED_SHOWN]
    more = len(changed.activities) - len(shown)
    lines = [MARKED[changed.entered], *(words.activity(one, policy) for one in shown)]
    if more:
        lines.append(MORE_MARKED.format(more=more))
    stands = [effect.after for effect in changed.effects if effect.after]
    calculated = [one for one in stands if one.cycle.dates is Dates.CALCULATED]
    command = portal_command(calculated[0]) if calculated and changed.entered else ""
    return _reply(
        "\n".join(lines),
        "\n".join(line for effect in changed.effects for line in _moved(effect)),
        SHOWN_YET.format(command=command) if command else "",
        changed=changed,
    )


def imported(changed: Imported, policy: Policy) -> Reply:
    """The echo of an import: how much of what, and where each certification stands now."""
    source = f" from {words.file(changed.name)}" if changed.name else ""
    held = {effect.code for effect in changed.effects}
    without = dict.fromkeys(exam.code for exam in changed.news.exams if exam.code not in held)
    return _reply(
        f"Imported {words.news(changed.news, policy)}{source}.",
        "\n".join(_brought(effect, changed, policy) for effect in changed.effects) or NO_CERTIFICATION,
        "\n".join(f"Exam {code}: kept. {_not_held(code)}" for code in without) if changed.effects else "",
        "" if changed.is_asked else MAY_I,
        changed=changed,
    )


def _not_held(code: str) -> str:
    return f"I do not know yet when you earned it: `/ce cert add {code} earned 2024-01-01`."


def undo_button(change: int) -> list[Block]:
    """The button that takes back the change with this number."""
    return [button("Undo", UNDO_ACTION, f"undo change {change}")]


def _reply(*paragraphs: str, changed: Changed) -> Reply:
    """A change's echo: what the portal shows after a renewal, warnings below, and Undo."""
    small = [f":information_source: {plain(caution)}" for caution in changed.cautions]
    if isinstance(changed, CredentialChanged | Imported):
        small += warnings([effect.after for effect in changed.effects if effect.after])
    buttons = portal_buttons(changed)
    if isinstance(changed, CredentialChanged | Imported) and not changed.is_asked:
        buttons += consent_buttons()
    if not isinstance(changed, Undone):
        buttons += undo_button(changed.change)
    return reply(*paragraphs, portal_question(changed), small=small, buttons=buttons)


def _now(changed: Changed, policy: Policy) -> str:
    return "\n\n".join(
        "\n".join([*_moved(effect), credential(effect.after, changed.today, policy)])
        for effect in changed.effects
        if effect.after
    )


def _effects(changed: Changed, activity: LoggedActivity, policy: Policy) -> str:
    return "\n".join(_effect(effect, activity, changed, policy) for effect in changed.effects if effect.after)


def _effect(effect: Effect, activity: LoggedActivity, changed: Changed, policy: Policy) -> str:
    credited = effect.credited(activity.number)
    assert effect.after
    assert credited
    if effect.renewal:
        return _renewed(effect.code, effect.renewal, effect.after)
    if credited.reason is Reason.COUNTED:
        now = "but it" if effect.after.status is Status.EXPIRED else "now"
        did = f"+{credited.credited} CE, {now} {_state(effect.after, changed, policy)}"
    elif credited.reason is Reason.CLOSED_CYCLE and effect.is_worse:
        renewed_on = words.day(served(activity, effect.after).renewed_on)
        did = EARLIER_RENEWAL.format(required=effect.after.required, renewed_on=renewed_on)
    else:
        did = f"+0 CE, {why_not(credited, activity, effect.after, policy)}"
    return "\n".join([f"• *{effect.code}*: {did}.", *_moved(effect)])


def _renewed(code: str, renewal: Renewal, after: Standing) -> str:
    new_cycle = f" The new cycle holds {after.credited} of {after.required} CE." if after.credited else ""
    route = f"reached {after.required} CE and " if renewal.by is By.UNITS else ""
    return (
        f":tada: *{code}* {route}renewed on {words.day(renewal.renewed_on)}: now suspends "
        f"*{words.day(after.cycle.suspends_on)}*, expires *{words.day(after.cycle.expires_on)}*.{new_cycle}"
    )


def _state(after: Standing, changed: Changed, policy: Policy) -> str:
    if after.status is Status.EXPIRED:
        return f"expired on {words.day(after.cycle.expires_on)}, with {after.credited} of {after.required} CE"
    if after.status is Status.ACTIVE:
        until = f"suspends {words.day(after.cycle.suspends_on)}"
    elif changed.today <= after.last_safe_day:
        until = f"suspended, last safe day {words.day(after.last_safe_day)}"
    else:
        until = f"suspended, past its last safe day, {words.day(after.last_safe_day)}"
    return (
        f"{after.credited} of {after.required} CE; missing {after.missing}: "
        f"{words.needs(after, changed.today, policy)}; {until}"
    )


def _moved(effect: Effect) -> list[str]:
    """The dates before and after, where the change moved them."""
    if not (effect.moved and effect.before and effect.after):
        return []
    was, now = effect.before.cycle, effect.after.cycle
    line = (
        f"suspends was {words.day(was.suspends_on)}, now *{words.day(now.suspends_on)}*; expires was "
        f"{words.day(was.expires_on)}, now *{words.day(now.expires_on)}*."
    )
    if effect.is_worse:
        gone = " and it is expired" if effect.after.status is Status.EXPIRED else ""
        return [f":warning: {effect.code} gets worse by this{gone}: {line}"]
    return [f":arrow_right: {effect.code}: {line}"]


def why_not(credited: Credited, activity: LoggedActivity, after: Standing, policy: Policy) -> str:
    """Why an activity counts nothing for a certification, as the end of a sentence."""
    kind, cycle = policy.kinds[activity.kind], after.cycle
    if credited.reason is Reason.CLOSED_CYCLE:
        return f"because it served the renewal of {words.day(served(activity, after).renewed_on)}"
    most = kind.cap.on(activity.done_on)
    allowed = f"{most} {kind.name if most == 1 else kind.plural}"
    edit = f"`/ce edit {activity.number} 30 units`"
    return {
        Reason.OVER_CAP: f"because only {allowed} can count in a cycle",
        Reason.BEFORE_CYCLE: f"because this cycle takes what is dated after {words.day(cycle.started_on)}",
        Reason.AFTER_EXPIRY: f"because it expired on {words.day(cycle.expires_on)}",
        Reason.VALUE_UNCONFIRMED: f"until you state the units the portal granted: {edit}",
        Reason.REJECTED: "because the portal rejected it",
        Reason.FUTURE: "because it is dated after today",
    }[credited.reason]


def served(activity: LoggedActivity, after: Standing) -> Renewal:
    """The renewal that an activity of a closed cycle was part of."""
    return next(one for one in after.renewals if one.renewed_on >= activity.done_on)


def _after(changed: Changed, policy: Policy) -> str:
    """Where each credential stands after something was taken away or brought back."""
    return "\n".join(_stands(effect, changed, policy) for effect in changed.effects)


def _stands(effect: Effect, changed: Changed, policy: Policy) -> str:
    state = _state(effect.after, changed, policy) if effect.after else "no longer followed"
    return "\n".join([f"• *{effect.code}*: {state}.", *_moved(effect)])


def _brought(effect: Effect, changed: Changed, policy: Policy) -> str:
    """Where a credential stands after an import, which may have renewed it."""
    if effect.renewal and effect.after:
        return _renewed(effect.code, effect.renewal, effect.after)
    return _stands(effect, changed, policy)
