"""`yamnet-gui evaluate`: how good labels or rules are, measured by true labels or by decisions."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from yamnet_gui.analysis import (
    AnalysisSettings,
    Model,
    ResultCache,
    WeightsModel,
    analyse_recording,
    finished,
)
from yamnet_gui.analysis.rule_choice import choose_rules
from yamnet_gui.core.class_map import ClassMap
from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.events import LabelledRecording
from yamnet_gui.core.ontology import Ontology
from yamnet_gui.core.resources import bundled_class_map, bundled_ontology
from yamnet_gui.detection import PRESETS, RuleSet, Tuning, save_rules
from yamnet_gui.detection.evaluation import Pair, evaluate, mismatches, paired
from yamnet_gui.labels.exchange.reference_table import TruthTable, read_truth
from yamnet_gui.labels.formats import FORMATS
from yamnet_gui.labels.project import Project
from yamnet_gui.quality.evaluation import COLLARS_S, Measurement, measure, tuned
from yamnet_gui.quality.references import (
    EvaluationItems,
    StoredScores,
    project_subjects,
    table_subjects,
)

from .metrics import lines_of, tuning_json, tuning_lines, write_json, write_mismatches
from .terminal import ProgressLine

_NEEDS_SCORES = "needs scores, which the predicted labels do not have"
_NEEDS_STRETCHES = "needs stretches that were listened to for every class"
_EPILOG = """\
  evaluate TRUTH PREDICTED                  one table of labels by another
  evaluate TRUTH --recordings PATH …        the events that rules find in recordings
  evaluate --project P                      the same by the decisions of a project: only where
                                            somebody listened or decided, nothing else counts
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _EPILOG
    formats = sorted(name for name, fmt in FORMATS.items() if fmt.can_read)
    parser.add_argument(
        "truth", type=Path, nargs="?", metavar="TRUTH", help="table of what is there, or a folder"
    )
    parser.add_argument(
        "predicted", type=Path, nargs="?", metavar="PREDICTED", help="table of what was found"
    )
    parser.add_argument("--truth-format", choices=formats, metavar="FORMAT", help="its format")
    parser.add_argument("--predicted-format", choices=formats, metavar="FORMAT", help="its format")
    _add_sources(parser.add_argument_group("measuring rules instead of a table"))
    _add_counting(parser.add_argument_group("what counts"))
    out = parser.add_argument_group("what is written")
    out.add_argument("--json", type=Path, metavar="OUT", help="write every figure here")
    out.add_argument(
        "--mistakes", type=Path, metavar="OUT", help="write every wrong event here, as CSV"
    )


def _add_sources(group: Any) -> None:
    group.add_argument("--project", type=Path, metavar="P", help="a project of the window")
    group.add_argument(
        "--recordings",
        type=Path,
        nargs="+",
        metavar="PATH",
        help="sound files; analysed first where no stored result is found",
    )
    group.add_argument("--rules", metavar="R", help=f"a file, or one of {', '.join(PRESETS)}")
    group.add_argument("--weights", type=Path, metavar="FILE", help="weights of the network")
    group.add_argument("--hop", type=float, default=0.48, metavar="S", help="distance of frames")
    group.add_argument(
        "--tune",
        choices=["default", "classes"],
        metavar="WHAT",
        help="look for better rules: 'default' for all classes together, 'classes' for each;"
        " the figure to expect comes from recordings held out",
    )
    group.add_argument(
        "--tune-on",
        choices=["0.5", "0.2", "segments"],
        default="0.5",
        metavar="MEASURE",
        help="event F1 with a collar of 0.5 (default) or 0.2 s, or 'segments' of 1 s",
    )
    group.add_argument(
        "--rules-out", type=Path, metavar="OUT", help="write the tuned rules here, for --rules"
    )


def _add_counting(group: Any) -> None:
    group.add_argument(
        "--label",
        action="append",
        dest="labels",
        metavar="LABEL",
        help="count this label alone (may be given again; default: all of the truth)",
    )
    group.add_argument(
        "--exact",
        action="store_true",
        help="a label counts for itself alone, not for those above it in the ontology",
    )
    group.add_argument(
        "--below",
        action="store_true",
        help="with --project: a label counts with all below it (else each for itself)",
    )


def run(options: argparse.Namespace) -> int:
    _check(options)
    if options.predicted is not None:
        return _tables(options)
    return _rules(options)


def _check(options: argparse.Namespace) -> None:
    """Raises SettingsError where the sources do not fit together."""
    sources = [s is not None for s in (options.predicted, options.project, options.recordings)]
    if sum(sources) != 1:
        raise SettingsError(
            "evaluate",
            "measures a table, recordings or a project",
            "give TRUTH PREDICTED, or TRUTH --recordings PATH, or --project P",
        )
    if options.truth is None and options.project is None:
        raise SettingsError("TRUTH", "is needed", "name a table of what is there")
    if options.predicted is not None and (options.tune or options.rules):
        raise SettingsError("PREDICTED", "has no rules", "give --recordings or --project instead")
    if options.rules_out is not None and not options.tune:
        raise SettingsError("--rules-out", "goes with --tune")


def _tables(options: argparse.Namespace) -> int:
    truth = _read(options.truth, options.truth_format).recordings
    predicted = _read(options.predicted, options.predicted_format).recordings
    ontology = None if options.exact else bundled_ontology()
    sides = paired(truth, predicted, options.labels, ontology)
    for name in sides.unpredicted:
        _warn(f"{name}: nothing predicted, all of it is missed")
    for name in sides.unknown:
        _warn(f"{name}: not in the truth, left out")
    scored = _has_scores(predicted)
    result = evaluate(sides.pairs, options.labels, COLLARS_S, psds_pairs=None if scored else [])
    figures = result.as_dict()
    figures["scores"] = scored
    names = [r.recording.path.name for r in truth]
    _written(options, figures, sides.pairs, names)
    print("\n".join(lines_of(result, "" if scored else _NEEDS_SCORES)))
    return 0


def _rules(options: argparse.Namespace) -> int:
    class_map = bundled_class_map()
    rules = choose_rules(class_map, options.rules)
    model = WeightsModel(options.weights)
    settings = AnalysisSettings(hop_s=options.hop)
    cache = ResultCache()
    by_table = options.project is None or options.truth is not None
    below = bundled_ontology() if (options.below or by_table) and not options.exact else None
    if options.project is None:
        on = _of_recordings(options, model, settings, cache)
    else:
        scores = StoredScores(cache, model.sha256, settings)
        with Project.open(options.project, read_only=True) as project:
            on = _of_project(options, project, scores)
    for left in on.left_out:
        _warn(f"{left.name}: {left.reason}; left out")
    if not on.subjects:
        raise SettingsError(on.source, "has no recording to measure on", "analyse them first")
    measured = _measured(on, rules, class_map, below, options.labels)
    print(f"measured by {on.source}: {_said(on)}")
    print("\n".join(lines_of(measured.evaluation, _NEEDS_STRETCHES)))
    figures = measured.evaluation.as_dict()
    figures["measured_on"] = {
        "source": on.source,
        "recordings": [s.name for s in on.subjects],
        "left_out": [{"name": x.name, "reason": x.reason} for x in on.left_out],
        "decisions": on.decisions,
        "true_events": on.true_events,
        "reviewed_s": on.reviewed_s,
        "rules_id": rules.rules_id,
        "model_sha256": model.sha256,
    }
    if options.tune:
        found = _tune(on, rules, class_map, below, options)
        figures["tuning"] = tuning_json(found)
        name = {"0.5": "event F1 (0.5 s)", "0.2": "event F1 (0.2 s)"}.get(
            options.tune_on, "segment F1 (1 s)"
        )
        print("\n".join(tuning_lines(found, name)))
        if options.rules_out is not None:
            save_rules(options.rules_out, replace(found.rules, name="tuned"), class_map)
    if options.json is not None:
        write_json(options.json, figures)
    if options.mistakes is not None:
        write_mismatches(options.mistakes, measured.mismatches, [s.name for s in on.subjects])
    return 0


def _of_recordings(
    options: argparse.Namespace, model: Model, settings: AnalysisSettings, cache: ResultCache
) -> EvaluationItems:
    """Recordings named on the command line, analysed where they are not yet."""
    truth = _truth_for(options.truth, options.truth_format, options.recordings)
    with ProgressLine() as line:
        for path in options.recordings:
            steps = analyse_recording(path, model, settings, cache)
            line.show(f"analysing {path.name}")
            finished(steps)
    scores = StoredScores(cache, model.sha256, settings)
    return table_subjects(truth, dict.fromkeys(options.recordings, ""), scores)


def _of_project(
    options: argparse.Namespace, project: Project, scores: StoredScores
) -> EvaluationItems:
    if options.truth is None:
        return project_subjects(project, scores)
    paths = {project.recordings.locate(r): r.id for r in project.recordings.all()}
    truth = _truth_for(options.truth, options.truth_format, list(paths))
    return table_subjects(truth, paths, scores)


def _truth_for(path: Path, format_name: str | None, recordings: Sequence[Path]) -> TruthTable:
    """A table, or all tables of a folder that are named like one of the recordings."""
    if not path.is_dir():
        return _read(path, format_name)
    stems = {recording.stem.casefold() for recording in recordings}
    suffixes = {fmt.suffix for fmt in FORMATS.values() if fmt.can_read} | {".csv", ".tsv", ".txt"}
    files = [
        file
        for file in sorted(path.iterdir())
        if file.suffix.lower() in suffixes and file.stem.casefold() in stems
    ]
    if not files:
        raise SettingsError(path, "has no table named like a recording")
    found: list[LabelledRecording] = []
    for file in files:
        found += _read(file, format_name).recordings
    return TruthTable(path, tuple(found))


def _measured(
    on: EvaluationItems,
    rules: RuleSet,
    class_map: ClassMap,
    below: Ontology | None,
    labels: Sequence[str] | None,
) -> Measurement:
    result = None
    with ProgressLine() as line:
        for step in measure(on, rules, class_map, below, labels=labels):
            line.show(f"measuring {step.done}/{step.total}")
            result = step.result
    assert result is not None
    return result


def _tune(
    on: EvaluationItems,
    rules: RuleSet,
    class_map: ClassMap,
    below: Ontology | None,
    options: argparse.Namespace,
) -> Tuning:
    if options.tune == "classes" and below is not None:
        raise SettingsError("--tune classes", "tunes each class on its own", "add --exact")
    collar_s = None if options.tune_on == "segments" else float(options.tune_on)
    result = None
    with ProgressLine() as line:
        for step in tuned(on, rules, class_map, below, collar_s, options.tune, options.labels):
            line.show(f"tuning {100 * step.done // step.total} %")
            result = step.result
    assert result is not None
    return result


def _said(on: EvaluationItems) -> str:
    count = len(on.subjects)
    words = f"{count} recording{'' if count == 1 else 's'}, {on.true_events} true events"
    if on.decisions != on.true_events:
        words += f", {on.decisions} decisions"
    return f"{words}, {on.reviewed_s:.0f} s known throughout"


def _read(path: Path, format_name: str | None) -> TruthTable:
    table = read_truth(path, format_name)
    for warning in table.warnings:
        _warn(warning)
    return table


def _has_scores(recordings: Sequence[LabelledRecording]) -> bool:
    events = [event for recording in recordings for event in recording.events]
    scored = [e for e in events if e.score_max is not None or e.probability is not None]
    return not events or bool(scored)


def _written(
    options: argparse.Namespace,
    figures: dict[str, Any],
    pairs: Sequence[Pair],
    names: Sequence[str],
) -> None:
    if options.json is not None:
        write_json(options.json, figures)
    if options.mistakes is not None:
        write_mismatches(options.mistakes, mismatches(pairs), names)


def _warn(text: str) -> None:
    print(f"yamnet-gui: {text}", file=sys.stderr)
