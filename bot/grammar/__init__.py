"""The words after `/ce`, taken apart: what somebody typed becomes values, or one sentence that helps."""

from .activities import (
    LONGEST_TITLE,
    MOST_UNITS,
    NOTHING_SAID,
    ActivityWords,
    read_activity,
    read_edit,
    read_number,
    title_of,
    units_of,
)
from .certifications import CertWords, cert_words, read_cert_add, read_code, read_exam, read_portal
from .errors import AmbiguousWordsError, UnfinishedError, UnknownCodeError, WordsError
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
from .line import MOST_CHARACTERS, cleaned
from .looks import PlanWords, read_codes, read_plan, read_why
from .messages import MessageWords, read_message
from .proof import is_proof_link, read_beside_file, read_proof_number
from .remind import RemindWords, read_days, read_remind, remind_words
from .team import read_whose

__all__ = [
    "LONGEST_TITLE",
    "MOST_CHARACTERS",
    "MOST_UNITS",
    "NOTHING_SAID",
    "ActivityRow",
    "ActivityWords",
    "AmbiguousWordsError",
    "CertWords",
    "DoneWords",
    "Fault",
    "MessageWords",
    "Order",
    "PlanWords",
    "RemindWords",
    "Sheet",
    "UndecidedOrderError",
    "UnfinishedError",
    "UnknownCodeError",
    "WordsError",
    "cert_words",
    "cleaned",
    "is_pasted_table",
    "is_proof_link",
    "nearest",
    "pasted",
    "read_activity",
    "read_alone",
    "read_beside_file",
    "read_cert_add",
    "read_code",
    "read_codes",
    "read_days",
    "read_done",
    "read_edit",
    "read_exam",
    "read_message",
    "read_number",
    "read_plan",
    "read_portal",
    "read_proof",
    "read_proof_number",
    "read_remind",
    "read_sheet",
    "read_whose",
    "read_why",
    "remind_words",
    "title_of",
    "units_of",
]
