"""Pictures: what stands where in them, and the process that draws them."""

import io
import json
import os
import re
import shutil
import sys
import threading
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from PIL import Image
from test_rules_reference import POLICY

import rules
from bot.forecasts import MILESTONES
from bot.outcomes import PICTURED_MOST, TeamForecast, Timeline, urgency
from bot.pictures import (
    DRAWING,
    Bar,
    Below,
    Dot,
    Mark,
    Panel,
    PictureError,
    TimelinePicture,
    draw,
    forecast_picture,
    forecast_png,
    timeline_picture,
    timeline_png,
)
from rules import Activity, Credential, ExamPass, History, Kind, PortalDates, Status

TODAY = date(2025, 12, 2)
DAY = timedelta(days=1)
B = Credential("ACP-620", date(2024, 1, 1))
WIDTH = 1200
WHITE = (255, 255, 255)


def courses(*days: str) -> tuple[Activity, ...]:
    return tuple(
        Activity(str(number), Kind.COURSE, date.fromisoformat(day)) for number, day in enumerate(days, 1)
    )


def timeline(
    *held: Credential,
    activities: tuple[Activity, ...] = (),
    exams: tuple[ExamPass, ...] = (),
    today: date = TODAY,
) -> Timeline:
    found = rules.lives(History(today, held, activities, exams), POLICY)
    return Timeline(today, tuple(sorted(found, key=urgency)))


def pictured(found: Timeline) -> TimelinePicture:
    return timeline_picture(found, POLICY)


def team(*earned: Mapping[str, date], targets: Mapping[str, int] | None = None) -> TeamForecast:
    """The forecast of a team whose members earned certifications on these days."""
    histories = [History(TODAY, tuple(Credential(code, day) for code, day in one.items())) for one in earned]
    found = rules.forecast(histories, POLICY, MILESTONES[-1], targets)
    milestones = tuple((months, rules.plus_months(TODAY, months)) for months in MILESTONES)
    return TeamForecast(TODAY, milestones, found.prospects, tuple(f"member {n}" for n in range(len(earned))))


def image(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png)).convert("RGB")


# A member's timeline


def test_a_cycle_is_a_bar_up_to_its_suspension_and_another_for_the_grace_period() -> None:
    (lane,) = pictured(timeline(B)).lanes
    assert lane.bars == (
        Bar(Status.ACTIVE, date(2024, 1, 1), date(2026, 1, 1)),
        Bar(Status.SUSPENDED, date(2026, 1, 1), date(2026, 4, 1)),
    )
    assert lane.marks == (Mark("safe", date(2026, 3, 31)),)
    assert (lane.code, lane.detail) == ("ACP-620", "active · suspends 1 Jan 2026 · expires 1 Apr 2026")


def test_a_renewal_ends_a_bar_before_its_grace_period_and_begins_the_next() -> None:
    """W10: an ACA renewed twice."""
    (lane,) = pictured(
        timeline(
            Credential("ACA-100", date(2024, 1, 1)),
            activities=courses(
                "2024-03-01", "2024-05-01", "2024-07-01", "2024-09-01", "2024-11-01",
                "2025-01-10", "2025-03-01", "2025-05-01", "2025-06-01", "2025-12-01",
            ),
        )
    ).lanes  # fmt: skip
    first, second = date(2024, 11, 1), date(2025, 12, 1)
    assert lane.bars == (
        Bar(Status.ACTIVE, date(2024, 1, 1), first),
        Bar(Status.ACTIVE, first, second),
        Bar(Status.ACTIVE, second, date(2027, 12, 1)),
        Bar(Status.SUSPENDED, date(2027, 12, 1), date(2028, 3, 1)),
    )
    assert lane.marks == (Mark("renewal", first), Mark("renewal", second), Mark("safe", date(2028, 2, 28)))


def test_a_renewal_in_the_grace_period_shows_the_time_suspended() -> None:
    """W5: the tenth course on 2026-02-15."""
    nine = tuple(f"2025-{month:02}-01" for month in range(1, 10))
    (lane,) = pictured(timeline(B, activities=courses(*nine, "2026-02-15"), today=date(2026, 6, 1))).lanes
    assert lane.bars[:3] == (
        Bar(Status.ACTIVE, date(2024, 1, 1), date(2026, 1, 1)),
        Bar(Status.SUSPENDED, date(2026, 1, 1), date(2026, 2, 15)),
        Bar(Status.ACTIVE, date(2026, 2, 15), date(2028, 2, 15)),
    )


@pytest.mark.parametrize(
    ("today", "detail", "marks"),
    [
        (date(2025, 12, 31), "active · suspends 1 Jan 2026 · expires 1 Apr 2026", ["safe"]),
        (date(2026, 1, 1), "suspended · last safe day 31 Mar 2026 · expires 1 Apr 2026", ["safe"]),
        (date(2026, 3, 31), "suspended · last safe day 31 Mar 2026 · expires 1 Apr 2026", ["safe"]),
        (date(2026, 4, 1), "expired 1 Apr 2026", ["safe", "expired"]),
    ],
)
def test_the_words_and_marks_of_a_lane_change_with_its_status(
    today: date, detail: str, marks: list[str]
) -> None:
    (lane,) = pictured(timeline(B, today=today)).lanes
    assert lane.detail == detail
    assert [mark.what for mark in lane.marks] == marks


def test_an_activity_is_filled_where_it_counted_and_hollow_where_it_did_not() -> None:
    talk = Activity("2", Kind.PRESENTATION, date(2025, 6, 1))
    exam = ExamPass("ACP-120", date(2025, 7, 1))
    found = timeline(
        B,
        Credential("ACP-120", date(2025, 3, 1)),
        activities=(*courses("2025-01-10"), talk),
        exams=(exam,),
    )
    older, younger = pictured(found).lanes
    assert older.dots == (
        Dot("course", date(2025, 1, 10), counted=True, row=0),
        Dot("presentation", date(2025, 6, 1), counted=False, row=0),
    )
    assert younger.dots == (
        Dot("course", date(2025, 1, 10), counted=False, row=0),
        Dot("presentation", date(2025, 6, 1), counted=False, row=0),
        Dot("exam", date(2025, 7, 1), counted=False, row=0),
    )


def test_an_exam_that_renewed_is_filled() -> None:
    """W11."""
    (lane,) = pictured(timeline(B, exams=(ExamPass("ACP-620", date(2025, 11, 15)),))).lanes
    assert lane.dots == (Dot("exam", date(2025, 11, 15), counted=True, row=0),)
    assert lane.marks[0] == Mark("renewal", date(2025, 11, 15))


def test_points_that_would_touch_stand_in_rows_of_their_own() -> None:
    (lane,) = pictured(timeline(B, activities=courses("2025-05-01", "2025-05-01", "2025-05-02"))).lanes
    assert [dot.row for dot in lane.dots] == [0, 1, 2]
    assert lane.rows == 3
    (lane,) = pictured(timeline(B, activities=courses("2025-01-01", "2025-05-01", "2025-09-01"))).lanes
    assert [dot.row for dot in lane.dots] == [0, 0, 0]
    assert lane.rows == 1


@pytest.mark.parametrize(("certifications", "rows"), [(1, 3), (4, 3), (5, 2), (8, 2)])
def test_any_number_of_activities_takes_few_rows(certifications: int, rows: int) -> None:
    held = tuple(Credential(f"ACP-{100 + n}", date(2024, 1, 1)) for n in range(certifications))
    many = courses(*["2025-05-01"] * 60)
    for lane in pictured(timeline(*held, activities=many)).lanes:
        assert lane.rows == rows
        assert len(lane.dots) == 60


def test_the_legend_names_the_signs_there_are_and_no_others() -> None:
    assert pictured(timeline(B)).legend == (
        ("active", "active"),
        ("suspended", "suspended"),
        ("safe", "last safe day"),
    )
    activities = (
        *courses("2024-01-01"),  # the start day, which does not count
        Activity("2", Kind.LOCAL_EVENT, date(2025, 1, 1)),
        Activity("3", Kind.GLOBAL_EVENT, date(2025, 2, 1)),
    )
    found = pictured(timeline(B, activities=activities, today=date(2026, 5, 1)))
    assert [sign for sign, _ in found.legend] == [
        "active", "suspended", "safe", "expired", "course", "global_event", "local_event", "hollow",
    ]  # fmt: skip


def test_a_picture_reaches_four_years_back_and_five_ahead_at_most_and_says_so_by_arrows() -> None:
    shown = PortalDates(date(2033, 5, 1), None, date(2025, 5, 1), date(2025, 4, 2))
    found = pictured(timeline(Credential("ACP-120", None, (shown,)), Credential("ACP-420", date(2018, 1, 1))))
    assert date(2021, 8, 1) < found.from_on < date(2021, 12, 1)
    assert date(2030, 12, 1) < found.until_on < date(2031, 4, 1)
    later, earlier = found.lanes
    assert later.bars == (Bar(Status.ACTIVE, date(2025, 4, 2), found.until_on),)
    assert later.marks == (Mark("later", found.until_on),)
    assert earlier.bars == ()
    assert earlier.marks == (Mark("earlier", found.from_on),)
    assert earlier.detail == "expired 1 Apr 2020"


def test_what_lies_outside_the_picture_has_no_point_in_it() -> None:
    (lane,) = pictured(timeline(B, activities=courses("2020-01-01", "2025-01-01"))).lanes
    assert [dot.on for dot in lane.dots] == [date(2025, 1, 1)]


@pytest.mark.parametrize("today", [date(2025, 12, 2), date(2024, 2, 29), date(2029, 1, 1)])
def test_everything_stands_inside_the_picture_and_today_does(today: date) -> None:
    held = (Credential("ACP-620", date(2021, 3, 31)), Credential("ACP-120", date(2024, 2, 29)))
    found = pictured(timeline(*held, activities=courses("2021-05-05", "2024-02-29"), today=today))
    days = [day for lane in found.lanes for bar in lane.bars for day in (bar.from_on, bar.until_on)]
    days += [one.on for lane in found.lanes for one in (*lane.marks, *lane.dots)]
    days += [on for on, _ in found.ticks]
    assert all(found.from_on <= day <= found.until_on for day in (*days, today))


@pytest.mark.parametrize("years", [n / 4 for n in range(2, 36)])
def test_the_scale_has_few_labels_that_do_not_touch(years: float) -> None:
    shown = PortalDates(TODAY + DAY * round(365 * years), None, TODAY, TODAY - DAY)
    found = pictured(timeline(Credential("ACP-620", None, (shown,))))
    assert 2 <= len(found.ticks) <= 6
    for on, label in found.ticks:
        assert on.day == 1
        assert label == on.strftime("%b %Y")
    width, label_width = (found.until_on - found.from_on) / DAY, 0.11
    last_end = 0.0
    for on, _ in found.ticks:
        at = (on - found.from_on) / DAY / width
        # The drawing moves a label at an end of the picture inwards.
        start = at if at < 0.06 else at - label_width if at > 0.94 else at - label_width / 2
        assert start >= last_end
        last_end = start + label_width


def test_of_many_certifications_the_most_urgent_are_shown() -> None:
    held = tuple(Credential(f"ACP-{100 + n}", TODAY - DAY * 30 * n) for n in range(PICTURED_MOST + 2))
    found = timeline(*held)
    assert len(pictured(found).lanes) == PICTURED_MOST
    assert next(lane.code for lane in pictured(found).lanes) == "ACP-109"
    assert found.left_out == ("ACP-101", "ACP-100")


def test_titles_are_in_no_picture() -> None:
    secret = Activity("1", Kind.COURSE, date(2025, 1, 1), title="A secret title")
    assert "secret" not in json.dumps(asdict(pictured(timeline(B, activities=(secret,)))), default=str)


# A team's forecast


def test_a_panel_has_the_numbers_without_and_with_plans() -> None:
    found = forecast_picture(
        team({"ACP-620": date(2024, 1, 1)}, {"ACP-620": date(2025, 1, 1)}, targets={"ACP-620": 2})
    )
    (panel,) = found.panels
    assert panel == Panel(
        code="ACP-620",
        detail="2 active, target 2",
        idle=((TODAY, 2), (date(2026, 1, 1), 1), (date(2027, 1, 1), 0)),
        planned=((TODAY, 2),),
        target=2,
        below=(Below(date(2026, 1, 1), "Jan 2026"),),
        most=2,
    )
    assert (found.from_on, found.until_on) == (TODAY, date(2027, 12, 2))
    assert found.title == "Active holders, Dec 2025 to Dec 2027"
    assert [sign for sign, _ in found.legend] == ["idle", "planned", "target", "missed"]


def test_a_target_missed_already_says_now_and_one_that_plans_miss_later_says_so() -> None:
    (panel,) = forecast_picture(team({"ACP-620": date(2024, 1, 1)}, targets={"ACP-620": 2})).panels
    assert panel.below == (Below(TODAY, "now"),)
    found = team({"ACP-620": date(2024, 1, 1)}, targets={"ACP-620": 1})
    later = found.prospects[0]._replace(planned_below_on=date(2026, 7, 7))
    (panel,) = forecast_picture(replace(found, prospects=(later,))).panels
    assert panel.below == (Below(date(2026, 1, 1), "Jan 2026"), Below(date(2026, 7, 7), "plans: Jul 2026"))


def test_without_targets_there_is_nothing_to_miss() -> None:
    found = forecast_picture(team({"ACP-620": date(2024, 1, 1)}))
    assert found.panels[0].target is None
    assert found.panels[0].below == ()
    assert found.panels[0].detail == "1 active"
    assert [sign for sign, _ in found.legend] == ["idle", "planned"]


@pytest.mark.parametrize(("codes", "columns"), [(1, 1), (4, 1), (5, 2), (8, 2)])
def test_more_than_four_certifications_stand_in_two_columns(codes: int, columns: int) -> None:
    held = {f"ACP-{100 + n}": date(2024, 1, 1) for n in range(codes)}
    found = forecast_picture(team(held))
    assert (len(found.panels), found.columns) == (codes, columns)


def test_of_more_than_eight_certifications_the_first_are_shown() -> None:
    found = team({f"ACP-{100 + n}": date(2024, 1, 1) for n in range(PICTURED_MOST + 1)})
    assert len(forecast_picture(found).panels) == PICTURED_MOST
    assert found.left_out == ("ACP-108",)


def test_members_are_in_no_picture() -> None:
    found = team({"ACP-620": date(2024, 1, 1)})
    assert "member" not in json.dumps(asdict(forecast_picture(found)), default=str)


# The process


def test_a_picture_is_a_png_for_slacks_width_on_white() -> None:
    found = timeline(B, activities=courses("2025-01-01", "2025-05-05"))
    drawn = image(timeline_png(found, POLICY))
    assert drawn.width == WIDTH
    assert 300 < drawn.height < 600
    colours = {colour for _, colour in drawn.getcolors(maxcolors=1 << 20)}
    assert WHITE in colours
    assert (0, 0, 0) in colours
    assert (0xA6, 0xD3, 0xF0) in colours, "the bar"
    assert (0, 0x72, 0xB2) in colours, "the points"
    edge = [drawn.getpixel((x, y)) for x in range(WIDTH) for y in (0, drawn.height - 1)]
    assert set(edge) == {WHITE}, "in dark mode the page around it is dark"


def test_bars_stand_where_their_days_are() -> None:
    """The active part of B takes 731 of 731 + 90 days, and more with each."""

    def width(found: Timeline) -> int:
        drawn = image(timeline_png(found, POLICY))
        return max(
            sum(drawn.getpixel((x, y)) == (0xA6, 0xD3, 0xF0) for x in range(WIDTH))
            for y in range(0, drawn.height, 4)
        )

    shown = pictured(timeline(B))
    expected = 731 / ((shown.until_on - shown.from_on) / DAY) * (WIDTH - 2 * 0.16 * 200)
    assert abs(width(timeline(B)) - expected) < 12  # the frame, and the line of today


NASTY = (
    "$x_1$",
    "$\\frac{$",
    "\\frac{1}{0}",
    "a\nb\tc\x00d",
    "👩‍👩‍👧‍👦 🏳️‍🌈",
    "שלום עולם",
    "\u202eenoD\u202c",
    "W" * 200,
    "",
    "Z" + "\u0301" * 300,
    "\ud800",
    "%s {0}",
)


def test_no_text_breaks_a_picture() -> None:
    """Codes are checked where they are typed; whatever else a database holds, a picture of it is drawn."""
    life = timeline(B).lives[0]
    lives = [life._replace(code=text) for text in NASTY]
    for some in (lives[:6], lives[6:]):
        assert image(timeline_png(Timeline(TODAY, tuple(some)), POLICY)).width == WIDTH
    found = team({"ACP-620": date(2024, 1, 1)}, targets={"ACP-620": 1})
    prospects = [found.prospects[0]._replace(code=text) for text in NASTY]
    for some in (prospects[:6], prospects[6:]):
        assert image(forecast_png(replace(found, prospects=tuple(some)))).width == WIDTH


def test_a_long_text_is_cut_and_all_of_it_stands_on_one_line() -> None:
    life = timeline(B).lives[0]
    found = pictured(Timeline(TODAY, (life._replace(code="W" * 200), life._replace(code="a\nb\ud800"))))
    assert [lane.code for lane in found.lanes] == ["W" * 23 + "…", "a b "]


def program(text: str) -> tuple[str, ...]:
    """A command that runs some Python instead of drawing."""
    return (sys.executable, "-I", "-c", text)


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (program("import sys; sys.exit('no font for you')"), "status 1 and no picture:\nno font for you"),
        (program("print('no picture')"), "status 0 and no picture"),
        (program("pass"), "status 0 and no picture"),
        (program("import os; os.kill(os.getpid(), 9)"), "status -9 and no picture"),
        (("/nowhere/python",), "could not begin"),
    ],
)
def test_a_process_that_fails_is_an_error_that_says_how(command: tuple[str, ...], why: str) -> None:
    with pytest.raises(PictureError, match=re.escape(why)):
        draw(pictured(timeline(B)), command)


def test_a_process_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    began = tmp_path / "pid"
    sleeping = (
        f"import os, pathlib, time; pathlib.Path({str(began)!r}).write_text(str(os.getpid())); time.sleep(60)"
    )
    with pytest.raises(PictureError, match=re.escape("longer than 0.6 s")):
        draw(pictured(timeline(B)), program(sleeping), most_s=0.6)
    with pytest.raises(ProcessLookupError):
        os.kill(int(began.read_text()), 0)


TELLING = (
    "import json, os, sys\n"
    "told = {'environment': dict(os.environ), 'folder': os.getcwd(), 'input': json.load(sys.stdin)}\n"
    "sys.stdout.buffer.write(b'\\x89PNG\\r\\n\\x1a\\n' + json.dumps(told).encode())"
)


def test_the_process_is_told_plain_data_and_nothing_of_our_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-secret")
    told = json.loads(draw(pictured(timeline(B)), program(TELLING))[8:])
    ours = {"MPLCONFIGDIR", "MPLBACKEND", "MPL_IGNORE_SYSTEM_FONTS"}
    assert told["environment"].keys() - ours <= {"LC_CTYPE"}, "which Python sets for itself"
    assert not Path(told["folder"]).exists(), "it leaves nothing behind"
    assert told["input"]["what"] == "timeline"
    assert told["input"]["lanes"][0]["bars"][0] == {
        "what": "active",
        "from_on": date(2024, 1, 1).toordinal(),
        "until_on": date(2026, 1, 1).toordinal(),
    }


def test_what_lies_in_the_current_folder_is_no_part_of_the_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("json", "matplotlib", "bot"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('taken from the folder')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert image(draw(pictured(timeline(B)))).width == WIDTH
    beside = shutil.copy(DRAWING[-1], tmp_path)
    assert image(draw(pictured(timeline(B)), (*DRAWING[:-1], beside))).width == WIDTH


def test_pictures_can_be_drawn_side_by_side_and_the_same_facts_give_the_same() -> None:
    found, drawn = team({"ACP-620": date(2024, 1, 1)}, targets={"ACP-620": 1}), []
    threads = [threading.Thread(target=lambda: drawn.append(forecast_png(found))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(drawn) == 3
    assert len(set(drawn)) == 1
    assert image(drawn[0]).width == WIDTH
