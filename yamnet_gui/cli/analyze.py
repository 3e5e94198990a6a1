"""`yamnet-gui analyze`: recordings to events, summaries and tables of scores."""

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from yamnet_gui.analysis import AnalysisSettings, WeightsModel, user_cache_folder
from yamnet_gui.analysis.custom_classes import load_classifiers, with_custom_classes
from yamnet_gui.analysis.rule_choice import choose_rules
from yamnet_gui.batch import (
    BatchOptions,
    BatchProgress,
    BatchSummary,
    EventOptions,
    Plan,
    Record,
    make_plan,
    run_batch,
)
from yamnet_gui.core.errors import RecordingError, SettingsError
from yamnet_gui.core.resources import bundled_class_map, bundled_ontology
from yamnet_gui.core.scores import DEFAULT_HOP_S
from yamnet_gui.core.text import printable
from yamnet_gui.detection import (
    EDGES,
    GROUPING_LEVELS,
    METHODS,
    PRESETS,
    grouping_levels,
    rules_to_json,
)
from yamnet_gui.labels.exchange.overwrite_guard import spare
from yamnet_gui.labels.formats import FORMATS

from .arguments import add_old_name
from .exit_status import OK, SOME_FAILED
from .terminal import ProgressLine, in_words


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = """\
To resume an interrupted run, give the same command again.
Exit status: 0 success; 1 some recordings failed; 2 bad input or options; 130 interrupted.
"""
    parser.add_argument(
        "paths",
        nargs="+",
        metavar="PATH",
        help="sound file, folder (searched to any depth) or pattern such as 'night/*.wav'",
    )
    _add_outputs(parser.add_argument_group("output"))
    _add_rules(parser.add_argument_group("events"))
    _add_analysis(parser.add_argument_group("analysis"))
    _add_run(parser.add_argument_group("run"))


def _add_outputs(group: Any) -> None:
    writable = [f.name for f in FORMATS.values() if f.can_write]
    group.add_argument(
        "-o",
        "--output",
        metavar="OUT",
        help="table of events; a folder, or a name ending in /, for one table per recording",
    )
    group.add_argument(
        "--format", choices=writable, default="csv", help="format of OUT (default: csv)"
    )
    group.add_argument(
        "--summary",
        choices=["clip"],
        help="write one row per recording instead: mean and maximum score of each class",
    )
    group.add_argument(
        "--mean-embedding", action="store_true", help="with --summary: include the mean embedding"
    )
    for what, more in (("scores", " (.npz: with embeddings)"), ("embeddings", "")):
        group.add_argument(
            f"--{what}",
            metavar="OUT",
            help=f"write the {what} of every frame as .csv, .parquet or .npz{more};"
            " a folder for one .npz per recording",
        )


def _add_rules(group: Any) -> None:
    group.add_argument(
        "--threshold", type=_score, metavar="X", help="use one threshold for all classes, 0 to 1"
    )
    group.add_argument(
        "--rules", metavar="RULES", help=f"rule file, or a preset: {', '.join(PRESETS)}"
    )
    group.add_argument(
        "--edges",
        choices=EDGES,
        help="place onsets and offsets where the sound starts and ends (refined) or on frame"
        " boundaries (plain); default: as set in the rules; plain with --threshold or --top",
    )
    group.add_argument(
        "--method",
        choices=METHODS,
        help="two thresholds (hysteresis), one threshold (plain) or sound event bounding boxes"
        " (boxes); default: as set in the rules",
    )
    group.add_argument(
        "--group",
        nargs="+",
        metavar="LEVEL",
        help="group events of subclasses under a class such as 'Vehicle' or 'Dog', or under a whole"
        f" level of the ontology: {', '.join(GROUPING_LEVELS)}",
    )
    add_old_name(group, "--fold", "--group", nargs="+")
    group.add_argument(
        "--classes", nargs="+", metavar="NAME", help="only these classes: names or AudioSet ids"
    )
    group.add_argument(
        "--classifier",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help="add the custom classes in FILE; can be repeated",
    )
    group.add_argument(
        "--top",
        type=_count,
        metavar="K",
        help="keep only the K highest-scoring classes at each moment; any score counts unless"
        " --threshold or --rules is given",
    )


def _add_analysis(group: Any) -> None:
    group.add_argument(
        "--hop",
        type=float,
        default=DEFAULT_HOP_S,
        metavar="S",
        help="seconds between frames (default: %(default)s)",
    )
    group.add_argument(
        "--channels",
        choices=["mix", "each"],
        default="mix",
        help="average the channels, or analyse each separately (default: mix)",
    )
    group.add_argument(
        "--gain", type=float, default=0.0, metavar="DB", help="gain applied before the analysis"
    )
    group.add_argument(
        "--start",
        type=float,
        default=0.0,
        metavar="S",
        help="start of the part to analyse, in seconds",
    )
    group.add_argument(
        "--end", type=float, metavar="S", help="end of the part to analyse, in seconds"
    )


def _add_run(group: Any) -> None:
    group.add_argument(
        "--jobs",
        type=_count,
        default=1,
        metavar="N",
        help="number of recordings to analyse in parallel (default: 1)",
    )
    group.add_argument("--no-cache", action="store_true", help="neither read nor store results")
    again = group.add_mutually_exclusive_group()
    again.add_argument(
        "--resume", action="store_true", help="resume an interrupted run (the default)"
    )
    again.add_argument("--restart", action="store_true", help="restart an interrupted run")
    add_old_name(again, "--fresh", "--restart", nargs=0, const=True)
    group.add_argument("--weights", type=Path, metavar="FILE", help="weights file of the network")


def run(options: argparse.Namespace) -> int:
    """Runs the command; 0, 1 where some recordings failed. Raises UserError."""
    plan = make_plan(options.paths)
    if not plan.recordings and len(plan.problems) == 1:
        path, reason = plan.problems[0]
        raise RecordingError(printable(path), reason)
    batch = _batch_options(options)
    for output in batch.outputs:
        spare_recordings(output, plan)
    several = len(plan.recordings) > 1
    summary: BatchSummary | None = None
    with ProgressLine() as line:
        for news in run_batch(plan, batch, jobs=options.jobs, restart=options.restart):
            if news.record is not None:
                line.clear()
                _show_record(news.record, several)
            line.show(_progress(news))
            summary = news.summary
    assert summary is not None
    if len(summary.failed) == 1 and summary.done == 0:
        path, reason = summary.failed[0]
        raise RecordingError(printable(path), reason)
    if several or summary.failed:
        _show_summary(summary)
    return SOME_FAILED if summary.failed else OK


def spare_recordings(output: Path, plan: Plan) -> None:
    """A slip of the hand such as `-o SOUND.wav` must not cost a recording, nor a project."""
    spare(output, plan.recordings)


def _batch_options(options: argparse.Namespace) -> BatchOptions:
    settings = AnalysisSettings(
        options.hop, options.channels, options.gain, options.start, options.end
    )
    output = Path(options.output) if options.output else None
    if options.summary and output is None:
        raise SettingsError("--summary", "needs an output table", "give -o OUT.csv")
    if options.mean_embedding and not options.summary:
        raise SettingsError("--mean-embedding", "requires --summary clip")
    labels = None if options.summary else output
    _check_scores(options)
    folder = output is not None and (options.output.endswith(("/", "\\")) or output.is_dir())
    return BatchOptions(
        weights=WeightsModel(options.weights).path,
        settings=settings,
        cache=None if options.no_cache else user_cache_folder(),
        labels=labels,
        label_format=options.format,
        per_recording=folder,
        events=_events(options) if labels is not None else None,
        clips=output if options.summary else None,
        mean_embedding=options.mean_embedding,
        scores=Path(options.scores) if options.scores else None,
        embeddings=Path(options.embeddings) if options.embeddings else None,
        classifiers=tuple(options.classifier),
    )


def _check_scores(options: argparse.Namespace) -> None:
    """A table of all scores has no place for rules. Raises SettingsError."""
    for name in ("threshold", "rules", "top"):
        if options.format == "scores" and getattr(options, name) is not None:
            raise SettingsError(
                f"--{name}", "cannot be combined with --format scores, which writes every score"
            )


def _events(options: argparse.Namespace) -> EventOptions:
    classifiers = load_classifiers(options.classifier)
    class_map = with_custom_classes(bundled_class_map(), classifiers)
    rules = choose_rules(
        class_map,
        options.rules,
        options.threshold,
        top=options.top,
        classifiers=classifiers,
        option_prefix="--",
    )
    classes = tuple(c.index for c in class_map.select(options.classes or ()))
    if options.edges is not None:
        rules = rules.with_edges(options.edges)
    if options.method is not None:
        rules = rules.with_method(options.method)
    levels = grouping_levels(options.group or (), bundled_ontology())
    return EventOptions(
        rules_to_json(rules, class_map), classes, options.top, tuple(sorted(levels))
    )


def _show_record(record: Record, several: bool) -> None:
    name = printable(record.file)
    if not record.ok:
        if several:
            print(f"{name}: {record.reason}", file=sys.stderr)
        return
    for text in record.warnings:
        print(f"{name}: warning: {text}", file=sys.stderr)
    print(f"{name} :")
    width = max((len(label) for label, _ in record.best), default=0)
    for label, score in record.best:
        print(f"  {label:{width}} : {score:.3f}")
    sys.stdout.flush()


def _progress(news: BatchProgress) -> str:
    left = news.elapsed_s * (1 - news.share) / news.share if news.share > 0 else None
    parts = [
        f"{news.files_done}/{news.files_total} files",
        f"{news.audio_s / 3600:.2f} h of audio",
        f"{news.speed:.0f} × real time",
        f"{100 * news.share:.0f} %",
    ]
    if left is not None:
        parts.append(f"{in_words(left)} left")
    if news.path is not None:
        parts.append(printable(news.path.name))
    return ", ".join(parts)


def _show_summary(summary: BatchSummary) -> None:
    """The end of a run, on the standard error: what was done, left out, failed and why."""
    done = f"{summary.done} done"
    if summary.resumed:
        done += f" ({summary.resumed} in an earlier run)"
    parts = [done]
    if summary.repeated:
        parts.append(f"{summary.repeated} skipped (given more than once)")
    parts.append(f"{len(summary.failed)} failed")
    hours = f"{summary.audio_s / 3600:.2f} h of audio in {in_words(summary.elapsed_s)}"
    print(f"{', '.join(parts)}; {hours}", file=sys.stderr)
    _show_failures(summary.failed)


def _show_failures(failed: Iterable[tuple[Path, str]]) -> None:
    for path, reason in failed:
        print(f"  failed: {printable(path)}: {reason}", file=sys.stderr)


def _score(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError("must be between 0 and 1")
    return value


def _count(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return value
