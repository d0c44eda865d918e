"""What members take with them: files of their data, what the portal needs, a calendar of their dates."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from functools import partial

from rules import Policy, Reason, is_unvalued

from ..ledger import LoggedActivity
from ..outcomes import Address, Archive, Calendar, Exported, ProofList
from . import words
from .blocks import LEFT_OUT as CUT
from .blocks import File, Reply, commands, reply

# Data

NOTHING_TOLD = (
    "There is nothing to export yet: you have told me no activity and no certification. Begin with "
    "`/ce cert add ACP-620 earned 2024-01-01`"
)
SENT = "I am sending you these files, to your direct message with me:"
CSV = "• `{name}`: {what}, as a table for spreadsheets; `/ce import` reads it back"
JSON = "• `{name}`: the same for programs, with where each certification stands"
ARCHIVES = "• {names}: {files} as proof, with a list of what proves what"
ABOUT_ARCHIVE = "{files} as proof of {activities}, with a list of what proves what."
PROOFS = "• {lists}, to copy into the portal: {names}"
ABOUT_CSV = "What you told me: {what}. `/ce import` reads it back."
ABOUT_JSON = "What you told me and where each certification stands, for programs."
ABOUT_PROOF = "What the portal needs for {code}, {serves}: {counts}."
LISTS_SHOWN = 6
# Longer than this nobody types numbers.
COMMAND_MOST = 70

# What the portal needs

NOT_YET = "*{count} not yet in the portal.*"
NO_USE = (
    "{count} for nothing now, or served an earlier renewal; `/ce done all` takes them out of the count, too."
)
ALL_IN = "Everything that counts is marked as entered in the portal."
NOTHING_COUNTS = (
    "Nothing you logged counts for a certification now, so there is nothing to enter in the portal."
)
NEXT_STEP = "Next: enter {what} <{portal}|in the portal>, then `{command}`"
SEE_STATUS = "Where you stand: `/ce status`"
CURRENT = "the current cycle, from {started_on} on"
RENEWED = "the renewal calculated for {renewed_on}"
MAY_NOT_KNOW = "The portal may not know of it before all is entered."
UNITS_UNKNOWN = "The portal says what units it grants for a presentation: `/ce edit {number} 30 units`"
UNITS_TO_ALL = "CE units go to every certification you hold: what is in several lists is entered once."
LEFT_OUT = "Left out, because it counts for nothing here:"
EXPIRED = "Of {codes} nothing needs entering: expired."
SEE_FILES = "The files have all of it, to enter from: `/ce export`"
NO_LIST = "Nothing you logged counts for {code} now, so there is nothing to enter for it."
ALL_DONE = "All of these are in the portal"
COUNTS_NOT = "counts for nothing"
WHY_NOT = {
    Reason.OVER_CAP: "over the limit of its kind",
    Reason.VALUE_UNCONFIRMED: "no units stated",
    Reason.REJECTED: "rejected by the portal",
}
PROOF_HEAD = """\
{title}
{line}

It serves {serves}.{note}
Enter each under the CE units (folder 1.2): {portal}
{to_all}
Made by CE Bot on {today}, from what you told it.
"""
PROOF_PART = "\n{title}\n{line}\n"
PROOF_ENTRY = "\n{place}. Type:  {kind}\n   Title: {title}\n   Date:  {day}\n{rest}"
PROOF_UNITS = "   Units: {units}\n"
PROOF_LINK = "   Proof: {link}\n"
NO_PROOF = "   Proof: no link kept\n"
PROOF_DONE = "\nOnce these are entered: {command}\n"
NOT_IN, IN = "Not yet in the portal", "Marked as entered"

# Calendar

NO_DATES = (
    "There are no dates to put into a calendar yet. Tell me a certification first: "
    "`/ce cert add ACP-620 earned 2024-01-01`"
)
ALL_EXPIRED = "All you hold here has expired, so there are no dates to put into a calendar: {codes}."
CALENDAR_SENT = (
    "I am sending you `{name}`, to your direct message with me: for {codes} the suspension date, the last "
    "safe day, the day the exam window opens and the expiration date, with alarms 30 and 7 days before the "
    "first two."
)
NONE_OF_EXPIRED = "Expired, so without dates: {codes}."
OPEN_IT = (
    "Open it with your calendar. After a change ask for it again: dates that moved are moved, not doubled; "
    "those of a certification you removed stay until you delete them there."
)
ABOUT_CALENDAR = (
    "The dates of {codes}, for your calendar. Opened again after a change, it moves what has moved."
)
CAN_SUBSCRIBE = "Your calendar can also keep itself up to date, by a private address: `/ce calendar address`"
HAS_ADDRESS = (
    "Your private address, made on {day}, stays as it is. A new one instead: `/ce calendar address` · none "
    "any more: `/ce calendar revoke`"
)
ADDRESS_MADE = "This is your calendar's private address, shown this once:\n`{address}`"
SUBSCRIBE = (
    "Subscribe to it in your calendar, where it says *From URL* or *Subscribe*; most look again within a "
    "day. Whoever knows it sees your dates: keep it to yourself. An earlier address leads nowhere any more."
)
TAKE_BACK = "Take it back: `/ce calendar revoke`"
ADDRESS_ONCE = (
    "I made your calendar's address when you asked this first, and show it only once. If you did not see it, "
    "make a new one: `/ce calendar address`"
)
REVOKED = (
    "The address leads nowhere any more; calendars that use it stop finding your dates. A new one: "
    "`/ce calendar address`"
)
NOTHING_TO_REVOKE = "Your calendar has no address, so there is nothing to take back. The file: `/ce calendar`"
CALENDAR_NAME = "ce-dates.ics"


def exported(found: Exported, policy: Policy) -> Reply:
    """The answer to `/ce export`: what is sent, what the portal does not have yet, and the files."""
    what = _what(found)
    if not what:
        return reply(NOTHING_TOLD)
    table, data = f"ce-data-{found.today}.csv", f"ce-data-{found.today}.json"
    names = [_name(one) for one in found.proofs]
    lines = [SENT, CSV.format(name=table, what=what), JSON.format(name=data)]
    if names:
        shown = [f"`{name}`" for name in names[:LISTS_SHOWN]]
        if len(names) > LISTS_SHOWN:
            shown.append(f"{len(names) - LISTS_SHOWN} more")
        lists = words.count(len(names), "list", "lists")
        lines.append(PROOFS.format(lists=lists, names=words.listed(shown)))
    packed = archive_names(found)
    if packed:
        files_kept = words.count(sum(one.files for one in found.archives), "file", "files")
        lines.append(ARCHIVES.format(names=words.listed([f"`{name}`" for name in packed]), files=files_kept))
    answer = reply(
        "\n".join(lines),
        "\n".join(_portal(found, policy)),
        small=[EXPIRED.format(codes=words.listed(found.expired)) if found.expired else ""],
    )
    files = [
        File(table, ABOUT_CSV.format(what=what), found.csv),
        File(data, ABOUT_JSON, found.json),
        *[
            File(name, _about(one), partial(proof_file, one, found.today, policy))
            for name, one in zip(names, found.proofs, strict=True)
        ],
        *[
            File(name, _about_archive(one), one.make)
            for name, one in zip(packed, found.archives, strict=True)
        ],
    ]
    return answer._replace(files=tuple(files))


def archive_names(found: Exported) -> list[str]:
    """What the archives of proofs are called: numbered where there are several."""
    count = len(found.archives)
    if count == 1:
        return [f"ce-proofs-{found.today}.zip"]
    return [f"ce-proofs-{found.today}-{place}-of-{count}.zip" for place in range(1, count + 1)]


def _about_archive(one: Archive) -> str:
    return ABOUT_ARCHIVE.format(
        files=words.count(one.files, "file", "files"),
        activities=words.count(one.activities, "activity", "activities"),
    )


def proofs(found: Sequence[ProofList], code: str | None, policy: Policy) -> Reply:
    """The answer to `/ce export proof`: what to enter in the portal, and what is there."""
    if not found:
        return reply(NO_LIST.format(code=code) if code else NOTHING_COUNTS, small=[SEE_STATUS])
    to_enter = _numbers(one for proof in found for one in proof.to_enter)
    paragraphs = [part for one in found for part in _shown(one, policy)]
    small = [UNITS_TO_ALL] if len(found) > 1 else []
    small += [
        UNITS_UNKNOWN.format(number=one.number)
        for proof in found
        for one in proof.to_enter
        if is_unvalued(one.kind, one.units, one.done_on, policy)
    ][:1]
    if not to_enter:
        return reply(*paragraphs, small=[*small, ALL_IN])
    command = _done(to_enter) if code else _done_all(to_enter)
    next_step = NEXT_STEP.format(what=_them(to_enter), portal=policy.links.portal, command=command)
    whole = reply(
        *paragraphs, small=[*small, next_step], buttons=commands((ALL_DONE, f"done {spans_of(to_enter)}"))
    )
    # A button below some of them would mark all.
    return whole if CUT not in whole.text else reply(*paragraphs, small=[*small, SEE_FILES])


def proof_file(one: ProofList, today: date, policy: Policy) -> bytes:
    """A proof list as text, each entry in the order the portal asks for it."""
    code = one.standing.code
    title = f"{code}: what the portal needs"
    parts = [
        PROOF_HEAD.format(
            title=title,
            line="=" * len(title),
            serves=_serves(one),
            note=f" {MAY_NOT_KNOW}" if one.renewal else "",
            portal=policy.links.portal,
            to_all=UNITS_TO_ALL,
            today=words.day(today),
        )
    ]
    place = 1
    for heading, activities in ((NOT_IN, one.to_enter), (IN, one.entered)):
        if activities:
            counted = f"{heading}: {len(activities)}"
            parts.append(PROOF_PART.format(title=counted, line="-" * len(counted)))
            parts += [
                _entry(number, activity, policy) for number, activity in enumerate(activities, start=place)
            ]
            place += len(activities)
        if activities and heading is NOT_IN:
            parts.append(PROOF_DONE.format(command=_done(_numbers(activities))))
    if one.nothing:
        parts.append(PROOF_PART.format(title=LEFT_OUT, line="-" * len(LEFT_OUT)))
        for activity, reason in one.nothing:
            what = f'{policy.kinds[activity.kind].name} "{activity.title}"'
            parts.append(f"\n   {what}, {activity.done_on}: {WHY_NOT.get(reason, COUNTS_NOT)}\n")
    return "".join(parts).encode()


def spans_of(numbers: Sequence[int]) -> str:
    """Numbers in their order, as `/ce done` reads them: `1-4 7`."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and spans[-1][-1] == number - 1:
            spans[-1][1:] = [number]
        else:
            spans.append([number])
    return " ".join("-".join(map(str, span)) for span in spans)


def _what(found: Exported) -> str:
    counted = (
        (found.activities, "activity", "activities"),
        (found.certifications, "certification", "certifications"),
        (found.exams, "exam", "exams"),
    )
    return words.listed([words.count(*one) for one in counted if one[0]])


def _name(one: ProofList) -> str:
    return f"ce-proof-{one.standing.code}-from-{one.started_on}.txt"


def _about(one: ProofList) -> str:
    counts = [f"{len(one.to_enter)} not yet entered"] if one.to_enter else []
    counts += [f"{len(one.entered)} entered"] if one.entered else []
    return ABOUT_PROOF.format(code=one.standing.code, serves=_serves(one), counts=words.listed(counts))


def _serves(one: ProofList) -> str:
    if one.renewal:
        return RENEWED.format(renewed_on=words.day(one.renewal.renewed_on))
    return CURRENT.format(started_on=words.day(one.started_on))


def _portal(found: Exported, policy: Policy) -> list[str]:
    """What the portal does not have yet, and the next step."""
    if not found.proofs:
        return [NOTHING_COUNTS]
    if not found.to_enter:
        return [ALL_IN]
    count = words.count(len(found.to_enter), "activity is", "activities are")
    lines = [NOT_YET.format(count=count)]
    if found.of_no_use:
        more = words.count(found.of_no_use, "other counts", "others count")
        lines[0] += f" {NO_USE.format(count=more)}"
    for one in found.proofs[:LISTS_SHOWN]:
        if one.to_enter:
            lines.append(f"• *{one.standing.code}*: {len(one.to_enter)} for {_serves(one)}")
    numbers = _numbers(found.to_enter)
    step = NEXT_STEP.format(what=_them(numbers), portal=policy.links.portal, command=_done_all(numbers))
    return [*lines, step]


def _them(numbers: Sequence[int]) -> str:
    return "it" if len(numbers) == 1 else "them"


def _done(numbers: Sequence[int]) -> str:
    return f"/ce done {spans_of(numbers)}"


def _done_all(numbers: Sequence[int]) -> str:
    """The same of all that is not yet in the portal; of less, "all" would mark what nobody has entered."""
    command = _done(numbers)
    return command if len(command) <= COMMAND_MOST else "/ce done all"


def _numbers(activities: Iterable[LoggedActivity]) -> list[int]:
    return sorted({one.number for one in activities})


def _shown(one: ProofList, policy: Policy) -> Iterator[str]:
    """A list as paragraphs of a message."""
    note = f" {MAY_NOT_KNOW}" if one.renewal else ""
    yield f"*{one.standing.code}*, {_serves(one)}.{note}"
    if one.to_enter:
        lines = [f"{NOT_IN}:", *(words.activity(activity, policy) for activity in one.to_enter)]
        yield "\n".join(lines)
    if one.entered:
        yield f"{IN}: {words.count(len(one.entered), 'activity', 'activities')}."
    if one.nothing:
        left_out = [
            f"{words.activity(activity, policy)}: {WHY_NOT.get(reason, COUNTS_NOT)}"
            for activity, reason in one.nothing
        ]
        yield "\n".join([LEFT_OUT, *left_out])


def _entry(place: int, one: LoggedActivity, policy: Policy) -> str:
    return PROOF_ENTRY.format(
        place=place,
        kind=policy.kinds[one.kind].name,
        title=one.title,
        day=one.done_on,
        rest=(PROOF_UNITS.format(units=one.units) if one.units else "")
        + (PROOF_LINK.format(link=one.link) if one.link else NO_PROOF),
    )


# Calendar


def calendar(found: Calendar, address: Address, make: Callable[[], bytes]) -> Reply:
    """The answer to `/ce calendar`: the file, and how it keeps itself up to date where it can."""
    codes = words.listed([one.code for one in found.standings])
    expired = words.listed(found.expired)
    if not codes:
        return reply(ALL_EXPIRED.format(codes=expired) if expired else NO_DATES)
    small = [NONE_OF_EXPIRED.format(codes=expired)] if expired else []
    if address.made_at:
        small.append(HAS_ADDRESS.format(day=words.day(address.made_at.date())))
    elif address.is_possible:
        small.append(CAN_SUBSCRIBE)
    return reply(CALENDAR_SENT.format(name=CALENDAR_NAME, codes=codes), OPEN_IT, small=small)._replace(
        files=(File(CALENDAR_NAME, ABOUT_CALENDAR.format(codes=codes), make),)
    )


def address_made(address: str) -> Reply:
    """The answer to `/ce calendar address`; delivered again, the address is not told again."""
    return reply(ADDRESS_MADE.format(address=address), SUBSCRIBE, small=[TAKE_BACK])._replace(
        repeated=reply(ADDRESS_ONCE)
    )


def revoked(*, there_was_one: bool) -> Reply:
    """The answer to `/ce calendar revoke`."""
    return reply(REVOKED if there_was_one else NOTHING_TO_REVOKE)
