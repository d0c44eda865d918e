"""What goes to Slack outside the answer to a request: posts, replies to clicks, look-ups.

Slack waits three seconds for an answer, so none of this happens in a listener's own thread.
"""

import logging
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from functools import partial
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackClientError
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler
from slack_sdk.webhook import WebhookClient

from .ledger import Member
from .views.blocks import File, Reply
from .views.troubles import not_sent

log = logging.getLogger(__name__)

WORKERS = 4
# A member's first command waits this long for their time zone or name; after that it has to do without.
USER_WAIT_S = 1.0

Submit = Callable[[Callable[[], Any]], "Future[Any]"]


def slack_client(token: str, base_url: str) -> WebClient:
    """A client that waits when told to and never repeats a call Slack may have carried out."""
    return WebClient(
        token=token, base_url=base_url, retry_handlers=[RateLimitErrorRetryHandler(max_retry_count=2)]
    )


def send_to(url: str, payload: dict[str, Any]) -> None:
    """Post a reply to a response_url."""
    answer = WebhookClient(url).send_dict(payload)
    if answer.status_code != 200:
        log.warning("Slack answered a reply to a click with status %s.", answer.status_code)


class Courier:
    """Sends in threads of its own and logs what fails; `submit` and `send` are the network's edge."""

    def __init__(
        self,
        client: WebClient,
        *,
        submit: Submit | None = None,
        send: Callable[[str, dict[str, Any]], None] = send_to,
    ) -> None:
        self._client = client
        self._pool = None if submit else ThreadPoolExecutor(WORKERS, thread_name_prefix="courier")
        self._submit = submit or self._pool.submit  # type: ignore[union-attr]
        self._send = send

    def respond(self, url: str, reply: Reply, *, replace: bool) -> None:
        """Answer a click: in place of the message clicked on, or below it."""
        payload = {"text": reply.text, "blocks": reply.blocks, "replace_original": replace}
        self._later(lambda: self._send(url, payload))

    def post(self, channel: str, reply: Reply, thread_ts: str | None = None) -> None:
        """Post a message in a channel, a direct message or a thread."""
        self._later(lambda: self._post(channel, reply, thread_ts))

    def post_and_respond(
        self, channel: str, message: Reply, url: str, *, sent: Reply, refused: Reply
    ) -> None:
        """Post a message, and say in the place of the one clicked on whether Slack took it."""

        def work() -> None:
            try:
                self._post(channel, message, None)
            except (SlackClientError, OSError) as error:
                log.error("A message to Slack was not sent.", exc_info=error)
                told = refused
            else:
                told = sent
            self._send(url, {"text": told.text, "blocks": told.blocks, "replace_original": True})

        self._later(work)

    def send_files(self, files: Iterable[File], who: Member, channel: str) -> None:
        """Make files and send each: to the member alone, or to the channel."""
        for file in files:
            self._later(partial(self._send_file, file, who, channel))

    def timezone_of(self, who: Member) -> str | None:
        """The member's time zone as Slack knows it, or None where it does not say so in time."""
        timezone = self._user(who).get("tz")
        return timezone if isinstance(timezone, str) else None

    def name_of(self, who: Member) -> str | None:
        """What the member is called in Slack, or None where it does not say so in time."""
        user = self._user(who)
        profile = user.get("profile") or {}
        names = (profile.get("display_name"), profile.get("real_name"), user.get("name"))
        return next((name for name in names if name and isinstance(name, str)), None)

    def _user(self, who: Member) -> dict[str, Any]:
        asked = self._submit(lambda: self._client.users_info(user=who.id))
        try:
            error = asked.exception(USER_WAIT_S)
        except FutureTimeoutError as too_late:
            error = too_late
        if error:
            log.warning("What Slack knows of a member cannot be had: %s.", type(error).__name__)
            return {}
        return asked.result().get("user") or {}

    def close(self) -> None:
        """Finish what is under way."""
        if self._pool:
            self._pool.shutdown(wait=True)

    def _post(self, channel: str, reply: Reply, thread_ts: str | None) -> None:
        self._client.chat_postMessage(
            channel=channel, text=reply.text, blocks=reply.blocks, thread_ts=thread_ts, unfurl_links=False
        )

    def _send_file(self, file: File, who: Member, channel: str) -> None:
        try:
            if file.is_private:
                channel = self._client.conversations_open(users=who.id)["channel"]["id"]
            self._client.files_upload_v2(
                channel=channel,
                filename=file.name,
                content=file.make(),
                title=file.name,
                alt_txt=file.about,
                initial_comment=file.about,
            )
        except Exception:  # whatever went wrong, whoever waits for the file is told
            log.exception("A file was not sent.")
            self._post(who.id, not_sent(file.name), None)

    def _later(self, work: Callable[[], Any]) -> None:
        self._submit(work).add_done_callback(_report)


def _report(done: "Future[Any]") -> None:
    error = done.exception()
    if error:
        log.error("A message to Slack was not sent.", exc_info=error)
