"""Everything the bot answers, in one list."""

import re

from slack_bolt import App

from ..views.blocks import BESIDE_ACTION, MENU_ACTION, RUN_ACTION
from ..views.changes import UNDO_ACTION
from ..views.faq import SEE_ACTION
from ..views.home import PAGE_ACTION
from ..views.inbox import POST_ACTION
from ..views.modals import FIELD_ACTION, FORM
from . import ask, assistant, ce, curating, exports, forms, home, shortcuts


def register(app: App) -> None:
    """Tie each thing Slack can send to its listener; `/ce` first, because Bolt looks from the top."""
    app.command("/ce")(ce.answer)
    app.action(re.compile(f"^({UNDO_ACTION}|{RUN_ACTION}:.*)$"))(ce.run_clicked)
    app.action(re.compile(f"^{SEE_ACTION}:"))(ask.show_related)
    app.action(re.compile(f"^{BESIDE_ACTION}:"))(ce.run_beside)
    app.action(re.compile(f"^{POST_ACTION}:"))(curating.pass_on)
    app.action(re.compile(f"^{MENU_ACTION}:"))(home.run_chosen)
    app.action(re.compile(f"^{PAGE_ACTION}:"))(home.turn_page)
    app.action(re.compile(f"^{FIELD_ACTION}:"))(forms.look_again)
    app.view(re.compile(f"^{FORM}"))(forms.submit)
    app.global_shortcut(shortcuts.LOG_ACTIVITY)(shortcuts.log_activity)
    app.message_shortcut(shortcuts.LOG_MESSAGE)(shortcuts.log_message)
    app.event("app_mention")(ask.answer_mention)
    app.event("message")(ask.answer_message)
    app.event("app_home_opened")(home.answer_opened)
    app.event("assistant_thread_started")(assistant.greet)
    app.event("app_uninstalled")(exports.note_departure)
    app.event("tokens_revoked")(exports.note_revoked_tokens)
