"""What `/ce why` says: the tree of reasons in words, and that nothing `/ce status` shows is without one."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from slack_limits import elements_of, problems, texts_in
from test_rules_properties import histories

import rules
from bot.outcomes import Overview
from bot.views import blocks, reasons, standing
from bot.views.blocks import Reply
from rules import Activity, Credential, Explanation, History, Kind, PortalDates
from rules.scenarios import read_scenarios

FILE = Path(__file__).parent / "scenarios" / "worked_examples.yml"
SCENARIOS = {row.id: row.history for row in read_scenarios(FILE.read_text(encoding="utf-8"), FILE.name)}
POLICY = rules.load_policy()
CODE = "ACP-620"
BAR_AND_COMMANDS = re.compile(r"`[^`]*`")
CERTIFICATION = re.compile(r"\b[A-Z]{3}-\d{3}\b")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
NUMBER = re.compile(r"\d+")

for_all = settings(max_examples=60, deadline=None, database=None, derandomize=True)


def why(history: History, *, whole: bool = False, code: str = CODE) -> Reply:
    return reasons.reasons(rules.explain(code, history, POLICY), POLICY, whole=whole)


def lines_of(said: Reply) -> list[str]:
    return said.text.split("\n")


def history_of(*activities: Activity, as_of: date = date(2025, 12, 2)) -> History:
    """An ACP earned on 2024-09-01, which suspends on 2026-09-01 and expires on 2026-12-01."""
    return History(as_of, (Credential(CODE, date(2024, 9, 1)),), activities)


def courses(number: int, first: date = date(2024, 10, 1), title: str = "Course") -> tuple[Activity, ...]:
    """So many courses, a day apart."""
    return tuple(
        Activity(str(place + 1), Kind.COURSE, first + timedelta(days=place), f"{title} {place + 1}")
        for place in range(number)
    )


def values_in(explanation: Explanation) -> Iterator[str]:
    yield str(explanation.value)
    for child in explanation.children:
        yield from values_in(child)


# What the status shows


def assert_all_is_reachable(history: History) -> None:
    for found, explanation in rules.explained(history, POLICY):
        text = BAR_AND_COMMANDS.sub("", standing.credential(found, history.as_of, POLICY))
        text = CERTIFICATION.sub("", text)
        shown = [*DAY.findall(text), *NUMBER.findall(DAY.sub("", text))]
        assert shown
        assert set(shown) <= set(values_in(explanation))


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_number_and_date_that_status_shows_of_a_worked_example_is_explained(name):
    assert_all_is_reachable(SCENARIOS[name])


@for_all
@given(histories())
def test_every_number_and_date_that_status_shows_of_a_random_history_is_explained(history):
    assert_all_is_reachable(history)


# The words


def test_the_short_answer_leads_from_the_status_to_the_dates_to_the_renewal():
    said = lines_of(why(SCENARIOS["W1a"]))
    assert said[:3] == [
        "*ACP-620* is active: it suspends only on Wed 2027-12-01.",
        "• It suspends on *Wed 2027-12-01*, 24 months after it renewed on Mon 2025-12-01.",
        "\u00a0\u00a0\u00a0\u00a0◦ Mon 2025-12-01: it renewed, with 100 of the 100 CE units needed.",
    ]
    assert said[3] == "• It expires on *Wed 2028-03-01*, 3 months after it suspends."
    assert "• 729 days from Tue 2025-12-02 until it suspends." in said
    assert "• 100 CE units are missing: 100 needed, less 0." in said
    assert not [line for line in said if "Course" in line or "In force since" in line]


def test_the_short_answer_offers_the_whole_one_and_the_whole_one_nothing_more():
    (button,) = elements_of(why(SCENARIOS["W1a"]).blocks)
    assert (button["text"]["text"], button["action_id"]) == (reasons.SHOW_ALL, f"{blocks.RUN_ACTION}:0")
    assert button["value"] == "why ACP-620 all"
    assert list(elements_of(why(SCENARIOS["W1a"], whole=True).blocks)) == []


def test_the_whole_answer_has_each_activity_with_its_number_day_and_units():
    said = why(history_of(*courses(10)), whole=True).text
    assert '▪ *1* · Tue 2024-10-01 · The course "Course 1" counts 10 CE units.' in said
    assert '▪ *10* · Thu 2024-10-10 · The course "Course 10" counts 10 CE units.' in said


def test_the_portals_address_stands_below():
    for whole in (False, True):
        assert lines_of(why(SCENARIOS["W1a"], whole=whole))[-1].endswith(f": {POLICY.links.portal}")


def test_a_figure_is_told_once_with_the_day_it_took_effect_its_source_and_when_it_was_checked():
    said = why(SCENARIOS["W6a"], whole=True).text
    maintain = POLICY.sources["maintain"]
    figure = (
        "24 months. A certification is active for this many calendar months. In force since Thu 2024-08-01; "
        f"source: <{maintain.address}|{maintain.title}> and {POLICY.sources['thread'].title}; "
        f"checked on Sun {POLICY.verified_on}."
    )
    assert said.count(figure) == 1


def test_only_an_address_that_can_be_opened_becomes_a_link():
    said = why(SCENARIOS["W2"], whole=True).text
    links = set(re.findall(r"<([^|>]+)\|", said))
    assert links
    for name, source in POLICY.sources.items():
        can_be_opened = source.address.startswith("https://") and not set(" …") & set(source.address)
        assert not (source.address in links and not can_be_opened), name
    assert POLICY.sources["launch"].address not in said
    assert POLICY.sources["launch"].title in said
    plainly = POLICY.sources["maintain"].model_copy(update={"address": "http://example.com/page"})
    policy = POLICY.model_copy(update={"sources": {**POLICY.sources, "maintain": plainly}})
    explanation = rules.explain(CODE, SCENARIOS["W2"], policy)
    assert "http://example.com" not in reasons.reasons(explanation, policy, whole=True).text


@pytest.mark.parametrize("whole", [False, True])
def test_where_sources_differ_it_stands_right_under_the_expiration_date(whole):
    said = lines_of(why(SCENARIOS["W1a"], whole=whole))
    place = next(number for number, line in enumerate(said) if line.startswith("• It expires on"))
    behind = said[place + 1 : place + 3]
    (differs,) = [line for line in behind if "Sources differ" in line]
    assert "a 90-day grace period" in differs
    assert "Look in the portal which date it shows." in differs


def test_a_reading_stands_at_the_renewal_it_is_about():
    said = lines_of(why(SCENARIOS["W5a"]))
    place = next(number for number, line in enumerate(said) if "it renewed, with 100" in line)
    assert "A renewal in the grace period runs from the activity's own date" in said[place + 1]
    assert "Look in the portal from which day the new dates run." in said[place + 1]
    assert "grace period runs" not in why(SCENARIOS["W4"], whole=True).text


def test_a_reading_is_told_in_full_once_and_beside_activities_not_again():
    said = why(SCENARIOS["W1a"], whole=True).text
    assert said.count("Whether activities from before the programme began count is not published") == 1
    both = why(SCENARIOS["W12"], whole=True).text
    assert both.count("The exam window is measured back from the expiration date.") == 1
    surplus = [
        *courses(9),
        *(Activity(f"e{year}", Kind.GLOBAL_EVENT, date(year, 12, 1)) for year in (2024, 2025)),
        *courses(9, date(2025, 1, 5)),
    ]
    renumbered = [one._replace(id=str(place)) for place, one in enumerate(surplus)]
    twice = why(history_of(*renumbered), whole=True).text
    first = "What exceeds the requirement on the day of a renewal is not taken into the next cycle."
    assert twice.count("20 CE units were more than needed.") == 2
    assert twice.count(first) == 2
    assert twice.count("Look in the portal how many units the new cycle shows.") == 1


def test_of_what_would_renew_three_sets_are_shown_those_of_fewest_kinds_first():
    said = lines_of(why(SCENARIOS["W8"], code="ACP-520"))
    place = next(number for number, line in enumerate(said) if "are missing" in line)
    assert [line.strip("\u00a0◦ ") for line in said[place + 1 : place + 4]] == [
        "7 courses would renew it.",
        "4 courses and 1 global event would renew it.",
        "1 global event and 4 local events would renew it.",
    ]
    assert said[place + 4].startswith("• ")


def test_earlier_renewals_come_last_and_the_newest_first():
    history = history_of(*courses(30), as_of=date(2025, 1, 1))
    said = why(history, whole=True).text
    assert said.index("Wed 2024-10-30: it renewed") < said.index("What came before the last renewal.")
    earlier = said[said.index("What came before the last renewal.") :]
    assert earlier.index("Sun 2024-10-20: it renewed") < earlier.index("Thu 2024-10-10: it renewed")
    assert earlier.index("Thu 2024-10-10: it renewed") < earlier.index("It was earned on")
    assert "What came before" not in why(history).text


@pytest.mark.parametrize(
    ("older", "whole", "shown", "more"),
    [
        (5, False, 5, None),
        (6, False, 5, "and 1 activity, older"),
        (20, True, 20, None),
        (22, True, 20, "and 2 activities, older"),
    ],
)
def test_of_many_activities_that_count_nothing_the_newest_are_shown(older, whole, shown, more):
    said = lines_of(why(history_of(*courses(older, date(2024, 1, 1))), whole=whole))
    assert len([line for line in said if "it is older than the cycle" in line]) == shown
    assert [line.strip("\u00a0◦ ") for line in said if ", older" in line] == ([more] if more else [])
    assert any(f'"Course {older}"' in line for line in said)


def test_an_expired_credential_is_told_without_a_way_back_by_units_or_exam():
    said = why(SCENARIOS["W5c"]).text
    assert said.startswith("*ACP-620* expired on Wed 2026-04-01: it comes back only by earning it again.")
    assert "would renew it" not in said
    assert "No exam renews it any more: the last day for that was Tue 2026-03-31." in said
    assert '*a10* · Wed 2026-04-01 · The course "course 10" counts nothing: it came too late.' in said


def test_the_portals_dates_are_told_as_stated():
    shown = PortalDates(date(2026, 3, 1), date(2026, 6, 1), date(2025, 6, 2))
    history = History(date(2025, 12, 2), (Credential(CODE, None, (shown,)),))
    said = why(history).text
    assert "• It suspends on *Sun 2026-03-01*, as the portal showed on Mon 2025-06-02." in said
    assert "Sources differ" not in said


# What people typed, and what Slack takes


def test_what_was_typed_stays_text():
    title = "<!channel> ``` 2024-01-01 & *b*"
    one = Activity("1", Kind.COURSE, date(2025, 1, 1), title)
    for history in (
        history_of(one),
        history_of(one._replace(done_on=date(2024, 1, 1))),
        history_of(one, one._replace(id="2")),
    ):
        text = why(history, whole=True).text
        assert "&lt;!channel&gt; ''' 2024-01-01 &amp; *b*" in text
        assert "<!channel>" not in text
        assert "```" not in text
    repeated = why(history_of(one, one._replace(id="2")), whole=True).text
    assert "have the same title" in repeated
    assert "Mon 2024-01-01" not in repeated


@pytest.mark.parametrize("title", ["t" * 200, "&" * 200, "🎉" * 200])
@pytest.mark.parametrize("activities", [1, 9, 100, 500])
@pytest.mark.parametrize("whole", [False, True])
def test_slack_takes_the_reasons_of_very_much(title, activities, whole):
    done = courses(activities, date(2024, 9, 2), title)
    for earned_on in (date(2024, 9, 1), date(2025, 9, 1)):
        history = History(date(2026, 6, 1), (Credential(CODE, earned_on),), done)
        said = why(history, whole=whole)
        assert problems({"text": said.text, "blocks": said.blocks}) == []
        assert said.text.startswith("*ACP-620* is")


def test_what_does_not_fit_is_said_to_be_left_out():
    assert reasons.LEFT_OUT in why(history_of(*courses(500, title="t" * 100)), whole=True).text
    assert reasons.LEFT_OUT not in why(history_of(*courses(9)), whole=True).text


@for_all
@given(histories())
def test_slack_takes_the_reasons_of_any_history_and_all_days_have_their_weekday(history):
    for _, explanation in rules.explained(history, POLICY):
        for whole in (False, True):
            said = reasons.reasons(explanation, POLICY, whole=whole)
            assert problems({"text": said.text, "blocks": said.blocks}) == []
            for text in texts_in(said.blocks):
                ours = "\n".join(line for line in text.split("\n") if ":information_source:" not in line)
                assert len(re.findall(r"[A-Z][a-z]{2} \d{4}-", ours)) == len(DAY.findall(ours))


# Which certification


def overview_of(*codes: str) -> Overview:
    history = History(date(2025, 1, 1), tuple(Credential(code, date(2024, 1, 1)) for code in codes))
    return Overview(history.as_of, rules.standings(history, POLICY), 0)


def test_of_several_certifications_it_is_asked_which_with_a_button_for_each():
    said = reasons.which(overview_of("ACP-620", "ACP-120"))
    assert reasons.WHICH in said.text
    assert "`/ce why ACP-620`" in said.text
    assert [button["value"] for button in elements_of(said.blocks)] == ["why ACP-620", "why ACP-120"]
    assert problems({"text": said.text, "blocks": said.blocks}) == []


def test_without_a_certification_the_first_step_is_named():
    assert reasons.which(overview_of()).text == standing.FIRST_STEP


def test_of_very_many_certifications_a_few_have_buttons():
    said = reasons.which(overview_of(*(f"ACA-{number}" for number in range(100, 140))))
    assert len(list(elements_of(said.blocks))) == reasons.BUTTONS_SHOWN
    assert problems({"text": said.text, "blocks": said.blocks}) == []
