"""The renewal rules of Atlassian certifications, as pure functions of a policy and a history."""

from .cautions import cautions_about, cautions_about_code
from .cycle import Cycle, Dates, ExamWindow, NothingToComputeError, Status, next_cycle, plus_months, status_on
from .explain import NoSuchCredentialError, explain, explained
from .forecast import Forecast, Holders, Prospect, forecast
from .grounds import Explanation
from .history import Activity, Credential, ExamPass, History, Kind, PortalDates, State
from .intake import RefusedError, check_done, check_units
from .needs import Way, is_courses_alone, ways_to_renew
from .notices import DAYS, SAFE_DAYS, Notice, NoticeSettings, next_notice, notices
from .planner import (
    Gain,
    Outcome,
    Outlook,
    Plan,
    Renewed,
    Renewing,
    Step,
    best_plan,
    courses_plan,
    outlooks,
    renewing,
    what_if,
)
from .policy import Policy, PolicyError, figures, fingerprint, level_of, load_policy, read_policy
from .replay import By, Credited, Reason, Renewal
from .standing import Standing, is_worse, standings, with_one_more
from .timeline import Done, Life, Lived, Sat, lives

__all__ = [
    "DAYS",
    "SAFE_DAYS",
    "Activity",
    "By",
    "Credential",
    "Credited",
    "Cycle",
    "Dates",
    "Done",
    "ExamPass",
    "ExamWindow",
    "Explanation",
    "Forecast",
    "Gain",
    "History",
    "Holders",
    "Kind",
    "Life",
    "Lived",
    "NoSuchCredentialError",
    "NothingToComputeError",
    "Notice",
    "NoticeSettings",
    "Outcome",
    "Outlook",
    "Plan",
    "Policy",
    "PolicyError",
    "PortalDates",
    "Prospect",
    "Reason",
    "RefusedError",
    "Renewal",
    "Renewed",
    "Renewing",
    "Sat",
    "Standing",
    "State",
    "Status",
    "Step",
    "Way",
    "best_plan",
    "cautions_about",
    "cautions_about_code",
    "check_done",
    "check_units",
    "courses_plan",
    "explain",
    "explained",
    "figures",
    "fingerprint",
    "forecast",
    "is_courses_alone",
    "is_worse",
    "level_of",
    "lives",
    "load_policy",
    "next_cycle",
    "next_notice",
    "notices",
    "outlooks",
    "plus_months",
    "read_policy",
    "renewing",
    "standings",
    "status_on",
    "ways_to_renew",
    "what_if",
    "with_one_more",
]
