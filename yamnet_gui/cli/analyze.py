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
from yamnet_gui.core.text import printable
from yamnet_gui.detection import (
    EDGES,
    FOLDS,
    METHODS,
    PRESETS,
    fold_levels,
    rules_to_json,
)
from yamnet_gui.labels.exchange.overwrite_guard import spare
from yamnet_gui.labels.formats import FORMATS

from .terminal import ProgressLine, in_words


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = """\
A run that was interrupted goes on where it stopped when the same command is given again.
Exit status: 0 all went well; 1 some recordings failed; 2 bad input or options; 130 interrupted.
"""
    parser.add_argument(
        "paths",
        nargs="+",
        metavar="PATH",
        help="sound file, folder (searched to any depth) or pattern such as 'night/*.wav'",
    )
    _add_outputs(parser.add_argument_group("what is written"))
    _add_rules(parser.add_argument_group("which events"))
    _add_analysis(parser.add_argument_group("how recordings are analysed"))
    _add_run(parser.add_argument_group("how it runs"))


def _add_outputs(group: Any) -> None:
    writable = [f.name for f in FORMATS.values() if f.can_write]
    group.add_argument(
        "-o",
        "--output",
        metavar="OUT",
        help="table of events; a folder (or a name that ends in /) gets one for each recording",
    )
    group.add_argument("--format", choices=writable, default="csv", help="of OUT (default: csv)")
    group.add_argument(
        "--summary",
        choices=["clip"],
        help="OUT gets one row for each recording instead: mean and maximum score of each class",
    )
    group.add_argument(
        "--mean-embedding", action="store_true", help="with --summary: also the mean embedding"
    )
    for what, more in (("scores", " (.npz: with embeddings)"), ("embeddings", "")):
        group.add_argument(
            f"--{what}",
            metavar="OUT",
            help=f"{what} of every frame as .csv, .parquet or .npz{more};"
            " a folder gets one .npz for each recording",
        )


def _add_rules(group: Any) -> None:
    group.add_argument(
        "--threshold", type=_score, metavar="X", help="one plain threshold for all classes, 0 to 1"
    )
    group.add_argument(
        "--rules", metavar="R", help=f"a file of rules, or one of {', '.join(PRESETS)}"
    )
    group.add_argument(
        "--edges",
        choices=EDGES,
        help="where events begin and end: as the sound itself does (refined), or on the borders of"
        " frames (plain); default: as the rules say, plain with --threshold and --top",
    )
    group.add_argument(
        "--method",
        choices=METHODS,
        help="two thresholds (hysteresis), one (plain), or sound event bounding boxes (boxes);"
        " default: as the rules say",
    )
    group.add_argument(
        "--fold",
        nargs="+",
        metavar="LEVEL",
        help="events of kinds of a sound as events of that sound, such as 'Vehicle' or 'Dog'; or a"
        f" whole level of the ontology: {', '.join(FOLDS)}",
    )
    group.add_argument(
        "--classes", nargs="+", metavar="NAME", help="names or AudioSet ids of the classes wanted"
    )
    group.add_argument(
        "--classifier",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help="also the classes taught in FILE; may be given more than once",
    )
    group.add_argument(
        "--top",
        type=_count,
        metavar="K",
        help="at each moment only the K highest classes; without --threshold whatever their score",
    )


def _add_analysis(group: Any) -> None:
    group.add_argument(
        "--hop", type=float, default=0.48, metavar="S", help="distance of frames (default: 0.48)"
    )
    group.add_argument(
        "--channels",
        choices=["mix", "each"],
        default="mix",
        help="average the channels, or analyse each on its own (default: mix)",
    )
    group.add_argument("--gain", type=float, default=0.0, metavar="DB", help="amplify first")
    group.add_argument("--start", type=float, default=0.0, metavar="S", help="from this second on")
    group.add_argument("--end", type=float, metavar="S", help="up to this second")


def _add_run(group: Any) -> None:
    group.add_argument(
        "--jobs", type=_count, default=1, metavar="N", help="recordings at once (default: 1)"
    )
    group.add_argument(
        "--no-cache", action="store_true", help="neither use nor keep stored results"
    )
    again = group.add_mutually_exclusive_group()
    again.add_argument(
        "--resume", action="store_true", help="go on with an interrupted run (the default)"
    )
    again.add_argument("--fresh", action="store_true", help="begin an interrupted run again")
    group.add_argument("--weights", type=Path, metavar="FILE", help="use these weights")


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
        for news in run_batch(plan, batch, jobs=options.jobs, fresh=options.fresh):
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
    return 1 if summary.failed else 0


def spare_recordings(output: Path, plan: Plan) -> None:
    """A slip of the hand such as `-o SOUND.wav` must not cost a recording, nor a project."""
    spare(output, plan.recordings)


def _batch_options(options: argparse.Namespace) -> BatchOptions:
    settings = AnalysisSettings(
        options.hop, options.channels, options.gain, options.start, options.end
    )
    output = Path(options.output) if options.output else None
    if options.summary and output is None:
        raise SettingsError("--summary", "needs a table to write", "name it with -o OUT.csv")
    if options.mean_embedding and not options.summary:
        raise SettingsError("--mean-embedding", "goes with --summary clip")
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
                f"--{name}", "does not go with --format scores, which holds every score"
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
    levels = fold_levels(options.fold or (), bundled_ontology())
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
        f"{news.audio_s / 3600:.2f} h of sound",
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
        done += f" ({summary.resumed} of them by an earlier run)"
    parts = [done]
    if summary.repeated:
        parts.append(f"{summary.repeated} skipped (named more than once)")
    parts.append(f"{len(summary.failed)} failed")
    hours = f"{summary.audio_s / 3600:.2f} h of sound in {in_words(summary.elapsed_s)}"
    print(f"{', '.join(parts)}; {hours}", file=sys.stderr)
    _show_failures(summary.failed)


def _show_failures(failed: Iterable[tuple[Path, str]]) -> None:
    for path, reason in failed:
        print(f"  failed: {printable(path)}: {reason}", file=sys.stderr)


def _score(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError("a threshold lies between 0 and 1")
    return value


def _count(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("at least 1 is needed")
    return value
