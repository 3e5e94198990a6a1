"""Files written by version 0.1.0 open as before, and say what that version read in them.

`make_fixtures.py` beside the files says how they came about, `expected.json` holds the facts.
"""

import csv
import json
import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import datetime
from enum import Enum
from pathlib import Path, PurePath
from typing import Any

import numpy as np
import pytest

from yamnet_gui.analysis import AnalysisSettings, ResultCache, cached_analysis
from yamnet_gui.analysis.cache import result_key
from yamnet_gui.analysis.custom_classes import load_classifiers
from yamnet_gui.analysis.event_table import find_events
from yamnet_gui.audio import content_hash
from yamnet_gui.audio.hashing import file_key
from yamnet_gui.batch.plan import recording_key
from yamnet_gui.cli.main import run_command
from yamnet_gui.core.class_map import ClassMap
from yamnet_gui.core.events import Event, ReviewState
from yamnet_gui.core.ontology import Ontology
from yamnet_gui.core.resources import class_map_path, resource_path
from yamnet_gui.detection import RuleSet, derive_events, load_rules
from yamnet_gui.embedding import EmbeddingStore, EmbeddingTrack, read_classifier, store_folder
from yamnet_gui.gui.features.rules.rules_persistence import present, read, saved
from yamnet_gui.gui.state.settings import Settings
from yamnet_gui.labels.formats import ReadOptions, read_labels
from yamnet_gui.labels.project import (
    EventFilter,
    Project,
    is_negative,
    read_label_set,
)
from yamnet_gui.labels.project import content_fingerprint as project_hash
from yamnet_gui.labels.project.calibrations import stored_calibration
from yamnet_gui.labels.project.stabilities import least_stable, stored_stabilities
from yamnet_gui.yamnet.weights import KNOWN_FILES

FIXTURES = Path(__file__).parents[1] / "data" / "written_by_0_1"

FACTS = json.loads((FIXTURES / "expected.json").read_text(encoding="utf-8"))
PROJECT = FACTS["project"]
MODEL = FACTS["model"]["sha256"]
CLASSES = ClassMap.from_csv(class_map_path())
ONTOLOGY = Ontology.from_csv(resource_path("audioset_ontology.csv"))
STREET, GARDEN = (
    next(r["id"] for r in PROJECT["recordings"] if r["path"].endswith(name))
    for name in ("street.wav", "garden.flac")
)


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Backups of projects and all else that the program keeps go to a folder of this test."""
    home = tmp_path_factory.mktemp("home")
    for name in ("XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(home / name.split("_")[1].lower()))


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A copy of all the files, to be written to."""
    return shutil.copytree(FIXTURES, tmp_path / "old")


@pytest.fixture
def project(old: Path) -> Iterable[Project]:
    with Project.open(old / "project.yamnet") as project:
        yield project


@pytest.fixture
def cache(old: Path) -> ResultCache:
    return ResultCache(old / "cache")


class NoNetwork:
    """The model of the files, whose network must not be asked for."""

    sha256 = MODEL
    name = FACTS["model"]["name"]
    runtime = "auto"

    def network(self) -> Any:
        raise AssertionError("what is stored must not be computed again")


# Comparing


def same(found: Any, expected: Any, where: str = "") -> None:
    """Whether a value says all that is expected of it; it may say more (new fields)."""
    if isinstance(expected, dict):
        if isinstance(found, Mapping):
            found = {str(key): value for key, value in found.items()}
            assert found.keys() >= expected.keys(), where
            for key, value in expected.items():
                same(found[key], value, f"{where}.{key}")
        else:
            for key, value in expected.items():
                same(getattr(found, key), value, f"{where}.{key}")
    elif isinstance(expected, list):
        items = sorted(found) if isinstance(found, frozenset) else list(found)
        assert len(items) == len(expected), where
        for place, (one, value) in enumerate(zip(items, expected, strict=True)):
            same(one, value, f"{where}[{place}]")
    elif isinstance(expected, float):
        assert found == pytest.approx(expected, rel=1e-6, abs=1e-9), where
    elif isinstance(found, datetime):
        assert found == datetime.fromisoformat(expected), where
        assert found.isoformat() == expected, where
    elif isinstance(found, float) and expected == "unlimited":
        assert found == float("inf"), where
    else:
        if isinstance(found, Enum):
            found = found.value
        elif isinstance(found, PurePath):
            found = found.as_posix()
        assert found == expected, where


def same_events(
    found: Iterable[Event], expected: list[dict[str, Any]], but: tuple[str, ...] = ()
) -> None:
    """Whether these are the events, also in what the facts leave out for being as by default."""
    events = list(found)
    assert [e.label for e in events] == [facts["label"] for facts in expected]
    plain = Event("", 0.0, 0.0, "")
    for event, facts in zip(events, expected, strict=True):
        for name in {f.name for f in fields(Event)} - set(but):
            same(
                getattr(event, name), facts.get(name, getattr(plain, name)), f"{facts['id']}.{name}"
            )


def shortly(events: Iterable[Event]) -> list[list[Any]]:
    return [[e.id, e.label, e.onset_s, e.offset_s] for e in events]


def states(project: Project) -> dict[str, int]:
    counts = {state.value: 0 for state in ReviewState}
    for one in project.events.class_counts():
        for state in counts:
            counts[state] += getattr(one, state)
    return counts


def same_rules(rules: RuleSet, expected: dict[str, Any]) -> None:
    for name in ("name", "version", "rules_id", "default", "groups", "classes"):
        same(getattr(rules, name), expected[name], name)
    for index, resolved in expected["resolved"].items():
        same(rules.resolved(int(index)), resolved, f"resolved {index}")


# The project


def test_the_project_has_its_recordings_and_finds_them(project: Project) -> None:
    assert project.damage == ""
    assert not project.read_only
    assert project.check() == ""
    assert project.id == PROJECT["id"]
    same(project.recordings.all(), PROJECT["recordings"])
    for recording in project.recordings.all():
        path = project.recordings.locate(recording)
        assert path.is_file() == PROJECT["files"][recording.id]
        if path.is_file():
            assert project_hash(path) == recording.content_hash
            assert project.recordings.at(path) == recording
            assert project.recordings.with_hash(recording.content_hash) == [recording]
    for recording_id, known in PROJECT["removed"].items():
        assert project.recordings.knows(recording_id) == known
        assert project.recordings.get(recording_id) is None


def test_every_event_of_the_project_is_as_it_was(project: Project) -> None:
    for recording_id, expected in PROJECT["events"].items():
        same_events(project.events.of(recording_id), expected)
        same(shortly(project.events.deleted(recording_id)), PROJECT["deleted"][recording_id])
    assert states(project) == PROJECT["states"]
    rows = project.events.at(project.events.rows())
    assert [item.event.id for item in rows] == PROJECT["in_order"]
    assert [i.event.id for i in rows if is_negative(i.event)] == PROJECT["negatives"]


def test_the_project_opens_to_read_only_as_well(old: Path) -> None:
    before = (old / "project.yamnet").read_bytes()
    with Project.open(old / "project.yamnet", read_only=True) as project:
        assert project.damage == ""
        for recording_id, expected in PROJECT["events"].items():
            same_events(project.events.of(recording_id), expected)
    assert (old / "project.yamnet").read_bytes() == before


def test_what_was_heard_and_who_analysed_is_known(project: Project) -> None:
    for recording_id, expected in PROJECT["reviewed"].items():
        same(project.recordings.reviewed(recording_id).spans, expected, "reviewed")
        same(
            project.recordings.analyses(recording_id), PROJECT["analyses"][recording_id], "analyses"
        )
    assert project.recordings.labelled(STREET).model_sha256 == MODEL
    assert project.settings.reviewers() == PROJECT["reviewers"]


def test_label_sets_rules_and_small_values_are_kept(project: Project) -> None:
    same(project.settings.label_sets(), PROJECT["label_sets"])
    for name, value in PROJECT["values"].items():
        assert project.settings.value(name) == value
    kept = project.settings.rule_sets()
    assert [[one.id, one.name, one.version] for one in kept] == PROJECT["rules"]["kept"]
    now = present(kept)
    assert now is not None
    same_rules(read(now, CLASSES, ONTOLOGY), FACTS["rules"])
    named = saved(kept)
    assert named.keys() == PROJECT["rules"]["saved"].keys()
    for name, expected in PROJECT["rules"]["saved"].items():
        same_rules(read(named[name], CLASSES, ONTOLOGY), expected)


@pytest.mark.parametrize("expected", PROJECT["calibrations"], ids=lambda e: f"{e['version']}")
def test_calibrations_give_the_probabilities_they_gave(
    project: Project, expected: dict[str, Any]
) -> None:
    newest = expected["version"] == len(PROJECT["calibrations"])
    found = stored_calibration(project, None if newest else expected["version"])
    assert found is not None
    same(found, {k: expected[k] for k in ("version", "model_sha256", "model_name", "made_utc")})
    assert found.fits(MODEL)
    assert len(found.events) == expected["decisions"]
    assert sorted(found.known) == expected["known"]
    speech = found.classes[0]
    same(speech, expected["speech"])
    same(speech.probability(expected["at"]), expected["probability"])
    for bounds, others in zip(speech.interval(expected["at"]), expected["interval"], strict=True):
        # 0.1.0 took the quantile of the normal distribution to four digits
        assert list(bounds) == pytest.approx(others, abs=1e-4)


def test_stabilities_sort_the_queue_as_before(project: Project) -> None:
    expected = PROJECT["stabilities"]
    found = stored_stabilities(project, STREET, MODEL)
    same({key: one.scores for key, one in found.items()}, expected["scores"])
    rows = least_stable(project, EventFilter())
    assert [i.event.id for i in project.events.at(rows)] == expected["least_stable"]
    assert stored_stabilities(project, STREET, "0" * 64) == {}


def test_the_history_can_be_read(project: Project) -> None:
    found = [[h.action, h.title, h.reviewer] for h in project.history.steps()]
    assert found == PROJECT["history"]
    one = PROJECT["history_of"]
    entries = project.history.of_event(one["recording"], one["event"])
    assert [[h.action, h.title, h.reviewer] for h in entries] == [e[:3] for e in one["entries"]]
    for entry, (*_, old, new) in zip(entries, one["entries"], strict=True):
        for value, expected in ((entry.old, old), (entry.new, new)):
            assert (value is None) == (expected is None)
            if isinstance(value, Event):
                same_events([value], [expected])


def test_every_step_can_be_redone_and_undone(project: Project) -> None:
    assert (project.history.undo_title, project.history.redo_title) == (
        PROJECT["undo_title"],
        PROJECT["redo_title"],
    )
    project.reviewer = "Carla"
    walk = PROJECT["walk"]
    for name, step in (("redo", project.redo), ("undo", project.undo), ("again", project.redo)):
        walked = []
        while (title := step()) is not None:
            walked.append([title, *states(project).values(), len(project.recordings.all())])
        assert walked == walk[name]
    for _ in walk["redo"]:
        project.undo()
    for recording_id, expected in PROJECT["events"].items():
        # what was imported and comes back has not been given its probability yet
        same_events(project.events.of(recording_id), expected, ("probability",))
        same(project.recordings.reviewed(recording_id).spans, PROJECT["reviewed"][recording_id])
    same(project.recordings.all(), PROJECT["recordings"])
    same(project.settings.label_sets(), PROJECT["label_sets"])
    assert [[one.id, one.name, one.version] for one in project.settings.rule_sets()] == (
        PROJECT["rules"]["kept"]
    )


def test_rules_run_again_keep_decisions_and_bring_nothing_back(
    project: Project, cache: ResultCache
) -> None:
    recording = project.recordings.get(STREET)
    kept = present(project.settings.rule_sets())
    assert recording is not None
    assert kept is not None
    path = project.recordings.locate(recording)
    analysis = cached_analysis(path, NoNetwork(), AnalysisSettings(), cache)
    assert analysis is not None
    found = find_events(analysis, read(kept, CLASSES, ONTOLOGY)).labelled(CLASSES)
    before = project.events.of(STREET)
    after = project.events.store_detections(STREET, found.events)
    # 0.1 stored 0.28750000000000003 where 0.2875 is found now; so equal onsets change places
    assert [[*row[:2], round(row[2], 6), round(row[3], 6)] for row in sorted(shortly(after))] == [
        [*row[:2], round(row[2], 6), round(row[3], 6)] for row in sorted(shortly(before))
    ]
    assert [e for e in after if e.touched] == [e for e in before if e.touched]


def test_embeddings_of_the_project_are_there_and_grow(old: Path, cache: ResultCache) -> None:
    expected = FACTS["store"]
    folder = store_folder(old / "project.yamnet", MODEL)
    assert folder == old / expected["folder"]
    with EmbeddingStore(folder, MODEL) as store:
        frames = store.frames()
        assert list(store.recordings()) == expected["recordings"]
        assert {i: store.stored(i) for i in store.recordings()} == expected["stored"]
        assert len(frames) - frames.live == expected["dead_rows"]
        assert frames.live_rows().tolist() == expected["live_rows"]
        same(frames.segments, expected["stretches"])
        sums = frames.read(frames.live_rows()).sum(axis=1)
        np.testing.assert_allclose(sums, expected["row_sums"], rtol=1e-4)
        np.testing.assert_allclose(frames.scales, expected["scales"], rtol=1e-5)
        analysis = cached_analysis(old / "street.wav", NoNetwork(), AnalysisSettings(), cache)
        assert analysis is not None
        rows = frames.read(frames.rows_in(STREET))
        halves = analysis.embeddings()[: len(rows)].astype(np.float16)
        np.testing.assert_array_equal(rows, halves)
        last = next(s for s in frames.segments if s.track.recording == STREET)
        there = store.stored(STREET)
        track = EmbeddingTrack(STREET, last.track.path, last.track.end_s)
        store.append(track, there, np.ones((1, 1024), np.float32))
        assert store.stored(STREET) == there + 1
        store.compact()
        assert len(store.frames()) == store.frames().live


# Settings


def test_settings_keep_every_value(old: Path) -> None:
    expected = FACTS["settings"]
    settings = Settings(old / "settings.ini")
    assert {key: settings.value(key) for key in expected["values"]} == expected["values"]
    assert [type(settings.value(key)) for key in expected["values"]] == [
        type(value) for value in expected["values"].values()
    ]
    assert settings.recent_files() == [Path(name) for name in expected["recent"]]
    for name, value in expected["folders"].items():
        assert settings.folder(name) == value
    for name, value in expected["bytes"].items():
        assert bytes(settings.bytes(name).data()).hex() == value
    for name, value in expected["numbers"].items():
        assert settings.numbers(name) == value
    for name, value in expected["shortcuts"].items():
        assert settings.shortcut(name) == value


# The cache and the run


@pytest.mark.parametrize("name", FACTS["analyses"])
def test_a_stored_analysis_is_found_and_whole(old: Path, cache: ResultCache, name: str) -> None:
    expected = FACTS["analyses"][name]
    path = old / name
    settings = AnalysisSettings()
    assert settings.key() == expected["settings_key"]
    assert content_hash(path) == expected["content"]
    assert result_key(expected["content"], MODEL, settings) == expected["key"]
    analysis = cached_analysis(path, NoNetwork(), settings, cache)
    assert analysis is not None
    same(
        analysis,
        {k: expected[k] for k in ("model_sha256", "model_name", "created_utc", "settings")},
    )
    same(
        analysis.recording,
        {k: expected[k] for k in ("duration_s", "sample_rate_hz", "channels")},
    )
    table, envelope = analysis.table(), analysis.envelope()
    assert envelope is not None
    assert table.scores.shape == (expected["frames"], expected["classes"])
    assert analysis.embeddings().shape == (expected["frames"], 1024)
    assert len(envelope.values) == expected["envelope_values"]
    same(table.grid, {"count": expected["frames"], "end_s": expected["end_s"]})
    for values, total in (
        (table.scores, expected["sum_of_scores"]),
        (analysis.embeddings(), expected["sum_of_embeddings"]),
        (envelope.values, expected["sum_of_envelope"]),
    ):
        assert np.sum(values, dtype=np.float64) == pytest.approx(total, abs=1e-3)
    rules = load_rules(old / "rules.json")
    found = find_events(analysis, rules).labelled(CLASSES).events
    same(
        [
            [*shortly([e])[0], e.class_index, e.mid, e.score_max, e.score_mean]
            for e in found
        ],
        expected["events"],
        "events",
    )  # fmt: skip
    balanced = derive_events(table, RuleSet(), CLASSES, (0, 106, 114, 460), envelope)
    same(shortly(balanced), expected["balanced"], "balanced")


def test_an_interrupted_analysis_is_taken_up(old: Path, cache: ResultCache) -> None:
    expected = FACTS["interrupted"]
    settings = AnalysisSettings(channels="each")
    content = content_hash(old / "sounds" / "yard.flac")
    assert result_key(content, MODEL, settings) == expected["key"]
    # the recipe names the libraries of back then, for which alone the rest would fit exactly
    with cache.writer(expected["key"], [0, 1], expected["recipe"]) as writer:
        assert [writer.frames_of(c) for c in (0, 1)] == expected["frames"]
        assert [writer.values_of(c) for c in (0, 1)] == expected["values"]
        (chunk,) = writer.stored(0)
        total = chunk.scores.sum(dtype=np.float64)
        assert total == pytest.approx(expected["sum_of_scores"], abs=1e-3)
        total = chunk.embeddings.sum(dtype=np.float64)
        assert total == pytest.approx(expected["sum_of_embeddings"], abs=1e-2)


def test_an_interrupted_run_goes_on(
    old: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first recording is taken from the journal, the second from the cache."""
    expected = FACTS["run"]
    monkeypatch.chdir(old)
    monkeypatch.setenv("YAMNET_GUI_CACHE", str(old / "cache"))
    weights = old / "standing-in.h5"
    weights.write_bytes(b"no network is needed")
    monkeypatch.setitem(KNOWN_FILES, MODEL, "YAMNet")  # whose classes are known without the file
    _believed(weights, old / "cache" / "checksums", MODEL)
    _as_if_it_ran_here(old / "events.csv.unfinished", old / "street.wav", expected["record"])
    every = ["--weights", str(weights), "--no-one-per-sound", "--finer", "off"]
    # as that version wrote them
    assert run_command([*expected["command"], *every]) == 0
    assert "(1 in an earlier run)" in capsys.readouterr().err
    assert not (old / "events.csv.unfinished").exists()
    with (old / "events.csv").open(newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    assert header == expected["columns"]
    there = [dict(zip(header, row, strict=True)) for row in rows]
    for name, analysis in FACTS["analyses"].items():
        mine = [row for row in there if row["file"] == name]
        assert len(mine) == len(analysis["events"])
        for row, event in zip(mine, analysis["events"], strict=True):
            _, label, onset_s, offset_s, class_index, mid, highest, mean = event
            assert (row["label"], row["class_index"]) == (label, str(class_index))
            assert (row["mid"], row["state"], row["source"]) == (mid, "unreviewed", "detected")
            numbers = [float(row[k]) for k in ("onset_s", "offset_s", "score_max", "score_mean")]
            assert numbers == pytest.approx([onset_s, offset_s, highest, mean], rel=1e-6)
            assert (row["model_sha256"], row["rules_id"]) == (MODEL, FACTS["rules"]["rules_id"])
    assert len(there) == sum(len(a["events"]) for a in FACTS["analyses"].values())


def _believed(path: Path, memo_folder: Path, sha256: str) -> None:
    """Has the program remember this checksum of a file, as it does for files that stay the same."""
    memo_folder.mkdir()
    status = path.stat()
    identity = [os.path.realpath(path), status.st_size, status.st_mtime_ns, status.st_ino]
    text = json.dumps({"file": identity, "sha256": sha256})
    (memo_folder / f"{file_key(path)}.json").write_text(text, encoding="ascii")


def _as_if_it_ran_here(journal: Path, recording: Path, record: dict[str, Any]) -> None:
    """A journal knows recordings by where they lie, and unchanged ones by their time."""
    os.utime(recording, ns=(record["mtime_ns"], record["mtime_ns"]))
    key = recording_key(recording)
    for path in list(journal.iterdir()):
        path.rename(path.with_name(path.name.replace(record["key"], key)))
    lines = journal / "journal.jsonl"
    lines.write_text(lines.read_text("ascii").replace(record["key"], key), encoding="ascii")


# Rules, label sets, custom classes, labels


def test_a_file_of_rules_says_the_same(old: Path) -> None:
    same_rules(load_rules(old / "rules.json"), FACTS["rules"])


def test_a_label_set_says_the_same(old: Path) -> None:
    found = read_label_set(old / "label_set.json")
    assert found.id
    same(found, {k: v for k, v in FACTS["label_set"].items() if k != "id"})


def test_custom_classes_give_the_scores_they_gave(old: Path) -> None:
    expected = FACTS["classifier"]
    classifier = read_classifier(old / "owl.yamnet-class")
    same(classifier, {k: v for k, v in expected.items() if k != "scores"})
    embedding = np.abs(np.sin(0.1 * np.arange(1024))).astype(np.float32)[None]
    assert classifier.scores(embedding)[0] == pytest.approx(expected["scores"], abs=2e-5)
    (again,) = load_classifiers([old / "owl.yamnet-class"], MODEL)
    assert again.sha256 == expected["sha256"]


def test_the_own_table_says_all_that_it_kept(old: Path) -> None:
    expected = FACTS["exports"]["exported.csv"]
    result = read_labels(None, old / "exported.csv", options=ReadOptions(sidecar=False))
    _same_result(result, expected)
    for found, recording_id in zip(result.recordings, (STREET, GARDEN), strict=True):
        lost = ("id", "onset_uncertainty_s", "offset_uncertainty_s")
        by_time = sorted(PROJECT["events"][recording_id], key=_place)
        same_events(sorted(found.events, key=_place_of), by_time, lost)


@pytest.mark.parametrize("name", ["exported.csv", "garden.txt"])
def test_a_side_car_gives_everything_back(old: Path, name: str) -> None:
    expected = FACTS["exports"][f"{name} with side-car"]
    result = read_labels(None, old / name)
    _same_result(result, expected)
    ids = (STREET, GARDEN) if name == "exported.csv" else (GARDEN,)
    for found, recording_id in zip(result.recordings, ids, strict=True):
        same_events(found.events, PROJECT["events"][recording_id])


def test_a_table_for_audacity_says_when_and_what(old: Path) -> None:
    result = read_labels(None, old / "garden.txt", options=ReadOptions(sidecar=False))
    _same_result(result, FACTS["exports"]["garden.txt"])
    found = [(e.onset_s, e.offset_s, e.label) for e in result.recordings[0].events]
    expected = [(e["onset_s"], e["offset_s"], e["label"]) for e in PROJECT["events"][GARDEN]]
    for one, other in zip(sorted(found), sorted(expected), strict=True):
        assert one[:2] == pytest.approx(other[:2], abs=1e-6)
        assert one[2] == other[2]


def _place(facts: dict[str, Any]) -> tuple[Any, ...]:
    state = facts.get("state", "unreviewed")
    return facts["onset_s"], facts["offset_s"], facts["label"], state


def _place_of(event: Event) -> tuple[Any, ...]:
    return event.onset_s, event.offset_s, event.label, event.state.value


def _same_result(result: Any, expected: dict[str, Any]) -> None:
    assert result.format_name == expected["format"]
    assert result.restored == expected["restored"]
    assert list(result.warnings) == expected["warnings"]
    assert list(result.unknown_labels) == expected["unknown_labels"]
    assert len(result.recordings) == len(expected["recordings"])
    for found, facts in zip(result.recordings, expected["recordings"], strict=True):
        assert len(found.events) == facts["events"]
        said = dict(facts["recording"])
        path = said.pop("path")
        # a table that names no recording is about one of its own name, in its own folder
        assert found.recording.path.name == PurePath(path).name
        same(found.recording, said)
        same(found, {"model_sha256": facts["model_sha256"], "reviewed": facts["reviewed"]})
