"""What goes to Slack outside the answer to a request: posts, replies to clicks, look-ups.

Slack waits three seconds for an answer, so none of this happens in a listener's own thread.
"""

import itertools
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from concurrent.futures import TimeoutError as FutureTimeoutError
from functools import partial
from http.client import HTTPException
from typing import Any

from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web import SlackResponse
from slack_sdk.webhook import WebhookClient

from .clients import Clients, NoTokenError
from .downloads import NO_ANSWER, NOT_ALLOWED, NOT_THERE, Fetch, NotFetchedError
from .downloads import fetch as download
from .ledger import LedgerError, Member
from .outcomes import Delivered, Delivery, Person, TryLater, Undeliverable
from .refusals import NOT_INSTALLED, UNREACHABLE, became
from .views.blocks import File, NotMadeError, Post, Prompt, Reply, View, cut
from .views.modals import of_reply
from .views.troubles import not_made, not_opened, not_posted, not_sent

log = logging.getLogger(__name__)

WORKERS = 4
# So much may wait for Slack to be reached again; it would come too late and take the memory.
WAITING_MOST = 1000
# Slack's own bot, whom it does not call one.
SLACKBOT = "USLACKBOT"
FILE_WORKERS = 2
# Slack refuses an image whose description is longer, and with it the upload.
ALT_TEXT_MOST = 1000
# Of so many forms it is known what was put in their place last.
UPDATES_KEPT = 1000
# A command waits this long for what Slack knows of people; after that it has to do without.
USER_WAIT_S = 1.0

# The same click, delivered again: its view is open already.
OPENED_BEFORE = "exchanged_trigger_id"

# Whatever stands in the way of a call to Slack that nobody waits for.
_NOT_TAKEN = (NoTokenError, SlackClientError, HTTPException, OSError, ValueError)

# What Slack says of a file that it does not tell of, where it is no use to ask again at once.
_NO_FILE = {"file_not_found": NOT_THERE, "file_deleted": NOT_THERE, "missing_scope": NOT_ALLOWED}

Submit = Callable[[Callable[[], Any]], "Future[Any]"]


def send_to(url: str, payload: dict[str, Any]) -> None:
    """Post a reply to a response_url."""
    answer = WebhookClient(url, retry_handlers=[]).send_dict(payload)  # tried again, it might come twice
    if answer.status_code != 200:
        log.warning("Slack answered a reply to a click with status %s.", answer.status_code)


class Courier:
    """Sends in threads of its own and logs what fails; `submit`, `send`, `fetch` are the network's edge.

    `submit_file` takes what makes a file and sends it, `submit` the rest, and that, too, without the other.
    """

    def __init__(
        self,
        clients: Clients,
        *,
        submit: Submit | None = None,
        submit_file: Submit | None = None,
        send: Callable[[str, dict[str, Any]], None] = send_to,
        fetch: Fetch | None = None,
    ) -> None:
        self._clients = clients
        self._pool = None if submit else ThreadPoolExecutor(WORKERS, thread_name_prefix="courier")
        self._submit = submit or self._pool.submit  # type: ignore[union-attr]
        # A file may take long to make: in threads of its own, so that nothing else waits for it.
        submit_file = submit_file or submit
        self._makers = None if submit_file else ThreadPoolExecutor(FILE_WORKERS, thread_name_prefix="maker")
        self._submit_file = submit_file or self._makers.submit  # type: ignore[union-attr]
        self._send = send
        self._room = threading.Semaphore(WAITING_MOST)
        self._homes: set[Member] = set()
        self._homes_lock = threading.Lock()
        self._logged: set[tuple[str, str]] = set()
        self._updates = _Updates()
        self._publishing = tuple(threading.Lock() for _ in range(WORKERS))
        self._fetch = fetch

    def respond(self, url: str, reply: Reply, *, replace: bool) -> None:
        """Answer a click: in place of the message clicked on, or below it."""
        payload = {"text": reply.text, "blocks": reply.blocks, "replace_original": replace}
        self._later(lambda: self._send(url, payload))

    def open_view(
        self, who: Member, trigger_id: str, view: View, *, push: bool = False, url: str | None = None
    ) -> None:
        """Show a member a view, on top of the one they look at (`push`) or alone.

        Where Slack opens none, because its 3 seconds are over, the way to do without is said at `url`.
        """
        self._later(lambda: self._open_view(who, trigger_id, view, push=push, url=url))

    def open_then_update(
        self,
        who: Member,
        trigger_id: str,
        loading: View,
        work: Callable[[], View],
        *,
        push: bool = False,
        url: str | None = None,
    ) -> None:
        """Show a view at once, and in its place what may take longer to make than Slack waits."""
        self._later(partial(self._open_then_update, who, trigger_id, loading, work, push=push, url=url))

    def update_view(self, who: Member, view_id: str, view: View, *, seen: str | None = None) -> None:
        """Put a view in the place of another, unless that has changed since it was `seen` (its hash)."""
        self._later(partial(self._update_view, who, view_id, view, seen, self._updates.next()))

    def publish_home(self, who: Member, make: Callable[[], View]) -> None:
        """Show a member their Home anew, as it is when its turn comes; what waits already is enough."""
        with self._homes_lock:
            if who in self._homes:
                return
            self._homes.add(who)
        if not self._later(partial(self._publish_home, who, make)):
            with self._homes_lock:
                self._homes.discard(who)

    def suggest(
        self, workspace: str, channel: str, prompts: Sequence[Prompt], thread_ts: str | None = None
    ) -> None:
        """Suggest what to ask, in a thread of the assistant's pane or below what is said in a direct message.

        Where Slack does not have that, nothing is shown.
        """
        self._later(lambda: self._suggest(workspace, channel, prompts, thread_ts))

    def post(self, workspace: str, channel: str, reply: Reply, thread_ts: str | None = None) -> None:
        """Post a message in a channel, a direct message or a thread."""
        self._later(lambda: self._post(workspace, channel, reply, thread_ts))

    def post_and_respond(
        self, workspace: str, channel: str, message: Reply, url: str, *, sent: Reply, refused: Reply
    ) -> None:
        """Post a message, and say in the place of the one clicked on whether Slack took it."""

        def work() -> None:
            try:
                self._post(workspace, channel, message, None)
            except (NoTokenError, SlackClientError, OSError) as error:
                log.error("A message to Slack was not sent.", exc_info=error)
                told = refused
            else:
                told = sent
            self._send(url, {"text": told.text, "blocks": told.blocks, "replace_original": True})

        self._later(work)

    def deliver(self, workspace: str, addressee: str, reply: Reply) -> Delivery:
        """Send a member or a channel a message now, and say what became of it; nothing is tried twice.

        Where Slack cannot be reached it may have taken the message nevertheless.
        """
        try:
            self._clients.direct_of(workspace).chat_postMessage(
                channel=addressee, text=reply.text, blocks=reply.blocks, unfurl_links=False
            )
        except SlackApiError as error:
            refused = _became(error.response)
            log.warning("Slack did not take a message: %s.", refused.reason)
            return refused
        except NoTokenError:
            return NOT_INSTALLED
        except (SlackClientError, HTTPException, OSError, ValueError) as error:
            log.warning("Slack could not be reached for a message: %s.", type(error).__name__)
            return UNREACHABLE
        return Delivered()

    def send_posts(self, workspace: str, posts: Iterable[Post]) -> None:
        """Send each to its member or channel."""
        for post in posts:
            self.post(workspace, post.to, post.message)

    def send_files(self, files: Iterable[File], who: Member, channel: str) -> None:
        """Make files and send each: to the member alone, or to the channel."""
        for file in files:
            self._submit_file(partial(self._send_file, file, who, channel)).add_done_callback(_report)

    def post_then_update(
        self, workspace: str, channel: str, first: Reply, work: Callable[[], Reply], failed: Reply
    ) -> None:
        """Post a message, do what may take long, and put what comes of it in the place of that message."""
        done = self._submit_file(partial(self._post_then_update, workspace, channel, first, work, failed))
        done.add_done_callback(_report)

    def do_beside(self, work: Callable[[], object]) -> None:
        """Do what may take long and that nobody waits for, in a thread for files."""
        self._submit_file(work).add_done_callback(_report)

    def read_file(self, workspace: str, url: str, most: int) -> bytes:
        """The file that a member shared at an address of Slack's, of so many bytes at most.

        Waits for Slack, so it is nothing for a listener's own thread. Raises NotFetchedError.
        """
        if self._fetch:
            return self._fetch(url, most)
        try:
            client = self._clients.of(workspace)
        except NoTokenError as error:
            raise NotFetchedError(NO_ANSWER) from error
        return download(url, most, token=client.token, api_url=client.base_url)

    def file_info(self, workspace: str, file_id: str) -> dict[str, Any]:
        """What Slack knows of a file, where it did not say so with the message.

        Waits for Slack, too. Raises NotFetchedError.
        """
        try:
            found: dict[str, Any] = self._clients.of(workspace).files_info(file=file_id)["file"]
        except SlackApiError as error:
            raise NotFetchedError(_NO_FILE.get(error.response.get("error"), NO_ANSWER)) from error
        except (NoTokenError, SlackClientError, OSError) as error:
            raise NotFetchedError(NO_ANSWER) from error
        return found

    def permalink(self, workspace: str, channel: str, ts: str) -> str | None:
        """The address of a message, or None where Slack does not tell it: the bot may not be in its channel.

        Waits for Slack, so it is nothing for a listener's own thread.
        """
        try:
            found = self._clients.of(workspace).chat_getPermalink(channel=channel, message_ts=ts)
        except (NoTokenError, SlackClientError, HTTPException, OSError, ValueError) as error:
            log.warning("The address of a message cannot be had: %s.", type(error).__name__)
            return None
        address = found.get("permalink")
        return address if isinstance(address, str) else None

    def timezone_of(self, who: Member) -> str | None:
        """The member's time zone as Slack knows it, or None where it does not say so in time."""
        timezone = self._users([who]).get(who, {}).get("tz")
        return timezone if isinstance(timezone, str) else None

    def people_of(self, members: Collection[Member]) -> dict[Member, Person]:
        """What Slack knows of people, all asked about at once; left out is who it does not name in time."""
        return {who: _person(who, user) for who, user in self._users(members).items()}

    def _users(self, members: Collection[Member]) -> dict[Member, dict[str, Any]]:
        asked = {who: self._submit(partial(self._user, who)) for who in dict.fromkeys(members)}
        wait(asked.values(), USER_WAIT_S)
        found = {}
        for who, answer in asked.items():
            error = answer.exception() if answer.done() else FutureTimeoutError()
            if error:
                log.warning("What Slack knows of a member cannot be had: %s.", type(error).__name__)
            else:
                found[who] = answer.result().get("user") or {}
        return found

    def _user(self, who: Member) -> SlackResponse:
        return self._clients.of(who.workspace).users_info(user=who.id)

    def close(self) -> None:
        """Finish what is under way."""
        for pool in (self._makers, self._pool):
            if pool:
                pool.shutdown(wait=True)

    def _open_view(
        self, who: Member, trigger_id: str, view: View, *, push: bool, url: str | None
    ) -> str | None:
        """Open a view; its id, or None where Slack did not."""
        client = self._clients.of(who.workspace)
        try:
            call = client.views_push if push else client.views_open
            opened: dict[str, Any] = call(trigger_id=trigger_id, view=view)["view"]
        except SlackApiError as error:
            reason = error.response.get("error")
            if reason == OPENED_BEFORE:
                return None
            log.warning("Slack did not open a view: %s.", reason)
            if url:
                told = not_opened()
                self._send(url, {"text": told.text, "blocks": told.blocks, "replace_original": False})
            return None
        return str(opened["id"])

    def _open_then_update(
        self,
        who: Member,
        trigger_id: str,
        loading: View,
        work: Callable[[], View],
        *,
        push: bool,
        url: str | None,
    ) -> None:
        view_id = self._open_view(who, trigger_id, loading, push=push, url=url)
        if not view_id:
            return
        try:
            view = work()
        except Exception:  # whatever went wrong, whoever waits for the form is told
            log.exception("A form was not made.")
            view = of_reply(not_made())
        self._update_view(who, view_id, view, None, self._updates.next())

    def _update_view(self, who: Member, view_id: str, view: View, seen: str | None, number: int) -> None:
        client = self._clients.of(who.workspace)
        while True:
            try:
                shown = client.views_update(view_id=view_id, view=view, **({"hash": seen} if seen else {}))
            except SlackApiError as error:
                # It was closed, or shows something newer, or what came of a field filled in a moment before.
                reason, older = error.response.get("error"), self._updates.older(view_id, number)
                if reason not in ("not_found", "hash_conflict"):
                    raise
                if reason == "not_found" or older in (None, seen):
                    return
                seen = older
            else:
                self._updates.note(view_id, number, (shown.get("view") or {}).get("hash"))
                return

    def _publish_home(self, who: Member, make: Callable[[], View]) -> None:
        # One after the other for each member: the last to be made is the last to be shown.
        with self._publishing[hash(who) % len(self._publishing)]:
            with self._homes_lock:
                self._homes.discard(who)
            try:
                view = make()
            except LedgerError as error:
                self._log_once(logging.WARNING, "A Home tab was not made", error)
                return
            try:
                self._clients.direct_of(who.workspace).views_publish(user_id=who.id, view=view)
            except _NOT_TAKEN as error:
                self._log_once(logging.WARNING, "A Home tab was not shown", error)

    def _suggest(
        self, workspace: str, channel: str, prompts: Sequence[Prompt], thread_ts: str | None
    ) -> None:
        try:
            self._clients.direct_of(workspace).assistant_threads_setSuggestedPrompts(
                channel_id=channel, thread_ts=thread_ts, prompts=[one._asdict() for one in prompts]
            )
        except _NOT_TAKEN as error:
            self._log_once(logging.INFO, "Prompts were not suggested", error)

    def _log_once(self, level: int, what: str, error: Exception) -> None:
        """Log what nobody waits for and the next time may mend: once for each reason, without names."""
        reason = type(error).__name__
        if isinstance(error, SlackApiError):
            reason = str(error.response.get("error"))
        if (what, reason) not in self._logged:
            self._logged.add((what, reason))
            log.log(level, "%s: %s. This is not logged again.", what, reason)

    def _post(self, workspace: str, channel: str, reply: Reply, thread_ts: str | None) -> None:
        self._clients.of(workspace).chat_postMessage(
            channel=channel, text=reply.text, blocks=reply.blocks, thread_ts=thread_ts, unfurl_links=False
        )

    def _post_then_update(
        self, workspace: str, channel: str, first: Reply, work: Callable[[], Reply], failed: Reply
    ) -> None:
        client = self._clients.of(workspace)
        posted = client.chat_postMessage(channel=channel, text=first.text, blocks=first.blocks)
        try:
            then = work()
        except Exception:  # whatever went wrong, whoever waits for the answer is told
            log.exception("What a message announced was not done.")
            then = failed
        client.chat_update(channel=posted["channel"], ts=posted["ts"], text=then.text, blocks=then.blocks)

    def _send_file(self, file: File, who: Member, channel: str) -> None:
        client = self._clients.of(who.workspace)
        try:
            content = file.make()
            about = file.about if isinstance(file.about, str) else file.about()
            if file.is_private:
                channel = client.conversations_open(users=who.id)["channel"]["id"]
            client.files_upload_v2(
                channel=channel,
                filename=file.name,
                content=content,
                title=file.name,
                alt_txt=cut(about, ALT_TEXT_MOST),
                initial_comment=about,
            )
        except NotMadeError as error:
            self._post(who.workspace, who.id, error.reply, None)
        except Exception:  # whatever went wrong, whoever waits for the file is told
            log.exception("A file was not sent.")
            told = not_sent(file.name) if file.is_private else not_posted(file.name, channel)
            self._post(who.workspace, who.id, told, None)

    def _later(self, work: Callable[[], Any]) -> bool:
        """Do it in a thread; where too much waits already it is given up, and said to the log (False)."""
        if not self._room.acquire(blocking=False):
            log.error("A message to Slack was given up: %s others wait.", WAITING_MOST)
            return False
        done = self._submit(work)
        done.add_done_callback(lambda _: self._room.release())
        done.add_done_callback(_report)
        return True


class _Updates:
    """What was put in the place of views last, so that of two updates at once the later one stays."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._last: OrderedDict[str, tuple[int, str]] = OrderedDict()

    def next(self) -> int:
        """The number of an update that is to come."""
        return next(self._numbers)

    def note(self, view_id: str, number: int, shown: str | None) -> None:
        """An update was taken, and the view has this hash since."""
        with self._lock:
            if shown and self._last.get(view_id, (0, ""))[0] < number:
                self._last[view_id] = number, shown
                self._last.move_to_end(view_id)
                if len(self._last) > UPDATES_KEPT:
                    self._last.popitem(last=False)

    def older(self, view_id: str, number: int) -> str | None:
        """The hash of the update taken last, if it is an earlier one than this."""
        with self._lock:
            last, shown = self._last.get(view_id, (0, None))
        return shown if last < number else None


def _person(who: Member, user: dict[str, Any]) -> Person:
    profile = user.get("profile") or {}
    names = (profile.get("display_name"), profile.get("real_name"), user.get("name"))
    called = next((name for name in names if name and isinstance(name, str)), "")
    workspaces = {user.get("team_id") or who.workspace, *(user.get("enterprise_user") or {}).get("teams", ())}
    return Person(
        # On one line, without marks that hide or turn around what stands beside it.
        " ".join("".join(char if char.isprintable() else " " for char in called).split()),
        is_bot=bool(user.get("is_bot")) or who.id == SLACKBOT,
        is_elsewhere=who.workspace not in workspaces,
        is_gone=bool(user.get("deleted")),
    )


def _became(response: SlackResponse) -> TryLater | Undeliverable:
    data, headers = response.data, response.headers or {}
    error = data.get("error") if isinstance(data, dict) else None
    return became(response.status_code, error, headers.get("Retry-After"))


def _report(done: "Future[Any]") -> None:
    error = done.exception()
    if error:
        log.error("A message to Slack was not sent.", exc_info=error)
