"""The renewal rules of Atlassian certifications, as pure functions of a policy and a history."""

from .cautions import cautions_about, cautions_about_code
from .cycle import Cycle, Dates, ExamWindow, NothingToComputeError, Status, status_on
from .history import Activity, Credential, ExamPass, History, Kind, PortalDates, State
from .intake import RefusedError, check_done, check_units
from .needs import Way, ways_to_renew
from .policy import Policy, PolicyError, figures, fingerprint, level_of, load_policy, read_policy
from .replay import By, Credited, Reason, Renewal
from .standing import Standing, is_worse, standings, with_one_more

__all__ = [
    "Activity",
    "By",
    "Credential",
    "Credited",
    "Cycle",
    "Dates",
    "ExamPass",
    "ExamWindow",
    "History",
    "Kind",
    "NothingToComputeError",
    "Policy",
    "PolicyError",
    "PortalDates",
    "Reason",
    "RefusedError",
    "Renewal",
    "Standing",
    "State",
    "Status",
    "Way",
    "cautions_about",
    "cautions_about_code",
    "check_done",
    "check_units",
    "figures",
    "fingerprint",
    "is_worse",
    "level_of",
    "load_policy",
    "read_policy",
    "standings",
    "status_on",
    "ways_to_renew",
    "with_one_more",
]
