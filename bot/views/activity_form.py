"""The form in which an activity is logged or edited, and what it says while it is filled in."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from rules import Kind, Policy, Reason, Status

from ..grammar import LONGEST_TITLE, MOST_UNITS, ActivityWords
from ..ledger import LoggedActivity, Proof
from ..outcomes import ActivityChanged, Effect, OfferedFile
from . import modals, words
from .blocks import Block, Reply, View, context, cut, escaped, plain, reply, section
from .changes import served, why_not

# The forms, and the commands they are sent as, with what is filled in.
ADD, EDIT = "form add", "form edit"
# The fields.
KIND, TITLE, DAY, UNITS, LINK, SHARED, FILES = "kind", "title", "day", "units", "link", "shared", "files"

TITLE_OF_ADD = "Log an activity"
TITLE_OF_EDIT = "Edit activity {number}"
BY_WORDS = "A form to log an activity opens. By words: {example}"
BY_WORDS_EDIT = "A form to edit activity {number} opens. By words: {example}"
EXAMPLE = '/ce add course "Jira Automation" yesterday'
EXAMPLE_OF_EDIT = "/ce edit {number} 2025-11-20"
LINK_MOST = 2000
FILES_MOST = 5
NAME_MOST = 60

COUNTS_FOR = "*What it counts for*"
CHOOSE = "Choose a kind, and I say here what it counts for."
NO_CERTIFICATION = (
    "I know of no certification of yours yet. What you log is kept and counts once I do: "
    "`/ce cert add ACP-620 earned 2024-01-01` adds one."
)
NO_VALUE = "counts 0 CE so far"
I_ASK = ":warning: Something gets worse by this: I ask once more before I save it."
FILES_KEPT = "Proof you have added before: {names}."
NAMELESS = "This {kind}"


class Draft(NamedTuple):
    """What is filled in so far; `number` is 0 for an activity that is new.

    `shared` are the files of the message it is logged from, `kept` those that prove it already.
    """

    said: ActivityWords
    done_on: date
    number: int = 0
    shared: Sequence[OfferedFile] = ()
    kept: Sequence[Proof] = ()


# What filling it in would do, or why it cannot be saved; None where too little is known yet.
Preview = ActivityChanged | str | None


def opened(draft: Draft, preview: Preview, endings: Sequence[str], policy: Policy) -> Reply:
    """The answer that opens the form; its text says how to do the same by words."""
    view = form(draft, preview, endings, policy)
    if draft.number:
        example = EXAMPLE_OF_EDIT.format(number=draft.number)
        text = BY_WORDS_EDIT.format(number=draft.number, example=f"`{example}`")
    else:
        text = BY_WORDS.format(example=f"`{EXAMPLE}`")
    return Reply(text, [section(text)], modal=view)


def form(draft: Draft, preview: Preview, endings: Sequence[str], policy: Policy) -> View:
    """The form; fields keep their names, so that what was filled in stays when it is shown anew."""
    said = draft.said
    blocks = [
        modals.choice_field(
            KIND,
            "Kind",
            [(kind.value, _kind(kind, draft.done_on, policy)) for kind in policy.kinds],
            initial=said.kind,
            dispatch=True,
            buttons=True,
        ),
        modals.text_field(
            TITLE,
            "Title",
            initial=said.title,
            placeholder="Jira Automation",
            most=LONGEST_TITLE,
            dispatch=True,
        ),
        modals.day_field(DAY, "Done on", initial=draft.done_on, dispatch=True),
        *([_units_field(said.units)] if said.kind and has_units(said.kind, draft.done_on, policy) else []),
        *_effects(preview, policy),
        modals.text_field(
            LINK,
            "Link that proves it",
            initial=said.link,
            placeholder="https://",
            most=LINK_MOST,
            optional=True,
        ),
        *_shared_field(draft.shared),
        modals.file_field(FILES, "Picture or PDF that proves it", endings, most=FILES_MOST),
        *_kept(draft.kept),
    ]
    if draft.number:
        title = TITLE_OF_EDIT.format(number=draft.number)
        return modals.form("edit", title, blocks, about={"number": draft.number})
    return modals.form("add", TITLE_OF_ADD, blocks, submit="Log", about=_about(draft.shared))


def has_units(kind: Kind, done_on: date, policy: Policy) -> bool:
    """Whether a member states what one is worth, because the policy publishes no value (R5)."""
    return policy.kinds[kind].units.on(done_on) is None


def draft_of(activity: LoggedActivity, kept: Sequence[Proof]) -> Draft:
    """The form of an activity as it stands."""
    said = ActivityWords(activity.kind, activity.title, activity.done_on, activity.units, activity.link)
    return Draft(said, activity.done_on, activity.number, kept=kept)


def shared_in(about: Mapping[str, Any]) -> tuple[OfferedFile, ...]:
    """The files of a message that came back with its form."""
    return tuple(OfferedFile(*one) for one in about.get(SHARED, ()))


def nameless(kind: Kind, policy: Policy) -> str:
    """What an activity is called before it has a title."""
    return NAMELESS.format(kind=policy.kinds[kind].name)


def _about(shared: Sequence[OfferedFile]) -> dict[str, Any]:
    return {SHARED: [tuple(one) for one in shared]} if shared else {}


def _kind(kind: Kind, done_on: date, policy: Policy) -> str:
    name, value = policy.kinds[kind].name, policy.kinds[kind].units.on(done_on)
    worth = f"{value} CE" if value else "the CE units the portal granted"
    return f"{name[0].upper()}{name[1:]} ({worth})"


def _units_field(units: int | None) -> Block:
    return modals.number_field(
        UNITS,
        "CE units the portal granted",
        initial=units,
        least=1,
        most=MOST_UNITS,
        hint="Nobody publishes what this kind is worth: leave it empty until the portal shows it.",
        optional=True,
        dispatch=True,
    )


def _shared_field(shared: Sequence[OfferedFile]) -> list[Block]:
    if not shared:
        return []
    options = [(one.id, cut(one.name, NAME_MOST)) for one in shared]
    ids = [one.id for one in shared]
    return [modals.choices_field(SHARED, "Proof from the message", options, initial=ids)]


def _kept(files: Sequence[Proof]) -> list[Block]:
    if not files:
        return []
    names = words.listed([plain(cut(one.name, NAME_MOST)) for one in files[:FILES_MOST]])
    more = f" and {len(files) - FILES_MOST} more" if len(files) > FILES_MOST else ""
    return [context(FILES_KEPT.format(names=f"{names}{more}"))]


def _effects(preview: Preview, policy: Policy) -> list[Block]:
    """What is said between the fields: what it counts for, and what deserves a second look."""
    if preview is None:
        return reply(f"{COUNTS_FOR}\n{CHOOSE}").blocks
    if isinstance(preview, str):
        return reply(f"{COUNTS_FOR}\n:warning: {escaped(preview)}").blocks
    assert preview.activity
    lines = [_effect(effect, preview.activity, policy) for effect in preview.effects if effect.after]
    asks = I_ASK if any(effect.is_worse for effect in preview.effects) else ""
    small = [f":information_source: {plain(caution)}" for caution in preview.cautions]
    return reply("\n".join([COUNTS_FOR, *(lines or [NO_CERTIFICATION])]), asks, small=small).blocks


def _effect(effect: Effect, activity: LoggedActivity, policy: Policy) -> str:
    credited, after = effect.credited(activity.number), effect.after
    assert after
    assert credited
    dates = f"suspends *{words.day(after.cycle.suspends_on)}*, expires *{words.day(after.cycle.expires_on)}*"
    if effect.renewal:
        then = f" with {after.credited} of {after.required} CE" if after.credited else ""
        return (
            f":tada: *{effect.code}*: renews on {words.day(effect.renewal.renewed_on)}, then {dates}{then}."
        )
    if credited.reason is Reason.COUNTED:
        did = f"counts {credited.credited} CE, then {after.credited} of {after.required} CE"
        if after.status is Status.EXPIRED:
            did += f", but it expired on {words.day(after.cycle.expires_on)}"
    elif credited.reason is Reason.VALUE_UNCONFIRMED:
        did = NO_VALUE
    elif credited.reason is Reason.CLOSED_CYCLE:
        did = f"serves the renewal of {words.day(served(activity, after).renewed_on)}"
    else:
        did = f"counts 0 CE, {why_not(credited, activity, after, policy)}"
    if effect.is_worse:
        return f":warning: *{effect.code}*: {did}. It gets worse by this: {dates}."
    return f"• *{effect.code}*: {did}{f'; {dates}' if effect.moved else ''}."
