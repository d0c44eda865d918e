"""What would come of something that is not said yet, only filled into a form."""

from typing import NamedTuple

from rules import ExamPass, Renewal

from .changes import Effect


class ExamPreview(NamedTuple):
    """What an exam would do: its effect on its certification, None where that is not held.

    `renewal` is what it would be counted as, and `why` says why it would be none; `is_noted` if it is
    already.
    """

    exam: ExamPass
    effect: Effect | None
    renewal: Renewal | None
    why: str
    is_noted: bool
