"""The model card: what a fine-tuned model is, in Markdown (after Mitchell et al., 2019)."""

from collections.abc import Sequence
from pathlib import Path

from yamnet_gui.core.text import counted
from yamnet_gui.yamnet import ModelInfo

from .comparison import NAMES, figure_text
from .outcome import Advice, DataWarning, DoubtfulLabel, Drift, WayFigures


def card(
    info: ModelInfo,
    ways: Sequence[WayFigures],
    advice: Advice,
    drift: Drift | None,
    warnings: Sequence[DataWarning],
    doubtful: Sequence[DoubtfulLabel],
) -> str:
    """The card of a model as Markdown. Names of others stand as plain text in it."""
    own = ", ".join(_plain(one.name) for one in info.trained_classes)
    counts = dict.fromkeys(("training", "stopping", "held out"), 0)
    examples = dict(counts)
    for one in info.training:
        counts[one.use] += 1
        examples[one.use] += sum(one.examples.values())
    settings = info.settings
    beside = "beside YAMNet's 521 classes" if info.keeps_yamnet else "instead of YAMNet's classes"
    lines = [
        f"# {_plain(info.name)}",
        "",
        f"A model of {counted(info.trained, 'class')} {beside}: {own}.",
        "",
        f"- Trained from: {_plain(info.parent_name)} (`{info.parent}`)",
        f"- Made: {info.created}, by yamnet_gui",
        f"- Depth: {settings.get('depth')}; output: {info.output}; seed: {info.seed}; passes:"
        f" {max((c.epoch for c in info.curves), default=0)}, the best is"
        f" {info.figures.get('best_epoch', 0)}",
        "",
        "## Data",
        "",
        "| used for | recordings | examples |",
        "|---|---|---|",
        *(f"| {use} | {counts[use]} | {examples[use]} |" for use in counts),
        "",
        "## On the held-out recordings",
        "",
        "| way | right (95% interval) | mean F1 (95% interval) |",
        "|---|---|---|",
        *(
            f"| {NAMES[way.way]} | {figure_text(way.accuracy, way.accuracy_interval)} |"
            f" {figure_text(way.f1, way.f1_interval)} |"
            for way in ways
        ),
        "",
        advice.sentence,
        "",
    ]
    if drift is not None:
        lines += [drift.sentence, ""]
    own_figures = next((way for way in ways if way.way == "fine-tuned"), None)
    if own_figures is not None:
        lines += ["| class | held-out examples | F1 |", "|---|---|---|"]
        lines += [
            f"| {_plain(c.label)} | {c.examples} | {c.f1:.2f} |"
            for c in own_figures.classes
            if c.examples
        ]
        lines.append("")
    if warnings or doubtful:
        lines += ["## To bear in mind", "", *(f"- {_plain(w.sentence)}" for w in warnings)]
        lines += [
            f"- Doubtful label: {_plain(Path(one.path).name)} at {one.start_s:.1f} s,"
            f" {_plain(one.label or 'none')}; perhaps {_plain(one.suggested or 'none')}"
            for one in doubtful
        ]
        lines.append("")
    lines += [
        "Scores are uncalibrated. The figures hold for recordings like these; elsewhere they may be"
        " worse.",
        "",
    ]
    return "\n".join(lines)


def _plain(text: str) -> str:
    """Text that Markdown shows as it is, in one line."""
    shown = "".join(c if c.isprintable() else " " for c in text)
    return "".join(f"\\{c}" if c in "\\`*_[]<>|#" else c for c in shown)
