"""Proof as members meet it: the command, the form, files dropped into the direct message, the archive."""

import csv
import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from conftest import ALICE, TODAY, Slack, noon
from proving import pdf, png, shared
from slack_limits import problems, view_problems

from bot.desk import Desk
from bot.grammar import WordsError, is_proof_link, read_beside_file, read_proof_number
from bot.keeping import MOST_BYTES
from bot.ledger import LoggedActivity, Proof, ProofState
from bot.outcomes import Choice, OfferedFile, ProofsOf
from bot.packing import LIST, archives
from bot.sharing import offered
from bot.views import proof as views
from rules import Kind

NAMES = ("Jira Automation", "ACE Berlin", "Team '25")


@pytest.fixture
def alice(slack: Slack) -> Slack:
    """A member with three activities, the second with a link."""
    for text in (
        'add course "Jira Automation" 2025-11-20',
        'add local "ACE Berlin" 2025-11-21 https://ace.example/berlin',
        'add global "Team \'25" 2025-04-10',
    ):
        assert slack.command(text).status == 200
    slack.said.clear()
    return slack


def give(slack: Slack, *files: dict[str, Any], contents: tuple[bytes, ...] = ()) -> None:
    """Have Slack know files and hand them over."""
    for file, content in zip(files, contents or (png(),) * len(files), strict=True):
        slack.client.files[file["id"]] = file
        slack.files[file["url_private_download"]] = content


def drop(slack: Slack, *files: dict[str, Any], text: str = "", ts: str = "1.1", user: str = "UALICE") -> None:
    """Drop files into the direct message with the bot."""
    give(slack, *files)
    slack.event(
        {
            "type": "message",
            "subtype": "file_share",
            "channel": f"D{user}",
            "channel_type": "im",
            "user": user,
            "ts": ts,
            "text": text,
            "files": list(files),
        }
    )


def buttons(blocks: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {
        one["text"]["text"]: one
        for block in blocks
        if block["type"] == "actions"
        for one in block["elements"]
    }


def last(slack: Slack) -> dict[str, Any]:
    """The last message posted."""
    said = slack.said[-1]
    assert problems({"text": said.text, "blocks": said.blocks}) == []
    return {"text": said.text, "blocks": said.blocks}


def answer(slack: Slack, text: str, **rest: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(slack.command(text, **rest).body)
    assert problems(found) == []
    return found


# Dropped


def test_a_picture_in_the_direct_message_asks_what_it_proves(alice):
    drop(alice, shared())
    found = last(alice)
    assert found["text"].startswith("Is “certificate.png” proof for one of these?")
    assert list(buttons(found["blocks"])) == [
        "1 · Jira Automation",
        "3 · Team '25",
        "2 · ACE Berlin",
        "Log a new activity with it",
        "No",
    ]
    assert "With proof already: 2." in found["text"]


def test_the_button_of_an_activity_keeps_the_file(alice, desk):
    drop(alice, shared())
    alice.click(buttons(last(alice)["blocks"])["1 · Jira Automation"])
    assert alice.sent[-1][1]["replace_original"]
    assert "Proof of activity 1, “Jira Automation”: “certificate.png”." in alice.sent[-1][1]["text"]
    ((kept,),) = desk.keeping.of(ALICE).values()
    assert (kept.number, kept.state) == (1, ProofState.KEPT)
    alice.click(buttons(alice.sent[-1][1]["blocks"])["Undo"])
    assert "Undone: adding proof to activity 1." in alice.sent[-1][1]["text"]
    assert desk.keeping.of(ALICE) == {}


def test_the_same_message_or_click_delivered_again_changes_nothing(alice, desk):
    drop(alice, shared())
    count = len(alice.said)
    drop(alice, shared())
    assert len(alice.said) == count
    button = buttons(last(alice)["blocks"])["1 · Jira Automation"]
    alice.click(button, key="click")
    alice.click(button, key="click")
    assert len(desk.keeping.of(ALICE)[1]) == 1
    assert len(alice.said) == count
    alice.click(button)  # pressed again
    assert "proof of activity 1 already" in alice.sent[-1][1]["text"]


def test_no_keeps_nothing(alice, desk):
    drop(alice, shared())
    alice.click(buttons(last(alice)["blocks"])["No"])
    assert alice.sent[-1][1]["text"] == views.LEFT_ALONE
    assert desk.keeping.of(ALICE) == {}


def test_a_new_activity_is_logged_with_it(alice, desk):
    drop(alice, shared())
    alice.click(buttons(last(alice)["blocks"])["Log a new activity with it"])
    assert view_problems(alice.view) == []
    values = {
        "kind": {"selected_option": {"value": "course"}},
        "title": {"value": "Another course"},
        "day": {"selected_date": "2025-11-28"},
        "shared": {"selected_options": [{"value": "F1"}]},
    }
    told = alice.submit(alice.view, values)
    assert told["response_action"] == "update", told
    ((kept,),) = desk.keeping.of(ALICE).values()
    assert (kept.number, kept.state) == (4, ProofState.KEPT)


def test_several_files_are_asked_about_once_and_kept_together(alice, desk):
    files = [shared(f"F{number}", f"page {number}.png") for number in range(12)]
    drop(alice, *files)
    found = last(alice)
    assert found["text"].startswith("Are 10 files proof for one of these?")
    assert "I take 10 files at once" in found["text"]
    alice.click(buttons(found["blocks"])["3 · Team '25"])
    assert len(desk.keeping.of(ALICE)[3]) == 10


def test_names_of_any_length_still_fit_the_buttons(alice, desk):
    name = '漢"\\&' * 60
    files = [shared(f"F012345678{number}", f"{name}{number}.png") for number in range(10)]
    drop(alice, *files)
    for one in buttons(last(alice)["blocks"]).values():
        assert len(one["value"]) <= 2000
    alice.click(buttons(last(alice)["blocks"])["1 · Jira Automation"])
    assert {kept.state for kept in desk.keeping.of(ALICE)[1]} == {ProofState.KEPT}
    assert problems(answer(alice, "proof 1")) == []


@pytest.mark.parametrize("text", ["proof 3", "3", "#3", "for activity 3", "my proof for 3", "/ce proof 3"])
def test_words_beside_a_file_say_what_it_proves(alice, desk, text):
    drop(alice, shared(), text=text)
    assert last(alice)["text"].startswith("Proof of activity 3, “Team '25”: “certificate.png”.")
    assert list(desk.keeping.of(ALICE)) == [3]
    drop(alice, shared(), text=text)
    assert len(alice.said) == 1


def test_a_number_that_no_activity_has_is_said(alice, desk):
    drop(alice, shared(), text="proof 7")
    assert "You have no activity 7" in last(alice)["text"]


def test_a_question_beside_a_file_is_answered_and_the_file_asked_about(alice):
    drop(alice, shared(), text="does coursework need to match the cert?")
    first, second = alice.said
    assert "proof for one of these" not in first.text
    assert "proof for one of these" in second.text


def test_without_activities_only_a_new_one_is_offered(slack):
    drop(slack, shared())
    found = last(slack)
    assert found["text"].startswith("Is “certificate.png” proof of something you did?")
    assert list(buttons(found["blocks"])) == ["Log a new activity with it", "No"]


@pytest.mark.parametrize(
    ("about", "said"),
    [
        ({"user": "UBOB"}, "was shared by somebody else"),
        ({"is_external": True}, "is kept outside this Slack workspace"),
        ({"mode": "hidden_by_limit"}, "is hidden by Slack"),
        ({"mode": "tombstone"}, "is no longer in Slack"),
        ({"mode": "canvas"}, "is no picture"),
        ({"size": MOST_BYTES + 1}, "is larger than 10 MB"),
    ],
)
def test_what_cannot_be_proof_is_refused_at_once_with_the_next_step(alice, about, said):
    drop(alice, shared(**about))
    found = last(alice)
    assert said in found["text"]
    assert buttons(found["blocks"]) == {}


def test_of_several_files_those_that_can_be_proof_are_asked_about(alice):
    drop(alice, shared(), shared("F2", "big.pdf", size=MOST_BYTES + 1))
    text = last(alice)["text"]
    assert text.startswith("Is “certificate.png” proof for one of these?")
    assert "“big.pdf” as proof: it is larger than 10 MB" in text


@pytest.mark.parametrize(
    ("name", "mimetype"), [("table.csv", "text/csv"), ("a.exe", "application/x-dosexec")]
)
def test_tables_and_other_files_are_none_of_it(alice, name, mimetype):
    drop(alice, shared(name=name, mimetype=mimetype))
    assert "proof" not in alice.said[0].text


def test_a_picture_in_a_channel_is_left_alone(alice):
    alice.event(
        {
            "type": "message",
            "subtype": "file_share",
            "channel": "C1",
            "channel_type": "channel",
            "user": "UALICE",
            "ts": "1.1",
            "text": "",
            "files": [shared()],
        }
    )
    assert alice.said == []


# The command


def test_the_command_alone_says_how(alice):
    assert "Drop the file into our direct message" in answer(alice, "proof")["text"]


def test_the_command_shows_link_and_files_and_what_can_be_done(alice, desk):
    drop(alice, shared(), text="proof 2")
    disguised = shared("F2", "letter.png", content=b"MZ")
    give(alice, disguised, contents=(b"MZ",))
    alice.command(views.take_command(2, [offered(disguised)]))
    found = answer(alice, "proof 2")
    assert 'local event "ACE Berlin"' in found["text"]
    assert "Link: <https://ace.example/berlin|https://ace.example/berlin>" in found["text"]
    assert "“certificate.png” · " in found["text"]
    assert "given Tue 2025-12-02 · kept here" in found["text"]
    assert "*not kept*: it is named like a picture" in found["text"]
    assert list(buttons(found["blocks"])) == [
        "Show me the file",
        "Remove certificate.png",
        "Remove letter.png",
        "Add a file",
    ]


def test_show_me_the_file_sends_it(alice):
    drop(alice, shared(name="Screenshot 2025-12-02 at 10.15"), text="proof 1")
    shown = buttons(answer(alice, "proof 1")["blocks"])["Show me the file"]
    alice.click(shown)
    assert "I am sending you" in alice.sent[-1][1]["text"]
    assert "proof of activity 1" in alice.said[-1].text


def test_a_file_that_is_gone_from_the_disk_is_said_to_be(alice, desk):
    drop(alice, shared(), text="proof 1")
    (place,) = desk.keeping._folder.path.glob("*/*")
    place.write_bytes(b"x")
    alice.click(buttons(answer(alice, "proof 1")["blocks"])["Show me the file"])
    assert "I do not have “certificate.png” any more as it was" in alice.said[-1].text


def test_remove_takes_one_file_away_and_undo_brings_it_back(alice, desk):
    drop(alice, shared(), text="proof 1")
    alice.click(buttons(answer(alice, "proof 1")["blocks"])["Remove certificate.png"])
    found = alice.sent[-1][1]
    assert "“certificate.png” is no longer proof of activity 1" in found["text"]
    assert "for good in a day" in found["text"]
    assert desk.keeping.of(ALICE) == {}
    alice.click(buttons(found["blocks"])["Undo"])
    assert "Undone: the removal of proof of activity 1." in alice.sent[-1][1]["text"]
    assert len(desk.keeping.of(ALICE)[1]) == 1


def test_a_file_that_there_is_not_is_said_with_a_next_step(alice):
    for text in ("proof show 1 FNONE", "proof remove 1 FNONE", "proof show 1", "proof remove 1"):
        assert "Activity 1 has no such file any more" in answer(alice, text)["text"]


def test_undo_long_after_says_that_the_file_is_deleted(alice, desk, clock):
    drop(alice, shared(), text="proof 1")
    alice.command("proof remove 1 F1")
    clock.moved_to = TODAY + timedelta(days=2)
    desk.keeping.delete_ended()
    assert "deleted for good" in answer(alice, "undo")["text"]


def test_a_member_with_all_the_files_there_is_room_for_is_told_so(alice):
    for place in range(20):
        files = [OfferedFile(f"F{place}.{number}", "a.png", "image/png", 9) for number in range(10)]
        alice.command(views.take_command(1, files))
    found = answer(alice, views.take_command(1, [OfferedFile("FMORE", "a.png", "image/png", 9)]))
    assert "I keep 200 files and 500 MB for each member" in found["text"]


def test_a_link_after_the_number_is_set(alice, desk):
    assert "Changed *1*" in answer(alice, "proof 1 https://example.com/c")["text"]
    assert desk.activity(ALICE, 1).link == "https://example.com/c"


def test_the_form_adds_files(alice, desk):
    alice.click(buttons(answer(alice, "proof 1")["blocks"])["Add a file"])
    assert view_problems(alice.view) == []
    (field,) = [block for block in alice.view["blocks"] if block["type"] == "input"]
    assert field["element"]["max_files"] == 10
    form = alice.view
    assert alice.submit(form, {"files": {"files": []}})["errors"] == {
        "files": "Add a picture or a PDF, or close the form."
    }
    wrong = alice.submit(form, {"files": {"files": [shared(name="a.exe", mimetype="x/y")]}})
    assert "no picture" in wrong["errors"]["files"]
    letter = shared("F2", "b.pdf", content=pdf())
    give(alice, shared(), letter, contents=(png(), pdf()))
    told = alice.submit(form, {"files": {"files": [shared(), letter]}})
    assert told["response_action"] == "update"
    assert [one.media_type for one in desk.keeping.of(ALICE)[1]] == ["image/png", "application/pdf"]


def test_the_proof_of_another_member_is_not_shown(alice, desk):
    drop(alice, shared(), text="proof 1")
    for text in ("proof 1", "form proof 1", "proof show 1 F1", "proof remove 1 F1"):
        assert "You have no activity 1" in answer(alice, text, user="UBOB")["text"]
        assert "You have no activity 1" in answer(alice, text, team="T2")["text"]
    assert len(desk.keeping.of(ALICE)[1]) == 1


def test_a_file_of_another_member_is_refused_once_slack_says_whose_it_is(alice, desk):
    give(alice, shared(user="UBOB"))
    alice.command(views.take_command(1, [OfferedFile("F1", "certificate.png", "image/png", 10)]))
    assert desk.keeping.of(ALICE)[1][0].state is ProofState.REFUSED
    assert "was shared by somebody else" in alice.said[-1].text
    assert "as proof" not in json.dumps(alice.client.homes["UALICE"])  # and Home no longer says so


def test_the_list_says_what_has_files_in_words(alice):
    drop(alice, shared(), shared("F2", "b.png"), text="proof 1")
    text = answer(alice, "list")["text"]
    assert "Thu 2025-11-20 · 2 files as proof" in text
    assert "Proof of 3" in buttons(answer(alice, "list")["blocks"])


def test_removing_an_activity_says_what_becomes_of_its_files(alice):
    drop(alice, shared(), text="proof 1")
    assert "I delete its proof, 1 file, for good in a day" in answer(alice, "remove 1")["text"]
    assert "I delete its proof" not in answer(alice, "remove 2")["text"]


def test_forget_me_counts_the_files_and_deletes_them(alice, desk):
    drop(alice, shared(), text="proof 1")
    found = answer(alice, "forget-me")
    assert "1 file as proof" in found["text"]
    alice.click(buttons(found["blocks"])["Delete everything"])
    assert list(desk.keeping._folder.path.iterdir()) == []


def test_a_member_with_hundreds_of_files_gets_an_answer_that_fits(alice, policy):
    proofs = tuple(
        Proof(
            1, f"F{number}", f"{'<&>' * 30}{number}.png", "image/png", 9_999_999, ProofState.REFUSED, None,
            "not as named", noon(TODAY),
        )
        for number in range(200)
    )  # fmt: skip
    activity = LoggedActivity(
        1, Kind.COURSE, noon(TODAY).date(), "&" * 200, link="https://x.example/" + "&" * 1900
    )
    found = views.proof(ProofsOf(activity, proofs, (activity.done_on,) * 200), policy)
    assert problems({"text": found.text, "blocks": found.blocks}) == []
    assert "185 files are not shown here" in found.text
    many = views.question([OfferedFile("F1", "&" * 300, "image/png", 1)], Choice((activity,) * 8, ()))
    assert problems({"text": many.text, "blocks": many.blocks}) == []


# The archive


def archive(desk: Desk) -> zipfile.ZipFile:
    (one,) = desk.exporting.export(ALICE, desk.today(ALICE)).archives
    return zipfile.ZipFile(io.BytesIO(one.make()))


def rows(packed: zipfile.ZipFile) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(packed.read(LIST).decode("utf-8-sig"))))


def test_the_export_packs_the_files_with_a_list_of_what_proves_what(alice, desk):
    drop(alice, shared(), text="proof 1")
    letter = shared("F2", "letter.pdf", content=pdf())
    give(alice, letter, contents=(pdf(),))
    alice.command(views.take_command(3, [offered(letter)]))
    text = answer(alice, "export")["text"]
    assert "`ce-proofs-2025-12-02.zip`: " in text
    assert any("as proof of" in said.text for said in alice.said)
    packed = archive(desk)
    assert packed.testzip() is None
    assert packed.namelist() == [
        "1 - Jira Automation - certificate.png",
        "3 - Team '25 - letter.pdf",
        LIST,
    ]
    assert packed.read("1 - Jira Automation - certificate.png") == png()
    assert rows(packed)[0] == {
        "number": "1",
        "kind": "course",
        "title": "Jira Automation",
        "day": "2025-11-20",
        "file": "1 - Jira Automation - certificate.png",
        "link": "",
    }
    assert rows(packed)[-1]["link"] == "https://ace.example/berlin"


def test_without_files_there_is_no_archive(alice, desk):
    assert "zip" not in answer(alice, "export")["text"]
    assert desk.exporting.export(ALICE, desk.today(ALICE)).archives == ()


def test_a_file_that_is_missing_is_named_in_the_list_and_the_others_packed(alice, desk):
    drop(alice, shared(), text="proof 1")
    (place,) = desk.keeping._folder.path.glob("*/*")
    place.unlink()
    packed = archive(desk)
    assert packed.namelist() == [LIST]
    assert rows(packed)[0]["file"] == "missing: give it to me again"


def a_proof(name: str, *, number: int = 1, size: int = 10, media_type: str = "image/png") -> Proof:
    return Proof(number, f"F{name}", name, media_type, size, ProofState.KEPT, "0" * 64, "", noon(TODAY))


def names_of(*proofs: Proof, title: str = "Jira") -> list[str]:
    activity = LoggedActivity(1, Kind.COURSE, noon(TODAY).date(), title)
    return [one.name for packed in archives([activity], proofs) for one in packed]


@pytest.mark.parametrize(
    ("title", "name", "shown"),
    [
        ("Jira", "../../../etc/passwd.png", "1 - Jira - etc passwd.png"),
        ("..\\CON", "C:\\boot.png", "1 - CON - C boot.png"),
        ("a\u202egnp", "b\u202egnp.exe.png", "1 - a gnp - b gnp.exe.png"),
        ("/", "...", "1 - file - file.png"),
        ("Jira: <Cloud>?", 'a|b"c*.png', "1 - Jira Cloud - a b c.png"),
        ("Jira", "letter.exe", "1 - Jira - letter.exe.png"),
    ],
)
def test_names_in_the_archive_are_safe_and_say_which_activity(title, name, shown):
    assert names_of(a_proof(name), title=title) == [shown]


def test_names_that_are_the_same_to_some_system_are_told_apart():
    found = names_of(
        a_proof("A.png"), a_proof("a.PNG"), a_proof("a.png"), a_proof("é.png"), a_proof("e\u0301.png")
    )
    assert found == [
        "1 - Jira - A.png",
        "1 - Jira - a (2).PNG",
        "1 - Jira - a (3).png",
        "1 - Jira - é.png",
        "1 - Jira - é (2).png",
    ]


def test_no_name_is_longer_than_file_systems_take():
    (name,) = names_of(a_proof("漢" * 300 + ".png"), title="🎉" * 200)
    assert len(name.encode()) <= 255


def test_what_is_too_much_for_one_archive_goes_into_several():
    proofs = [a_proof(f"{number}.png", size=20_000_000) for number in range(5)]
    activity = LoggedActivity(1, Kind.COURSE, noon(TODAY).date(), "Jira")
    assert [len(packed) for packed in archives([activity], proofs)] == [2, 2, 1]


# Words


@pytest.mark.parametrize(
    ("text", "number"), [("", None), ("  ", None), ("3", 3), ("#3", 3), ("3.", 3), (" 12 ", 12)]
)
def test_the_number_of_an_activity_is_read(text, number):
    assert read_proof_number(text) == number


@pytest.mark.parametrize("text", ["x", "3 4", "3 letter", "-1", "1.5", "https://x.example"])
def test_anything_else_is_refused_in_a_sentence(text):
    with pytest.raises(WordsError):
        read_proof_number(text)


@pytest.mark.parametrize(
    ("text", "is_link"),
    [
        ("3 https://x.example/1", True),
        ("#3 <https://x.example/1>", True),
        ("3", False),
        ("https://x.example", False),
        ("3 letter", False),
        ('3 "https', False),
    ],
)
def test_a_number_and_a_link_are_told_from_the_rest(text, is_link):
    assert is_proof_link(text) is is_link


@pytest.mark.parametrize(
    "text", ["", "hello", "3 courses", "is this proof?", "proof", "add course Jira 3", "2025-11-20"]
)
def test_words_that_name_no_activity_are_left_to_others(text):
    assert read_beside_file(text) is None
