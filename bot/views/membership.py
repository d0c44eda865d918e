"""Who is in a team, who leads it, and how it is told."""

from collections.abc import Sequence

from ..dates import WEEKDAYS
from ..ledger import Left, Role, TeamMember, TeamSettings
from ..outcomes import (
    Invitation,
    Invited,
    NotALeadError,
    NoTeamError,
    NotInTeamError,
    NotInvitedError,
    NotJoinedError,
    NotSharedError,
    TeamError,
    TeamRules,
    TeamThereError,
)
from . import words
from .blocks import Post, Reply, commands, reply
from .team import NAMELESS, NAMES_MOST, named, names

# The commands that buttons stand for; but for LEAVE nobody types them.
LEAVE = "team leave"
ACCEPT, DECLINE, END, KEEP = "team accept", "team decline", "team end", "team keep"
TEAMS_MOST = 20

SEEN = "names, the codes and dates of certifications and the CE units still missing"
SEEN_OF_YOU = "your name, the codes and dates of your certifications and the CE units still missing"
UNSEEN = "never activities, titles or proof"

ONLY_IN_CHANNELS = "A team is a channel: run that in the channel that is to be one."
STARTED = (
    "This channel is a team now, and you lead it. Everybody in the channel can see of those who join: "
    f"{SEEN}; {UNSEEN}."
)
STARTED_STEPS = (
    "• Who wants to be in it joins here: `/ce team join`\n"
    "• Others you can invite, and I ask them in a direct message: `/ce team invite @bob`\n"
    "• How many are to hold a certification: `/ce team settings target ACP-620 3`\n"
    "• If I am not in this channel yet, let me in so that I can post: `/invite @CE Bot`"
)
I_POST = (
    "What I post here, at {hour}:00 ({timezone}): who is {days} away from a suspension, suspended from today "
    "on, or close to the last safe day, and {digest}. Change it: `/ce team settings`"
)
JOINED = (
    f"You are in this team now. Everybody in the channel can see {SEEN_OF_YOU}; {UNSEEN}. Out again, at "
    "once: `/ce team leave`"
)
JOINED_BEFORE = "You are in this team already; I looked up your name anew. Where it stands: `/ce team`"
NO_MENTION = (
    "My posts say your name, but notify you by a mention only if you want that: `/ce remind mentions on`"
)
LEFT = "You have left this team: nothing of yours is shown in it any more. Back in: `/ce team join`"
LEFT_TO = "{name} has been in it the longest and leads it now, which I told them."
LEFT_OVER = (
    "You have left this team. Nobody else was in it, so it has ended, and I post nothing more there. A new "
    "one: `/ce team start`"
)
LEADS_NOW = (
    "You lead the team in {channel} now: {because}. Leads change what it is told, name other leads and can "
    "stop it: `/ce help team`"
)
NAMED_YOU = "another lead named you"
LONGEST = "nobody else did any more, and you have been in it the longest"
NEW_LEAD = "{name} leads this team now, too, which I told them. How it is told: `/ce team settings`"
LED_BEFORE = "{name} leads this team already; nothing changed. How it is told: `/ce team settings`"
REMOVED = (
    "{name} is out of this team, which I told them: nothing of theirs is shown in it any more. They can "
    "join again, or be invited. Who is in it: `/ce team`"
)
REMOVED_YOU = (
    "A lead has taken you out of the team in {channel}: nothing of yours is shown in it any more. What you "
    "logged is untouched: `/ce status`"
)
UNINVITED = "{name} is not invited to this team any more. Who is in it: `/ce team`"
NOT_THERE = "{name} is not in this team; nothing changed. Who is: `/ce team`"
OWN_TEAMS = "You are in the team of {channels}. Where it stands: run `/ce team` there."
NO_TEAMS = (
    "You are in no team. A team is a channel: in the one that is to be one, run `/ce team start`, or "
    "`/ce team join` where there is one."
)

INVITED = {
    Invitation.SENT: "I asked {names} in a direct message, and show nothing of them here before they accept.",
    Invitation.SENT_BEFORE: (
        "I asked {names} within the last day already and wait for an answer. Joining here works, too: "
        "`/ce team join`"
    ),
    Invitation.JOINED: "In this team already: {names}.",
    Invitation.YOURSELF: "You are in this team yourself.",
    Invitation.BOT: "No person but a bot: {names}.",
    Invitation.ELSEWHERE: "Of another workspace, where I know nobody: {names}.",
    Invitation.GONE: "In this workspace no more: {names}.",
    Invitation.UNKNOWN: "Slack did not tell me in time who this is, so please invite them again: {names}.",
}
INVITATION = (
    "*{name}* invites you to the team in {channel}, which follows its members' Atlassian certifications.\n"
    f"If you accept, everybody in that channel can see {SEEN_OF_YOU}; {UNSEEN}. You can leave at any time."
)
ACCEPTED = (
    f"You are in the team in {{channel}} now: everybody in that channel can see {SEEN_OF_YOU}; {UNSEEN}. Out "
    "again, at once: `/ce team leave`"
)
DECLINED = "Declined: nothing of yours is shown in {channel}. Should you want to later, join there yourself."

RULES = "*How this team is told*"
RULES_CHANGED = "Changed. *How this team is told from now on*"
POSTED_DAYS = "{days} before a suspension date, on that date, and before the last safe day"
POSTED_AT = "Posts come at {hour}:00 ({timezone})"
DIGEST = "a digest every {weekday}"
NO_DIGEST = "no weekly digest"
TARGETS = "Targets for active holders: {targets}"
NO_TARGETS = "No targets"
LED_BY = "Led by {names}"
INVITED_STILL = "{count} invited and not answered yet"
CHANGE = (
    "Leads change it: `/ce team settings days 30 14 7` · `/ce team settings digest monday 9` · "
    "`/ce team settings hour 9` · `/ce team settings timezone Europe/Berlin` · "
    "`/ce team settings target ACP-620 3`"
)

STOP = (
    "Stop this team? Its settings, its targets and the list of its members are deleted, and I post nothing "
    "more here. What members told me about themselves stays theirs."
)
STOPPED = "The team is stopped, and all there was about it is deleted. A new one: `/ce team start`"
KEPT = "The team stays as it is. Where it stands: `/ce team`"

NO_TEAM = "There is no team here: in the channel that is to be one, somebody has to start it."
TEAM_THERE = "There is a team here already, led by {leads}: join it."
NOT_IN_TEAM = "You are not in this team, so nothing changed; whoever is in the channel can join."
NOT_A_LEAD = "Only those who lead this team can do that: {leads}."
NOT_JOINED = "{name} is not in this team, which has to come first: invite them."
NOT_INVITED = "No invitation of yours is open any more: whoever is in the channel can join there."
NOT_SHARED = "I show somebody else's status only where you share a team, and I know of none you share."


# In and out


def only_in_channels() -> Reply:
    """The answer to `/ce team start` in a direct message."""
    return reply(ONLY_IN_CHANNELS)


def started(settings: TeamSettings) -> Reply:
    """The answer to `/ce team start`: what happens next."""
    i_post = I_POST.format(
        days=_days(settings), digest=_digest(settings), hour=settings.hour, timezone=settings.timezone
    )
    return reply(STARTED, STARTED_STEPS, small=[i_post])


def joined(*, is_new: bool) -> Reply:
    """The answer to `/ce team join`."""
    return reply(JOINED, small=[NO_MENTION]) if is_new else reply(JOINED_BEFORE)


def left(found: Left) -> Reply:
    """The answer to `/ce team leave`; who leads from now on is told, too."""
    if found.is_over:
        return reply(LEFT_OVER)
    lead = found.new_lead
    if lead is None:
        return reply(LEFT)
    told = _leads_now(lead, found.channel, LONGEST)
    return reply(LEFT, LEFT_TO.format(name=named(lead.name)))._replace(posts=(told,))


def own_teams(channels: Sequence[str]) -> Reply:
    """The teams somebody is in, for where there is none to look at, with a button to leave each."""
    if not channels:
        return reply(NO_TEAMS)
    shown = channels[:TEAMS_MOST]
    if len(shown) == 1:
        text, labels = _channel(shown[0]), ["Leave it"]
    else:
        text = words.listed([f"{_channel(channel)} ({at})" for at, channel in enumerate(shown, start=1)])
        labels = [f"Leave {at}" for at in range(1, len(shown) + 1)]
    buttons = zip(labels, (f"{LEAVE} {channel}" for channel in shown), strict=True)
    return reply(OWN_TEAMS.format(channels=text), buttons=commands(*buttons))


def invited(found: Sequence[Invited], channel: str, by: str) -> Reply:
    """The answer to `/ce team invite`: what became of each; whoever is invited is asked by a message."""
    lines = []
    for invitation, sentence in INVITED.items():
        whom = [one.name for one in found if one.invitation is invitation]
        if whom:
            lines.append(sentence.format(names=names(whom, len(whom))))
    asked = [one.member_id for one in found if one.invitation is Invitation.SENT]
    return reply("\n".join(lines))._replace(posts=tuple(Post(one, _question(channel, by)) for one in asked))


def _question(channel: str, by: str) -> Reply:
    """What somebody is asked who is invited to a team."""
    return reply(
        INVITATION.format(name=named(by), channel=_channel(channel)),
        buttons=commands(("Accept", f"{ACCEPT} {channel}"), ("Decline", f"{DECLINE} {channel}")),
    )


def accepted(channel: str) -> Reply:
    """The answer to Accept, in the place of the invitation."""
    return reply(ACCEPTED.format(channel=_channel(channel)), small=[NO_MENTION])


def declined(channel: str) -> Reply:
    """The answer to Decline."""
    return reply(DECLINED.format(channel=_channel(channel)))


def lead_named(before: TeamMember, channel: str) -> Reply:
    """The answer to `/ce team lead @member`, who is told, too."""
    name = named(before.name)
    if before.role is Role.LEAD:
        return reply(LED_BEFORE.format(name=name))
    return reply(NEW_LEAD.format(name=name))._replace(posts=(_leads_now(before, channel, NAMED_YOU),))


def removed(before: TeamMember | None, typed: str, channel: str) -> Reply:
    """The answer to `/ce team remove @member`; who was in it is told, too."""
    if before is None:
        return reply(NOT_THERE.format(name=named(typed)))
    name = named(before.name)
    if before.role is Role.INVITED:
        return reply(UNINVITED.format(name=name))
    told = Post(before.member_id, reply(REMOVED_YOU.format(channel=_channel(channel))))
    return reply(REMOVED.format(name=name))._replace(posts=(told,))


def _leads_now(lead: TeamMember, channel: str, because: str) -> Post:
    return Post(lead.member_id, reply(LEADS_NOW.format(channel=_channel(channel), because=because)))


def stop(channel: str) -> Reply:
    """What is asked before a team is stopped."""
    return reply(STOP, buttons=commands(("Stop the team", f"{END} {channel}"), ("Keep it", KEEP)))


def stopped() -> Reply:
    """The answer to the yes."""
    return reply(STOPPED)


def kept() -> Reply:
    """The answer to the no."""
    return reply(KEPT)


# How it is told


def settings(found: TeamRules, *, changed: bool) -> Reply:
    """The answer to `/ce team settings`, before or after a change."""
    told = found.settings
    targets = ", ".join(f"{code} {target}" for code, target in found.targets.items())
    lines = [
        POSTED_DAYS.format(days=_days(told)),
        _capital(_digest(told)),
        POSTED_AT.format(hour=told.hour, timezone=told.timezone),
        TARGETS.format(targets=targets) if targets else NO_TARGETS,
        *who(found),
    ]
    return reply(
        RULES_CHANGED if changed else RULES, "\n".join(f"• {line}" for line in lines), small=[CHANGE]
    )


def who(found: TeamRules) -> list[str]:
    """Who leads a team, and how many have not answered their invitation yet."""
    invited = [INVITED_STILL.format(count=found.invited)] if found.invited else []
    return [LED_BY.format(names=names(found.leads)), *invited]


def _days(told: TeamSettings) -> str:
    listed = words.listed([str(day) for day in told.days])
    return f"{listed} {'day' if told.days == (1,) else 'days'}"


def _digest(told: TeamSettings) -> str:
    return DIGEST.format(weekday=WEEKDAYS[told.digest_day - 1]) if told.digest_day else NO_DIGEST


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _channel(channel: str) -> str:
    return f"<#{channel}>"


# What cannot be done


def trouble(error: TeamError) -> tuple[str, str]:
    """What is wrong, in a sentence, and a line that works."""
    match error:
        case NoTeamError():
            return NO_TEAM, "/ce team start"
        case TeamThereError():
            return TEAM_THERE.format(leads=_leads(error.leads)), "/ce team join"
        case NotInTeamError():
            return NOT_IN_TEAM, "/ce team join"
        case NotALeadError():
            return NOT_A_LEAD.format(leads=_leads(error.leads)), "/ce team"
        case NotJoinedError():
            if not error.name:
                return NOT_JOINED.format(name="Whom you named"), "/ce team"
            return NOT_JOINED.format(name=f"@{error.name}"), f"/ce team invite @{error.name}"
        case NotInvitedError():
            return NOT_INVITED, "/ce team join"
        case NotSharedError():
            return NOT_SHARED, "/ce status"
    raise error


def _leads(found: Sequence[str]) -> str:
    """The names of leads for a sentence that is made safe as a whole."""
    return words.listed([name or NAMELESS for name in found[:NAMES_MOST]])
