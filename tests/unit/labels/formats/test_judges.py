"""Other people's programs read what we write."""

import shutil
import subprocess
import warnings
from pathlib import Path

import numpy as np
import pytest

from yamnet_gui.core.events import (
    Event,
    EventList,
    EventSource,
    LabelledRecording,
    RecordingInfo,
    ReviewState,
)
from yamnet_gui.core.resources import bundled_class_map
from yamnet_gui.core.scores import FrameGrid, ScoreTable
from yamnet_gui.labels.formats import (
    ReadOptions,
    WriteOptions,
    read_labels,
    write_labels,
    write_score_table,
)


def recording(
    name: str = "dawn.wav", *events: Event, duration_s: float = 60.0
) -> LabelledRecording:
    info = RecordingInfo(Path("/data") / name, duration_s, 32_000, 1)
    return LabelledRecording(info, EventList.of(events))


def ordinary() -> LabelledRecording:
    """Events with an overlap inside a class, a zero-length one, and names with commas."""
    return recording(
        "dawn.wav",
        Event("a", 0.5, 2.25, "Speech", 0, "/m/09x0r", score_max=0.75),
        Event("b", 1.0, 3.0, "Speech", 0, "/m/09x0r", score_max=0.5, low_hz=100.0, high_hz=4000.0),
        Event("c", 3.0, 4.125, "Bird vocalization, bird call, bird song", 107, "/m/020bb7"),
        Event("d", 10.0, 10.0, 'Own "call"', source=EventSource.DRAWN, state=ReviewState.ACCEPTED),
        Event("e", 59.5, 60.0, "Dog", 69, "/m/0bt9lr", score_max=1.0),
    )


def spans(recording: LabelledRecording) -> list[tuple[float, float, str]]:
    return [(e.onset_s, e.offset_s, e.label) for e in recording.events]


def test_pandas_reads_the_own_table(tmp_path: Path) -> None:
    pd = pytest.importorskip("pandas")
    rec = ordinary()
    write_labels("csv", [rec], tmp_path / "out.csv")
    table = pd.read_csv(tmp_path / "out.csv")
    assert list(table["label"]) == [e.label for e in rec.events]
    assert list(table["onset_s"]) == [e.onset_s for e in rec.events]
    assert table["score_max"].dtype == float
    reviewed = pd.read_csv(tmp_path / "out.reviewed.csv")
    assert list(reviewed["duration_s"]) == [60.0]


def test_pandas_reads_parquet_with_types(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    pd = pytest.importorskip("pandas")
    rec = ordinary()
    write_labels("parquet", [rec], tmp_path / "out.parquet")
    table = pd.read_parquet(tmp_path / "out.parquet")
    assert list(table["offset_s"]) == [e.offset_s for e in rec.events]
    assert table["score_max"].dtype == float
    assert str(table["reviewed_utc"].dtype).endswith("UTC]")


@pytest.mark.filterwarnings("ignore:.*inplace.*")
def test_crowsetta_reads_raven_tables(tmp_path: Path) -> None:
    crowsetta = pytest.importorskip("crowsetta")
    rec = recording("dawn.wav", *(e for e in ordinary().events if e.duration_s))
    write_labels("raven", [rec], tmp_path / "out.txt")
    raven = crowsetta.formats.bbox.Raven.from_file(tmp_path / "out.txt", annot_col="Annotation")
    boxes = raven.to_bbox()
    assert [(b.onset, b.offset, b.label) for b in boxes] == spans(rec)
    assert [(b.low_freq, b.high_freq) for b in boxes] == [
        (e.low_hz or 0.0, e.high_hz or 16_000.0) for e in rec.events
    ]


def test_crowsetta_reads_audacity_labels(tmp_path: Path) -> None:
    crowsetta = pytest.importorskip("crowsetta")
    rec = recording("a.wav", Event("a", 0.5, 2.25, "Speech"), Event("b", 3.0, 4.0, "Dog, big"))
    write_labels("audacity", [rec], tmp_path / "out.txt")
    sequence = crowsetta.formats.seq.AudSeq.from_file(tmp_path / "out.txt").to_seq()
    assert list(sequence.labels) == ["Speech", "Dog, big"]
    assert list(sequence.onsets_s) == [0.5, 3.0]
    assert list(sequence.offsets_s) == [2.25, 4.0]


def test_crowsetta_reads_audacity_boxes(tmp_path: Path) -> None:
    crowsetta = pytest.importorskip("crowsetta")
    event = Event("a", 0.5, 2.25, "Speech", low_hz=100.0, high_hz=4000.0)
    write_labels("audacity", [recording("a.wav", event)], tmp_path / "out.txt")
    (box,) = crowsetta.formats.bbox.AudBBox.from_file(tmp_path / "out.txt").to_bbox()
    assert (box.onset, box.offset, box.label) == (0.5, 2.25, "Speech")
    assert (box.low_freq, box.high_freq) == (100.0, 4000.0)


def test_sed_eval_scores_our_list_against_itself_as_perfect(tmp_path: Path) -> None:
    pytest.importorskip("sed_eval")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import sed_eval
    recs = [
        recording("a.wav", Event("a", 0.5, 2.25, "Speech"), Event("b", 3.0, 4.0, "=Dog, big")),
        recording("b.wav", Event("c", 1.0, 1.5, "Speech")),
    ]
    write_labels("dcase", recs, tmp_path / "out.tsv")
    events = sed_eval.io.load_event_list(str(tmp_path / "out.tsv"))
    assert sorted((e["filename"], e["onset"], e["offset"]) for e in events) == [
        ("/data/a.wav", 0.5, 2.25),
        ("/data/a.wav", 3.0, 4.0),
        ("/data/b.wav", 1.0, 1.5),
    ]
    metrics = sed_eval.sound_event.EventBasedMetrics(events.unique_event_labels)
    for name in events.unique_files:
        mine = events.filter(filename=name)
        metrics.evaluate(reference_event_list=mine, estimated_event_list=mine)
    assert metrics.results_overall_metrics()["f_measure"]["f_measure"] == pytest.approx(1.0)


def test_sed_scores_eval_reads_truth_durations_and_scores(tmp_path: Path) -> None:
    io = pytest.importorskip("sed_scores_eval.base_modules.io")
    rec = recording("a.wav", Event("a", 0.5, 2.25, "Speech"), duration_s=3.1)
    write_labels("dcase", [rec], tmp_path / "truth.tsv")
    truth = io.read_ground_truth_events(tmp_path / "truth.tsv")
    ((event,),) = truth.values()
    assert tuple(event) == (0.5, 2.25, "Speech")
    durations = io.read_audio_durations(tmp_path / "truth.durations.tsv")
    assert list(durations.values()) == [3.1]
    rng = np.random.default_rng(5)
    scores = rng.random((6, 521), dtype=np.float32)
    table = ScoreTable(FrameGrid(6, 3.1), scores.copy())
    (tmp_path / "scores").mkdir()
    write_score_table(table, bundled_class_map().names, tmp_path / "scores" / "a.tsv")
    frame = io.read_sed_scores(tmp_path / "scores" / "a.tsv")
    times, classes = io.validate_score_dataframe(frame)
    assert list(times) == pytest.approx(list(table.grid.tile_edges()))
    assert tuple(classes) == bundled_class_map().names
    assert np.array_equal(frame[list(classes)].to_numpy().astype(np.float32), scores)


def test_sed_scores_eval_measures_our_scores_by_our_labels(tmp_path: Path) -> None:
    """Scores that say just what the labels say are perfect to it, others are not."""
    collar_based = pytest.importorskip("sed_scores_eval").collar_based
    grid = FrameGrid(20, 9.9)
    edges = grid.tile_edges()
    names = ["Speech", "Dog, big"]
    for recording_name, first in (("a", 3), ("b", 7)):
        scores = np.full((20, 2), 0.1, np.float32)
        scores[first : first + 4, 0] = 0.9
        scores[12:14, 1] = 0.8
        (tmp_path / "scores").mkdir(exist_ok=True)
        table = ScoreTable(grid, scores)
        write_score_table(table, names, tmp_path / "scores" / f"{recording_name}.tsv")
    recs = [
        recording(
            f"{n}.wav",
            Event("s", float(edges[first]), float(edges[first + 4]), "Speech"),
            Event("d", float(edges[12]), float(edges[14]), "Dog, big"),
            duration_s=9.9,
        )
        for n, first in (("a", 3), ("b", 7))
    ]
    options = WriteOptions(base=Path("/data"))
    write_labels("dcase", recs, tmp_path / "truth.tsv", options=options)
    for threshold, expected in ((0.5, 1.0), (0.85, 0.5)):
        f, *_ = collar_based.fscore(
            scores=str(tmp_path / "scores"),
            ground_truth=str(tmp_path / "truth.tsv"),
            threshold=threshold,
            onset_collar=0.01,
            offset_collar=0.01,
            offset_collar_rate=0.0,
        )
        assert f["macro_average"] == pytest.approx(expected)


def test_empty_tiles_are_left_out_of_score_tables(tmp_path: Path) -> None:
    table = ScoreTable(FrameGrid(3, 0.975), np.zeros((3, 2), np.float32))
    write_score_table(table, ["a", "b"], tmp_path / "a.tsv")
    rows = [line.split("\t") for line in (tmp_path / "a.tsv").read_text().splitlines()[1:]]
    assert all(float(row[0]) < float(row[1]) for row in rows)
    assert [row[0] for row in rows[1:]] == [row[1] for row in rows[:-1]]


@pytest.mark.filterwarnings("ignore")
def test_jams_validates_our_file_and_knows_all_class_names(tmp_path: Path) -> None:
    jams = pytest.importorskip("jams")
    names = [Event(f"n{c.index}", 1.0, 2.0, c.name, c.index, c.mid) for c in bundled_class_map()]
    own = Event("own", 0.123456, 9.0, 'Own "call"', score_max=0.5)
    path = tmp_path / "out.jams"
    options = WriteOptions(curator_name="Ada", curator_email="ada@example.org")
    write_labels("jams", [recording("a.wav", *names, own)], path, options=options)
    loaded = jams.load(str(path), validate=True, strict=True)
    assert loaded.validate(strict=True)
    (known,) = loaded.search(namespace="tag_audioset")
    (free,) = loaded.search(namespace="segment_open")
    assert {o.value for o in known.data} == set(bundled_class_map().names)
    (observation,) = free.data
    assert observation.time == 0.123456
    assert observation.value == own.label
    assert observation.confidence == 0.5
    assert loaded.file_metadata.duration == 60.0


@pytest.mark.filterwarnings("ignore")
def test_we_read_what_jams_writes(tmp_path: Path) -> None:
    jams = pytest.importorskip("jams")
    document = jams.JAMS()
    document.file_metadata.duration = 30.0
    annotation = jams.Annotation(namespace="segment_open")
    annotation.append(time=1.5, duration=2.0, value="Wren", confidence=0.25)
    document.annotations.append(annotation)
    beats = jams.Annotation(namespace="beat")
    beats.append(time=0.5, duration=0.0, value=1)
    document.annotations.append(beats)
    document.save(str(tmp_path / "a.jams"))
    result = read_labels(None, tmp_path / "a.jams")
    (read_back,) = result.recordings
    assert spans(read_back) == [(1.5, 3.5, "Wren")]
    assert read_back.recording.duration_s == 30.0
    assert result.warnings == ("annotation 2 (beat) holds no labels and was left out",)


def test_praatio_reads_our_textgrid(tmp_path: Path) -> None:
    textgrid = pytest.importorskip("praatio.textgrid")
    rec = ordinary()
    write_labels("textgrid", [rec], tmp_path / "out.TextGrid")
    grid = textgrid.openTextgrid(
        str(tmp_path / "out.TextGrid"), includeEmptyIntervals=False, reportingMode="error"
    )
    assert grid.maxTimestamp == 60.0
    assert grid.tierNames == (
        "Bird vocalization, bird call, bird song", "Dog", 'Own "call" (points)', "Speech",
        "Speech (2)",
    )  # fmt: skip
    entries = []
    for tier in grid.tiers:
        for entry in tier.entries:
            end = entry[1] if len(entry) == 3 else entry[0]
            entries.append((entry[0], end, entry[-1].replace('""', '"')))  # left so in points
    assert sorted(entries) == spans(rec)


def test_we_read_what_praatio_writes_in_all_forms(tmp_path: Path) -> None:
    textgrid = pytest.importorskip("praatio.textgrid")
    grid = textgrid.Textgrid(0, 5)
    grid.addTier(textgrid.IntervalTier("birds", [(0.5, 1.25, 'say "hi"'), (2, 3, "b")], 0, 5))
    grid.addTier(textgrid.PointTier("clicks", [(4.0, "click")], 0, 5))
    expected = [(0.5, 1.25, 'say "hi"'), (2.0, 3.0, "b"), (4.0, 4.0, "click")]
    for form in ("short_textgrid", "long_textgrid"):
        path = tmp_path / f"{form}.TextGrid"
        grid.save(str(path), format=form, includeBlankSpaces=True)
        for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"):
            copy = tmp_path / f"{form}-{encoding}.TextGrid"
            copy.write_bytes(path.read_text("utf-8").encode(encoding))
            (read_back,) = read_labels(None, copy).recordings
            assert spans(read_back) == expected
            assert read_back.recording.duration_s == 5.0


def praat(*arguments: str) -> None:
    program = shutil.which("praat_nogui") or shutil.which("praat")
    if program is None:
        pytest.skip("Praat is not installed (Debian package praat)")
    done = subprocess.run(
        [program, "--run", *arguments], check=False, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr


def test_praat_saves_our_textgrid_with_the_same_intervals(tmp_path: Path) -> None:
    rec = ordinary()
    exact = Event("f", 12.123456, 13.654321, "Ünïcödé 鳥")
    rec = recording("dawn.wav", *rec.events, exact)
    write_labels("textgrid", [rec], tmp_path / "out.TextGrid")
    script = tmp_path / "again.praat"
    script.write_text(
        "form Again\n  sentence From x\n  sentence Long x\n  sentence Short x\nendform\n"
        'Text writing preferences: "UTF-16"\n'
        "Read from file: from$\nSave as text file: long$\nSave as short text file: short$\n"
    )
    long, short = tmp_path / "long.TextGrid", tmp_path / "short.TextGrid"
    praat(str(script), str(tmp_path / "out.TextGrid"), str(long), str(short))
    for path in (long, short):
        (read_back,) = read_labels("textgrid", path).recordings
        assert spans(read_back) == spans(rec)
        assert read_back.recording.duration_s == 60.0
    assert long.read_bytes()[:2] in (b"\xfe\xff", b"\xff\xfe")


def test_pympi_reads_our_elan_document(tmp_path: Path) -> None:
    pympi = pytest.importorskip("pympi")
    rec = ordinary()
    write_labels("eaf", [rec], tmp_path / "out.eaf")
    document = pympi.Elan.Eaf(str(tmp_path / "out.eaf"))
    annotations = [
        (start / 1000, end / 1000, label)
        for tier in document.get_tier_names()
        for start, end, label in document.get_annotation_data_for_tier(tier)
    ]
    expected = [(a, b if b > a else a + 0.001, c) for a, b, c in spans(rec)]
    assert sorted(annotations) == expected
    (media,) = document.get_linked_files()
    assert media["MEDIA_URL"] == "file:///data/dawn.wav"


def test_we_read_what_pympi_writes(tmp_path: Path) -> None:
    pympi = pytest.importorskip("pympi")
    document = pympi.Elan.Eaf(author="ada")
    document.add_linked_file("file:///C:/field/a%20b.wav", "./a%20b.wav", "audio/x-wav")
    document.add_tier("birds")
    document.add_annotation("birds", 1500, 2250, "Wren & co")
    document.to_file(str(tmp_path / "a.eaf"))
    (read_back,) = read_labels(None, tmp_path / "a.eaf").recordings
    assert spans(read_back) == [(1.5, 2.25, "Wren & co")]
    assert read_back.recording.path == Path("C:/field/a b.wav")


def test_webvtt_reads_our_subtitles(tmp_path: Path) -> None:
    webvtt = pytest.importorskip("webvtt")
    late = Event("f", 1.9996, 90_000.0, "late")
    rec = recording("a.wav", *ordinary().events, late)
    write_labels("webvtt", [rec], tmp_path / "out.vtt")
    write_labels("srt", [rec], tmp_path / "out.srt")
    for captions in (webvtt.read(tmp_path / "out.vtt"), webvtt.from_srt(tmp_path / "out.srt")):
        assert [c.text for c in captions] == [e.label for e in rec.events]
        caption = next(c for c in captions if c.text == "late")
        assert caption.start == "00:00:02.000"
        assert caption.end == "25:00:00.000"


def test_known_recordings_are_found_whatever_the_table_calls_them(tmp_path: Path) -> None:
    known = [RecordingInfo(Path(p), 10.0, 16_000, 1) for p in ("/a/x.wav", "/b/x.wav", "/b/y.wav")]
    table = tmp_path / "t.tsv"
    names = ["/a/x.wav", "b/x.wav", "C:\\field\\b\\x.wav", "Y.WAV", "y", "x.wav"]
    rows = [f"{name}\t{k}.0\t{k}.5\tDog\n" for k, name in enumerate(names)]
    table.write_text("filename\tonset\toffset\tevent_label\n" + "".join(rows))
    result = read_labels("dcase", table, options=ReadOptions(recordings=known))
    onsets = {str(r.recording.path): [e.onset_s for e in r.events] for r in result.recordings}
    assert onsets == {
        "/a/x.wav": [0.0],
        "/b/x.wav": [1.0, 2.0],
        "/b/y.wav": [3.0, 4.0],
        "x.wav": [5.0],
    }
    assert result.warnings == ("no recording of the project is called x.wav",)
