"""A folder of Parquet: written in one step, read by others, checked."""

import json
import shutil
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

duckdb = pytest.importorskip("duckdb", reason="needs the extra 'dataset'")
pytest.importorskip("pyarrow", reason="needs the extra 'dataset'")

from tests.unit.dataset.made import CONTENTS, DAY, info, labelled, make_unit  # noqa: E402
from yamnet_gui.core.errors import Cancelled, DatasetError  # noqa: E402
from yamnet_gui.dataset import (  # noqa: E402
    Contents,
    Dataset,
    add_units,
    check,
    layout,
    manifest,
    read_unit,
    summarize,
    writing,
)
from yamnet_gui.dataset.writing import begin_dataset  # noqa: E402
from yamnet_gui.labels.formats import read_labels  # noqa: E402

pytestmark = pytest.mark.quick


@pytest.fixture
def units(tmp_path):
    """Two recordings of one day, one of another day, one without a start."""
    starts = (DAY, DAY + timedelta(hours=1), DAY + timedelta(days=3), None)
    return [
        make_unit(tmp_path / "units", f"{k}.wav", start, seed=k) for k, start in enumerate(starts)
    ]


@pytest.fixture
def folder(tmp_path, units):
    add_units(tmp_path / "made", info(), units)
    return tmp_path / "made"


def findings(folder):
    with Dataset(folder) as dataset:
        return [(f.subject, f.reason) for f in check(dataset)]


def test_small_files_of_a_partition_are_joined(folder):
    files = sorted(p.parent.name for p in (folder / "events").rglob("*.parquet"))
    assert files == ["day=2026-05-01", "day=2026-05-04", "day=unknown"]
    assert findings(folder) == []


def test_other_programs_read_what_was_analysed(folder):
    recording, analysis = labelled(Path("/recorders/a/1.wav"), DAY, 20, 1)
    embeddings = pd.read_parquet(folder / "embeddings")
    mine = embeddings[embeddings["start_s"] >= 0]
    assert len(mine) == 80
    everything = np.stack(mine["embedding"].to_list())
    assert everything.dtype == np.float16
    wanted = analysis.embeddings().astype(np.float16)
    assert any(np.array_equal(everything[k : k + 20], wanted) for k in range(0, 80, 20))
    events = duckdb.sql(
        f"SELECT id, onset_s, label, epoch_us(onset_utc), day"
        f" FROM read_parquet('{folder}/events/*/*.parquet', hive_partitioning = true)"
        " WHERE file = '/recorders/a/1.wav' ORDER BY onset_s, id"
    ).fetchall()
    assert [row[:3] for row in events] == [
        (e.id, e.onset_s, e.label)
        for e in sorted(recording.events, key=lambda e: (e.onset_s, e.id))
    ]
    first = DAY + timedelta(hours=1, seconds=events[0][1])
    assert abs(events[0][3] / 1e6 - first.timestamp()) < 1e-5
    scores = pd.read_parquet(folder / "frames")
    assert scores["score"].min() >= 0.5
    assert set(scores["label"]) == {"Dog", "Cat", "Rain"}


@pytest.mark.workflow
@pytest.mark.filterwarnings("ignore:Constructing a Categorical")  # by older versions of Dask
def test_dask_reads_a_dataset_without_us(folder):
    dask = pytest.importorskip("dask.dataframe", reason="needs Dask")
    events = dask.read_parquet(folder / "events")
    with Dataset(folder) as dataset:
        assert len(events) == dataset.manifest.rows("events")


def test_its_events_are_a_table_of_labels_that_is_imported(folder):
    file = next((folder / "events" / "day=2026-05-04").glob("*.parquet"))
    (read,) = read_labels("parquet", file).recordings
    recording, _ = labelled(Path("/recorders/a/2.wav"), None, 20, 2)
    assert [(e.onset_s, e.label) for e in read.events] == [
        (e.onset_s, e.label) for e in recording.events
    ]


def test_all_scores_of_frames_are_kept_where_asked_for(tmp_path):
    contents = Contents(frames="all", partition="folder")
    unit = make_unit(tmp_path / "u", "0.wav", contents=contents, seed=4)
    add_units(tmp_path / "made", info(contents), [unit])
    scores = pd.read_parquet(tmp_path / "made" / "frames" / "folder=a")
    _, analysis = labelled(Path("/recorders/a/0.wav"), None, 20, 4)
    assert np.array_equal(np.stack(scores["scores"].to_list()), analysis.tables[0].scores)


def test_recordings_that_are_there_are_replaced_and_others_kept(folder, tmp_path):
    again = make_unit(tmp_path / "again", "0.wav", DAY + timedelta(days=9), frames=50, seed=7)
    more = make_unit(tmp_path / "again", "9.wav", DAY, seed=9)
    add_units(folder, info(), [again, more])
    assert findings(folder) == []
    with Dataset(folder) as dataset:
        rows = dict(dataset.ask("SELECT file, frames FROM recordings"))
        days = dataset.ask("SELECT DISTINCT day FROM recordings WHERE file = '/recorders/a/0.wav'")
    assert rows == {f"/recorders/a/{k}.wav": 50 if k == 0 else 20 for k in (0, 1, 2, 3, 9)}
    assert days == [("2026-05-10",)]


def test_a_large_file_takes_its_place_by_a_new_name(tmp_path, monkeypatch):
    monkeypatch.setattr(layout, "_WIDE", layout.TableSize(8, 64))
    units = [make_unit(tmp_path / "u", f"{k}.wav", frames=n) for k, n in enumerate((50, 2, 3))]
    inode = units[0].file("embeddings").stat().st_ino
    add_units(tmp_path / "made", info(), units)
    files = list((tmp_path / "made" / "embeddings").rglob("*.parquet"))
    assert len(files) == 2
    assert inode in [file.stat().st_ino for file in files]


@pytest.mark.workflow
@pytest.mark.parametrize("moment", range(23))
def test_a_kill_at_any_moment_leaves_the_old_or_the_new(folder, tmp_path, monkeypatch, moment):
    class Killed(BaseException):
        pass

    left = [moment]

    def counted(real):
        def step(first, *arguments, **options):
            if first.name == ".lock":  # which the system lifts when its holder dies
                return real(first, *arguments, **options)
            if left[0] == 0:
                raise Killed
            left[0] -= 1
            return real(first, *arguments, **options)

        return step

    again = [
        make_unit(tmp_path / "again", f"{k}.wav", DAY + k * timedelta(hours=5), 30, seed=k)
        for k in (0, 5)
    ]
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", counted(Path.replace))
        patch.setattr(Path, "unlink", counted(Path.unlink))
        patch.setattr(writing, "write_rows", counted(writing.write_rows))
        with pytest.raises(Killed):
            add_units(folder, info(), again)
    with Dataset(folder) as dataset:  # readers go by the list
        assert [missing.path for missing in dataset.missing] == []
    units = [
        make_unit(tmp_path / "again", f"{k}.wav", DAY + k * timedelta(hours=5), 30, seed=k)
        for k in (0, 5)
    ]
    add_units(folder, info(), units)
    assert findings(folder) == []
    assert not list(folder.rglob("*.part"))
    with Dataset(folder) as dataset:
        assert len(dataset.ask("SELECT * FROM recordings")) == 5


def test_damage_is_found(folder):
    first, second, third = sorted((folder / "events").rglob("*.parquet"))
    data = bytearray(first.read_bytes())
    data[len(data) // 2] ^= 1
    first.write_bytes(data)
    second.unlink()
    stray = third.with_name("copy.parquet")
    stray.write_bytes(third.read_bytes())
    found = dict(findings(folder))
    assert "checksum" in found[first.relative_to(folder).as_posix()]
    assert found[second.relative_to(folder).as_posix()] == "is missing"
    assert "not listed" in found[stray.relative_to(folder).as_posix()]


def test_recordings_that_overlap_are_named(tmp_path):
    units = [make_unit(tmp_path / "u", f"{k}.wav", DAY + timedelta(seconds=4 * k)) for k in (0, 1)]
    add_units(tmp_path / "made", info(), units)
    assert findings(tmp_path / "made") == [
        ("/recorders/a/0.wav", "overlaps /recorders/a/1.wav by 6 s")
    ]


def test_gaps_and_counts_are_listed(folder):
    with Dataset(folder) as dataset:
        summary = summarize(dataset)
    assert (summary.recordings, summary.days, summary.without_start) == (4, 2, 1)
    assert [round(gap.duration_s) for gap in summary.gaps] == [71 * 3600 - 10]
    assert sum(count for _, count in summary.classes) == summary.rows["events"] > 0
    assert json.loads(json.dumps(summary.to_json()))["rows"]["embeddings"] == 80


def test_another_model_or_choice_is_not_mixed_in(folder, tmp_path):
    unit = make_unit(tmp_path / "again", "7.wav")
    with pytest.raises(DatasetError, match="another model"):
        add_units(folder, info(model="e" * 64), [unit])
    with pytest.raises(DatasetError, match="partitioned by day"):
        add_units(folder, info(Contents(0.5, True, "folder")), [unit])


def test_a_folder_of_others_is_left_alone(tmp_path):
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "thesis.txt").write_text("mine")
    unit = make_unit(tmp_path / "u", "0.wav")
    with pytest.raises(DatasetError, match="holds other files"):
        add_units(theirs, info(), [unit])
    assert [p.name for p in theirs.iterdir()] == ["thesis.txt"]
    with pytest.raises(DatasetError, match="is not a dataset folder"):
        Dataset(theirs)


@pytest.mark.parametrize("name", ["../x.parquet", "events/../../x.parquet", "/etc/x.parquet"])
def test_a_manifest_that_leads_elsewhere_is_refused(folder, name):
    path = folder / manifest.MANIFEST
    values = json.loads(path.read_text())
    values["files"][name] = {"rows": 1, "bytes": 1, "sha256": ""}
    path.write_text(json.dumps(values))
    with pytest.raises(DatasetError, match="none of a dataset"):
        Dataset(folder)


@pytest.mark.parametrize(("name", "value"), [("bytes", "7"), ("rows", -1), ("rows", None)])
def test_a_manifest_whose_numbers_are_none_is_refused(folder, name, value):
    path = folder / manifest.MANIFEST
    values = json.loads(path.read_text())
    next(iter(values["files"].values()))[name] = value
    path.write_text(json.dumps(values))
    with pytest.raises(DatasetError, match="is damaged"):
        Dataset(folder)


@pytest.mark.parametrize(
    ("name", "value"), [("moves", "x"), ("removes", None), ("moves", {"events/day=1/a.parquet": 1})]
)
def test_a_damaged_change_is_refused_in_one_sentence(folder, name, value):
    change = {"moves": {}, "removes": [], "files": {}} | {name: value}
    (folder / manifest.CHANGE).write_text(json.dumps(change))
    with pytest.raises(DatasetError, match="is damaged — remove it"):
        add_units(folder, info(CONTENTS), [])


@pytest.mark.parametrize(
    ("name", "value"),
    [("frames", "many"), ("start_utc", 5), ("partition", "day=../.."), ("partition", 3)],
)
def test_a_damaged_part_of_an_unfinished_run_is_refused(tmp_path, name, value):
    path = make_unit(tmp_path / "u", "1.wav").path
    values = json.loads(path.read_text())
    (values if name in values else values["recording"])[name] = value
    path.write_text(json.dumps(values))
    with pytest.raises(DatasetError, match="unfinished run is broken"):
        read_unit(path)


def test_a_change_is_finished_before_the_folder_of_a_run_is_emptied(folder, tmp_path, monkeypatch):
    """Its large files wait there."""
    run = tmp_path / "made.unfinished"
    unit = make_unit(run, "9.wav", DAY + timedelta(days=30), 30, seed=9)

    def killed(_folder):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(layout, "_WIDE", layout.TableSize(8, 64))
        patch.setattr(manifest, "finish_change", killed)
        with pytest.raises(KeyboardInterrupt):
            add_units(folder, info(), [unit])
    begin_dataset(folder, info())
    shutil.rmtree(run)
    assert findings(folder) == []
    with Dataset(folder) as dataset:
        assert dataset.ask("SELECT count(*) FROM recordings WHERE file LIKE '%9.wav'") == [(1,)]


def test_a_change_whose_files_are_gone_is_not_taken_for_finished(folder):
    listed = json.loads((folder / "manifest.json").read_text())["files"]
    name = "events/day=2026-05-01/part-new.parquet"
    files = listed | {name: {"rows": 1, "bytes": 1, "sha256": "0"}}
    change = {
        "moves": {name: f"{'0' * 32}.dataset.events.parquet"},
        "removes": [*listed],
        "files": files,
    }
    (folder / "change.json").write_text(json.dumps(change))
    with pytest.raises(DatasetError, match="is half done, and what it was to bring is gone"):
        add_units(folder, info(), [])
    assert json.loads((folder / "manifest.json").read_text())["files"] == listed
    assert all((folder / name).exists() for name in listed)


def test_a_change_that_was_made_up_moves_nothing(folder, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("mine")
    change = {"moves": {"events/day=1/part-0.parquet": str(secret)}, "removes": [], "files": {}}
    (folder / "change.json").write_text(json.dumps(change))
    with pytest.raises(DatasetError, match="none of a dataset"):
        add_units(folder, info(CONTENTS), [])
    assert secret.read_text() == "mine"


def test_a_table_that_cannot_be_opened_is_named_and_the_others_are_read(folder):
    path = min((folder / "events").rglob("*.parquet"))  # whose columns stand for those of all
    content = path.read_bytes()
    path.write_bytes(content[:4] + bytes(len(content) - 12) + content[-8:])
    name = path.relative_to(folder).as_posix()
    assert (name, "is damaged") in findings(folder)
    with Dataset(folder) as dataset:
        assert [missing.path for missing in dataset.missing] == [name]
        assert dataset.ask("SELECT count(DISTINCT day) FROM events") == [(2,)]
        assert dataset.ask("SELECT count(DISTINCT day) FROM recordings") == [(3,)]


def test_a_link_in_place_of_a_day_is_refused_in_one_sentence(folder, tmp_path):
    day = folder / "events" / "day=unknown"
    day.rename(tmp_path / "theirs")
    day.symlink_to(tmp_path / "theirs")
    with pytest.raises(DatasetError, match="day=unknown: is a link to another place"):
        Dataset(folder)


def test_a_question_that_nobody_waits_for_is_ended_from_another_thread(folder):
    endless = "SELECT count(*) FROM range(1000000000000) a, range(1000000) b WHERE a.range = -1"
    with Dataset(folder) as dataset, ThreadPoolExecutor(1) as pool:
        asked = pool.submit(dataset.ask, endless)
        while not asked.done():
            dataset.interrupt()  # once it has begun
            wait([asked], 0.01)
        with pytest.raises(Cancelled):
            asked.result()
        assert dataset.ask("SELECT 1") == [(1,)]
