"""How do the figures of a run look, drawn? Small SVG files, the same for the same figures.

What a plot shows is looked up by the keys of figures; of a run without them (`--only`) it is not drawn. Labels are Chinese
first where the machine has a font for them, English alone where it has none.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from matplotlib import font_manager
from matplotlib.figure import Figure as Drawing

_FONTS = (
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "WenQuanYi Micro Hei",
    "Source Han Sans SC",
    "Microsoft YaHei",
    "SimHei",
)
_COLOURS = {"engine": "#b3261e", "bare": "#5f6368", "dbos": "#1a73e8", "rows": "#188038", "fired": "#e37400"}
_SALT = "duban"

Found = Mapping[str, dict[str, Any]]


def drawn(document: Mapping[str, Any], into: Path, stem: str) -> list[Path]:
    """Draw what the figures of `document` allow into files named after `stem`; the files."""
    import matplotlib as mpl  # noqa: PLC0415 - the one name that settings are made under

    found = {one["key"]: one for one in document["figures"] if one["key"]}
    font = chinese_font()
    settings: dict[str, Any] = {
        "svg.hashsalt": _SALT,
        "svg.fonttype": "none",
        "font.family": [*([font] if font else []), "DejaVu Sans"],
        "axes.spines.top": False,
        "axes.spines.right": False,
    }
    written = []
    with mpl.rc_context(settings):
        for name, draw in _PLOTS.items():
            drawing = draw(found, _chosen if font else _english)
            if drawing is not None:
                file = into / f"{stem}-{name}.svg"
                drawing.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
                written.append(file)
    return written


def chinese_font() -> str | None:
    """A font of this machine with Chinese characters, or None."""
    installed = {one.name for one in font_manager.fontManager.ttflist}
    return next((name for name in _FONTS if name in installed), None)


Word = Callable[[str, str], str]


def _chosen(chinese: str, english: str) -> str:
    return f"{chinese} {english}"


def _english(_chinese: str, english: str) -> str:
    return english


def _throughput(found: Found, word: Word) -> Drawing | None:
    """Matters a second (logarithmic) with their spread, and where the processor time of one goes."""
    systems = [key.split("/")[1] for key in found if key.startswith("throughput/") and key.endswith("/rate")]
    if not systems:
        return None
    drawing = Drawing(figsize=(9, 0.55 * len(systems) + 1.4), layout="constrained")
    left, right = drawing.subplots(1, 2, sharey=True)
    places = range(len(systems))
    rates = [found[f"throughput/{one}/rate"] for one in systems]
    middle = [one["median"] for one in rates]
    spread = [[one["median"] - one["min"] for one in rates], [one["max"] - one["median"] for one in rates]]
    left.barh(places, middle, xerr=spread, color=[_colour(one) for one in systems], height=0.6)
    left.set_xscale("log")
    left.set_yticks(places, labels=systems)
    left.invert_yaxis()
    left.set_title(word("每秒办结", "matters closed a second"), fontsize=10)
    for place, value in zip(places, middle, strict=True):
        left.annotate(f"{value:.3g}", (value, place), xytext=(4, 6), textcoords="offset points", fontsize=7)
    base = [0.0] * len(systems)
    shades = (("worker", "工作进程", "#b3261e"), ("server", "服务", "#e8a49f"), ("client", "客户端", "#5f6368"))
    parts = {one: _split(found, one) for one in systems}
    for part, chinese, shade in shades:
        values = [parts[one].get(part, 0.0) for one in systems]
        right.barh(places, values, left=base, color=shade, height=0.6, label=word(chinese, part))
        base = [sum(two) for two in zip(base, values, strict=True)]
    right.set_title(word("每件处理器毫秒", "CPU ms a matter"), fontsize=10)
    right.legend(fontsize=7, frameon=False)
    return drawing


def _split(found: Found, system: str) -> dict[str, float]:
    named = {
        part: found[f"throughput/{system}/{part}"]["median"]
        for part in ("worker", "server", "client")
        if f"throughput/{system}/{part}" in found
    }
    return named or {"worker": found[f"throughput/{system}/cpu"]["median"]}


def _growth(found: Found, word: Word) -> Drawing | None:
    """What one more matter costs at each number of open ones: level lines are linear growth."""
    panels = (
        ("launch-cpu", word("立项 CPU ms", "launch")),
        ("message-cpu", word("命令 CPU ms", "message")),
        ("p50", word("应答 p50 ms", "answered")),
        ("kept", word("每件磁盘 KB", "disk of each")),
        ("worker", word("工作进程 MB", "worker")),
        ("server", word("服务 MB", "server")),
    )
    if not any(key.startswith("open/engine/") for key in found):
        return None
    drawing = Drawing(figsize=(9, 5), layout="constrained")
    for axes, (figure, title) in zip(drawing.subplots(2, 3).flat, panels, strict=True):
        for system in ("engine", "bare", "dbos"):
            points = sorted(
                (int(size), one["median"])
                for key, one in found.items()
                for _, of, size, what in [key.split("/") if key.count("/") == 3 else ("", "", "", "")]
                if (of, what) == (system, figure) and size.isdigit()
            )
            if points:
                axes.plot(*zip(*points, strict=True), marker="o", markersize=3, color=_colour(system), label=system)
        axes.set_xscale("log")
        axes.set_ylim(bottom=0)
        axes.set_title(title, fontsize=9)
        axes.tick_params(labelsize=7)
    drawing.axes[0].legend(fontsize=7, frameon=False)
    drawing.supxlabel(word("在办件数", "open matters"), fontsize=9)
    return drawing


def _lateness(found: Found, word: Word) -> Drawing | None:
    """How many of those due in one second were kept by when."""
    lines = (
        ("fired", word("计时器触发", "timers fired")),
        ("engine", word("本引擎计入", "engine, acts kept")),
        ("dbos", word("DBOS 计入", "DBOS, rows kept")),
        ("rows", word("轮询计入", "poller, rows kept")),
    )
    if "timers/engine/late" not in found:
        return None
    drawing = Drawing(figsize=(6, 3.6), layout="constrained")
    axes = drawing.subplots()
    for key, label in lines:
        late = sorted(found[f"timers/{key}/late"]["samples"])
        axes.plot(late, [place / (len(late) - 1) * 100 for place in range(len(late))], color=_colour(key), label=label)
    axes.set_xlabel(word("到期后秒数", "seconds after the instant"), fontsize=9)
    axes.set_ylabel("%", fontsize=9)
    axes.legend(fontsize=7, frameon=False)
    return drawing


def _ratios(found: Found, word: Word) -> Drawing | None:
    """Every ratio beside its bound, as a share of it: at 1 the goal is just met."""
    rows = [(key, *_bound(one)) for key, one in found.items() if one["unit"] == "x" and one["bound"]]
    if not rows:
        return None
    drawing = Drawing(figsize=(8, 0.28 * len(rows) + 1), layout="constrained")
    axes = drawing.subplots()
    places = range(len(rows))
    shares = [value / bound if upper else bound / value for _, value, bound, upper in rows]
    axes.barh(places, shares, color=["#188038" if share <= 1 else "#b3261e" for share in shares], height=0.6)
    axes.axvline(1, color="#000", linewidth=0.8)
    axes.set_xscale("log")
    labels = [f"{key} {value:.3g} ({'≤' if upper else '≥'} {bound:g})" for key, value, bound, upper in rows]
    axes.set_yticks(places, labels=labels, fontsize=7)
    axes.invert_yaxis()
    axes.set_xlabel(word("与目标之距离(1 为恰好达到)", "distance from the goal (1: just met)"), fontsize=8)
    return drawing


def _bound(one: Mapping[str, Any]) -> tuple[float, float, bool]:
    sign, bound = str(one["bound"]).split()
    return one["median"], float(bound), sign == "≤"


def _colour(system: str) -> str:
    return _COLOURS.get(system) or _COLOURS.get(system.split("-")[0], "#80868b")


_PLOTS: Mapping[str, Callable[[Found, Word], Drawing | None]] = {
    "throughput": _throughput,
    "growth": _growth,
    "lateness": _lateness,
    "ratios": _ratios,
}

__all__: Sequence[str] = ("chinese_font", "drawn")
