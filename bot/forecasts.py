"""A team's next months: how many hold each certification, without and with plans, against its targets."""

from collections.abc import Callable, Sequence
from datetime import date

from rules import Policy, Prospect, forecast, plus_months

from .ledger import Ledger
from .outcomes import NoTeamError, NotHeldInTeamError, TeamForecast, TeamHistories

MILESTONES = (6, 12, 18, 24)  # months from today
HistoriesOf = Callable[[str, str, date], TeamHistories]


class Forecasts:
    """The use cases of a team's forecast; `histories_of` tells a channel's, as of a day."""

    def __init__(self, ledger: Ledger, policy: Policy, histories_of: HistoriesOf) -> None:
        self._ledger = ledger
        self._policy = policy
        self._histories_of = histories_of

    def size(self, workspace: str, channel: str) -> int:
        """How many people a forecast is computed for, which is quick to say: it takes about 1 ms for each.

        Raises NoTeamError.
        """
        with self._ledger.teams() as teams:
            if teams.settings(workspace, channel) is None:
                raise NoTeamError
            return len(teams.members(workspace, channel))

    def team(self, workspace: str, channel: str, today: date, codes: Sequence[str] = ()) -> TeamForecast:
        """The forecast of a channel's team, of the certifications named or of all.

        Raises NoTeamError, and NotHeldInTeamError for one that has neither a holder nor a target.
        """
        found = self._histories_of(workspace, channel, today)
        prospects = forecast(found.histories, self._policy, MILESTONES[-1], found.targets).prospects
        known = {prospect.code for prospect in prospects}
        unknown = next((code for code in codes if code not in known), None)
        if unknown is not None:
            raise NotHeldInTeamError(unknown)
        shown = [prospect for prospect in prospects if not codes or prospect.code in codes]
        return TeamForecast(
            today,
            tuple((months, plus_months(today, months)) for months in MILESTONES),
            tuple(sorted(shown, key=_relevance)),
            found.names,
        )


def _relevance(prospect: Prospect) -> tuple[date, date, bool, int, str]:
    """What sorts first what misses its target soonest, then what has one, then what most people hold."""
    return (
        prospect.idle_below_on or date.max,
        prospect.planned_below_on or date.max,
        prospect.target is None,
        -prospect.idle.counts[0],
        prospect.code,
    )
