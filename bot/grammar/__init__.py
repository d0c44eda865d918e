"""The words after `/ce`, taken apart: what somebody typed becomes values, or one sentence that helps."""

from .activities import LONGEST_TITLE, MOST_UNITS, ActivityWords, read_activity, read_edit, read_number
from .certifications import CertWords, read_cert_add, read_code, read_exam, read_portal
from .errors import AmbiguousWordsError, UnknownCodeError, WordsError
from .examples import nearest
from .line import MOST_CHARACTERS
from .looks import PlanWords, read_plan, read_why

__all__ = [
    "LONGEST_TITLE",
    "MOST_CHARACTERS",
    "MOST_UNITS",
    "ActivityWords",
    "AmbiguousWordsError",
    "CertWords",
    "PlanWords",
    "UnknownCodeError",
    "WordsError",
    "nearest",
    "read_activity",
    "read_cert_add",
    "read_code",
    "read_edit",
    "read_exam",
    "read_number",
    "read_plan",
    "read_portal",
    "read_why",
]
