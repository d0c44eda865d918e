"""A certificate dropped into the direct message: asked about, kept, shown, and packed by the export."""

import struct
import zlib
from pathlib import Path

import pytest
from e2e.local_slack import ANNA, LocalSlack, Message, until

pytestmark = pytest.mark.usefixtures("bot")


def picture() -> bytes:
    """A PNG of one dot."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(b"\0\0\0\0")), chunk(b"IEND", b""))
    )


def with_text(slack: LocalSlack, channel: str, text: str) -> Message:
    """The bot's message there that says so, as soon as it is there."""
    return until(
        f"{text!r} in {channel}",
        lambda: next((each for each in slack.answers(channel) if text in each.text), None),
    )


def test_a_picture_dropped_into_the_direct_message_becomes_proof_and_is_packed(
    slack: LocalSlack, tmp_path: Path
) -> None:
    channel = slack.say(ANNA, "hello", channel=ANNA).channel
    slack.command(ANNA, 'add course "Jira Automation" yesterday')
    slack.drop(ANNA, "certificate.png", picture(), channel=ANNA)
    question = with_text(slack, channel, "“certificate.png” proof for one of these?")
    slack.click(ANNA, question, "1 · Jira Automation")
    until("it is kept", lambda: "kept here" in slack.command(ANNA, "proof 1").text)
    (kept,) = (tmp_path / "ce.db.proofs").glob("*/*")
    assert kept.read_bytes() == picture()
    assert "1 file as proof" in slack.command(ANNA, "list").text
    slack.command(ANNA, "export")
    packed = until(
        "an archive",
        lambda: next(
            (
                file
                for each in slack.answers(channel)
                for file in each.sent.get("files", [])
                if file["name"].endswith(".zip")
            ),
            None,
        ),
    )
    assert packed["name"].startswith("ce-proofs-")
    assert packed["size"] > len(picture())


def test_a_program_that_is_named_like_a_picture_is_refused_in_a_message(
    slack: LocalSlack, tmp_path: Path
) -> None:
    channel = slack.say(ANNA, "hello", channel=ANNA).channel
    slack.command(ANNA, 'add course "Jira Automation" yesterday')
    slack.drop(ANNA, "certificate.png", b"MZ\x90\x00 no picture", channel=ANNA)
    slack.click(ANNA, with_text(slack, channel, "proof for one of these?"), "1 · Jira Automation")
    assert "activity 1" in with_text(slack, channel, "I could not keep “certificate.png”").text
    assert not (tmp_path / "ce.db.proofs").exists()
