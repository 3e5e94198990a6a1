import csv

import numpy as np
import pandas as pd
import pytest

from tests.unit.fakes import write_sound
from yamnet_gui.analysis import AnalysisSettings, analyse_recording, finished
from yamnet_gui.analysis.event_table import find_events
from yamnet_gui.batch.parts import PartWriter
from yamnet_gui.batch.table_files import check_table, join_parts, write_part
from yamnet_gui.batch.tables import (
    best_classes,
    clip_columns,
    clip_rows,
    embedding_columns,
    frame_rows,
    write_arrays,
)
from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.resources import bundled_class_map
from yamnet_gui.detection import RuleSet


@pytest.fixture(scope="module")
def classes():
    return bundled_class_map()


@pytest.fixture
def analysis(tmp_path, model, cache):
    path = write_sound(tmp_path / "two, three.wav", 5.2, channels=2)
    return finished(analyse_recording(path, model, AnalysisSettings(channels="each"), cache))


def test_the_best_classes_have_the_highest_means_over_frames_and_channels(analysis, classes):
    mean = np.mean([t.scores.astype(np.float64).mean(axis=0) for t in analysis.tables], axis=0)
    best = best_classes(analysis, classes.names, 5)
    assert [name for name, _ in best] == [classes.names[k] for k in np.argsort(-mean)[:5]]
    assert [score for _, score in best] == pytest.approx(sorted(mean)[::-1][:5])


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_scores_of_frames_come_back_to_the_bit(tmp_path, analysis, classes, suffix):
    table = tmp_path / f"scores{suffix}"
    with PartWriter(tmp_path) as writer, writer.part() as stream:
        write_part(stream, suffix, classes.names, frame_rows(analysis, "scores"))
    part = stream.part
    join_parts(table, classes.names, [part, part])
    read = pd.read_csv if suffix == ".csv" else pd.read_parquet
    frame = read(table)
    assert list(frame.columns[:4]) == ["file", "channel", "start_s", "end_s"]
    assert tuple(frame.columns[4:]) == classes.names
    wanted = np.concatenate([t.scores for t in analysis.tables])
    values = frame.iloc[: len(wanted), 4:].to_numpy().astype(np.float32)
    assert np.array_equal(values, wanted)
    assert len(frame) == 2 * len(wanted)
    assert set(frame["file"]) == {str(analysis.recording.path)}
    assert frame["channel"].tolist()[: len(wanted)] == [0] * 10 + [1] * 10
    assert frame["start_s"].iloc[1] == pytest.approx(0.48)
    assert frame["end_s"].iloc[0] == pytest.approx(0.975)
    assert frame["end_s"].max() == pytest.approx(5.2)


def test_a_clip_row_holds_mean_maximum_and_embedding(tmp_path, analysis, classes):
    columns = clip_columns(classes.names, 1024)
    with PartWriter(tmp_path) as writer, writer.part() as stream:
        write_part(stream, ".csv", columns, clip_rows(analysis, True))
    join_parts(tmp_path / "clips.csv", columns, [stream.part])
    with (tmp_path / "clips.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["channel"] for row in rows] == ["0", "1"]
    for row, table in zip(rows, analysis.tables, strict=True):
        k = classes.find("Bee, wasp, etc.").index
        assert float(row["Bee, wasp, etc. (mean)"]) == pytest.approx(table.scores[:, k].mean())
        assert np.float32(row["Bee, wasp, etc. (max)"]) == table.scores[:, k].max()
        embedding = [float(row[name]) for name in embedding_columns(1024)]
        assert embedding == pytest.approx(analysis.embeddings(table.channel).mean(axis=0), rel=1e-5)
        assert (row["start_s"], row["end_s"]) == ("0.000000", "5.200000")


def test_arrays_hold_what_was_promised(tmp_path, analysis, classes, model, cache):
    write_arrays(tmp_path / "each.npz", analysis, classes.names, with_scores=True)
    with np.load(tmp_path / "each.npz") as each:
        assert each["scores"].shape == (2, 10, 521)
        assert each["embeddings"].shape == (2, 10, 1024)
    mix = finished(analyse_recording(analysis.recording.path, model, cache=cache))
    write_arrays(tmp_path / "mix.npz", mix, classes.names, with_scores=True)
    with np.load(tmp_path / "mix.npz") as arrays:
        assert np.array_equal(arrays["scores"], mix.tables[0].scores)
        assert np.array_equal(arrays["embeddings"], mix.embeddings())
        assert np.array_equal(arrays["frame_start_s"], mix.tables[0].grid.frame_starts())
        assert tuple(arrays["class_names"]) == classes.names
    write_arrays(tmp_path / "only.npz", mix, classes.names, with_scores=False)
    with np.load(tmp_path / "only.npz") as arrays:
        assert "scores" not in arrays.files


def test_events_obey_threshold_and_classes(analysis, classes):
    wanted = [classes.find("Dog").index, classes.find("Bark").index]
    table = find_events(analysis, RuleSet.threshold(0.4), wanted).labelled(classes)
    assert {event.class_index for event in table.events} <= set(wanted)
    assert {event.channel for event in table.events} <= {0, 1}
    assert all(event.score_max >= 0.4 for event in table.events)
    assert table.model_sha256 == analysis.model_sha256
    for index in wanted:
        hit = [(t.scores[:, index] >= 0.4).any() for t in analysis.tables]
        assert [
            any(e.class_index == index and e.channel == c for e in table.events) for c in (0, 1)
        ] == hit


def test_top_keeps_the_highest_of_each_frame_whatever_their_score(analysis, classes):
    labelled = find_events(analysis, RuleSet.threshold(1e-9), top=1).labelled(classes)
    for table in analysis.tables:
        edges = table.grid.tile_edges()
        events = [event for event in labelled.events if event.channel == table.channel]
        assert sum(event.duration_s for event in events) == pytest.approx(5.2)
        for k, winner in enumerate(table.scores.argmax(axis=1)):
            middle = (edges[k] + edges[k + 1]) / 2
            assert [e.class_index for e in events if e.onset_s <= middle < e.offset_s] == [winner]


def test_other_endings_are_refused(tmp_path):
    with pytest.raises(SettingsError, match=r"neither \.csv nor \.parquet"):
        check_table(tmp_path / "scores.xlsx")


def test_parquet_without_its_library_says_what_to_install(monkeypatch, tmp_path):
    import sys

    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(SettingsError, match=r"pip install 'yamnet-gui\[parquet\]'"):
        check_table(tmp_path / "scores.parquet")
