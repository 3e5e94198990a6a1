"""`yamnet-gui embed`: vectors of recordings for other programs."""

import argparse
from pathlib import Path

from yamnet_gui.analysis import (
    AnalysisSettings,
    WeightsModel,
    load_classifiers,
    with_custom_classes,
)
from yamnet_gui.analysis.rule_choice import choose_rules
from yamnet_gui.analysis.settings import USUAL_FINER, Finer, finer_or_usual
from yamnet_gui.batch import VectorOptions, make_plan, with_sound_track
from yamnet_gui.batch.embedding_run import EmbeddingOptions, write_vectors
from yamnet_gui.batch.options import BatchOptions
from yamnet_gui.batch.output_places import check_places, made_here, with_places
from yamnet_gui.batch.stored_run import StoredRun
from yamnet_gui.batch.vectors import PER, POOLS
from yamnet_gui.core.class_map import ClassMap
from yamnet_gui.core.download import in_parts_or_fetched
from yamnet_gui.core.errors import RecordingError, SettingsError
from yamnet_gui.core.folders import user_cache_folder
from yamnet_gui.core.scores import DEFAULT_HOP_S
from yamnet_gui.core.storage.notation import is_address, written
from yamnet_gui.core.text import counted, grouped, megabytes, printable, without_controls
from yamnet_gui.detection import PRESETS, RuleSet
from yamnet_gui.embedding import Classifier
from yamnet_gui.labels.overwrite_guard import check_outputs

from .arguments import add_cluster, add_finer, add_track, description_of, files_of
from .exit_status import OK, SOME_FAILED
from .network import add_network, chosen_model
from .run_report import WarningsShown, report, show_failures
from .terminal import ProgressLine


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "paths", nargs="+", metavar="PATH", help="sound file, folder, pattern or http(s) URL"
    )
    parser.add_argument(
        "-o",
        "--output",
        required=True,
        type=Path,
        metavar="OUT",
        help="output file: .npz, .parquet or .csv",
    )
    parser.add_argument(
        "--per",
        choices=PER,
        default="recording",
        help="write one row per frame, event or recording (default: recording)",
    )
    parser.add_argument(
        "--pool",
        nargs="+",
        choices=POOLS,
        default=["mean"],
        help="how to pool the frames of an event or recording into one vector (default: mean)",
    )
    parser.add_argument(
        "--scores",
        nargs="+",
        default=[],
        metavar="CLASS",
        help="add the scores of these classes: mean, std, min, median, max and the proportion of"
        " frames at or above 0.5; with --per frame the score itself",
    )
    events = parser.add_argument_group("events (with --per event)")
    events.add_argument(
        "--rules", metavar="RULES", help=f"rule file, or a preset: {', '.join(PRESETS)}"
    )
    events.add_argument(
        "--threshold", type=float, metavar="X", help="use one threshold for all classes, 0 to 1"
    )
    events.add_argument(
        "--classes",
        nargs="+",
        default=[],
        metavar="CLASS",
        help="only these classes: names or AudioSet ids",
    )
    more = parser.add_argument_group("analysis")
    more.add_argument(
        "--classifier", action="append", default=[], type=Path, metavar="FILE",
        help="add the custom classes in FILE; can be repeated",
    )  # fmt: skip
    more.add_argument(
        "--hop",
        type=float,
        default=DEFAULT_HOP_S,
        metavar="S",
        help="seconds between frames (default: %(default)s)",
    )
    add_finer(more, f"{USUAL_FINER} with --per event; off with --threshold")
    more.add_argument(
        "--channels", choices=["mix", "each"], default="mix",
        help="average the channels, or analyse each separately (default: mix)",
    )  # fmt: skip
    add_track(more)
    add_cluster(more)
    more.add_argument("--no-cache", action="store_true", help="neither read nor store results")
    add_network(more)


def run(options: argparse.Namespace) -> int:
    """Runs the command; 0, 1 where some recordings failed. Raises UserError."""
    named = str(options.output)
    check_places([named], [])
    options.output = Path(made_here(named))
    check_outputs(
        (options.output,),
        (
            *files_of(options.rules, *options.paths, description_of(options.cluster)),
            options.weights,
            *files_of(options.model),
            *options.classifier,
        ),
    )
    classifiers = load_classifiers(options.classifier)
    model = chosen_model(options, remember=not options.no_cache)
    class_map = with_custom_classes(model.classes, classifiers)
    batch = with_places(BatchOptions(model.path, vectors=options.output), [named])
    with StoredRun(batch) as stored, ProgressLine() as line:
        stored.begin()
        local = [_local(text, line) for text in options.paths]
        request = EmbeddingOptions(
            output=options.output,
            weights=model.path,
            runtime=model.runtime,
            vectors=VectorOptions(
                options.per,
                tuple(dict.fromkeys(options.pool)),
                tuple(c.index for c in class_map.select(options.scores)),
            ),
            settings=AnalysisSettings(options.hop, options.channels, finer=_finer(options)),
            cache=None if options.no_cache else user_cache_folder(),
            rules=_rules(options, class_map, classifiers, model),
            classes=tuple(c.index for c in class_map.select(options.classes)),
            classifiers=tuple(options.classifier),
            names={
                Path(path): without_controls(written(text))
                for text, path in zip(options.paths, local, strict=True)
                if is_address(text)
            },
            elsewhere=batch.elsewhere,
        )
        plan = with_sound_track(make_plan(local), options.track)
        if not plan.recordings:
            path, reason = plan.problems[0]
            raise RecordingError(request.name_of(path), reason)
        refused = [path for path, _ in plan.problems]  # read as well, if only to be refused
        check_outputs((options.output,), (model.path, *refused), plan.recordings)
        check_places([named], plan.recordings)
        warnings = WarningsShown()
        for progress in write_vectors(plan, request, cluster=options.cluster):
            stored.copy_when_due()
            name = request.name_of(progress.path) if progress.path else ""
            if progress.warnings:
                line.clear()
                warnings.show(name, progress.warnings)
            name = name.rpartition("/")[2]
            line.show(
                f"{grouped(progress.done)}/{counted(progress.total, 'file')},"
                f" {counted(progress.rows, 'row')}, {name}"
            )
        line.clear()
        summary = progress.summary
        assert summary is not None
        (place,) = stored.finish([options.output])
    columns = request.vectors.columns(class_map)
    print(f"{printable(place)}: {counted(progress.rows, 'row')} of {grouped(len(columns))} numbers")
    print(report(summary))
    show_failures(summary, request.name_of)
    return SOME_FAILED if summary.failed else OK


def _finer(options: argparse.Namespace) -> Finer:
    """Only events depend on it."""
    if options.per != "event":
        return "off"
    return finer_or_usual(options.finer, plain=options.threshold is not None)


def _rules(
    options: argparse.Namespace,
    class_map: ClassMap,
    classifiers: tuple[Classifier, ...],
    model: WeightsModel,
) -> RuleSet:
    """Raises SettingsError where rules are given but not needed."""
    given = options.rules is not None or options.threshold is not None or options.classes
    if given and options.per != "event":
        raise SettingsError("--rules, --threshold, --classes", "require --per event")
    return choose_rules(
        class_map,
        options.rules,
        options.threshold,
        classifiers=classifiers,
        model=model.info,
        option_prefix="--",
    )


def _local(text: str, line: ProgressLine) -> str:
    """The path itself, or that of the recording of a server that sends it only whole."""
    shown = written(text)
    progress = lambda done, _all: line.show(f"{megabytes(done)} {shown}")  # noqa: E731
    return str(in_parts_or_fetched(text, progress=progress))
