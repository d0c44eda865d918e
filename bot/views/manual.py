"""Every command, what it does, and an example that works as it stands."""

from typing import NamedTuple

from .blocks import Reply, reply


class Help(NamedTuple):
    """One command: how it is written, what it does, examples."""

    usage: str
    says: str
    examples: tuple[str, ...]


COMMANDS = {
    "status": Help(
        "/ce status [@MEMBER]",
        "What counts, what is missing and until when, for each certification. `/ce` alone does the same. Of "
        "one who shares a team with you: their codes, dates and missing units.",
        ("/ce status",),
    ),
    "add": Help(
        "/ce add KIND TITLE DATE [UNITS] [LINK]",
        "Log an activity once; it is applied to every certification it counts for. Kinds: course (webinar, "
        "training), global (Team, Unleash), local (ACE, meetup), presentation (talk). The date may be "
        "2025-12-01, 1 Dec 2025, yesterday or 3 days ago; without one it is today. State units only for a "
        "presentation. A link is kept as proof. With nothing or only part of it after `add`, a form opens "
        "with that filled in.",
        (
            '/ce add course "Jira Automation" yesterday',
            "/ce add local 2025-11-20 ACE Berlin",
            '/ce add presentation "Team \'25 talk" 2025-04-09 30 units',
        ),
    ),
    "list": Help("/ce list", "Your activities, newest first, with their numbers.", ("/ce list",)),
    "edit": Help(
        "/ce edit NUMBER WHAT CHANGES",
        "Correct an activity: its kind, title, date, units or link. What you leave out stays. The number "
        "alone opens a form.",
        ("/ce edit 1 2025-11-21", '/ce edit 1 "Jira Automation, part 2"'),
    ),
    "remove": Help("/ce remove NUMBER", "Take an activity out; Undo brings it back.", ("/ce remove 1",)),
    "proof": Help(
        "/ce proof NUMBER [LINK]",
        "What proves an activity: its link, and pictures or PDFs that I keep for you; with a link, that is "
        "set. Drop such files into our direct message, and I ask which activity they are for. `/ce export` "
        "packs all of them.",
        ("/ce proof", "/ce proof 1", "/ce proof 1 https://university.atlassian.com/certificate"),
    ),
    "undo": Help("/ce undo", "Take back your last change; again, the one before.", ("/ce undo",)),
    "cert": Help(
        "/ce cert add CODE earned DATE | suspends DATE [expires DATE] · cert list · cert remove CODE",
        "The certifications you hold: with the day you earned one, or the date the portal shows. After "
        "`add`, nothing or the code alone opens a form, which shows the dates that would hold.",
        (
            "/ce cert add ACP-620 earned 2024-01-01",
            "/ce cert add ACP-120 suspends 2026-01-01",
            "/ce cert list",
            "/ce cert remove ACP-120",
        ),
    ),
    "portal": Help(
        "/ce portal CODE suspends DATE expires DATE [started DATE]",
        "What the candidate portal shows for a certification. It wins over what I compute. Alone, or with "
        "the code alone, it opens a form.",
        ("/ce portal ACP-620 suspends 2026-01-01 expires 2026-04-01",),
    ),
    "exam": Help(
        "/ce exam CODE DATE",
        "You passed a certification's own exam again. `/ce exam remove CODE DATE` takes it back. Alone, or "
        "with the code alone, it opens a form, which says what the exam renews.",
        ("/ce exam ACP-620 2025-11-15",),
    ),
    "import": Help(
        "/ce import",
        "Read a table of what you did and hold, show it, and save all of it or nothing. Drop a CSV file into "
        "our direct message, paste a table there as a block of code, or paste its rows after the command. "
        "The first row names the columns, in any order:\n"
        "• activities: kind (or type), title (course, event), date (completed on), units (credits), link "
        "(proof), status, entered in portal\n"
        "• certifications: code (certification), earned (issue date), suspends (renewal due), expires\n"
        "• exams: code (exam), passed (exam date)\n"
        "The kind says what a row is: course, global event, local event, presentation, certification, exam. "
        "Without one, the filled columns do; a title's column named course or webinar makes courses. "
        "Columns I do not know are ignored.\n"
        "Dates are read as everywhere here. For 01/12/2025 the table's other dates decide, or I ask once; a "
        "time after a date is left out, and Excel's day numbers such as 45992 are read. What is here "
        "already stays as it is: the same kind, date and title. From Excel, Google Sheets or Numbers: save "
        "or download as CSV.",
        ("/ce import",),
    ),
    "why": Help(
        "/ce why [CODE] [all]",
        "Why a certification stands where it does: every date and number, the rule behind it and its source.",
        ("/ce why ACP-620", "/ce why ACP-620 all"),
    ),
    "plan": Help(
        "/ce plan [CODE ...] [on DATE]",
        "The least that renews, what waiting gains and risks, what renewing does to each certification, and "
        "the best plan for all of them over five years. The day is today unless you name a later one.",
        ("/ce plan", "/ce plan ACP-620", "/ce plan on tomorrow"),
    ),
    "remind": Help(
        "/ce remind [on | off | days NUMBERS | hour HOUR | weekends off | mentions on | snooze HOW LONG | "
        "settings]",
        "Reminders before a suspension, by direct message; alone it shows how they stand and what is next. "
        "With weekends off, what belongs to one comes on the Friday before. With mentions on, your teams' "
        "posts may mention you. A snooze lasts some days or until a date; `snooze off` ends it. `settings` "
        "is a form for all of it.",
        (
            "/ce remind",
            "/ce remind on",
            "/ce remind days 60 30 7",
            "/ce remind hour 8",
            "/ce remind weekends off",
            "/ce remind mentions on",
            "/ce remind snooze 3 days",
            "/ce remind snooze off",
            "/ce remind settings",
            "/ce remind off",
        ),
    ),
    "team": Help(
        "/ce team [join | leave | invite @MEMBER ... | all | forecast [CODE ...] | start | settings | "
        "lead @MEMBER | remove @MEMBER | stop]",
        "In a channel: who of those who joined needs what by when, how many hold each certification, and "
        "against which targets; I also tell the channel before a suspension and once a week. It shows names, "
        "codes, dates and missing units, never activities, titles or proof. Leads (whoever started it, and "
        "whom they name) set when it is told and at what it aims, by a form (`settings`) or in words, and "
        "can take somebody out.",
        (
            "/ce team",
            "/ce team start",
            "/ce team join",
            "/ce team invite @bob",
            "/ce team all",
            "/ce team forecast",
            "/ce team settings",
            "/ce team settings days 30 14 7",
            "/ce team settings digest monday 9",
            "/ce team settings timezone Europe/Berlin",
            "/ce team settings target ACP-620 3",
            "/ce team leave",
            "/ce team stop",
        ),
    ),
    "timeline": Help(
        "/ce timeline [CODE ...]",
        "Your certifications over time, in words and as a picture: cycles, grace period, last safe day, and "
        "which activities counted.",
        ("/ce timeline", "/ce timeline ACP-620"),
    ),
    "export": Help(
        "/ce export · export proof [CODE]",
        "Your data as files, to your direct message: a table that `/ce import` reads back, JSON, and what "
        "the portal needs of each certification, to copy entry by entry. `export proof` shows it here.",
        ("/ce export", "/ce export proof", "/ce export proof ACP-620"),
    ),
    "done": Help(
        "/ce done NUMBERS [not]",
        "Mark activities as entered in the candidate portal, by their numbers in the list or all of them. "
        "Undo takes it back, and so does `not` after the numbers.",
        ("/ce done 1", "/ce done 1-3", "/ce done all"),
    ),
    "calendar": Help(
        "/ce calendar [address | revoke]",
        "Your dates as a file for your calendar, with alarms; opened again after a change, it moves what has "
        "moved. Where I can be reached from the web, `address` makes a private one to subscribe to, and "
        "`revoke` ends it.",
        ("/ce calendar",),
    ),
    "forget-me": Help(
        "/ce forget-me",
        "Delete everything I keep about you, for good. I show what there is and ask first.",
        ("/ce forget-me",),
    ),
    "ask": Help(
        "/ce ask QUESTION",
        "A question about renewing, answered from curated answers. A mention or a direct message works too.",
        ("/ce ask does coursework need to match the cert?",),
    ),
    "faq": Help(
        "/ce faq on | off | inbox | phrasings",
        "In a channel: let me answer questions there by myself, in a thread and only where I am sure. For "
        "curators, who look after the answers: the questions without a good one, and the phrasings accepted.",
        ("/ce faq on", "/ce faq off"),
    ),
    "help": Help("/ce help [COMMAND]", "All commands, or one with examples.", ("/ce help", "/ce help add")),
}
LEAD = (
    "I keep your Atlassian certifications alive: log what you did once, see what is missing and until when."
)
MORE = "More about one: `/ce help add`"


def everything() -> Reply:
    """The answer to `/ce help`: each command with its first example."""
    lines = [f"`{one.examples[0]}`\n{one.says.split('. ')[0].rstrip('.')}." for one in COMMANDS.values()]
    return reply(LEAD, "\n".join(lines), small=[MORE])


def about(command: str) -> Reply:
    """The answer to `/ce help COMMAND`."""
    found = COMMANDS[command]
    examples = "\n".join(f"`{example}`" for example in found.examples)
    return reply(f"`{found.usage}`\n{found.says}", f"Examples:\n{examples}")
