"""A member's Home: where they stand, what comes next, what they did, and a button for everything."""

import json
from collections.abc import Iterator, Sequence

from rules import Dates, Policy, Standing, State, Status

from ..ledger import LoggedActivity
from ..outcomes import Coming, ComingDate, Home
from . import lists, standing, words
from .blocks import BUTTON_VALUE_MOST, Block, View, actions, button, commands, context, menu, reply, section
from .changes import UNDO_ACTION
from .remind import OFF, ON

# Buttons that turn to another page of Home, whose number is their value.
PAGE_ACTION = "ce:page"

WELCOME = (
    "Tell me which Atlassian certifications you hold and log once what you did for them: I count it for each "
    "certification it helps. I say what is missing and until when, explain every date, and remind you before "
    "a suspension if you want it."
)
NO_CERTIFICATION = (
    "I know of no certification of yours yet. Add one, and I say what is missing and until when."
)
MAY_I = "Shall I remind you before a suspension?"
LATEST = "Undo takes back {done}."
AS_OF = "As of {day}."
MORE_HELD = "{certifications}, the most urgent first; more on the {other} page."
ELSEWHERE = "Your certifications and what comes next begin on page 1."
COMING_MOST = 8
MORE_COMING = "And {more} after that: `/ce calendar` puts your dates into your calendar."
COMES = {
    Coming.REMINDER: "I remind you of {codes}",
    Coming.SUSPENDS: "{codes} {is_are} suspended",
    Coming.LAST_SAFE_DAY: "last safe day to finish for {codes}",
    Coming.EXAM_OPENS: "the exam window of {codes} opens",
    Coming.EXAM_CLOSES: "the exam window of {codes} closes",
    Coming.EXPIRES: "{codes} {expires}",
}
TO_ENTER_MOST = 5
NOT_ENTERED = "{activities} not yet in the portal:"
MORE_TO_ENTER = "and {more} more"
NOTHING_LOGGED = "Nothing logged yet."
NEWEST_FIRST = "{activities}, the newest first"
MENUS = "{activities}. The menu beside one edits it, keeps proof of it or takes it out."
PAGE = "Page {page} of {pages}"

LOG, CERTIFICATION = ("Log activity", "form add"), ("Add certification", "form cert")
HELP = ("Help", "help")
EVERYTHING = (
    LOG,
    CERTIFICATION,
    ("Plan", "plan"),
    ("Timeline", "timeline"),
    ("Reminders", "remind"),
    ("Export", "export"),
    HELP,
)
PROOF_LIST = ("What the portal needs", "export proof")
ALL_ENTERED = ("Mark all as entered", "done all")


def home(found: Home, policy: Policy) -> View:
    """The Home tab, at its page."""
    return {
        "type": "home",
        "private_metadata": json.dumps({"page": found.page}),
        "blocks": [*_top(found), *_held(found, policy), *_ahead(found, policy), *_done(found, policy)],
    }


def page_of(view: View) -> int:
    """Which page a Home tab shows."""
    return int(json.loads(view.get("private_metadata") or "{}").get("page", 0))


def _top(found: Home) -> Iterator[Block]:
    """The buttons, and what Undo takes back."""
    if found.overview.standings or found.listing.activities:
        yield _row(*EVERYTHING, is_urged=True)
    else:
        yield section(WELCOME)
        yield _row(CERTIFICATION, LOG, HELP, is_urged=True)
    if found.change:
        done = words.done(found.change.action, found.change.subject)
        undo = button("Undo", UNDO_ACTION, f"undo change {found.change.id}")
        yield {**section(LATEST.format(done=done)), "accessory": undo}


def _held(found: Home, policy: Policy) -> Iterator[Block]:
    """The certifications, each as the answer to `/ce status` has it."""
    overview = found.overview
    if not overview.standings:
        if found.listing.activities:
            yield _header("Certifications")
            yield section(NO_CERTIFICATION)
        return
    if not found.standings:
        yield context(ELSEWHERE)
        return
    yield _header("Certifications")
    for one in found.standings:
        yield {**section(standing.credential(one, found.today, policy)), "accessory": _choices(one)}
    if warnings := standing.warnings(found.standings):
        yield context("\n".join(warnings))
    small = [AS_OF.format(day=words.day(found.today))]
    if any(one.cycle.dates is not Dates.PORTAL for one in found.standings):
        small.append(standing.PORTAL_HAS_THE_LAST_WORD)
    if len(found.standings) < len(overview.standings):
        held = words.count(len(overview.standings), "certification", "certifications")
        is_last = found.standings[-1] == overview.standings[-1]
        small.append(MORE_HELD.format(certifications=held, other="previous" if is_last else "next"))
    yield context(" ".join(small))


def _choices(one: Standing) -> Block:
    """What there is to do about a certification."""
    about = [("Why these dates", f"why {one.code}")]
    if one.status is not Status.EXPIRED:
        about += [
            ("Plan it", f"plan {one.code}"),
            ("The portal shows other dates", f"form portal {one.code}"),
            ("I passed its exam", f"form exam {one.code}"),
        ]
    return menu(one.code, *about, ("Remove", f"cert remove {one.code}"))


def _ahead(found: Home, policy: Policy) -> Iterator[Block]:
    """What comes next and what the portal does not have yet, on the first page."""
    if found.page:
        return
    if not found.overview.is_asked:
        yield section(MAY_I)
        yield _row(ON, OFF, number=1)
    if found.coming:
        yield _header("Next dates")
        lines = [_coming(one, found) for one in found.coming[:COMING_MOST]]
        if more := len(found.coming) - len(lines):
            lines.append(MORE_COMING.format(more=words.count(more, "date", "dates")))
        yield section("\n".join(lines))
    if found.to_enter:
        yield _header("Not yet in the portal")
        yield from reply("\n".join(_unentered(found.to_enter, policy))).blocks
        yield _row(_entered(found.to_enter), PROOF_LIST, number=2)


def _coming(one: ComingDate, found: Home) -> str:
    is_one = len(one.codes) == 1
    comes = COMES[one.what].format(
        codes=words.codes(one.codes),
        is_are="is" if is_one else "are",
        expires="expires" if is_one else "expire",
    )
    return f"• *{words.day(one.on)}* ({words.days_from(found.today, one.on)}): {comes}"


def _unentered(to_enter: Sequence[LoggedActivity], policy: Policy) -> Iterator[str]:
    yield NOT_ENTERED.format(activities=words.count(len(to_enter), "activity is", "activities are"))
    yield from (f"• {words.activity(one, policy)}" for one in to_enter[:TO_ENTER_MOST])
    if len(to_enter) > TO_ENTER_MOST:
        yield MORE_TO_ENTER.format(more=len(to_enter) - TO_ENTER_MOST)


def _entered(to_enter: Sequence[LoggedActivity]) -> tuple[str, str]:
    """The button that marks just these; where they are too many to name, it marks all there are."""
    numbers = sorted(one.number for one in to_enter)
    command = f"done {' '.join(map(str, numbers))}"
    if len(command) > BUTTON_VALUE_MOST:
        return ALL_ENTERED
    return ("Mark as entered" if len(numbers) == 1 else f"Mark all {len(numbers)} as entered"), command


def _done(found: Home, policy: Policy) -> Iterator[Block]:
    """The activities of the page with what there is to do about each, and the way to the other pages."""
    number = len(found.listing.activities)
    if found.activities:
        yield _header("Activities")
        for one in found.activities:
            files = found.listing.files.get(one.number, 0)
            line = lists.activity(one, found.listing.codes[one.number], policy, files)
            yield {**section(line), "accessory": _changes(one)}
        yield context(MENUS.format(activities=_counted(number)))
    elif not number and found.overview.standings and not found.page:
        yield _header("Activities")
        yield section(NOTHING_LOGGED)
    if found.pages > 1:
        yield context(PAGE.format(page=found.page + 1, pages=found.pages))
        yield actions(list(_turns(found)))


def _counted(number: int) -> str:
    return NEWEST_FIRST.format(activities=f"{number} activities") if number > 1 else "1 activity"


def _changes(one: LoggedActivity) -> Block:
    if one.state in (State.ENTERED, State.CONFIRMED):
        entered = ("Not in the portal after all", f"done {one.number} not")
    else:
        entered = ("Mark as entered", f"done {one.number}")
    return menu(
        str(one.number),
        ("Edit", f"edit {one.number}"),
        ("Proof", f"proof {one.number}"),
        entered,
        ("Remove", f"remove {one.number}"),
    )


def _turns(found: Home) -> Iterator[Block]:
    """The buttons to other pages, none of them twice."""
    page, last = found.page, found.pages - 1
    turns = {"Newest": 0, "Newer": page - 1, "Older": page + 1, "Oldest": last}
    if page < 2:
        del turns["Newest"]
    if page > last - 2:
        del turns["Oldest"]
    for label, to in turns.items():
        if 0 <= to <= last:
            yield button(f"{label} (page {to + 1} of {found.pages})", f"{PAGE_ACTION}:{label}", str(to))


def _row(*labelled: tuple[str, str], number: int = 0, is_urged: bool = False) -> Block:
    """A row of commands, the first stressed where it `is_urged`; each row has a number of its own."""
    buttons = commands(*labelled, first=number * 10)
    if is_urged:
        buttons[0]["style"] = "primary"
    return actions(buttons)


def _header(text: str) -> Block:
    return {"type": "header", "text": {"type": "plain_text", "text": text}}
