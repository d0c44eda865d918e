"""The words a table may be written in: what its columns are called, and what stands in their cells."""

from rules import State

from .activities import KIND_OF

# What the columns may be called; of two columns for the same thing the one named further left here is read.
FIELDS = {
    "kind": ("kind", "type", "category", "activity type", "activity kind", "event type", "type of activity"),
    "title": (
        "title", "activity title", "course title", "course name", "event title", "event name",
        "activity name", "webinar title", "webinar", "training", "course", "event", "activity", "name",
        "description",
    ),
    "done_on": (
        "completion date", "completed on", "date completed", "completed", "finished on", "finished",
        "done on", "date done", "done", "activity date", "date of activity", "end date", "attended on",
        "event date", "course date", "date", "day",
    ),
    "units": (
        "units", "ce units", "ce", "ces", "ceu", "ceus", "ce credits", "credits", "credit", "points", "pdus",
        "pdu", "units granted",
    ),
    "link": (
        "link", "url", "proof", "proof link", "proof url", "link to proof", "evidence", "certificate link",
        "certificate url",
    ),
    "state": ("state", "status", "activity status", "portal status"),
    "entered": (
        "entered in portal", "entered in the portal", "in portal", "in the portal", "entered", "entered on",
        "submitted", "submitted to portal",
    ),
    "code": (
        "code", "certification code", "exam code", "certification", "cert", "credential", "exam",
        "certification name", "exam name",
    ),
    "earned_on": (
        "earned on", "earned", "date earned", "earned date", "issued on", "issue date", "issued",
        "date issued", "certified on", "certified since", "certification date", "awarded on", "award date",
    ),
    "suspends_on": (
        "suspends on", "suspends", "suspension date", "suspension", "suspended on", "renewal due",
        "renewal due date", "renew by", "due date", "active until",
    ),
    "expires_on": (
        "expires on", "expires", "expiration date", "expiration", "expiry date", "expiry", "valid until",
        "valid to",
    ),
    "cycle_started_on": (
        "cycle started on", "cycle started", "cycle start", "started on", "started", "renewed on", "renewed",
        "last renewed", "last renewal",
    ),
    "passed_on": (
        "passed on", "passed", "date passed", "exam date", "exam passed on", "exam passed", "exam taken on",
    ),
}  # fmt: skip
# A title's column with such a name says the kind, too.
TITLES_OF_COURSES = ("course title", "course name", "webinar title", "webinar", "training", "course")
DATES = ("done_on", "earned_on", "suspends_on", "expires_on", "cycle_started_on", "passed_on")
OF_CERTIFICATIONS = ("earned_on", "suspends_on", "expires_on", "cycle_started_on")
MAY_COME = ("suspends_on", "expires_on")
CERTIFICATION, EXAM = "certification", "exam"
KINDS = {
    **KIND_OF,
    **dict.fromkeys(("certification", "certifications", "cert", "certs", "credential"), CERTIFICATION),
    **dict.fromkeys(("exam", "exams", "exam passed", "passed exam", "recertification exam"), EXAM),
}
STATES = {
    **{state.value: state for state in State},
    **dict.fromkeys(("done", "completed", "complete", "finished", "attended", "passed"), State.LOGGED),
    **dict.fromkeys(("submitted", "in portal", "in the portal"), State.ENTERED),
    **dict.fromkeys(("approved", "accepted", "verified", "granted"), State.CONFIRMED),
    **dict.fromkeys(("denied", "declined"), State.REJECTED),
}
UNDONE = (
    "in progress", "not started", "not completed", "incomplete", "planned", "registered", "enrolled",
    "cancelled", "canceled", "failed", "open", "to do", "todo", "no show",
)  # fmt: skip
YES = ("yes", "y", "x", "true", "1", "✓", "✔", "✅", "ok")
NO = ("no", "n", "false", "0", "-", "", "not yet")
