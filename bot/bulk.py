"""`ce-bot import FILE.csv`: a table read, shown, and saved for one member after a yes."""

import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from .desk import Desk
from .grammar import Sheet, UndecidedOrderError, WordsError, read_sheet
from .ledger import Member, PendingImport, Typed, Writer
from .outcomes import Changed, Imported
from .settings import MEMBER_ID
from .sheets import SheetError, text_in
from .terminal import screen
from .views import changes, imports, questions
from .views.blocks import Reply

NO_MEMBER = "Say whose it is: --member and their id, such as U0123ABCD (in a Slack profile, Copy member ID)."
NO_WORKSPACE = "Say in which workspace: --workspace and its id, such as T0123ABCD."
ADD_YES = "Nothing was saved: add --yes to save what is shown above."
ADD_ORDER = "Nothing was saved: add --day-first or --month-first to say how such dates are to be read."
NOT_SAVED = "Nothing was saved."
NOT_ONES_OWN = "This export holds what everybody told the bot: leave --member out."
ROWS_READ = "{rows} rows read…"
SAVING = "Saving…"
SAVE_ALL = "{label}? [y/N] "
SAVE_ANYWAY = "Save it all the same? [y/N] "
WHICH_FIRST = "Day first or month first? [d/m] "
CHANGES_MEANWHILE = (
    "Nothing was saved, because the member is changing things just now: try again in a minute."
)
# What is agreed to is asked anew where something has changed meanwhile; so often and no more.
ASK_MOST = 4

_WORKSPACE = re.compile("[TE][A-Z0-9]+")

# Puts a question to somebody at the terminal.
Ask = Callable[[str], str]


class NotImportedError(Exception):
    """A table is not imported; `is_call` says that the call has to be another, not the table."""

    def __init__(self, sentence: str, *, is_call: bool = False) -> None:
        super().__init__(sentence)
        self.is_call = is_call


@dataclass(slots=True)
class _Saving:
    """The import as saving needs it; `question` is its number where it makes something worse (R14)."""

    desk: Desk
    who: Member
    pending: PendingImport
    sheet: Sheet
    question: int | None = None
    said: Reply | None = None

    def do(self, _typed: Typed, writer: Writer) -> Changed:
        today = self.desk.today(self.who)
        return self.desk.importing.save(writer, self.who, self.pending, self.sheet, today)

    def show(self, _typed: Typed, changed: Changed) -> str:
        assert isinstance(changed, Imported)
        # Reminders, and what the portal shows, are for the member to say, not for whoever is at the terminal.
        self.said = changes.imported(replace(changed, ask_portal=(), is_asked=True), self.desk.policy)
        self.question = None
        return self.said.text

    def ask(self, changed: Changed, number: int) -> str:
        self.said, self.question = questions.before_saving(changed, number, self.desk.policy), number
        return self.said.text

    def cancel(self, key: str, number: int) -> None:
        """Leave everything as it is."""
        saving, who = self.desk.saving, self.who
        saving.once(who, key, lambda writer: saving.cancel(writer, who, number).command)


def member_named(member: str | None, workspace: str | None, workspaces: Sequence[str]) -> Member:
    """The member with this id, in the workspace named or the only one there is.

    Raises NotImportedError for ids that Slack does not give, and where the workspace stays open.
    """
    if member is None or not MEMBER_ID.fullmatch(member):
        raise NotImportedError(NO_MEMBER, is_call=True)
    if workspace is None and len(workspaces) == 1:
        workspace = workspaces[0]
    if workspace is None or not _WORKSPACE.fullmatch(workspace):
        here = f" Here are {', '.join(workspaces)}." if workspaces else ""
        raise NotImportedError(NO_WORKSPACE + here, is_call=True)
    return Member(workspace, member)


def refuse_member(member: str | None) -> None:
    """Raise NotImportedError where a member is named for what is everybody's."""
    if member:
        raise NotImportedError(NOT_ONES_OWN, is_call=True)


def import_table(
    desk: Desk,
    who: Member,
    name: str,
    content: bytes,
    now: datetime,
    *,
    key: str,
    day_first: bool | None = None,
    yes: bool = False,
    ask: Ask | None = None,
) -> int:
    """Import a table for a member, once for each `key`; 0 when all of it is saved, or was before.

    `name` is what its file is called. With `yes` nothing is asked; `ask` is None where there is nobody to
    ask. Raises NotImportedError.
    """
    pending = PendingImport(0, name, _text(name, content), day_first, now)
    try:
        sheet = _sheet(desk, who, pending)
    except UndecidedOrderError as undecided:
        _show(imports.which_order(name, undecided, None))
        if ask is None:
            raise NotImportedError(ADD_ORDER, is_call=True) from undecided
        pending = pending._replace(day_first=_is_day_first(ask(WHICH_FIRST)))
        sheet = _sheet(desk, who, pending)
    if sheet.faulty:
        _show(imports.faults(name, sheet))
        raise NotImportedError(NOT_SAVED)
    news = desk.importing.news(who, sheet, desk.importing.sent_on(who, pending))
    if not news.count:
        _show(imports.nothing_new(name, sheet, news))
        return 0
    _show(imports.preview(name, sheet, news, None, desk.policy))
    _require_yes(SAVE_ALL.format(label=imports.save_label(news)), yes=yes, ask=ask)
    sys.stderr.write(f"{SAVING}\n")
    _save(_Saving(desk, who, pending, sheet), key, yes=yes, ask=ask)
    return 0


def _save(saving: _Saving, key: str, *, yes: bool, ask: Ask | None) -> None:
    """Save, and where that makes something worse, show it and ask again before (R14)."""
    desk, who = saving.desk, saving.who
    desk.saving.change(who, key, Typed(imports.SAVE, "", desk.today(who)), saving)
    for again in range(ASK_MOST):
        assert saving.said
        if saving.question is None:
            _show(saving.said)
            return
        _show(saving.said, small=False)
        number = saving.question
        try:
            _require_yes(SAVE_ANYWAY, yes=yes, ask=ask)
        except NotImportedError:
            saving.cancel(f"{key} cancelled", number)
            raise
        desk.saving.save(who, f"{key} {again}", number, saving)
    raise NotImportedError(CHANGES_MEANWHILE)


def _require_yes(question: str, *, yes: bool, ask: Ask | None) -> None:
    """Raise NotImportedError unless somebody said yes, with the call or now."""
    if yes:
        return
    if ask is None:
        raise NotImportedError(ADD_YES, is_call=True)
    if not _agreed(ask(question)):
        raise NotImportedError(NOT_SAVED)


def _is_day_first(answer: str) -> bool:
    said = answer.strip().casefold()[:1]
    if said not in ("d", "m"):
        raise NotImportedError(NOT_SAVED)
    return said == "d"


def _agreed(answer: str) -> bool:
    return answer.strip().casefold() in ("y", "yes")


def _text(name: str, content: bytes) -> str:
    try:
        return text_in(content)
    except SheetError as error:
        raise NotImportedError(f"{name}: {error.sentence}") from error


def _sheet(desk: Desk, who: Member, pending: PendingImport) -> Sheet:
    try:
        return read_sheet(
            pending.content,
            desk.importing.sent_on(who, pending),
            desk.codes(who),
            desk.policy.levels,
            desk.policy,
            day_first=pending.day_first,
            progress=_progress,
        )
    except WordsError as error:
        raise NotImportedError(f"{pending.name}: {error.sentence}") from error


def _progress(rows: int) -> None:
    if rows:
        sys.stderr.write(f"{ROWS_READ.format(rows=f'{rows:,}')}\n")


def _show(reply: Reply, *, small: bool = True) -> None:
    """Show a reply without its buttons, and without the small lines that speak of them."""
    wanted = ("section", "context") if small else ("section",)
    screen(in_colour=False).show("", "", reply.text, [one for one in reply.blocks if one["type"] in wanted])
