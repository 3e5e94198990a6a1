"""Made the files of this folder; run with version 0.1.0 only, whose names it imports.

    cd CHECKOUT_OF_0_1_0 && PYTHONPATH=. python THIS_FOLDER/make_fixtures.py EMPTY_FOLDER

It is kept to say where the files come from. They must never be made anew by a later version, for
they stand for what people have on their disks. Sounds are generated, the network is the small
random one of `tests/tiny_network.py`, dates and seeds are fixed; ids of drawn events are not.

Paths inside the files are relative, or begin with /recordings, which no machine needs to have. The
remembered checksums of the cache (`cache/checksums`) hold absolute paths and are left out.
"""

# ruff: noqa: E402 - the folders of the user are moved away first

import argparse
import csv
import json
import os
import shutil
import sys
import tempfile
import uuid
from collections.abc import Mapping
from dataclasses import asdict, fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from enum import Enum
from pathlib import Path, PurePath
from typing import Any

HOME = tempfile.mkdtemp(prefix="fixtures-home-")
for name in ("DATA", "CACHE", "CONFIG", "STATE"):
    os.environ[f"XDG_{name}_HOME"] = f"{HOME}/{name.lower()}"
os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ.pop("YAMNET_GUI_WEIGHTS", None)

import numpy as np
import soundfile
from PySide6.QtCore import QByteArray
from yamnet_gui.assets import class_map_path, resource_path
from yamnet_gui.batch.cache import result_key
from yamnet_gui.batch.found import find_events
from yamnet_gui.core.classes import ClassMap
from yamnet_gui.labels.calibrations import (
    calibrated,
    fill_probabilities,
    reviews_in,
    store_calibration,
    stored_calibration,
)
from yamnet_gui.labels.stabilities import (
    least_stable,
    store_stabilities,
    stored_stabilities,
)

from tests.tiny_network import write_tiny_weights
from yamnet_gui import __version__, app
from yamnet_gui.audio import content_hash as sha256_of
from yamnet_gui.audio.spectrogram import SpectrogramSettings
from yamnet_gui.batch import (
    AnalysisSettings,
    ResultCache,
    WeightsModel,
    analyse_recording,
    cached_analysis,
    finished,
    make_plan,
    run_batch,
)
from yamnet_gui.cli import analyze
from yamnet_gui.core.events import (
    Event,
    EventSource,
    ReviewState,
    detection_id,
)
from yamnet_gui.core.ontology import Ontology
from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.detection import (
    Review,
    Rule,
    RuleSet,
    Stability,
    derive_events,
    load_rules,
    save_rules,
)
from yamnet_gui.embedding import (
    Classifier,
    EmbeddingStore,
    Example,
    ExampleSet,
    TeachOptions,
    Track,
    store_folder,
    taught,
    teach,
)
from yamnet_gui.gui.state import kept_rules
from yamnet_gui.gui.state.settings import (
    SETTINGS,
    Settings,
    default_settings_path,
)
from yamnet_gui.labels.formats import (
    ReadOptions,
    WriteOptions,
    read_labels,
    write_labels,
)
from yamnet_gui.labels.project import (
    Analysis,
    EventFilter,
    LabelSet,
    OwnLabel,
    Project,
    ProjectEvent,
    Recording,
    RecordingState,
    accept,
    add_events,
    add_recordings,
    answer,
    content_hash,
    delete,
    draw,
    group,
    is_negative,
    mark_reviewed,
    mark_reviewed_stretches,
    merge,
    move_edge,
    read_label_set,
    reject,
    relabel,
    remove_recordings,
    set_band,
    set_label_set,
    set_note,
    set_rules,
    split,
    uncertain,
    unmark_reviewed,
    unreview,
    write_label_set,
)

RATE_HZ = 16_000
WHEN = datetime(2025, 3, 1, 10, 0, tzinfo=UTC)
STREET, GARDEN, YARD = Path("street.wav"), Path("sounds/garden.flac"), Path("sounds/yard.flac")
RUN = ("street.wav", "sounds/garden.flac", "-o", "events.csv", "--rules", "rules.json")
EACH = AnalysisSettings(channels="each")
CLASSES = ClassMap.from_csv(class_map_path())
ONTOLOGY = Ontology.from_csv(resource_path("audioset_ontology.csv"))


def named(name: str) -> str:
    """An id that looks as all ids of recordings do, the same in every run."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"yamnet-gui/fixtures/{name}").hex


# Sounds


def sound(seconds: float, seed: int) -> np.ndarray:
    """A hum, a beep and a burst of noise."""
    random = np.random.default_rng(seed)
    time = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    samples = 0.0025 * random.standard_normal(len(time))
    for begin, end, hertz in ((0.3, 0.7, 700 + 90 * seed), (1.3, 1.45, 2000)):
        inside = (time >= begin) & (time < end)
        samples[inside] += 0.5 * np.sin(2 * np.pi * hertz * time[inside])
    noisy = (time >= 0.9) & (time < 1.1)
    samples[noisy] += 0.3 * random.standard_normal(int(noisy.sum()))
    return np.clip(samples, -1, 1)


def write_sounds() -> None:
    Path("sounds").mkdir()
    soundfile.write(STREET, sound(1.5, 1), RATE_HZ, subtype="PCM_U8")
    soundfile.write(GARDEN, sound(1.2, 2)[::-1], RATE_HZ, subtype="PCM_S8")
    both = np.stack([sound(0.4, 3), sound(0.4, 4)], axis=1)
    soundfile.write(YARD, both, RATE_HZ, subtype="PCM_S8")
    for path in (STREET, GARDEN, YARD):
        os.utime(path, (WHEN.timestamp(), WHEN.timestamp()))


# Rules, label sets, taught classes


def rules() -> RuleSet:
    default = Rule(
        on=0.81, off=0.5, smoothing_s=0.0, shortest_s=0.05, longest_s=1.5, merge_gap_s=0.1
    )
    made = RuleSet(name="street and garden", version=3).with_default(default)
    made = made.with_group("/m/0jbk", Rule(on=0.66, off=0.4, edges="plain"), ONTOLOGY)
    made = made.with_group("/m/015p6", Rule(on=0.6, cooldown_s=0.5), ONTOLOGY)
    for text, rule in (
        ("Bang", Rule(method="boxes", on=0.3, off=0.2)),
        ("Bird", Rule(method="plain", on=0.55)),
        ("Speech", Rule(on=0.2, off=0.1, padding_s=0.05, edges="refined")),
        ("Silence", Rule(enabled=False)),
        ("Music", Rule(longest_s=float("inf"), smoothing_s=0.96)),
    ):
        entry = CLASSES.find(text)
        assert entry is not None
        made = made.with_class(entry.index, rule)
    return made


LABEL_SET = LabelSet(
    named("label set"),
    "Nachts im Garten",
    (
        OwnLabel("Käuzchen", "#33aa55", "k", "/m/09d5_", 114),
        OwnLabel("Chirr, soft", "#aa3355", "c"),
        OwnLabel("Speech", key="s", mid="/m/09x0r", class_index=0),
        OwnLabel("unnamed"),
    ),
)


def write_classifier(model_sha256: str) -> None:
    """Two classes taught from random directions."""
    random = np.random.default_rng(8)
    ways = np.abs(random.standard_normal((3, 1024)))
    examples = [
        Example(
            (ways[k % 3] + 0.4 * random.standard_normal((2, 1024))).astype(np.float32),
            ("Owl at night", "Käuzchen", None)[k % 3],
            f"r{k // 3 % 4}",
        )
        for k in range(24)
    ]
    done = taught(teach(ExampleSet.of(examples), TeachOptions(folds=2), model_sha256))
    done.classifier.save(Path("owl.yamnet-class"))


# Settings


def write_settings() -> None:
    """Every kind of value, the layouts those of a real window."""
    _, bench = app.prepare(app.parse([]))
    bench.window.resize(1280, 800)
    bench.window.show()
    bench.window.save_layout()
    bench.settings.set_bytes("tracks", bench.tracks.state())
    bench.settings.flush()
    bench.window.close()
    bench.close()
    window = Settings(default_settings_path())
    settings = Settings(Path("settings.ini").absolute())
    for key in ("geometry", "docks", "tracks"):
        assert not window.bytes(key).isEmpty()
        settings.set_bytes(key, window.bytes(key))
    for key, value in (
        ("theme", "dark"), ("colormap", "viridis"), ("reviewer", "Änne O'Neil, Jr. = 100 %"),
        ("autoplay", False), ("analyse_on_open", False), ("hop_s", 0.24), ("channels", "each"),
        ("gain_db", -6.5), ("volume", 0.55), ("speed", 1.5), ("keep_pitch", False), ("loop", True),
        ("follow", False), ("time_zone", "Europe/Berlin"), ("output_device", "USB Audio, 2"),
    ):  # fmt: skip
        settings.set(key, value)
    for path in ("/recordings/street.wav", "/recordings/Garten, nachts/käuzchen 1.flac"):
        settings.remember_file(Path(path))
    for purpose in ("exports", "imports", "projects", "examples", "classes", "clips"):
        settings.remember_folder(Path("/recordings") / purpose, purpose)
    settings.set_numbers("view-street.wav-1.500", (0.25, 1.75, 1e-07))
    settings.set_numbers("track-waveform", [0.0])  # Qt keeps a single one otherwise than several
    settings.set_numbers("reviewer-asked", [1.0])
    settings.set_numbers("map-placed", [1.0])
    settings.set_bytes("fold", QByteArray(b"/m/0jbk"))
    spectrogram = SpectrogramSettings(512, 0.05, 0.5, "blackman", "mel", 50.0, 7000.0)
    settings.set_bytes("spectrogram", QByteArray(json.dumps(asdict(spectrogram)).encode()))
    settings.set_shortcut("accept", "Ctrl+Shift+A")
    settings.set_shortcut("reject", "")
    settings.set_shortcut("zoom_in", "Ctrl+;")
    settings.flush()


SHORTCUTS = ("accept", "reject", "zoom_in", "uncertain")
NUMBERS = ("view-street.wav-1.500", "track-waveform", "reviewer-asked", "map-placed", "nothing")
BYTES = ("geometry", "docks", "tracks", "fold", "spectrogram", "nothing")
FOLDERS = ("folder", "exports", "imports", "projects", "examples", "classes", "clips", "nothing")


# The cache and the run


def write_cache(model: WeightsModel, cache: ResultCache) -> None:
    """Two finished analyses, and one that was stopped behind its first channel."""
    for path in (STREET, GARDEN):
        finished(analyse_recording(path, model, cache=cache))
    running = analyse_recording(YARD, model, EACH, cache)
    next(running)
    running.close()  # type: ignore[attr-defined]


def batch_options(*more: str) -> Any:
    parser = argparse.ArgumentParser()
    analyze.add_arguments(parser)
    options = parser.parse_args([*RUN, *more])
    return make_plan(options.paths), analyze._batch_options(options)


def write_interrupted_run(weights: Path) -> None:
    """What is left of `yamnet-gui analyze …` that was stopped behind the first recording."""
    plan, options = batch_options("--weights", str(weights))
    news = run_batch(plan, options)
    for one in news:
        if one.record is not None:
            break
    news.close()  # type: ignore[attr-defined]


def table_of_the_run(weights: Path) -> list[str]:
    """The table that the run gives where nothing stops it; its rows are those of `analyses`."""
    plan, options = batch_options("--weights", str(weights))
    with tempfile.TemporaryDirectory() as folder:
        for _ in run_batch(plan, replace(options, labels=Path(folder, "events.csv"))):
            pass
        return Path(folder, "events.csv").read_text(encoding="utf-8").splitlines()


# The project


def write_project(model: WeightsModel, cache: ResultCache) -> None:
    path = Path("project.yamnet")
    with Project.create(path) as project:
        _Story(project, model, cache).tell()
    with Project.open(path) as project:  # another day
        project.reviewer = "Ben"
        street = named("street")
        project.apply(draw(street, 1.15, 1.4, "Chirr, soft", reviewer="Ben", now=WHEN))
        unreviewed = EventFilter(states=frozenset([ReviewState.UNREVIEWED]))
        left = project.events(project.event_ids(unreviewed)[:3])
        project.apply(reject(left, "Ben", WHEN))
        project.apply(set_note(project.events([left[0].row])[0], "doubtful"))
        project.apply(delete(project.events([left[1].row])))
        for _ in range(3):
            assert project.undo()


class _Story:
    """What Anna and Ben did to the project, one step after the other."""

    def __init__(self, project: Project, model: WeightsModel, cache: ResultCache) -> None:
        self.project = project
        self.model = model
        self.cache = cache
        self.street, self.garden = named("street"), named("garden")

    def tell(self) -> None:
        self.project.reviewer = "Anna"
        self.add_recordings()
        self.keep_labels_and_rules()
        self.review_the_street()
        self.review_the_garden()
        self.mark_what_was_heard()
        self.calibrate()
        self.scatter()

    def do(self, command: Any) -> None:
        assert command.changes
        self.project.apply(command)

    def of(self, event_id: str, recording: str = "") -> ProjectEvent:
        found = self.project.event(recording or self.street, event_id)
        assert found is not None
        return found

    def recording(self, path: Path, name: str, **more: Any) -> Recording:
        info = soundfile.info(path)
        return Recording(
            named(name),
            self.project.stored_path(path),
            content_hash(path),
            path.stat().st_size,
            info.duration,
            info.samplerate,
            info.channels,
            **more,
        )

    def add_recordings(self) -> None:
        project = self.project
        project.register(self.recording(STREET, "street"))
        begun = datetime(2024, 10, 27, 1, 59, 58, tzinfo=timezone(timedelta(hours=2)))
        garden = self.recording(GARDEN, "garden", recorded_at=begun, note="hinter dem Haus")
        yard = self.recording(YARD, "yard")
        lost = Recording(
            named("lost"), "sounds/lost.wav", "b2-00", 12, state=RecordingState.FAILED,
            error="there is no such file",
        )  # fmt: skip
        self.do(add_recordings([garden, yard]))
        self.do(add_recordings([lost]))
        self.do(remove_recordings([yard]))
        settings = AnalysisSettings()
        for recording_id, path in ((self.street, STREET), (self.garden, GARDEN)):
            analysis = cached_analysis(path, self.model, settings, self.cache)
            assert analysis is not None
            found = find_events(analysis, rules()).labelled(CLASSES)
            kept = list(found.events)
            if path is GARDEN:  # a few; speech comes later
                kept = [e for e in kept if e.class_index != 0][:3]
            project.derive(recording_id, kept[:-1])
            project.derive(recording_id, kept)
            notes = {**settings.to_json(), "rules_id": rules().rules_id}
            for days, model_sha256, model_name in (
                (0, "e" * 64, "another model"),
                (1, self.model.sha256, self.model.name),
            ):
                project.add_analysis(
                    Analysis(
                        recording_id, model_sha256, model_name, settings.key(),
                        json.dumps(notes, sort_keys=True), WHEN + timedelta(days=days),
                    )
                )  # fmt: skip
            now = project.recording(recording_id)
            assert now is not None
            project.update_recording(replace(now, state=RecordingState.ANALYSED))

    def keep_labels_and_rules(self) -> None:
        self.do(set_label_set(None, replace(LABEL_SET, labels=LABEL_SET.labels[:2])))
        self.do(set_label_set(replace(LABEL_SET, labels=LABEL_SET.labels[:2]), LABEL_SET))
        spare = LabelSet(named("spare"), "spare", (OwnLabel("x"),))
        self.do(set_label_set(None, spare))
        self.do(set_label_set(spare, None))
        self.project.set_value("label set", LABEL_SET.id)
        first = kept_rules.write(RuleSet(), CLASSES)
        second = kept_rules.write(rules(), CLASSES)
        self.do(kept_rules.change(None, first))
        self.do(kept_rules.change(first, second, "threshold of all classes"))
        strict = replace(rules(), name="strict nights", version=1).with_threshold(None, 0.8)
        self.do(set_rules(None, kept_rules.write(strict, CLASSES, "strict nights")))
        entries = [
            {"label": n, "file": "owl.yamnet-class", "kept": "/recordings/owl.yamnet-class"}
            for n in ("Käuzchen", "Owl at night")
        ]
        self.project.set_value("taught_classes", json.dumps(entries, ensure_ascii=False))

    def review_the_street(self) -> None:
        events = sorted(
            self.project.recording_events(self.street),
            key=lambda e: (-(e.score_max or 0), e.id),
        )
        ids = [event.id for event in events]
        assert len(ids) >= 20, len(ids)
        self.do(accept([self.of(ids[0]), self.of(ids[1])], "Anna", WHEN))
        self.do(reject([self.of(ids[2])], "Ben", WHEN))
        self.do(uncertain([self.of(ids[3])], "Anna", WHEN))
        for note in ("f", "faint, «Vögel»\nzwei"):
            self.do(set_note(self.of(ids[4]), note))
        for shift in (0.02, 0.0625):
            event = self.of(ids[5]).event
            self.do(move_edge(self.of(ids[5]), event.onset_s + shift, event.offset_s + shift))
        self.do(set_band(self.of(ids[6]), 300.0, 2500.5))
        self.do(
            relabel(
                [self.of(ids[7])], "Owl", 114, "/m/09d5_", reviewer="Anna", ontology=ONTOLOGY,
                now=WHEN,
            )
        )  # fmt: skip
        other = self.of(ids[8])
        self.do(relabel([other], "Chirr, soft", reviewer="Anna", now=WHEN))
        first = other.event
        self.do(
            relabel(
                [self.of(ids[8])], first.label, first.class_index, first.mid, reviewer="Anna",
                existing=self.project.negatives_of([other]), now=WHEN,
            )
        )  # fmt: skip
        self.do(relabel([self.of(ids[9])], "Käuzchen", reviewer="Ben", now=WHEN))
        event = self.of(ids[10]).event
        self.do(split(self.of(ids[10]), (event.onset_s + event.offset_s) / 2))
        self.do(merge([self.of(ids[11]), self.of(ids[12])]))
        self.do(delete([self.of(ids[13]), self.of(ids[14])]))
        self.do(
            draw(
                self.street, 0.125, 0.5, "Chirr, soft", reviewer="Anna", channel=0, low_hz=900.0,
                high_hz=4000.25, now=WHEN,
            )
        )  # fmt: skip
        self.do(draw(self.street, 1.0, 1.25, "Speech", 0, "/m/09x0r", reviewer="Anna", now=WHEN))
        assert self.project.undo()
        imported = Event(
            named("imported"), 0.75, 1.5, "Rain", 283, "/m/06mb1", source=EventSource.IMPORTED,
            score_max=0.5, score_mean=0.25, rules_id="elsewhere",
        )  # fmt: skip
        self.do(add_events(self.street, [imported], "import events of rain.txt"))
        self.do(accept([self.of(ids[15])], "Anna", WHEN))
        self.do(unreview([self.of(ids[15])]))
        span = TimeSpan(1.25, 1.5)
        events_now = self.project.recording_events(self.street)
        said = answer(
            events_now, self.street, span, "Owl at night", ReviewState.REJECTED, reviewer="Anna",
            now=WHEN,
        )  # fmt: skip
        self.do(said.command)

    def review_the_garden(self) -> None:
        """Mostly decisions about speech."""
        speech = [
            Event(
                detection_id(0, 100 + k), 0.1 * k, 0.1 * k + 0.09, "Speech", 0, "/m/09x0r",
                score_max=round(0.25 + 0.05 * k, 4), score_mean=round(0.2 + 0.05 * k, 4),
                onset_uncertainty_s=0.05, offset_uncertainty_s=0.125,
                rules_id=rules().rules_id,
            )
            for k in range(10)
        ]  # fmt: skip
        self.do(add_events(self.garden, speech))
        items = [self.of(event.id, self.garden) for event in speech]
        self.do(reject(items[:3], "Anna", WHEN))
        self.do(
            group(
                "accept and mark as heard",
                [
                    accept([items[4], items[5]], "Anna", WHEN),
                    mark_reviewed(
                        self.garden, self.project.reviewed(self.garden), TimeSpan(0.5, 1.0), (),
                        "Anna", WHEN,
                    ),
                ],
            )
        )  # fmt: skip
        command = self.project.accept_and_above(items[7].row, "Ben")
        fixed = [
            replace(c, new=replace(c.new, reviewed_utc=WHEN))  # type: ignore[type-var]
            for c in command.changes
        ]
        self.do(replace(command, changes=tuple(fixed)))

    def mark_what_was_heard(self) -> None:
        def heard() -> Any:
            return self.project.reviewed(self.street)

        mark = (self.street,)
        self.do(mark_reviewed(*mark, heard(), TimeSpan(0.0, 1.0), ("Owl", "Bird"), "Anna", WHEN))
        self.do(mark_reviewed(*mark, heard(), TimeSpan(0.5, 1.5), (), "Ben", WHEN))
        stretches = {"Speech": [TimeSpan(0.0, 0.4), TimeSpan(0.3, 0.9)], "Rain": [TimeSpan(1, 1.5)]}
        self.do(mark_reviewed_stretches(*mark, heard(), stretches, "Anna", WHEN))
        self.do(unmark_reviewed(*mark, heard(), TimeSpan(1.25, 1.375), ()))

    def calibrate(self) -> None:
        """One calibration of the few decisions, and one of as many more as it takes to know."""
        sha = self.model.sha256
        few = reviews_in(self.project, sha)
        random = np.random.default_rng(11)
        scores = random.uniform(0.02, 0.98, 160).round(4).tolist()
        right = (random.random(160) < np.array(scores)).tolist()
        more = tuple(Review(0, score, true) for score, true in zip(scores, right, strict=True))
        for found in (few, replace(few, reviews=few.reviews + more)):
            made = calibrated(found, sha, self.model.name, (0, 114))
            kept = store_calibration(self.project, replace(made, made_utc=WHEN))
        assert kept.version == 2, kept
        assert kept.known, kept
        for _ in fill_probabilities(self.project, kept):
            pass

    def scatter(self) -> None:
        chosen = list(self.project.recording_events(self.street))[:4]
        found = {
            event.id: Stability(event.id, (0.7, 0.7 - 0.11 * k, 0.7 + 0.05 * k))
            for k, event in enumerate(chosen)
        }
        store_stabilities(self.project, self.street, self.model.sha256, found)


def write_embeddings(model: WeightsModel, cache: ResultCache) -> None:
    folder = store_folder(Path("project.yamnet"), model.sha256)
    with EmbeddingStore(folder, model.sha256) as store:
        for name, path, rows in (("street", STREET, 2), ("yard", YARD, 1), ("garden", GARDEN, 1)):
            source = GARDEN if path is YARD else path
            analysis = cached_analysis(source, model, AnalysisSettings(), cache)
            assert analysis is not None
            grid = analysis.table().grid
            track = Track(
                named(name), f"/recordings/{path}", grid.end_s, None, grid.start_s, grid.hop_s
            )
            block = np.asarray(analysis.embeddings())[:rows]
            store.append(track, 0, block[:1])
            store.append(track, 1, block[1:])
        store.remove(named("yard"))
        store.relocate(named("garden"), "/recordings/moved/garden.flac")


# Exports


def write_exports() -> None:
    with Project.open(Path("project.yamnet"), read_only=True) as project:
        found = []
        for name in ("street", "garden"):
            labelled = project.labelled(named(name))
            info = labelled.recording
            there = Path("/recordings", info.path.relative_to(Path.cwd()))
            found.append(replace(labelled, recording=replace(info, path=there)))
    options = WriteOptions(base=Path("/recordings"), sidecar=True)
    write_labels("csv", found, Path("exported.csv"), options=options)
    write_labels("audacity", found[1:], Path("garden.txt"), options=options)


# Facts


def plain(value: Any) -> Any:
    """Anything as JSON can hold it; data classes as what their fields hold."""
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value) if f.repr}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, PurePath):
        return value.as_posix()
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    if isinstance(value, bytes | QByteArray):
        return bytes(value).hex()
    if isinstance(value, float) and value == float("inf"):
        return "unlimited"
    if isinstance(value, str | int | float | bool) or value is None:
        return value
    return [plain(one) for one in value]


def event_facts(event: Event) -> dict[str, Any]:
    """What an event says, without what it leaves open."""
    found = {f.name: plain(getattr(event, f.name)) for f in fields(Event)}
    defaults = {f.name: plain(f.default) for f in fields(Event) if f.name not in _NEEDED}
    return {k: v for k, v in found.items() if k in _NEEDED or v != defaults[k]}


_NEEDED = ("id", "onset_s", "offset_s", "label")


def short(event: Event) -> list[Any]:
    return [event.id, event.label, event.onset_s, event.offset_s]


def states(project: Project) -> dict[str, int]:
    counts = {state.value: 0 for state in ReviewState}
    for one in project.class_counts():
        for state in counts:
            counts[state] += getattr(one, state)
    return counts


def rule_facts(rules: RuleSet) -> dict[str, Any]:
    return {
        "name": rules.name,
        "version": rules.version,
        "rules_id": rules.rules_id,
        "default": plain(rules.default),
        "groups": plain(rules.groups),
        "classes": plain(rules.classes),
        "resolved": {str(i): plain(rules.resolved(i)) for i in (0, 106, 132)},
    }


def project_facts(folder: Path, model_sha256: str) -> dict[str, Any]:
    with Project.open(folder / "project.yamnet") as project:
        ids = [r.id for r in project.recordings()]
        rows = project.events(project.event_ids())
        kept = project.rule_sets()
        calibration = stored_calibration(project)
        older = stored_calibration(project, 1)
        assert calibration is not None
        assert older is not None
        at = (0.1, 0.25, 0.5, 0.75, 0.9)
        edited = next(i for i in rows if i.event.source is EventSource.EDITED and i.event.original)
        facts = {
            "id": project.id,
            "recordings": plain(project.recordings()),
            "removed": {named("yard"): project.knows(named("yard"))},
            "files": {i: project.locate(r).is_file() for i in ids if (r := project.recording(i))},
            "states": states(project),
            "events": {i: [event_facts(e) for e in project.recording_events(i)] for i in ids},
            "in_order": [i.event.id for i in rows],
            "deleted": {i: [short(e) for e in project.deleted_events(i)] for i in ids},
            "negatives": [i.event.id for i in rows if is_negative(i.event)],
            "reviewed": {i: plain(project.reviewed(i).spans) for i in ids},
            "analyses": {i: plain(project.analyses(i)) for i in ids},
            "label_sets": plain(project.label_sets()),
            "reviewers": project.reviewers(),
            "values": {
                n: project.value(n)
                for n in ("label set", "taught_classes", "calibration", "calibration-count")
            },
            "rules": {
                # the present ones are those of `rules.json`
                "kept": [[one.id, one.name, one.version] for one in kept],
                "saved": {
                    name: rule_facts(kept_rules.read(one, CLASSES, ONTOLOGY))
                    for name, one in kept_rules.saved(kept).items()
                },
            },
            "calibrations": [
                {
                    "version": one.version,
                    "model_sha256": one.model_sha256,
                    "model_name": one.model_name,
                    "made_utc": plain(one.made_utc),
                    "decisions": len(one.events),
                    "known": sorted(one.known),
                    "speech": plain(one.classes[0]),
                    "at": at,
                    "probability": plain(one.classes[0].probability(at)),
                    "interval": plain(one.classes[0].interval(at)),
                }
                for one in (older, calibration)
            ],
            "stabilities": {
                "scores": {
                    key: plain(one.scores)
                    for key, one in stored_stabilities(
                        project, named("street"), model_sha256
                    ).items()
                },
                "least_stable": [
                    i.event.id for i in project.events(least_stable(project, EventFilter()))
                ],
            },
            "history": [[h.action, h.title, h.reviewer] for h in project.history()],
            "history_of": {
                "recording": edited.recording_id,
                "event": edited.event.id,
                "entries": [
                    [
                        h.action,
                        h.title,
                        h.reviewer,
                        event_facts(h.old) if isinstance(h.old, Event) else None,
                        event_facts(h.new) if isinstance(h.new, Event) else None,
                    ]
                    for h in project.history_of(edited.recording_id, edited.event.id)
                ],
            },
            "undo_title": project.undo_title,
            "redo_title": project.redo_title,
        }
        walk: dict[str, list[Any]] = {"redo": [], "undo": [], "again": []}
        for name, step in (
            ("redo", project.redo),
            ("undo", project.undo),
            ("again", project.redo),
        ):
            while (title := step()) is not None:
                walk[name].append([title, *states(project).values(), len(project.recordings())])
        return facts | {"walk": walk}


def analysis_facts(model: WeightsModel, cache: ResultCache) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for path in (STREET, GARDEN):
        content = sha256_of(path)
        settings = AnalysisSettings()
        key = result_key(content, model.sha256, settings)
        analysis = cache.load(key, path)
        assert analysis is not None
        table = analysis.table()
        envelope = analysis.envelope()
        assert envelope is not None
        values = np.asarray(envelope.values)
        found[path.as_posix()] = {
            "content": content,
            "key": key,
            "settings_key": settings.key(),
            "settings": plain(analysis.settings),
            "duration_s": analysis.recording.duration_s,
            "sample_rate_hz": analysis.recording.sample_rate_hz,
            "channels": analysis.recording.channels,
            "model_sha256": analysis.model_sha256,
            "model_name": analysis.model_name,
            "created_utc": plain(analysis.created_utc),
            "frames": table.grid.count,
            "end_s": table.grid.end_s,
            "classes": table.scores.shape[1],
            "sum_of_scores": round(float(np.sum(table.scores, dtype=np.float64)), 5),
            "sum_of_embeddings": round(float(np.sum(analysis.embeddings(), dtype=np.float64)), 3),
            "envelope_values": len(values),
            "sum_of_envelope": round(float(np.sum(values, dtype=np.float64)), 3),
            "events": [
                [*short(e), e.class_index, e.mid, e.score_max, e.score_mean]
                for e in find_events(analysis, load_rules(Path("rules.json")))
                .labelled(CLASSES)
                .events
            ],
            "balanced": [
                short(e)
                for e in derive_events(table, RuleSet(), CLASSES, (0, 106, 114, 460), envelope)
            ],
        }  # fmt: skip
    return found


def interrupted_facts(model: WeightsModel, cache: ResultCache) -> dict[str, Any]:
    key = result_key(sha256_of(YARD), model.sha256, EACH)
    (part,) = Path("cache/results").glob(f"??/{key}.part")
    recipe = json.loads((part / "progress.jsonl").read_text("utf-8").splitlines()[0])["recipe"]
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(cache.folder, Path(folder, "cache"))
        with ResultCache(Path(folder, "cache")).writer(key, [0, 1], recipe) as writer:
            (chunk,) = writer.rows.stored(0)
            return {
                "key": key,
                "recipe": recipe,
                "frames": [writer.rows.frames_of(0), writer.rows.frames_of(1)],
                "values": [writer.rows.values_of(0), writer.rows.values_of(1)],
                "sum_of_scores": round(float(chunk.scores.sum(dtype=np.float64)), 5),
                "sum_of_embeddings": round(float(chunk.embeddings.sum(dtype=np.float64)), 3),
            }


def run_facts(weights: Path) -> dict[str, Any]:
    lines = Path("events.csv.unfinished/journal.jsonl").read_text("ascii").splitlines()
    return {
        "command": ["analyze", *RUN],
        "record": json.loads(lines[1]),
        "columns": next(csv.reader(table_of_the_run(weights))),
    }


def store_facts(model: WeightsModel) -> dict[str, Any]:
    folder = store_folder(Path("project.yamnet"), model.sha256)
    with EmbeddingStore(folder, model.sha256, read_only=True) as store:
        frames = store.frames()
        return {
            "folder": folder.as_posix(),
            "recordings": list(store.recordings()),
            "stored": {i: store.stored(i) for i in store.recordings()},
            "dead_rows": store.dead_rows,
            "live_rows": plain(frames.live_rows()),
            "stretches": plain(frames.stretches),
            "row_sums": [round(float(row.sum()), 2) for row in frames.read(frames.live_rows())],
            "scales": plain(frames.scales),
        }


def fixed_embedding() -> np.ndarray:
    return np.abs(np.sin(0.1 * np.arange(1024))).astype(np.float32)[None]


def classifier_facts() -> dict[str, Any]:
    classifier = Classifier.load(Path("owl.yamnet-class"))
    return {
        "labels": list(classifier.labels),
        "thresholds": list(classifier.thresholds),
        "output": classifier.output,
        "unit_length": classifier.unit_length,
        "model_sha256": classifier.model_sha256,
        "sha256": classifier.sha256,
        "numbers": classifier.numbers,
        "about": classifier.about,
        "scores": [round(float(s), 6) for s in classifier.scores(fixed_embedding())[0]],
    }


def settings_facts() -> dict[str, Any]:
    settings = Settings(Path("settings.ini").absolute())
    return {
        "values": {s.key: settings.value(s.key) for s in SETTINGS},
        "recent": plain(settings.recent_files()),
        "folders": {name: settings.folder(name) for name in FOLDERS},
        "bytes": {key: plain(settings.bytes(key)) for key in BYTES},
        "numbers": {key: settings.numbers(key) for key in NUMBERS},
        "shortcuts": {key: settings.shortcut(key) for key in SHORTCUTS},
    }


def export_facts() -> dict[str, Any]:
    found = {}
    for name, fmt, sidecar in (
        ("exported.csv", "csv", True), ("exported.csv", "csv", False),
        ("garden.txt", "audacity", True), ("garden.txt", "audacity", False),
    ):  # fmt: skip
        result = read_labels(None, Path(name), options=ReadOptions(sidecar=sidecar))
        assert result.format_name == fmt
        found[f"{name}{' with side-car' if sidecar else ''}"] = {
            "format": result.format_name,
            "restored": result.restored,
            "warnings": list(result.warnings),
            "unknown_labels": list(result.unknown_labels),
            "recordings": [
                {
                    "recording": plain(r.recording),
                    "model_sha256": r.model_sha256,
                    "reviewed": plain(r.reviewed),
                    # the events are those of the project, as far as the format keeps them
                    "events": len(r.events),
                }
                for r in result.recordings
            ],
        }
    return found


def laid_out(value: Any, depth: int = 0) -> str:
    """JSON with a line for each thing that people look for, not for each number."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    if depth > 3 or len(text) < 150 or not value or not isinstance(value, dict | list):
        return text
    margin = "\n" + " " * (depth + 1)
    if isinstance(value, list):
        return f"[{margin}{f',{margin}'.join(laid_out(v, depth + 1) for v in value)}]"
    pairs = (
        f"{json.dumps(k, ensure_ascii=False)}: {laid_out(v, depth + 1)}" for k, v in value.items()
    )
    return f"{{{margin}{f',{margin}'.join(pairs)}}}"


def main() -> None:
    assert __version__ == "0.1.0", __version__
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    os.chdir(target)
    assert not list(Path().iterdir()), "the folder is not empty"
    weights = write_tiny_weights(Path(HOME, "tiny.h5"))
    model = WeightsModel(weights)
    os.environ["YAMNET_GUI_CACHE"] = "cache"
    cache = ResultCache()
    write_sounds()
    save_rules(Path("rules.json"), rules())
    write_label_set(Path("label_set.json"), LABEL_SET)
    write_classifier(model.sha256)
    write_settings()
    write_cache(model, cache)
    write_interrupted_run(weights)
    write_project(model, cache)
    write_embeddings(model, cache)
    write_exports()
    with tempfile.TemporaryDirectory() as folder:
        copy = shutil.copytree(Path.cwd(), Path(folder, "copy"))
        project = project_facts(copy, model.sha256)
    facts = {
        "version": __version__,
        "model": {"sha256": model.sha256, "name": model.name},
        "project": project,
        "store": store_facts(model),
        "settings": settings_facts(),
        "analyses": analysis_facts(model, cache),
        "interrupted": interrupted_facts(model, cache),
        "run": run_facts(weights),
        "classifier": classifier_facts(),
        "rules": rule_facts(load_rules(Path("rules.json"))),
        "label_set": plain(replace(read_label_set(Path("label_set.json")), id="")),
        "exports": export_facts(),
    }
    Path("expected.json").write_text(laid_out(facts) + "\n", encoding="utf-8")
    shutil.rmtree(cache.memo_folder)
    shutil.rmtree(HOME)


if __name__ == "__main__":
    main()
