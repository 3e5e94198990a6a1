"""What `yamnet-gui export` exports: a project, or a table of labels."""

import argparse
import sys
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from yamnet_gui.core.class_map import ClassMap
from yamnet_gui.core.events import NOT_REJECTED, LabelledRecording, ReviewState
from yamnet_gui.core.resources import bundled_class_map
from yamnet_gui.labels.exchange.export_provenance import ExportSource, project_source
from yamnet_gui.labels.exchange.project_tables import labelled_recordings
from yamnet_gui.labels.exchange.report import ReportFacts
from yamnet_gui.labels.exchange.report_facts import project_facts
from yamnet_gui.labels.exchange.saved_columns import SavedColumns
from yamnet_gui.labels.formats import ReadOptions, read_labels
from yamnet_gui.labels.project import AnalysisRecord, is_project_file
from yamnet_gui.labels.project.calibrations import with_probabilities
from yamnet_gui.labels.project.project_model import project_classes, project_model

from .arguments import open_project


@dataclass(frozen=True, slots=True)
class ExportInput:
    """What to export, from where, and what the project knows about how it was made.

    `usual`: states to export where the options name none; None: all. `one_per_sound`: whether
    there is one event for one sound where the options do not say. `classes` are those of the model,
    whose identity is `model` ("": YAMNet, whatever its weights).
    """

    recordings: list[LabelledRecording]
    facts: ReportFacts
    analyses: dict[Path, list[AnalysisRecord]]
    origin: ExportSource
    usual: frozenset[ReviewState] | None = None
    one_per_sound: bool = False
    classes: ClassMap = field(default_factory=bundled_class_map)
    model: str = ""


def read_source(options: argparse.Namespace) -> ExportInput:
    """The labels of a project (opened read-only, so it may be open elsewhere) or of a table."""
    path: Path | None = options.source
    if path is None or is_project_file(path):
        with open_project(path, read_only=True) as project:
            if project.damage:
                _note(project.damage)
            recordings = [with_probabilities(project, r) for r in labelled_recordings(project)]
            known = {
                project.recordings.locate(r): project.recordings.analyses(r.id)
                for r in project.recordings.all()
            }
            model = project_model(project)
            return ExportInput(
                recordings,
                project_facts(project, options.title),
                known,
                project_source(project),
                NOT_REJECTED,
                True,
                project_classes(project),
                "" if model is None else model.identity,
            )
    columns = SavedColumns().mapping(options.from_columns) if options.from_columns else None
    reading = ReadOptions(encoding=options.encoding, columns=columns)
    named = options.from_format or ("table" if columns is not None else None)
    result = read_labels(named, path, options=reading)
    if result.columns:
        _note(f"{path}: {result.columns}")
    for text in result.warnings:
        _note(f"{path}: {text}")
    facts = ReportFacts(
        options.title or path.stem, datetime.now().astimezone(), {"Read from": path.name}
    )
    origin = ExportSource(
        path,
        from_format=named or "",
        encoding=options.encoding or "",
        from_columns=options.from_columns or "",
    )
    return ExportInput(list(result.recordings), facts, {}, origin)


def _note(text: str) -> None:
    print(text, file=sys.stderr)
