"""`yamnet-gui evaluate`: labels or rules compared with reference labels or with decisions."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from yamnet_gui.analysis import AnalysisSettings, EventsRequest, Model, ResultCache, WeightsModel
from yamnet_gui.analysis.many import many_recording_events
from yamnet_gui.analysis.rule_choice import choose_rules
from yamnet_gui.analysis.settings import finer_or_usual
from yamnet_gui.core.class_map import ClassMap
from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.events import LabelledRecording
from yamnet_gui.core.files import is_folder
from yamnet_gui.core.ontology import Ontology
from yamnet_gui.core.resources import bundled_ontology, ontology_of
from yamnet_gui.core.text import counted, grouped, percent
from yamnet_gui.detection import RuleSet, Tuning, save_rules
from yamnet_gui.detection.evaluation import Pair, evaluate, mismatches, paired
from yamnet_gui.labels.exchange.reference_table import ReferenceTable, read_reference
from yamnet_gui.labels.formats import readable_suffixes
from yamnet_gui.labels.overwrite_guard import check_outputs
from yamnet_gui.labels.project import Project
from yamnet_gui.quality.evaluation import Measurement, measure, tuned
from yamnet_gui.quality.references import (
    EvaluationItems,
    StoredScores,
    project_items,
    table_items,
)

from .arguments import files_of
from .evaluate_options import add_arguments, check
from .metrics import lines_of, tuning_json, tuning_lines, write_json, write_mismatches
from .network import chosen_model
from .run_report import show_written
from .terminal import ProgressLine

__all__ = ["add_arguments", "run"]

_NEEDS_SCORES = "needs scores, which the estimated events do not have"
_NEEDS_SEGMENTS = "needs segments that were reviewed for every class"


def run(options: argparse.Namespace) -> int:
    check(options)
    check_outputs(
        (options.json, options.mismatches, options.rules_out),
        (
            options.reference,
            options.estimated,
            options.project,
            options.weights,
            *files_of(options.model),
            *files_of(options.rules),
        ),
        options.recordings or (),
    )
    status = _rules(options) if options.estimated is None else _tables(options)
    show_written([o for o in (options.rules_out, options.json, options.mismatches) if o])
    return status


def _tables(options: argparse.Namespace) -> int:
    reference = _read(options.reference, options.reference_format).recordings
    estimated = _read(options.estimated, options.estimated_format).recordings
    ontology = None if options.exact else bundled_ontology()
    sides = paired(reference, estimated, options.labels, ontology)
    for name in sides.unpredicted:
        _warn(f"{name}: no estimated events; all reference events count as missed")
    for name in sides.unknown:
        _warn(f"{name}: not in the reference labels; skipped")
    scored = _has_scores(estimated)
    result = evaluate(sides.pairs, options.labels, psds_pairs=None if scored else [])
    figures = result.as_dict()
    figures["scores"] = scored
    names = [r.recording.path.name for r in reference]
    _write_results(options, figures, sides.pairs, names)
    print("\n".join(lines_of(result, "" if scored else _NEEDS_SCORES)))
    return 0


def _rules(options: argparse.Namespace) -> int:
    model = _model(options)
    class_map = model.classes
    rules = choose_rules(class_map, options.rules, model=model.info)
    settings = AnalysisSettings(hop_s=options.hop, finer=finer_or_usual(options.finer))
    cache = ResultCache()
    by_table = options.project is None or options.reference is not None
    below = ontology_of(class_map) if (options.below or by_table) and not options.exact else None
    if options.project is None:
        on = _of_recordings(options, model, settings, cache)
    else:
        scores = StoredScores(cache, model.sha256, settings)
        with Project.open(options.project, read_only=True) as project:
            on = _of_project(options, project, scores)
    for left in on.skipped:
        _warn(f"{left.name}: {left.reason}; skipped")
    if not on.items:
        raise SettingsError(
            on.source, "has no recording to evaluate on", "analyse the recordings first"
        )
    measured = _measured(on, rules, class_map, below, options.labels)
    print(f"evaluated against {on.source}: {_summary(on)}")
    print("\n".join(lines_of(measured.evaluation, _NEEDS_SEGMENTS)))
    figures = measured.evaluation.as_dict()
    figures["measured_on"] = {
        "source": on.source,
        "recordings": [s.name for s in on.items],
        "left_out": [{"name": x.name, "reason": x.reason} for x in on.skipped],
        "decisions": on.decisions,
        "true_events": on.true_events,
        "reviewed_s": on.reviewed_s,
        "rules_id": rules.rules_id,
        "model_sha256": model.sha256,
    }
    if options.tune:
        tuning = _tune(on, rules, class_map, below, options)
        figures["tuning"] = tuning_json(tuning)
        name = {"0.5": "event F1 (0.5 s)", "0.2": "event F1 (0.2 s)"}.get(
            options.tune_on, "segment F1 (1 s)"
        )
        print("\n".join(tuning_lines(tuning, name)))
        if options.rules_out is not None:
            try:
                save_rules(options.rules_out, replace(tuning.rules, name="tuned"), class_map)
            except OSError as error:
                reason = f"cannot be written ({error.strerror or error})"
                raise SettingsError(options.rules_out, reason) from error
    if options.json is not None:
        write_json(options.json, figures)
    if options.mismatches is not None:
        write_mismatches(options.mismatches, measured.mismatches, [s.name for s in on.items])
    return 0


def _model(options: argparse.Namespace) -> WeightsModel:
    if options.project is None:
        return chosen_model(options)
    with Project.open(options.project, read_only=True) as project:
        return chosen_model(options, project=project)


def _of_recordings(
    options: argparse.Namespace, model: Model, settings: AnalysisSettings, cache: ResultCache
) -> EvaluationItems:
    """Recordings named on the command line, analysed where they are not yet."""
    reference = _reference_in(options.reference, options.reference_format, options.recordings)
    with ProgressLine() as line:
        request = EventsRequest(settings, rules=None)
        for step in many_recording_events(options.recordings, model, request, cache):
            if step.error is not None:
                raise step.error
            line.show(f"analysing {options.recordings[step.place].name}")
    scores = StoredScores(cache, model.sha256, settings)
    return table_items(reference, dict.fromkeys(options.recordings, ""), scores)


def _of_project(
    options: argparse.Namespace, project: Project, scores: StoredScores
) -> EvaluationItems:
    if options.reference is None:
        return project_items(project, scores)
    paths = {project.recordings.locate(r): r.id for r in project.recordings.all()}
    reference = _reference_in(options.reference, options.reference_format, list(paths))
    return table_items(reference, paths, scores)


def _reference_in(
    path: Path, format_name: str | None, recordings: Sequence[Path]
) -> ReferenceTable:
    """A table, or all tables of a folder that are named like one of the recordings."""
    if not is_folder(path):
        return _read(path, format_name)
    stems = {recording.stem.casefold() for recording in recordings}
    suffixes = readable_suffixes()
    files = [
        file
        for file in sorted(path.iterdir())
        if file.suffix.lower() in suffixes and file.stem.casefold() in stems
    ]
    if not files:
        raise SettingsError(path, "has no table with the name of a recording")
    tables: list[LabelledRecording] = []
    for file in files:
        tables += _read(file, format_name).recordings
    return ReferenceTable(path, tuple(tables))


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
            line.show(f"evaluating {grouped(step.done)}/{grouped(step.total)}")
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
        raise SettingsError("--tune classes", "tunes each class separately", "add --exact")
    collar_s = None if options.tune_on == "segments" else float(options.tune_on)
    result = None
    with ProgressLine() as line:
        for step in tuned(on, rules, class_map, below, collar_s, options.tune, options.labels):
            line.show(f"tuning {percent(step.done / step.total)}")
            result = step.result
    assert result is not None
    return result


def _summary(on: EvaluationItems) -> str:
    count = len(on.items)
    words = f"{counted(count, 'recording')}, {counted(on.true_events, 'reference event')}"
    if on.decisions != on.true_events:
        words += f", {counted(on.decisions, 'decision')}"
    return f"{words}, {on.reviewed_s:.0f} s fully annotated"


def _read(path: Path, format_name: str | None) -> ReferenceTable:
    table = read_reference(path, format_name)
    for warning in table.warnings:
        _warn(warning)
    return table


def _has_scores(recordings: Sequence[LabelledRecording]) -> bool:
    events = [event for recording in recordings for event in recording.events]
    scored = [e for e in events if e.score_max is not None or e.probability is not None]
    return not events or bool(scored)


def _write_results(
    options: argparse.Namespace,
    figures: dict[str, Any],
    pairs: Sequence[Pair],
    names: Sequence[str],
) -> None:
    if options.json is not None:
        write_json(options.json, figures)
    if options.mismatches is not None:
        write_mismatches(options.mismatches, mismatches(pairs), names)


def _warn(text: str) -> None:
    print(f"yamnet-gui: {text}", file=sys.stderr)
