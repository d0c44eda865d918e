"""The words after `/ce`, taken apart: what somebody typed becomes values, or one sentence that helps."""

from .activities import LONGEST_TITLE, MOST_UNITS, ActivityWords, read_activity, read_edit, read_number
from .certifications import CertWords, read_cert_add, read_code, read_exam, read_portal
from .errors import AmbiguousWordsError, UnknownCodeError, WordsError
from .examples import nearest
from .exports import DoneWords, read_alone, read_done, read_proof
from .imports import (
    ActivityRow,
    Fault,
    Order,
    Sheet,
    UndecidedOrderError,
    is_pasted_table,
    pasted,
    read_sheet,
)
from .line import MOST_CHARACTERS
from .looks import PlanWords, read_codes, read_plan, read_why
from .remind import RemindWords, read_remind
from .team import read_whose

__all__ = [
    "LONGEST_TITLE",
    "MOST_CHARACTERS",
    "MOST_UNITS",
    "ActivityRow",
    "ActivityWords",
    "AmbiguousWordsError",
    "CertWords",
    "DoneWords",
    "Fault",
    "Order",
    "PlanWords",
    "RemindWords",
    "Sheet",
    "UndecidedOrderError",
    "UnknownCodeError",
    "WordsError",
    "is_pasted_table",
    "nearest",
    "pasted",
    "read_activity",
    "read_alone",
    "read_cert_add",
    "read_code",
    "read_codes",
    "read_done",
    "read_edit",
    "read_exam",
    "read_number",
    "read_plan",
    "read_portal",
    "read_proof",
    "read_remind",
    "read_sheet",
    "read_whose",
    "read_why",
]
