"""The commands about teams: where one stands, who is in it, and how it is told."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from ..grammar import team as grammar
from ..ledger import Member, Writer
from ..outcomes import Person
from ..views import membership, team
from ..views.blocks import Reply
from .asked import Asked, Look, Write

Meet = Callable[[Asked], Mapping[str, Person]]


def show_status_of(asked: Asked, other_id: str) -> Reply:
    """Where somebody stands who shares a team with the asker.

    Raises NotSharedError.
    """
    other = Member(asked.who.workspace, other_id)
    return team.shared_status(asked.desk.teams.shared_status(asked.who, other, asked.today))


def codes_of(asked: Asked) -> tuple[str, ...]:
    """The certifications' codes that are known to the asker or to the channel's team."""
    own = asked.codes
    shared = asked.desk.teams.codes(asked.who.workspace, asked.place.channel)
    return (*own, *(code for code in shared if code not in own))


# Looking


def _show(asked: Asked) -> Reply:
    if asked.words.strip():
        raise grammar.unknown_subject(asked.words)
    if not _in_channel(asked):
        return _own_teams(asked)
    return team.team(asked.desk.teams.view(asked.who.workspace, asked.place.channel, asked.today))


def _show_all(asked: Asked) -> Reply:
    page = grammar.read_page(asked.words)
    return team.page(asked.desk.teams.view(asked.who.workspace, asked.place.channel, asked.today), page)


def _own_teams(asked: Asked) -> Reply:
    return membership.own_teams(asked.desk.teams.joined(asked.who))


def _ask_stop(asked: Asked) -> Reply:
    grammar.refuse_more(asked.words, "stop")
    asked.desk.teams.check_may_stop(asked.who, asked.place.channel)
    return membership.stop(asked.place.channel)


def _keep(_asked: Asked) -> Reply:
    return membership.kept()


def _in_channel(asked: Asked) -> bool:
    """Whether it is asked where a team can be; a click in a channel does not say that it is one."""
    return asked.place.is_shared or not asked.place.is_private


# In and out


def _start(asked: Asked, writer: Writer) -> Reply:
    grammar.refuse_more(asked.words, "start")
    if not asked.place.is_shared:
        return membership.only_in_channels()
    name, channel = _own_name(asked), asked.place.channel
    return membership.started(asked.desk.teams.start(writer, asked.who, channel, name))


def _join(asked: Asked, writer: Writer) -> Reply:
    grammar.refuse_more(asked.words, "join")
    name, channel = _own_name(asked), asked.place.channel
    return membership.joined(is_new=asked.desk.teams.join(writer, asked.who, channel, name, asked.today))


def _accept(asked: Asked, writer: Writer) -> Reply:
    channel = _clicked_or_here(asked)
    asked.desk.teams.accept(writer, asked.who, channel, _own_name(asked), asked.today)
    return membership.accepted(channel)


def _decline(asked: Asked, writer: Writer) -> Reply:
    channel = _clicked_or_here(asked)
    asked.desk.teams.decline(writer, asked.who, channel)
    return membership.declined(channel)


def _leave(asked: Asked, writer: Writer) -> Reply:
    named = grammar.read_channel(asked.words)
    if not (named or _in_channel(asked)):
        return _own_teams(asked)
    return membership.left(
        asked.desk.teams.leave(writer, asked.who, named or asked.place.channel, asked.today)
    )


def _invite(asked: Asked, writer: Writer) -> Reply:
    typed, channel = grammar.read_people(asked.words), asked.place.channel
    found = asked.desk.teams.invite(writer, asked.who, channel, typed, asked.people)
    return membership.invited(found, channel, asked.desk.teams.name(asked.who))


def _lead(asked: Asked, writer: Writer) -> Reply:
    (other, typed), channel = grammar.read_person(asked.words, "lead"), asked.place.channel
    before = asked.desk.teams.make_lead(writer, asked.who, channel, Member(asked.who.workspace, other), typed)
    return membership.lead_named(before, channel)


def _remove(asked: Asked, writer: Writer) -> Reply:
    (other, typed), channel = grammar.read_person(asked.words, "remove"), asked.place.channel
    if other == asked.who.id:
        return _leave(replace(asked, words=""), writer)
    removed = Member(asked.who.workspace, other)
    before = asked.desk.teams.remove(writer, asked.who, channel, removed, asked.today)
    return membership.removed(before, typed, channel)


def _stop(asked: Asked, writer: Writer) -> Reply:
    channel = asked.words.strip()
    if not channel:  # typed, and not the yes of a button
        return _ask_stop(asked)
    asked.desk.teams.stop(writer, asked.who, channel)
    return membership.stopped()


def _set(asked: Asked, writer: Writer) -> Reply:
    told: dict[str, Any] = {}
    targets: dict[str, int | None] = {}
    for words in grammar.read_settings(asked.words, codes_of(asked), asked.levels):
        match words:
            case grammar.DaysWords():
                told["days"] = words.days
            case grammar.HourWords():
                told["hour"] = words.hour
            case grammar.ZoneWords():
                told["timezone"] = words.timezone
            case grammar.DigestWords():
                told["digest_day"] = words.weekday
                told |= {} if words.hour is None else {"hour": words.hour}
            case grammar.TargetWords():
                targets[words.code] = words.target
    found = asked.desk.teams.change(writer, asked.who, asked.place.channel, told, targets)
    return membership.settings(found, changed=True)


def _clicked_or_here(asked: Asked) -> str:
    """The channel that a button names, or where the same was typed."""
    return asked.words.strip() or asked.place.channel


def _own_name(asked: Asked) -> str:
    person = asked.people.get(asked.who.id)
    return person.name if person else ""


# Whom it is about, asked of Slack before the transaction begins


def _meet_asker(asked: Asked) -> Mapping[str, Person]:
    return asked.desk.teams.people(asked.who.workspace, [asked.who.id])


def _meet_named(asked: Asked) -> Mapping[str, Person]:
    return asked.desk.teams.people(asked.who.workspace, [*grammar.read_people(asked.words)])


LOOKING: Mapping[str, Look] = MappingProxyType(
    {
        "team": _show,
        team.ALL: _show_all,
        "team stop": _ask_stop,
        membership.KEEP: _keep,
    }
)
WRITING: Mapping[str, Write] = MappingProxyType(
    {
        "team start": _start,
        "team join": _join,
        "team leave": _leave,
        "team invite": _invite,
        "team lead": _lead,
        "team remove": _remove,
        "team settings": _set,
        membership.ACCEPT: _accept,
        membership.DECLINE: _decline,
        membership.END: _stop,
    }
)
MEETING: Mapping[str, Meet] = MappingProxyType(
    {
        "team start": _meet_asker,
        "team join": _meet_asker,
        membership.ACCEPT: _meet_asker,
        "team invite": _meet_named,
    }
)
