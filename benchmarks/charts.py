"""How do the figures of a run look, drawn? Small SVG files without scripts, the same for the same figures.

What a plot shows is looked up by the keys of figures; of a run without them (`--only`) it is not drawn. The files
carry no letters of their own: they name fonts with Chinese characters, and whoever looks at them has one.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pygal
from pygal.etree import etree
from pygal.style import Style

from benchmarks.figures import number_text

# pygal leaves a finder for its maps behind that Python warns of at every later import.
sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__module__ != "pygal"]

_STYLE = Style(
    font_family="'Noto Sans CJK SC', 'WenQuanYi Micro Hei', 'Microsoft YaHei', 'PingFang SC', sans-serif",
    background="#fff",
    plot_background="#fff",
    colors=("#b3261e", "#1a73e8", "#188038", "#e37400", "#5f6368", "#8430ce"),
    value_font_size=11,
    label_font_size=11,
    title_font_size=15,
    legend_font_size=11,
)
_ROW = 34
_MET, _MISSED = "#188038", "#b3261e"

Found = Mapping[str, dict[str, Any]]
Chart = Any
"""pygal ships no types."""


def drawn(document: Mapping[str, Any], into: Path, stem: str) -> list[Path]:
    """Draw what the figures of `document` allow into files named after `stem`; the files."""
    found = {one["key"]: one for one in document["figures"] if one["key"]}
    written = []
    for name, draw in _PLOTS.items():
        chart = draw(found)
        if chart is not None:
            file = into / f"{stem}-{name}.svg"
            file.write_bytes(_bare(chart, name))
            written.append(file)
    return written


def _bare(chart: Chart, name: str) -> bytes:
    """The file, without the scripts that pygal adds and the id that it makes up."""
    chart.uuid = name
    chart.config.js = ()
    tree = chart.render_tree()
    for parent in list(tree.iter()):
        for child in list(parent):
            # A comment's tag is no text: it tells the version and the time of its making.
            if not isinstance(child.tag, str) or child.tag.endswith("script"):
                parent.remove(child)
    # pygal builds with lxml where that is installed.
    return bytes(etree.tostring(tree, encoding="utf-8")) + b"\n"


def _bars(kind: Chart, title: str, labels: list[str], **settings: Any) -> Chart:
    chart = kind(
        style=_STYLE,
        title=title,
        width=900,
        height=_ROW * len(labels) + 130,
        truncate_label=-1,
        truncate_legend=-1,
        legend_at_bottom=True,
        **settings,
    )
    # Bars are drawn from below.
    chart.x_labels = labels[::-1]
    return chart


def _rates(found: Found) -> Chart | None:
    systems = list(_systems(found))
    if not systems:
        return None
    title = "每秒办结(对数) matters closed a second (logarithmic)"
    rates = [found[f"throughput/{one}/rate"]["median"] for one in systems]
    # Where a logarithmic bar begins is arbitrary: all begin below the slowest.
    base = min(1, *rates) / 2
    chart = _bars(
        pygal.HorizontalBar, title, systems, logarithmic=True, zero=base, print_values=True, show_legend=False
    )
    chart.y_labels = [10**power for power in range(-1, 5) if base < 10**power < max(rates) * 2]
    chart.add("", rates[::-1], formatter=number_text)
    return chart


def _processor(found: Found) -> Chart | None:
    """Where the processor time of a matter goes; a system of one process has no other part."""
    systems = list(_systems(found))
    if not systems:
        return None
    chart = _bars(pygal.HorizontalStackedBar, "每件处理器毫秒 CPU milliseconds a matter", systems)
    for part, words in (("worker", "工作进程 worker"), ("server", "服务 server"), ("client", "客户端 client")):
        values = [_part(found, one, part) for one in systems]
        chart.add(words, values[::-1], formatter=number_text)
    return chart


def _systems(found: Found) -> Iterator[str]:
    yield from (key.split("/")[1] for key in found if key.startswith("throughput/") and key.endswith("/rate"))


def _part(found: Found, system: str, part: str) -> float:
    one = found.get(f"throughput/{system}/{part}")
    if one is None and part == "worker":
        one = found[f"throughput/{system}/cpu"]
    return float(one["median"]) if one else 0.0


def _growth(found: Found) -> Chart | None:
    """What one more matter costs at each number of open ones, as a multiple of the first: 1 is linear growth."""
    parts = [key.split("/") for key in found if key.startswith("open/engine/") and key.endswith("/p50")]
    sizes = sorted(int(size) for _, _, size, _ in parts if size.isdigit())
    if len(sizes) < 2:
        return None
    chart = pygal.Line(
        style=_STYLE,
        title="每件成本随在办件数 cost of each beside so many open (× first)",
        width=900,
        height=420,
        range=(0, 2),
        truncate_legend=-1,
        legend_at_bottom=True,
    )
    chart.x_labels = [f"{size:,}" for size in sizes]
    for what, words, shared in (
        ("launch-cpu", "立项处理器 CPU of a launch", False),
        ("message-cpu", "命令处理器 CPU of a message", False),
        ("p50", "应答 answered p50", False),
        ("kept", "每件磁盘 disk of each", False),
        ("server", "每件服务内存 server memory of each", True),
        ("worker", "每件工作进程内存 worker memory of each", True),
    ):
        values = [found[f"open/engine/{size}/{what}"]["median"] / (size if shared else 1) for size in sizes]
        chart.add(words, [value / values[0] for value in values], formatter=number_text)
    return chart


def _lateness(found: Found) -> Chart | None:
    """How many of those due in one second were done by when."""
    if "timers/engine/late" not in found:
        return None
    chart = pygal.XY(
        style=_STYLE,
        title="同时到期:至该秒已完成之百分比 due together: percent done so many seconds later",
        width=900,
        height=420,
        show_dots=False,
        truncate_legend=-1,
        legend_at_bottom=True,
    )
    for key, words in (
        ("fired", "计时器触发 timers fired"),
        ("engine", "本引擎计入 engine, acts kept"),
        ("dbos", "DBOS 计入 rows kept"),
        ("rows", "轮询计入 poller, rows kept"),
    ):
        late = sorted(found[f"timers/{key}/late"]["samples"])
        chart.add(words, [(seconds, place * 100 / (len(late) - 1)) for place, seconds in enumerate(late)])
    return chart


def _ratios(found: Found) -> Chart | None:
    """Every ratio as a share of its bound: at most 1 where the goal is met."""
    rows = [(key, *_bound(one)) for key, one in found.items() if one["unit"] == "x" and one["bound"]]
    if not rows:
        return None
    labels = [f"{key} {number_text(value)} ({'≤' if upper else '≥'} {bound:g})" for key, value, bound, upper in rows]
    title = "与目标之距离(至多 1 为达到) distance from each goal (at most 1: met)"
    chart = _bars(pygal.HorizontalBar, title, labels, print_values=True, show_legend=False)
    shares = [value / bound if upper else bound / value for _, value, bound, upper in rows]
    values = [{"value": share, "color": _MET if share <= 1 else _MISSED} for share in shares]
    chart.add("", values[::-1], formatter=number_text)
    return chart


def _bound(one: Mapping[str, Any]) -> tuple[float, float, bool]:
    sign, bound = str(one["bound"]).split()
    return float(one["median"]), float(bound), sign == "≤"


_PLOTS: Mapping[str, Callable[[Found], Chart | None]] = {
    "rates": _rates,
    "processor": _processor,
    "growth": _growth,
    "lateness": _lateness,
    "ratios": _ratios,
}
