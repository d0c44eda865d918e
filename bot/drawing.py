"""Draws one picture: JSON on standard input, PNG on standard output.

It runs in a process of its own (`bot.pictures` starts it), so that the bot never holds what drawing needs. It
knows nothing of ours: what stands where is decided before, and days come as plain numbers.
"""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import matplotlib as mpl
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

Data = Mapping[str, Any]

# Slack shows a picture some 700 pixels wide, on a phone half of that: letters of 28 pixels can be read there.
WIDTH_IN, DPI, POINTS = 6.0, 200, 10.0
MARGIN_IN = 0.16
LINE_IN = 0.21  # a line of text
LEGEND_LINE_IN = 0.187
SCALE_BELOW_IN = 0.3
INK, GRID = "#000000", "#cccccc"
# Of the palette of Okabe and Ito, which people tell apart whatever colours they see; shapes differ, too.
BLUE, ORANGE, SKY = "#0072b2", "#d55e00", "#a6d3f0"

# Timeline
BAR_IN, DOT_IN, DOTS_GAP_IN, LANE_GAP_IN = 0.17, 0.13, 0.1, 0.14
DOT_POINTS = 6.5
LEGEND_MARK_MOST = 14
SHAPES = {
    "course": "o",
    "global_event": "*",
    "local_event": "^",
    "presentation": "s",
    "exam": "D",
}
LEGEND_COLUMNS = 3

# Forecast
WIDE_PANEL_IN, PANEL_IN, PANEL_GAP_IN, SCALE_IN, ENDS_IN = 1.9, 1.0, 0.2, 0.34, 0.36
HEADROOM = 1.18  # above the highest number
APART_POINTS = 11.0


def main() -> None:
    """Draw what standard input describes."""
    picture = json.load(sys.stdin.buffer)
    mpl.rcParams.update(
        {
            "font.family": "DejaVu Sans",  # it comes with matplotlib: pictures are alike everywhere
            "font.size": POINTS,
            "text.parse_math": False,  # a dollar sign is a dollar sign
            "hatch.linewidth": 1.4,
            "path.simplify": False,
        }
    )
    figure = DRAW[picture["what"]](picture)
    FigureCanvasAgg(figure)
    figure.savefig(sys.stdout.buffer, format="png", metadata={"Software": None})


class Page:
    """A white page of a height, filled from the top; measured in inches."""

    def __init__(self, height_in: float) -> None:
        self.height_in = height_in
        self.figure = Figure(figsize=(WIDTH_IN, height_in), dpi=DPI, facecolor="white")
        self.at_in = MARGIN_IN

    def title(self, text: str) -> None:
        """What the page is about, where it has come to."""
        at = (MARGIN_IN / WIDTH_IN, 1 - self.at_in / self.height_in)
        self.figure.text(*at, text, weight="bold", va="top")
        self.at_in += LINE_IN

    def axes(self, left_in: float, top_in: float, width_in: float, height_in: float) -> Axes:
        """A drawing area without a frame."""
        axes = self.figure.add_axes(
            (
                left_in / WIDTH_IN,
                1 - (top_in + height_in) / self.height_in,
                width_in / WIDTH_IN,
                height_in / self.height_in,
            )
        )
        axes.spines[:].set_visible(False)
        axes.tick_params(length=0)
        return axes

    def legend(self, handles: Sequence[Artist], labels: Sequence[str], columns: int) -> None:
        """What the signs mean, where the page has come to."""
        self.figure.legend(
            handles,
            labels,
            loc="upper left",
            bbox_to_anchor=(MARGIN_IN / WIDTH_IN, 1 - self.at_in / self.height_in),
            ncols=columns,
            frameon=False,
            borderpad=0,
            borderaxespad=0,
            handlelength=1.8,
            columnspacing=1.2,
            labelspacing=0.35,
        )


# Timeline


def draw_timeline(picture: Data) -> Figure:
    """Certifications as bars over time, below each its activities as points."""
    lanes, legend = picture["lanes"], picture["legend"]
    heights = [LINE_IN + BAR_IN + _dots_in(lane) for lane in lanes]
    drawing_in = LINE_IN + sum(heights) + LANE_GAP_IN * len(lanes)
    legend_in = LEGEND_LINE_IN * -(-len(legend) // LEGEND_COLUMNS)
    page = Page(MARGIN_IN + LINE_IN + drawing_in + SCALE_BELOW_IN + legend_in + MARGIN_IN)
    page.title(picture["title"])
    width_in = WIDTH_IN - 2 * MARGIN_IN
    axes = page.axes(MARGIN_IN, page.at_in, width_in, drawing_in)
    axes.set_xlim(picture["from_on"], picture["until_on"])
    axes.set_ylim(drawing_in, 0)  # inches, downwards
    axes.set_yticks([])
    _days(axes, picture["ticks"])
    for label in axes.get_xticklabels():
        label.set_horizontalalignment(_side(axes, label.get_position()[0]))
    _today(axes, picture["today"], drawing_in)
    top_in = LINE_IN
    for lane, height_in in zip(lanes, heights, strict=True):
        _lane(axes, lane, top_in)
        top_in += height_in + LANE_GAP_IN
    page.at_in += drawing_in + SCALE_BELOW_IN
    page.legend([_sign(sign) for sign, _ in legend], [label for _, label in legend], LEGEND_COLUMNS)
    return page.figure


def _dots_in(lane: Data) -> float:
    return DOTS_GAP_IN + DOT_IN * lane["rows"] if lane["rows"] else 0.0


def _days(axes: Axes, ticks: Sequence[Sequence[Any]]) -> None:
    axes.set_xticks([on for on, _ in ticks], [label for _, label in ticks])
    axes.tick_params(axis="x", pad=5)
    axes.grid(visible=True, axis="x", color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)


def _today(axes: Axes, today: int, height_in: float) -> None:
    axes.plot([today, today], [LINE_IN * 0.8, height_in], color=INK, linewidth=1.6, linestyle=(0, (4, 2)))
    axes.text(today, LINE_IN * 0.65, "today", ha=_side(axes, today), va="bottom", weight="bold", bbox=_halo())


def _side(axes: Axes, on: float) -> Literal["left", "center", "right"]:
    """How a text stands to its day, so that it stays on the page."""
    from_on, until_on = axes.get_xlim()
    part = (on - from_on) / (until_on - from_on)
    return "left" if part < 0.06 else "right" if part > 0.94 else "center"


def _lane(axes: Axes, lane: Data, top_in: float) -> None:
    left = axes.get_xlim()[0]
    code = axes.text(left, top_in, lane["code"], weight="bold", va="top", bbox=_halo())
    axes.annotate(
        lane["detail"],
        (1, 0),
        xycoords=code,
        xytext=(8, 0),
        textcoords="offset points",
        va="bottom",
        bbox=_halo(),
    )
    top_in += LINE_IN
    for bar in lane["bars"]:
        axes.barh(
            top_in + BAR_IN / 2,
            bar["until_on"] - bar["from_on"],
            BAR_IN,
            left=bar["from_on"],
            zorder=2,
            **BARS[bar["what"]],
        )
    for mark in lane["marks"]:
        # The last safe day is mostly the day before the bar ends: it stands above the bar, not in it.
        at_in = top_in if mark["what"] == "safe" else top_in + BAR_IN / 2
        axes.plot(mark["on"], at_in, zorder=4, clip_on=False, **_mark(mark["what"]))
    first_in = top_in + BAR_IN + DOTS_GAP_IN + DOT_IN / 2
    for kind, counted in sorted({(dot["kind"], dot["counted"]) for dot in lane["dots"]}):
        alike = [dot for dot in lane["dots"] if (dot["kind"], dot["counted"]) == (kind, counted)]
        axes.plot(
            [dot["on"] for dot in alike],
            [first_in + DOT_IN * dot["row"] for dot in alike],
            zorder=3,
            clip_on=False,
            **_shape(kind, counted=counted),
        )


def _halo() -> dict[str, Any]:
    """White behind letters that a line may cross."""
    return {"facecolor": "white", "edgecolor": "none", "pad": 1.0}


BARS: dict[str, dict[str, Any]] = {
    "active": {"facecolor": SKY, "edgecolor": INK, "linewidth": 1.0},
    "suspended": {"facecolor": "white", "edgecolor": ORANGE, "linewidth": 1.0, "hatch": "////"},
}


MARKS: dict[str, dict[str, Any]] = {
    "renewal": {"marker": "|", "markersize": 20, "markeredgewidth": 2.4},
    "safe": {"marker": "v", "markersize": 8},
    "expired": {"marker": "x", "markersize": 8, "markeredgewidth": 2.4},
    "earlier": {"marker": "<", "markersize": 8},
    "later": {"marker": ">", "markersize": 8},
    "missed": {"marker": "v", "markersize": 8},
}


def _mark(what: str) -> dict[str, Any]:
    return {"color": INK, "linestyle": "none", **MARKS[what]}


def _shape(kind: str, *, counted: bool) -> dict[str, Any]:
    return {
        "marker": SHAPES[kind],
        "markersize": DOT_POINTS * (1.5 if kind == "global_event" else 1.0),
        "markerfacecolor": BLUE if counted else "white",
        "markeredgecolor": INK,
        "markeredgewidth": 1.0,
        "linestyle": "none",
    }


def _sign(sign: str) -> Artist:
    """A sign as the legend shows it."""
    if sign in BARS:
        return Patch(**BARS[sign])
    if sign in LINES:
        return Line2D([], [], **LINES[sign])
    if sign in MARKS:
        mark = _mark(sign)
        return Line2D([], [], **{**mark, "markersize": min(mark["markersize"], LEGEND_MARK_MOST)})
    if sign == "hollow":
        return Line2D([], [], **_shape("course", counted=False))
    return Line2D([], [], **_shape(sign, counted=True))


# Forecast

LINES: dict[str, dict[str, Any]] = {
    "idle": {"color": ORANGE, "linewidth": 3.0},
    "planned": {"color": BLUE, "linewidth": 2.2, "linestyle": (0, (2.6, 1.4))},
    "target": {"color": INK, "linewidth": 1.6, "linestyle": (0, (1, 1.4))},
}


def draw_forecast(picture: Data) -> Figure:
    """How many hold each certification over time: a panel for each."""
    panels, columns, legend = picture["panels"], picture["columns"], picture["legend"]
    panel_in = WIDE_PANEL_IN if len(panels) == 1 else PANEL_IN
    rows = -(-len(panels) // columns)
    row_in = LINE_IN + panel_in + LINE_IN + PANEL_GAP_IN
    legend_in = LEGEND_LINE_IN * -(-len(legend) // 2)
    page = Page(MARGIN_IN + LINE_IN + legend_in + 0.12 + rows * row_in - PANEL_GAP_IN + MARGIN_IN)
    page.title(picture["title"])
    page.legend([_sign(sign) for sign, _ in legend], [label for _, label in legend], 2)
    page.at_in += legend_in + 0.12
    column_in = (WIDTH_IN - MARGIN_IN) / columns
    for place, panel in enumerate(panels):
        row, column = divmod(place, columns)
        _panel(page, panel, picture, column * column_in, page.at_in + row * row_in, column_in, panel_in)
    return page.figure


def _panel(
    page: Page, panel: Data, picture: Data, left_in: float, top_in: float, width_in: float, height_in: float
) -> None:
    inner_in = left_in + MARGIN_IN + SCALE_IN
    axes = page.axes(inner_in, top_in + LINE_IN, width_in - MARGIN_IN - SCALE_IN - ENDS_IN, height_in)
    from_on, until_on = picture["from_on"], picture["until_on"]
    axes.set_xlim(from_on, until_on)
    axes.set_ylim(0, panel["most"] * HEADROOM)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=3, integer=True))
    axes.spines["bottom"].set_visible(True)
    _days(axes, picture["ticks"])
    axes.grid(visible=True, axis="y", color=GRID, linewidth=0.8)
    if panel["target"] is not None:
        axes.axhline(panel["target"], zorder=3, **LINES["target"])
    for what in ("idle", "planned"):
        steps = panel[what]
        days, counts = [on for on, _ in steps], [count for _, count in steps]
        axes.step(
            [*days, until_on], [*counts, counts[-1]], where="post", clip_on=False, zorder=4, **LINES[what]
        )
    _ends(axes, panel, until_on, height_in)
    for row, below in enumerate(panel["below"]):
        _below(axes, below, row, panel, picture)
    code = page.figure.text(
        (left_in + MARGIN_IN) / WIDTH_IN, 1 - top_in / page.height_in, panel["code"], weight="bold", va="top"
    )
    axes.annotate(
        panel["detail"], (1, 0), xycoords=code, xytext=(8, 0), textcoords="offset points", va="bottom"
    )


def _ends(axes: Axes, panel: Data, until_on: int, height_in: float) -> None:
    """The numbers at the lines' ends; two that would touch are moved apart."""
    idle, planned = panel["idle"][-1][1], panel["planned"][-1][1]
    between = (planned - idle) / (panel["most"] * HEADROOM) * height_in * 72
    apart = max(APART_POINTS - between, 0) / 2 if planned > idle else 0
    for count, colour, offset in ((planned, BLUE, apart), (idle, ORANGE, -apart))[: 1 + (planned > idle)]:
        axes.annotate(
            str(count),
            (until_on, count),
            xytext=(5, offset),
            textcoords="offset points",
            va="center",
            weight="bold",
            color=colour,
            annotation_clip=False,
        )


def _below(axes: Axes, below: Data, row: int, panel: Data, picture: Data) -> None:
    """The day on which a line falls below the target: its month stands at the foot, where there is room.

    A second one stands a row higher, so that they do not cover each other.
    """
    on, target = below["on"], panel["target"]
    axes.plot([on, on], [0, target], color=INK, linewidth=1.0, zorder=3)
    axes.plot(on, target, zorder=5, clip_on=False, **_mark("missed"))
    far = (on - picture["from_on"]) / (picture["until_on"] - picture["from_on"]) > 0.4
    axes.annotate(
        below["label"],
        (on, 0),
        xytext=(-4 if far else 4, 4 + 14 * row),
        textcoords="offset points",
        ha="right" if far else "left",
        va="bottom",
        bbox=_halo(),
        zorder=5,
    )


DRAW: dict[str, Callable[[Data], Figure]] = {"timeline": draw_timeline, "forecast": draw_forecast}

if __name__ == "__main__":
    main()
