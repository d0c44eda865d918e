"""What proves an activity: its link and files, what dropped files may prove, and what became of them."""

import json
from collections.abc import Callable, Sequence
from datetime import date

from rules import Policy

from ..dates import in_quotes
from ..ledger import LoggedActivity, Proof, ProofState
from ..outcomes import Choice, OfferedFile, ProofChanged, ProofsOf, because
from ..signatures import ENDINGS, with_ending
from . import words
from .blocks import (
    BUTTON_TEXT_MOST,
    BUTTON_VALUE_MOST,
    File,
    NotMadeError,
    Reply,
    View,
    actions,
    beside,
    commands,
    context,
    cut,
    escaped,
    plain,
    reply,
    section,
)
from .changes import undo_button
from .modals import file_field, form

# The commands that buttons stand for; nobody types them.
SHOW, REMOVE, TAKE = "proof show", "proof remove", "proof take"
NEW_WITH, NO = "proof new", "proof no"
# The form, the commands that open and send it, and its field.
NAME, FORM, FILES = "proof", "form proof", "files"

HOW = (
    "*What proves an activity* is a link or a file: a picture (PNG, JPEG, GIF, WebP, HEIC) or a PDF of up to "
    "10 MB, such as the certificate of a course. I keep the file, also when Slack has long deleted it, and "
    "`/ce export` packs all of them."
)
WAYS = (
    "• Drop the file into our direct message: I ask which activity it is for.\n"
    "• `/ce proof 3` shows what proves activity 3, and takes files.\n"
    "• `/ce proof 3 LINK` sets its link."
)
NOTHING_YET = "No proof yet. Add a picture or a PDF, or give a link: `/ce proof {number} LINK`"
LINK = "Link: <{link}|{shown}>"
LONG_LINK = "Link: kept, and too long to show here"
A_FILE = "{name} · {size} · given {day} · {state}"
KEPT, FETCHING, REFUSED = "kept here", "on its way from Slack", "*not kept*: it {because}"
TRIED = "not here yet: fetching or keeping it has failed so far, and I try again"
MORE_FILES = "{files} not shown here: `/ce export` has all of them."
ADDED = "Proof of {activity}: {files}."
FETCH_ONE = "I fetch it from Slack now, and tell you if I cannot keep it."
FETCH_MORE = "I fetch them from Slack now, and tell you if I cannot keep one."
ALREADY = "{files}: here already."
REMOVED = "{file} is no longer proof of {activity}."
GONE_TOMORROW = "I delete the file for good in a day; until then Undo brings it back."
SENT = "I am sending you {file}, to your direct message with me."
ABOUT = "{name}, proof of activity {number}."
DAMAGED = (
    "I do not have {file} any more as it was. Please give it to me again, and tell whoever runs me to look "
    "at `ce-bot doctor`."
)
NOT_HERE_YET = "{file} is not here yet. How it stands: `/ce proof {number}`"
NOT_KEPT = "I could not keep {file} as proof of {activity}: it {because}"
IS_ONE, ARE_MORE = "Is {files} proof for one of these?", "Are {files} proof for one of these?"
IS_NEW, ARE_NEW = "Is {files} proof of something you did?", "Are {files} proof of something you did?"
HAVE_PROOF = "With proof already: {numbers}."
ANOTHER = "Another activity: drop it here once more, with its number beside it, as in `proof 3`."
NEW, NEW_MORE, NOT_PROOF = "Log a new activity with it", "Log a new activity with them", "No"
LEFT_ALONE = "All right: I keep nothing of it."
CANNOT_TAKE = "I cannot take {file} as proof: it {because}"
TOO_MANY = "I take {most} files at once: drop the others after these."
BY_FORM = (
    "`/ce proof {number}` shows what proves this activity; a file dropped into our direct message adds to it."
)
TITLE, LABEL = "Add proof", "Pictures or PDFs"
HINT = "Up to 10 files: PNG, JPEG, GIF, WebP, HEIC or PDF, each of 10 MB at most."
THERE = "That is proof of activity {number} already; nothing changed."
NO_SUCH = "Activity {number} has no such file any more: this shows what it has."
DELETED = "That file is deleted for good, a day after it was taken away: give it to me again."

# A file input takes ten; so many are asked about at once.
FILES_MOST = 10
# Of a message for each file two blocks, and some more.
FILES_SHOWN = 15
# How much of a file's name a button carries, which comes back with the click.
NAME_CARRIED = 60
CHOICES = 8
LINK_SHOWN = 600
NAMES_SHOWN = 3


def how() -> Reply:
    """The answer to `/ce proof` alone."""
    return reply(HOW, WAYS)


def proof(found: ProofsOf, policy: Policy) -> Reply:
    """The answer to `/ce proof 3`: what proves an activity, and what can be done about it."""
    number = found.activity.number
    about = f"*{number}* · {words.unnumbered(found.activity._replace(link=None), policy)}"
    lines = [about, *([_link(found.activity.link)] if found.activity.link else [])]
    if not found.files and not found.activity.link:
        lines.append(NOTHING_YET.format(number=number))
    blocks = [section("\n".join(lines))]
    shown = list(zip(found.files, found.given_on, strict=True))[:FILES_SHOWN]
    for place, (one, day) in enumerate(shown):
        lines.append(_file(one, day))
        buttons = commands((f"Remove {_short(one.name)}", f"{REMOVE} {number} {one.file}"), first=place + 1)
        if one.state is ProofState.KEPT:
            buttons = [*beside(("Show me the file", f"{SHOW} {number} {one.file}")), *buttons]
        blocks += [section(_file(one, day)), *([actions(buttons)] if buttons else [])]
    more = len(found.files) - len(shown)
    if more:
        lines.append(MORE_FILES.format(files=words.count(more, "file is", "files are")))
        blocks.append(context(lines[-1]))
    blocks.append(actions(commands(("Add a file", f"{FORM} {number}"))))
    return Reply("\n".join(lines), blocks)


def add_form(one: LoggedActivity, policy: Policy, channel: str) -> Reply:
    """The form that adds files to what proves an activity."""
    view: View = form(
        NAME,
        TITLE,
        [section(words.activity(one, policy)), file_field(FILES, LABEL, ENDINGS, most=FILES_MOST, hint=HINT)],
        submit="Add",
        about={"number": one.number, "channel": channel},
    )
    return reply(BY_FORM.format(number=one.number))._replace(modal=view)


def changed(found: ProofChanged, _policy: Policy) -> Reply:
    """Files were added, or one was taken away."""
    named, number = _named(found.activity), found.activity.number
    buttons = [*commands(("Show proof", f"proof {number}")), *undo_button(found.change)]
    if found.removed is not None:
        gone = REMOVED.format(file=words.file(found.removed), activity=named)
        return reply(gone, small=[GONE_TOMORROW], buttons=buttons)
    return reply(
        ADDED.format(activity=named, files=_names(found.added)),
        small=[
            FETCH_ONE if len(found.added) == 1 else FETCH_MORE,
            ALREADY.format(files=_names(found.already)) if found.already else "",
        ],
        buttons=buttons,
    )


def sent(one: Proof, content: Callable[[], bytes | None]) -> Reply:
    """A file that its member wants to see."""
    if one.state is not ProofState.KEPT:
        return reply(NOT_HERE_YET.format(file=words.file(one.name), number=one.number))

    def make() -> bytes:
        found = content()
        if found is None:
            raise NotMadeError(reply(DAMAGED.format(file=words.file(one.name))))
        return found

    name = with_ending(one.name, one.media_type)
    file = File(name, ABOUT.format(name=escaped(name), number=one.number), make)
    return reply(SENT.format(file=words.file(one.name)))._replace(files=(file,))


def question(files: Sequence[OfferedFile], choice: Choice) -> Reply:
    """Whether files just given are proof of an activity."""
    lines = (*choice.without, *choice.proven)
    asks = {(True, True): IS_ONE, (True, False): ARE_MORE, (False, True): IS_NEW, (False, False): ARE_NEW}
    is_one = len(files) == 1
    labelled = [(f"{one.number} · {one.title}", take_command(one.number, files)) for one in lines]
    labelled += [(NEW if is_one else NEW_MORE, _log(files)), (NOT_PROOF, NO)]
    buttons = commands(*((cut(label, BUTTON_TEXT_MOST), command) for label, command in labelled))
    proven = [str(one.number) for one in choice.proven]
    return reply(
        asks[bool(lines), is_one].format(files=_names([file.name for file in files])),
        small=[
            HAVE_PROOF.format(numbers=words.listed(proven)) if proven else "",
            ANOTHER if len(lines) == CHOICES else "",
        ],
        buttons=buttons,
    )


def left_alone() -> Reply:
    """The answer to "No"."""
    return reply(LEFT_ALONE)


def refused(files: Sequence[tuple[OfferedFile, str]]) -> Reply:
    """Files that were dropped cannot be proof, each for its reason."""
    return reply("\n".join(_refusals(files)))


def with_refused(answer: Reply, files: Sequence[tuple[OfferedFile, str]], left: int) -> Reply:
    """An answer about some files, and below it why others are not taken, and that `left` more are to come."""
    small = [*_refusals(files), *([TOO_MANY.format(most=FILES_MOST)] if left else [])]
    if not small:
        return answer
    text = "\n".join(small)
    return answer._replace(text=f"{answer.text}\n{text}", blocks=[*answer.blocks, section(text)])


def not_kept(one: Proof, activity: LoggedActivity) -> Reply:
    """A file that was given is not kept after all."""
    return reply(
        NOT_KEPT.format(file=words.file(one.name), activity=_named(activity), because=because(one.reason)),
        buttons=commands(("Show proof", f"proof {activity.number}")),
    )


def as_words(files: Sequence[OfferedFile]) -> list[dict[str, str | int]]:
    """Files as the words of a command carry them: of names only so much that a button can hold them."""
    carried: list[dict[str, str | int]] = [
        {"id": one.id, "name": _carried(one.name), "mimetype": one.media_type[:40], "size": one.size}
        for one in files
    ]
    if len(_json(carried)) > BUTTON_VALUE_MOST - 100:
        carried = [{**one, "name": _carried(str(one["name"]), NAME_CARRIED // 3)} for one in carried]
    return carried


def sizes(size: int) -> str:
    """A size in bytes as people read it: `1.2 MB`."""
    if size < 1000:
        return words.count(size, "byte", "bytes")
    return f"{size / 1e6:.1f} MB" if size >= 100_000 else f"{size / 1e3:.0f} kB"


def take_command(number: int, files: Sequence[OfferedFile]) -> str:
    """The command that adds files to what proves an activity."""
    return f"{TAKE} {_json({'number': number, 'files': as_words(files)})}"


def add_command(number: int, files: Sequence[OfferedFile]) -> str:
    """The same, as the form sends it."""
    return f"{FORM} {_json({'number': number, 'files': as_words(files)})}"


def _refusals(files: Sequence[tuple[OfferedFile, str]]) -> list[str]:
    return [CANNOT_TAKE.format(file=words.file(one.name), because=because(reason)) for one, reason in files]


def _log(files: Sequence[OfferedFile]) -> str:
    return f"{NEW_WITH} {_json({'files': as_words(files)})}"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _carried(name: str, most: int = NAME_CARRIED) -> str:
    stem, dot, ending = name.rpartition(".")
    if len(name) <= most or not dot or len(ending) > 5:
        return name[:most]
    return f"{stem[: most - len(ending) - 1]}.{ending}"


def _link(link: str) -> str:
    safe = escaped(link)
    return LINK.format(link=safe, shown=escaped(cut(link, 60))) if len(safe) <= LINK_SHOWN else LONG_LINK


def _file(one: Proof, given_on: date) -> str:
    said = {
        ProofState.KEPT: KEPT,
        ProofState.WAITING: TRIED if one.reason else FETCHING,
        ProofState.REFUSED: REFUSED.format(because=because(one.reason)) if one.reason else "",
    }
    return A_FILE.format(
        name=words.file(one.name), size=sizes(one.size), day=words.day(given_on), state=said[one.state]
    )


def _names(names: Sequence[str]) -> str:
    """Some files in a sentence."""
    if len(names) > NAMES_SHOWN:
        return f"{len(names)} files"
    return words.listed([words.file(name) for name in names])


def _named(one: LoggedActivity) -> str:
    return f"activity {one.number}, {plain(in_quotes(one.title))}"


def _short(name: str) -> str:
    return cut(name, 40)
