"""From sounds to a dataset and back by the command line."""

import csv
import json
import shutil
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from tests.unit.fakes import write_sound
from tests.unit.storage.folder_store import use_store
from yamnet_gui import DatasetContents, activity, analyze
from yamnet_gui.batch import BatchOptions, EventOptions, make_plan, run_batch
from yamnet_gui.core.errors import DatasetError, SettingsError
from yamnet_gui.core.events import ReviewState
from yamnet_gui.core.resources import bundled_class_map, bundled_ontology
from yamnet_gui.detection import preset, rules_to_json
from yamnet_gui.labels.project import EventFilter, Project, accept
from yamnet_gui.labels.project.attached_datasets import attach, attached_datasets

pytest.importorskip("duckdb", reason="needs the extra 'dataset'")

from tests.unit.dataset.made import DAY, info, make_unit
from yamnet_gui.dataset import Contents, Dataset, add_units

OPTIONS = ("--frames", "0.3", "--with-embeddings", "--threshold", "0.4", "--zone", "UTC")


@pytest.fixture
def sounds(tmp_path):
    folder = tmp_path / "sounds"
    folder.mkdir()
    for k in range(3):
        write_sound(folder / f"REC_2026050{1 + k // 2}_0{k}0000.wav", 2.0 + k, seed=k)
    return folder


@pytest.mark.workflow
def test_runs_fill_a_dataset_and_do_nothing_twice(run, weights, sounds, tmp_path):
    made, csv = tmp_path / "made", tmp_path / "events.csv"
    status, out, _ = run("analyze", sounds, "--dataset", made, *OPTIONS)
    assert status == 0
    assert out.count(" :\n") == 3
    assert not list(tmp_path.glob("*.unfinished"))
    write_sound(sounds / "REC_20260502_090000.wav", 2.0, seed=9)
    status, out, err = run("analyze", sounds, "--dataset", made, *OPTIONS)
    assert status == 0
    assert "3 of them finished before" in err or "3" in err
    assert out.count(" :\n") == 1  # one was analysed
    status, out, _ = run("dataset", made, "--check", "--json")
    assert status == 0
    listed = json.loads(out)
    assert (listed["recordings"], listed["days"], listed["findings"]) == (4, 2, [])
    assert run("analyze", sounds, "-o", csv, "--threshold", "0.4", "--zone", "UTC")[0] == 0
    assert listed["rows"]["events"] == len(csv.read_text().splitlines()) - 1
    words = run("dataset", made, "--check")[1]
    assert "4 recordings" in words
    assert words.endswith("whole: every file is there as it was written\n")


@pytest.mark.workflow
def test_what_a_worker_wrote_and_is_gone_stops_the_dataset_and_nothing_else(
    weights, sounds, tmp_path
):
    made = tmp_path / "made"
    files = sorted(sounds.iterdir())
    steps = analyze_many(weights, files, made)
    for step in steps:
        if step.record is not None:
            break
    (unit,) = (tmp_path / "made.unfinished").glob("*.dataset.json")
    unit.unlink()
    with pytest.raises(DatasetError, match="its part of the dataset is missing in"):
        list(steps)
    assert not list(made.rglob("*.parquet"))
    *_, last = analyze_many(weights, files, made)
    assert (last.summary.done, last.summary.resumed) == (3, 2)
    with Dataset(made) as dataset:
        assert dataset.ask("SELECT count(*) FROM recordings") == [(3,)]


def analyze_many(weights, files, made):
    rules = preset("balanced", bundled_ontology())
    events = EventOptions(rules_to_json(rules, bundled_class_map()))
    options = BatchOptions(weights, dataset=made, cache=None, events=events)
    return run_batch(make_plan(files), options)


@pytest.mark.workflow
def test_two_processes_write_the_same_files_as_one(run, weights, sounds, tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    assert run("analyze", sounds, "--dataset", one, *OPTIONS)[0] == 0
    assert run("analyze", sounds, "--dataset", two, *OPTIONS, "--jobs", 2, "--no-cache")[0] == 0
    files = [p.relative_to(one) for p in sorted(one.rglob("*.parquet"))]
    assert files == [p.relative_to(two) for p in sorted(two.rglob("*.parquet"))]
    assert all((one / file).read_bytes() == (two / file).read_bytes() for file in files)


@pytest.mark.workflow
def test_a_dataset_that_nothing_can_be_added_to_is_named_before_the_work(
    run, weights, sounds, tmp_path
):
    made = tmp_path / "made"
    assert run("analyze", sounds, "--dataset", made, *OPTIONS)[0] == 0
    path = next((made / "recordings").rglob("*.parquet"))
    path.unlink()
    status, out, err = run("analyze", sounds, "--dataset", made, *OPTIONS)
    assert (status, out) == (2, "")
    assert f"{path.name}: is missing — bring it back from a copy" in err


@pytest.mark.workflow
@pytest.mark.parametrize("table", ["events", "embeddings"])
@pytest.mark.parametrize("damage", ["gone", "cut", "zeros"])
def test_the_same_command_mends_a_day_of_which_a_file_was_lost(
    run, weights, sounds, tmp_path, table, damage
):
    made = tmp_path / "made"
    assert run("analyze", sounds, "--dataset", made, *OPTIONS)[0] == 0
    rows = json.loads(run("dataset", made, "--json")[1])["rows"]
    path = min((made / table).rglob("*.parquet"))
    if damage == "gone":
        path.unlink()
    elif damage == "cut":
        path.write_bytes(path.read_bytes()[:-20])
    else:
        path.write_bytes(bytes(path.stat().st_size))
    assert run("dataset", made, "--check")[0] == 1
    status, _, err = run("analyze", sounds, "--dataset", made, *OPTIONS)
    assert status == 0, err
    assert "3 done (1 in an earlier run)" in err  # the other day
    status, out, _ = run("dataset", made, "--check", "--json")
    assert status == 0, out
    assert json.loads(out)["rows"] == rows


@pytest.mark.parametrize("question", [("--counts",), ("--events",)])
def test_an_answer_without_files_that_are_missing_says_so(run, tmp_path, question):
    made = tmp_path / "made"
    add_units(
        made, info(), [make_unit(tmp_path / "u", f"{k}.wav", DAY, 20, seed=k) for k in (0, 1)]
    )
    assert run("dataset", made, *question)[::2] == (0, "")
    (path,) = (made / "events").rglob("*.parquet")
    path.unlink()
    status, _, err = run("dataset", made, *question)
    assert status == 1
    assert f"{path.relative_to(made).as_posix()} is missing; without them the answer has too" in err


def test_options_of_a_dataset_need_one(run, weights, sounds):
    status, _, err = run("analyze", sounds, "--frames", "all")
    assert status == 2
    assert "give --dataset FOLDER" in err


def test_a_folder_that_is_no_dataset_gives_a_sentence(run, sounds):
    status, _, err = run("dataset", sounds)
    assert status == 2
    assert "is not a dataset folder" in err


@pytest.mark.workflow
def test_questions_are_answered_and_recordings_go_into_a_project(run, weights, sounds, tmp_path):
    made, project = tmp_path / "made", tmp_path / "p.yamnet"
    assert run("analyze", sounds, "--dataset", made, *OPTIONS)[0] == 0
    status, out, err = run("dataset", made, "--events", "--sort", "score", "--limit", 3)
    assert status == 0
    rows = list(csv.DictReader(out.splitlines()))
    scores = [float(row["score_max"]) for row in rows]
    assert len(rows) == 3
    assert scores == sorted(scores, reverse=True)
    assert err.startswith("3 of ")
    label = rows[0]["label"]
    assert run("dataset", made, "--like", sounds / "REC_20260501_000000.wav")[0] == 2
    status, out, _ = run("dataset", made, "--index")
    assert (status, out.split()[-1]) == (0, "indexed")
    sound = sounds / "REC_20260501_010000.wav"
    status, out, err = run("dataset", made, "--like", sound, "--limit", 2)
    assert (status, err) == (0, "")
    assert next(csv.DictReader(out.splitlines()))["file"] == str(sound)
    asked = ("dataset", made, "--into", project, "--classes", label)
    status, out, _ = run(*asked)
    assert status == 0
    with Project.open(project) as opened:
        (first, *_) = opened.recordings.all()
        (event, *_) = opened.recordings.labelled(first.id).events
        opened.apply(accept([opened.events.get(first.id, event.id)]))
        before = opened.events.count(EventFilter())
    assert before == sum(int(n) for n in [out.split(" with ")[1].split()[0]])
    assert "the project has already" in run(*asked)[1]
    with Project.open(project) as opened:
        assert opened.events.count(EventFilter()) == before
        assert opened.events.get(first.id, event.id).event.state is ReviewState.ACCEPTED


def test_questions_that_do_not_fit_are_refused(run, sounds):
    status, _, err = run("dataset", sounds, "--classes", "Owl")
    assert status == 2
    assert "--events, --counts or --into" in err
    for other in ("--check", "--json"):
        assert (
            f"{other}: cannot be combined with --events"
            in run("dataset", sounds, "--events", other)[2]
        )


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--limit", 3), "--limit: says how many events or places at most — give --events"),
        (("--index", "--limit", 3), "--limit: says how many"),
        (("--counts", "--limit", 2), "--limit: says which events come first; --counts counts all"),
        (("--counts", "--sort", "score"), "--counts counts all — leave it out"),
        (("--events", "--min-score", "nan"), "--min-score: must be between 0 and 1"),
        (("--events", "--max-score", "7"), "--max-score: must be between 0 and 1"),
        (("--events", "--min-duration", "nan"), "--min-duration: must be a number of seconds"),
        (("--like", "a.wav"), "has no embeddings — analyze with --with-embeddings"),
    ],
)
def test_what_a_question_would_ignore_is_refused(run, made, options, sentence):
    status, out, err = run("dataset", made, *options)
    assert (status, out) == (2, "")
    assert sentence in err


@pytest.mark.workflow
def test_what_was_analysed_by_relative_paths_is_reviewed_anywhere(
    run, weights, sounds, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    (first, *_) = sorted(sounds.iterdir())
    assert run("analyze", f"sounds/{first.name}", "--dataset", "made", *OPTIONS)[0] == 0
    monkeypatch.chdir(sounds)
    made, project = tmp_path / "made", tmp_path / "p.yamnet"
    with Dataset(made) as dataset:
        assert dataset.ask("SELECT file, folder FROM recordings") == [(str(first), str(sounds))]
        assert dataset.ask("SELECT DISTINCT file FROM events") == [(str(first),)]
    assert run("dataset", made, "--into", project)[0] == 0
    with Project.open(project) as opened:
        assert opened.recordings.at(first) is not None


@pytest.fixture
def made(tmp_path):
    """A dataset of two recordings, without a network."""
    units = [
        make_unit(tmp_path / "u", f"{k}.wav", DAY + timedelta(hours=20 * k), 60, Contents(), seed=k)
        for k in range(2)
    ]
    add_units(tmp_path / "made", info(Contents()), units)
    return tmp_path / "made"


def test_doubtful_events_come_first_and_go_into_a_project(run, made, tmp_path):
    asked = ("dataset", made, "--min-score", 0.92, "--max-score", 0.99, "--sort", "uncertainty")
    status, out, _ = run(*asked, "--events", "--limit", 5)
    scores = [float(row["score_max"]) for row in csv.DictReader(out.splitlines())]
    assert status == 0
    assert len(scores) == 5
    assert scores == sorted(scores)
    assert scores[0] >= 0.92
    status, out, _ = run(*asked, "--into", tmp_path / "p.yamnet", "--limit", 1)
    assert status == 0
    assert out.startswith("1 recording with ")


def test_events_are_counted_by_class_day_and_hours(run, made):
    status, out, _ = run("dataset", made, "--counts")
    counts = {row["label"]: int(row["events"]) for row in csv.DictReader(out.splitlines())}
    assert status == 0
    assert set(counts) == {"Cat", "Dog", "Rain"}
    second = run("dataset", made, "--counts", "--day", "2026-05-02")[1]
    assert second == run("dataset", made, "--counts", "--hours", "23-1:30")[1]
    assert sum(int(line.split(",")[1]) for line in second.splitlines()[1:]) > 0
    assert sum(counts.values()) > sum(int(line.split(",")[1]) for line in second.splitlines()[1:])


def test_activity_of_a_dataset_is_counted_by_hour_and_day(run, made, tmp_path):
    out = tmp_path / "counts.csv"
    assert run("activity", made, "-o", out, "--by", "day")[0] == 0
    rows = list(csv.DictReader(out.read_text(encoding="utf-8").splitlines()))
    assert {row["slot"] for row in rows} == {"2026-05-01", "2026-05-02"}
    assert {row["calibrated"] for row in rows} == {""}
    assert tuple(map(int, (r["raw"] for r in rows))) == tuple(
        r.raw for r in activity(made, by=["day"])
    )
    status, _, err = run("activity", made, "-o", out, "--recordings", "0.wav")
    assert status == 2
    assert "leave it out for a dataset" in err


def test_activity_of_a_dataset_at_an_address_is_that_of_its_copy(run, made, tmp_path, monkeypatch):
    store = use_store(tmp_path / "storage", monkeypatch)
    shutil.copytree(made, store.folder / "bucket" / "made")
    here, there = tmp_path / "here.csv", tmp_path / "there.csv"
    assert run("activity", made, "-o", here, "--by", "day")[0] == 0
    status, out, err = run("activity", "fake://bucket/made", "-o", there, "--by", "day")
    assert (status, out, err) == (0, f"{there}\n", "")
    assert there.read_bytes() == here.read_bytes()
    assert activity("fake://bucket/made", by=["day"]) == activity(made, by=["day"])


@pytest.mark.parametrize(
    "options", [("--counts", "--sort", "time"), ("--hours", "now"), ("--day", "x")]
)
def test_options_of_a_filter_that_mean_nothing_are_refused(run, made, options):
    assert run("dataset", made, *options)[0] == 2


@pytest.mark.workflow
def test_notebooks_add_to_the_dataset_of_the_command_line(run, weights, sounds, tmp_path):
    made, beside = tmp_path / "made", tmp_path / "beside"
    assert run("analyze", sounds, "--dataset", made, "--threshold", "0.4")[0] == 0
    more = write_sound(tmp_path / "REC_20260503_000000.wav", 3.0, seed=9)
    found = analyze(more, threshold=0.4, weights=weights, dataset=made)
    before = (made / "manifest.json").read_bytes()
    analyze(more, threshold=0.4, weights=weights, dataset=made)
    assert (made / "manifest.json").read_bytes() == before  # nothing twice
    with Dataset(made) as dataset:
        rows = dataset.ask("SELECT onset_s, label FROM events WHERE file = ?", [str(more)])
        assert dataset.ask("SELECT count(*) FROM recordings") == [(4,)]
    assert sorted(rows) == sorted((e.onset_s, e.label) for e in found.events)
    contents = DatasetContents(frames=0.5, embeddings=True)
    analyze(more, weights=weights, dataset=beside, dataset_contents=contents)
    with Dataset(beside) as dataset:
        assert dataset.files["frames"]
        assert dataset.files["embeddings"]
    with pytest.raises(DatasetError, match="with other rules"):
        analyze(more, threshold=0.9, weights=weights, dataset=made)
    with pytest.raises(SettingsError, match="samples have no name"):
        analyze(np.zeros(16000), 16000, weights=weights, dataset=made)


def test_a_dataset_is_put_beside_a_project_once(run, made, tmp_path):
    path = tmp_path / "p.yamnet"
    for words in ("is beside", "already"):
        status, out, _ = run("dataset", made, "--beside", path)
        assert status == 0
        assert words in out
    with Project.open(path) as project:
        (one,) = attached_datasets(project)
        assert one.folder == made
        elsewhere = replace(one, moved=(("/recorders/a", str(tmp_path / "here")),))
        project.apply(attach(project, elsewhere))
    assert run("dataset", made, "--into", path, "--text", "0.wav")[0] == 0
    with Project.open(path) as project:
        (recording,) = project.recordings.all()
        assert project.recordings.locate(recording) == tmp_path / "here" / "0.wav"
