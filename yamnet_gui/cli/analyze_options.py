"""Arguments of `yamnet-gui analyze`, and the run that they describe."""

import argparse
from pathlib import Path
from typing import Any

from yamnet_gui.analysis import AnalysisSettings, WeightsModel
from yamnet_gui.analysis.custom_classes import load_classifiers, with_custom_classes
from yamnet_gui.analysis.rule_choice import choose_rules
from yamnet_gui.analysis.settings import USUAL_FINER, finer_or_usual
from yamnet_gui.audio import zone_named
from yamnet_gui.batch import BatchOptions, EventOptions
from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.files import is_folder
from yamnet_gui.core.folders import user_cache_folder
from yamnet_gui.core.resources import ontology_of
from yamnet_gui.core.scores import DEFAULT_HOP_S
from yamnet_gui.dataset.layout import PARTITIONS, Frames
from yamnet_gui.dataset.units import Contents
from yamnet_gui.detection import (
    EDGES,
    GROUPING_LEVELS,
    METHODS,
    PRESETS,
    grouping_levels,
    rules_to_json,
)
from yamnet_gui.labels.formats import FORMATS

from .arguments import (
    add_cluster,
    add_finer,
    add_old_name,
    add_one_per_sound,
    add_provenance,
    add_track,
    positive_count,
)
from .network import add_network, chosen_model


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
    add_provenance(group)
    group.add_argument(
        "--dataset",
        type=Path,
        metavar="FOLDER",
        help="add events to a folder of Parquet files, for very many recordings (yamnet-gui dataset"
        " lists it); those that are in it already and have not changed are not analysed again",
    )
    group.add_argument(
        "--frames",
        type=_frames,
        metavar="FLOOR",
        help="with --dataset: also the scores of frames from this one on, 0 to 1, or 'all'",
    )
    group.add_argument(
        "--with-embeddings",
        action="store_true",
        help="with --dataset: also the embedding of every frame, in half precision",
    )
    group.add_argument(
        "--partition",
        choices=PARTITIONS,
        help="with --dataset: one folder for each day, by the start of the recording, or for each"
        " folder of recordings (default: day)",
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
    add_one_per_sound(group, "on, but off with --classes and --top")
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
        type=positive_count,
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
    add_finer(group, f"{USUAL_FINER}; off with --threshold or --top")
    group.add_argument(
        "--channels",
        choices=["mix", "each"],
        default="mix",
        help="average the channels, or analyse each separately (default: mix)",
    )
    add_track(group)
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
        "--zone",
        default="",
        metavar="NAME",
        help="time zone of recordings whose start names none, such as Europe/Berlin or UTC+2"
        " (default: this computer's)",
    )
    group.add_argument(
        "--end", type=float, metavar="S", help="end of the part to analyse, in seconds"
    )


def _add_run(group: Any) -> None:
    parallel = group.add_mutually_exclusive_group()
    parallel.add_argument(
        "--jobs",
        type=positive_count,
        default=1,
        metavar="N",
        help="number of recordings to analyse in parallel (default: 1)",
    )
    add_cluster(parallel)
    group.add_argument("--no-cache", action="store_true", help="neither read nor store results")
    again = group.add_mutually_exclusive_group()
    again.add_argument(
        "--resume", action="store_true", help="resume an interrupted run (the default)"
    )
    again.add_argument("--restart", action="store_true", help="restart an interrupted run")
    add_old_name(again, "--fresh", "--restart", nargs=0, const=True)
    add_network(group)


def batch_options(options: argparse.Namespace) -> BatchOptions:
    """The run that the options describe. Raises UserError where they do not fit together."""
    settings = AnalysisSettings(
        options.hop,
        options.channels,
        options.gain,
        options.start,
        options.end,
        finer_or_usual(
            options.finer, plain=options.threshold is not None or options.top is not None
        ),
    )
    output = Path(options.output) if options.output else None
    if options.summary and output is None:
        raise SettingsError("--summary", "needs an output table", "give -o OUT.csv")
    if options.mean_embedding and not options.summary:
        raise SettingsError("--mean-embedding", "requires --summary clip")
    zone_named(options.zone)
    labels = None if options.summary else output
    provenance: Path | None = options.provenance
    events_wanted = any(p is not None for p in (labels, provenance, options.dataset))
    _check_scores(options)
    folder = output is not None and (options.output.endswith(("/", "\\")) or is_folder(output))
    model = chosen_model(options, remember=not options.no_cache)
    return BatchOptions(
        weights=model.path,
        runtime=model.runtime,
        requested_runtime=options.runtime,
        settings=settings,
        cache=None if options.no_cache else user_cache_folder(),
        labels=labels,
        label_format=options.format,
        per_recording=folder,
        events=_events(options, model) if events_wanted else None,
        clips=output if options.summary else None,
        mean_embedding=options.mean_embedding,
        scores=Path(options.scores) if options.scores else None,
        embeddings=Path(options.embeddings) if options.embeddings else None,
        classifiers=tuple(options.classifier),
        zone=options.zone,
        provenance=provenance,
        command=tuple(options.typed),
        dataset=options.dataset,
        dataset_contents=_contents(options),
    )


def _contents(options: argparse.Namespace) -> Contents:
    """Raises SettingsError where something is asked of a dataset and none is."""
    asked = {
        "--frames": options.frames is not None,
        "--with-embeddings": options.with_embeddings,
        "--partition": options.partition is not None,
    }
    for name, given in asked.items():
        if given and options.dataset is None:
            raise SettingsError(name, "is about a dataset", "give --dataset FOLDER as well")
    return Contents(options.frames, options.with_embeddings, options.partition or "day")


def _check_scores(options: argparse.Namespace) -> None:
    """A table of all scores has no place for rules. Raises SettingsError."""
    for name in ("threshold", "rules", "top"):
        if options.format == "scores" and getattr(options, name) is not None:
            raise SettingsError(
                f"--{name}", "cannot be combined with --format scores, which writes every score"
            )


def _events(options: argparse.Namespace, model: WeightsModel) -> EventOptions:
    classifiers = load_classifiers(options.classifier)
    class_map = with_custom_classes(model.classes, classifiers)
    rules = choose_rules(
        class_map,
        options.rules,
        options.threshold,
        top=options.top,
        classifiers=classifiers,
        model=model.info,
        option_prefix="--",
    )
    classes = tuple(c.index for c in class_map.select(options.classes or ()))
    if options.edges is not None:
        rules = rules.with_edges(options.edges)
    if options.method is not None:
        rules = rules.with_method(options.method)
    levels = grouping_levels(options.group or (), ontology_of(class_map))
    asked = bool(classes) or options.top is not None
    view = options.one_per_sound
    return EventOptions(
        rules_to_json(rules, class_map),
        classes,
        options.top,
        tuple(sorted(levels)),
        one_per_sound=not asked if view is None else view,
    )


def _frames(text: str) -> Frames:
    return "all" if text == "all" else _score(text)


def _score(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError("must be between 0 and 1")
    return value
