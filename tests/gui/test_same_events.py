"""The same recording under the same rules has the same events through every door."""

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from tests.unit.fakes import write_sound
from yamnet_gui import analyze, embed
from yamnet_gui.__main__ import main
from yamnet_gui.analysis import (
    AnalysisProgress,
    AnalysisSettings,
    EventsRequest,
    ResultCache,
    WeightsModel,
    cached_analysis,
    recording_events,
    result_of,
)
from yamnet_gui.analysis.settings import USUAL_FINER
from yamnet_gui.analysis.stored import envelope_name
from yamnet_gui.batch import VectorOptions, make_plan
from yamnet_gui.batch.embedding_run import EmbeddingOptions, write_vectors
from yamnet_gui.core.events import Event
from yamnet_gui.core.resources import bundled_class_map
from yamnet_gui.detection import Rule, RuleSet, save_rules
from yamnet_gui.gui.controllers.event_updater import Derived
from yamnet_gui.gui.features.dataset.jobs import AnalyseAllJob
from yamnet_gui.gui.jobs.analysis import AnalyseJob
from yamnet_gui.gui.jobs.closer_look import CloserLookJob
from yamnet_gui.gui.jobs.envelopes import EnvelopeJob
from yamnet_gui.labels.formats import read_labels
from yamnet_gui.labels.project import Project, Recording, add_recordings
from yamnet_gui.quality.references import StoredScores
from yamnet_gui.quality.rule_preview import preview_rules

RULES = RuleSet().with_default(Rule(on=0.45, off=0.3))
SETTINGS = AnalysisSettings(finer=USUAL_FINER)
Spans = list[tuple[str, float, float]]


class Doors:
    """A recording whose stored result lacks its envelope, and every way to its events."""

    def __init__(self, folder: Path, weights: Path) -> None:
        self.folder = folder
        self.sound = write_sound(folder / "sound.wav", 12.0)
        self.weights = weights
        self.rules_file = folder / "rules.json"
        save_rules(self.rules_file, RULES)
        self.cache = ResultCache()
        self.model = WeightsModel(weights)
        self.class_map = bundled_class_map()

    def direct(self) -> Spans:
        steps = recording_events(self.sound, self.model, EventsRequest(SETTINGS, RULES), self.cache)
        return spans(result_of(steps).labelled(self.class_map).events)

    def forget_envelope(self) -> None:
        analysis = cached_analysis(self.sound, self.model, SETTINGS, self.cache)
        assert analysis is not None
        (analysis.folder / envelope_name(None)).unlink()

    def command_line(self) -> Spans:
        out = self.folder / "events.csv"
        given = ["analyze", self.sound, "-o", out, "--rules", self.rules_file]
        given.append("--no-one-per-sound")
        assert main([*map(str, given), "--weights", str(self.weights)]) == 0
        (recording,) = read_labels("csv", out).recordings
        return spans(recording.events)

    def notebook(self) -> Spans:
        return spans(
            analyze(
                self.sound, rules=self.rules_file, one_per_sound=False, weights=self.weights
            ).events
        )

    def notebook_vectors(self) -> Spans:
        rows = embed(self.sound, per="event", rules=self.rules_file, weights=self.weights)
        return rounded(rows.labels, rows.start_s, rows.end_s)

    def embedding_run(self) -> Spans:
        out = self.folder / "vectors.npz"
        options = EmbeddingOptions(
            out, self.weights, VectorOptions("event"), SETTINGS, self.cache.folder, RULES
        )
        for _ in write_vectors(make_plan([self.sound]), options):
            pass
        with np.load(out) as file:
            return rounded(file["label"], file["start_s"], file["end_s"])

    def apply_to_all(self) -> Spans:
        scores = StoredScores(self.cache, self.model.sha256, SETTINGS)
        with self.project() as project:
            *_, last = preview_rules(project, scores, RULES, self.class_map)
        assert last.preview is not None
        return spans(last.preview.recordings[0].changes.appear)

    def analyse_all(self) -> Spans:
        with self.project() as project:
            (recording,) = project.recordings.all()
            job = AnalyseAllJob(
                project, (recording.id,), self.model, SETTINGS, self.cache, RULES,
                self.class_map,
            )  # fmt: skip
            assert [step.error for step in job.run() if step.finished] == [""]
            return spans(project.events.of(recording.id))

    def window(self) -> Spans:
        (analysis,) = (
            step.analysis
            for step in AnalyseJob(self.sound, self.model, SETTINGS, self.cache).run()
            if isinstance(step, AnalysisProgress) and step.analysis is not None
        )
        *_, looked = CloserLookJob(analysis, self.model, USUAL_FINER).run()
        assert looked.analysis is not None
        analysis = looked.analysis
        *_, envelopes = EnvelopeJob(analysis).run()
        assert envelopes is not None
        derived = Derived.of(analysis.for_rules(), RULES, self.class_map, envelopes[None])
        return spans(event for events in derived.events.values() for event in events)

    def project(self) -> Project:
        project = Project.create(self.folder / "p.yamnet")
        project.apply(add_recordings([Recording("a", project.recordings.stored_path(self.sound))]))
        return project


def spans(events: Iterable[Event]) -> Spans:
    columns = zip(*((e.label, e.onset_s, e.offset_s) for e in events), strict=True)
    return rounded(*columns)


def rounded(labels: Iterable[str], starts: Iterable[float], ends: Iterable[float]) -> Spans:
    """In milliseconds, as the tables are written."""
    rows = zip(labels, starts, ends, strict=True)
    return sorted((str(label), round(float(a), 3), round(float(b), 3)) for label, a, b in rows)


DOORS: dict[str, Callable[[Doors], Spans]] = {
    "command line": Doors.command_line,
    "notebook": Doors.notebook,
    "vectors in a notebook": Doors.notebook_vectors,
    "embedding run": Doors.embedding_run,
    "apply to all": Doors.apply_to_all,
    "analyse all": Doors.analyse_all,
    "window": Doors.window,
}


def test_all_doors_find_the_same_events(tmp_path: Path, tiny_weights: Path) -> None:
    doors = Doors(tmp_path, tiny_weights)
    events = doors.direct()
    assert len(events) > 5
    for name, through in DOORS.items():
        doors.forget_envelope()
        assert through(doors) == events, name
        (tmp_path / "p.yamnet").unlink(missing_ok=True)
