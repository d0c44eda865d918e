"""Pictures of certifications over time: a member's own, and a team's forecast."""

from collections.abc import Callable, Mapping
from functools import cache, partial
from types import MappingProxyType

from .. import grammar, pictures
from ..outcomes import DeskError, TeamForecast
from ..views import forecast as forecasts
from ..views import timeline as views
from ..views import troubles
from ..views.blocks import File, NotMadeError, Reply
from . import team
from .asked import Asked, Look

# Slack waits three seconds for an answer, and others for this thread: of a larger team all comes later.
FORESEEN_AT_ONCE_MOST = 100


def _show_timeline(asked: Asked) -> Reply:
    codes = grammar.read_codes(asked.words, asked.codes, asked.levels, verb="timeline")
    found, policy = asked.desk.timeline(asked.who, codes, asked.today), asked.desk.policy
    shown = views.timeline(found, policy)
    if not found.lives:
        return shown
    name, about = f"timeline-{found.today}.png", views.about(found)
    return shown._replace(files=(File(name, about, partial(pictures.timeline_png, found, policy)),))


def _show_forecast(asked: Asked) -> Reply:
    """A team's forecast: words to whoever asks, the picture to the channel; of a large team, all there."""
    codes = grammar.read_codes(asked.words, team.codes_of(asked), asked.levels, verb="team forecast")
    workspace, channel = asked.who.workspace, asked.place.channel
    people = asked.desk.forecasts.size(workspace, channel)
    foresee = cache(partial(asked.desk.forecasts.team, workspace, channel, asked.today, codes))
    if people > FORESEEN_AT_ONCE_MOST:
        return forecasts.drawing(people)._replace(files=(_picture(asked, foresee),))
    shown = forecasts.forecast(foresee())
    return shown._replace(files=(_picture(asked, foresee),)) if foresee().prospects else shown


def _picture(asked: Asked, foresee: Callable[[], TeamForecast]) -> File:
    """The picture of what is foreseen, which is asked for when the picture is made."""

    def make() -> bytes:
        try:
            found = foresee()
        except DeskError as error:
            raise NotMadeError(troubles.missing(error)) from error
        if not found.prospects:
            raise NotMadeError(forecasts.forecast(found))
        return pictures.forecast_png(found)

    name = f"forecast-{asked.today}.png"
    return File(name, lambda: forecasts.about(foresee()), make, is_private=False)


LOOKING: Mapping[str, Look] = MappingProxyType({"timeline": _show_timeline, "team forecast": _show_forecast})
