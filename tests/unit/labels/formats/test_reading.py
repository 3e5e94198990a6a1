"""Tables of other programs, as their writers make them, and everything that can be wrong."""

import re
import time
import tracemalloc
from pathlib import Path

import pytest

from yamnet_gui.core.errors import LabelsError
from yamnet_gui.core.events import Event, EventList, LabelledRecording, RecordingInfo, ReviewState
from yamnet_gui.labels.formats import (
    FORMATS,
    ImportResult,
    ReadOptions,
    detect_format,
    label_columns,
    read_labels,
    write_labels,
)

READABLE = [f.name for f in FORMATS.values() if f.can_read]


def put(folder: Path, text: str | bytes, name: str = "labels.txt") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def spans(result: ImportResult) -> list[tuple[float, float, str]]:
    return [(e.onset_s, e.offset_s, e.label) for r in result.recordings for e in r.events]


def test_audacity_mixes_plain_labels_points_and_frequency_lines(tmp_path: Path) -> None:
    path = put(
        tmp_path,
        "0.500000\t1.250000\tDog\textra\n\\\t100.0\t4000.5\n\\\tmore\tinformation\n"
        "2.0\t2.0\tclick\n\\\t-1.0\t5000\n3.5\told point\n4\t5\t\r\n6\t7\n",
    )
    result = read_labels(None, path)
    assert result.format_name == "audacity"
    assert spans(result) == [
        (0.5, 1.25, "Dog"), (2.0, 2.0, "click"), (3.5, 3.5, "old point"), (4.0, 5.0, ""),
        (6.0, 7.0, ""),
    ]  # fmt: skip
    bounds = [(e.low_hz, e.high_hz) for e in result.recordings[0].events]
    assert bounds == [(100.0, 4000.5), (None, 5000.0), (None, None), (None, None), (None, None)]
    assert result.warnings == (
        "line 3: a line of extra information was left out",
        "cells after the label, which Audacity ignores, became notes",
    )
    assert result.recordings[0].events.events[0].note == "extra"


RAVEN = (
    "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\tHigh Freq (Hz)\t"
    "Begin Path\tFile Offset (s)\tDelta Time (s)\tSpecies\n"
    "1\tWaveform 1\t1\t0.5\t1.5\t0.0\t8000.0\tC:\\rec\\a.wav\t0.5\t1.0\tWREN\n"
    "1\tSpectrogram 1\t1\t0.5\t1.5\t1000.0\t8000.0\tC:\\rec\\a.wav\t0.5\t1.0\tWREN\n"
    "2\tSpectrogram 1\t2\t61.25\t62\t0\t8000\tC:\\rec\\b.wav\t1.25\t0.75\tROBI\n"
)


def test_raven_times_count_within_each_file_and_views_are_one_selection(tmp_path: Path) -> None:
    known = [RecordingInfo(tmp_path / f"{n}.wav", 60.0, 16_000, 2) for n in "ab"]
    path = put(tmp_path, RAVEN)
    result = read_labels(None, path, options=ReadOptions(recordings=known))
    first, second = result.recordings
    assert (first.recording, second.recording) == tuple(known)
    (wren,), (robin,) = first.events, second.events
    assert (wren.onset_s, wren.offset_s, wren.low_hz, wren.channel) == (0.5, 1.5, 1000.0, 0)
    assert (robin.onset_s, robin.offset_s, robin.low_hz, robin.channel) == (1.25, 2.0, None, 1)
    assert robin.high_hz is None
    assert result.unknown_labels == ("WREN", "ROBI")


def test_raven_asks_for_the_label_column_where_it_is_not_plain(tmp_path: Path) -> None:
    path = put(tmp_path, RAVEN.replace("Species", "Vogel\tBox").replace("\tROBI", "\tROBI\tx"))
    assert label_columns(path) == ["Vogel", "Box"]
    with pytest.raises(LabelsError, match="choose the label column: Vogel, Box"):
        read_labels("raven", path)
    chosen = read_labels("raven", path, options=ReadOptions(label_column="Vogel"))
    assert [label for *_, label in spans(chosen)] == ["WREN", "ROBI"]


def test_raven_without_offsets_is_refused_for_several_files(tmp_path: Path) -> None:
    with pytest.raises(LabelsError, match="File Offset"):
        read_labels("raven", put(tmp_path, RAVEN.replace("File Offset (s)", "Other time")))


def test_birdnet_in_both_forms_with_commas_in_paths(tmp_path: Path) -> None:
    new = put(
        tmp_path,
        "Start (s),End (s),Scientific name,Common name,Confidence,File\n"
        "0.0,3.0,Turdus merula,Eurasian Blackbird,0.8512,/field/day 1, dawn/a.wav\n",
        "a.BirdNET.results.csv",
    )
    old = put(
        tmp_path,
        "filepath,start,end,scientific_name,common_name,confidence\n"
        "/field/day 1, dawn/a.wav,0.0,3.0,Turdus merula,Eurasian Blackbird,0.8512\n",
        "old.csv",
    )
    for path in (new, old):
        result = read_labels(None, path)
        (recording,) = result.recordings
        (event,) = recording.events
        assert result.format_name == "birdnet"
        assert recording.recording.path == Path("/field/day 1, dawn/a.wav")
        assert (event.label, event.score_max) == ("Eurasian Blackbird", 0.8512)
        assert event.note == "Turdus merula"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("TIME,VALUE,DURATION,LABEL\n1.5,0.2,0.5,Dog\n3,0,1\n",
         [(1.5, 2.0, "Dog"), (3.0, 4.0, "")]),
        ("1.5,0.2,0.5,Dog\n3,0,1\n", [(1.5, 2.0, "Dog"), (3.0, 4.0, "")]),
        ("1.5,0.2,0.5,1,Dog\n", [(1.5, 2.0, "Dog")]),
        ("TIME,VALUE,DURATION,LEVEL,LABEL\n1.5,60,0.5,0.8,\"a, b\"\n", [(1.5, 2.0, "a, b")]),
        ("TIME,LABEL\n1.5,tap\n", [(1.5, 1.5, "tap")]),
        ("1.5,tap\n", [(1.5, 1.5, "tap")]),
    ],
)  # fmt: skip
def test_sonic_visualiser_layers(
    text: str, expected: list[tuple[float, float, str]], tmp_path: Path
) -> None:
    assert spans(read_labels("sonicvisualiser", put(tmp_path, text, "a.csv"))) == expected


def test_subtitles_of_others(tmp_path: Path) -> None:
    vtt = put(
        tmp_path,
        "\ufeffWEBVTT - title\n\nNOTE a comment\n\nSTYLE\n::cue {}\n\n"
        "intro\n00:01.500 --> 00:02.250 line:0 position:50%\n<v Ada>Dog &amp; cat</v>\n\n"
        "01:00:00.000 --> 01:00:01.000\ntwo\nlines\n",
        "a.vtt",
    )
    assert spans(read_labels(None, vtt)) == [
        (1.5, 2.25, "Dog & cat"),
        (3600.0, 3601.0, "two\nlines"),
    ]
    srt = put(tmp_path, "1\r\n00:00:01,500 --> 00:00:02,250\r\nDog\r\n\r\n", "a.srt")
    assert spans(read_labels(None, srt)) == [(1.5, 2.25, "Dog")]


def test_label_studio_exports_with_uploads_and_several_labels(tmp_path: Path) -> None:
    path = put(
        tmp_path,
        '[{"id": 7, "data": {"audio": "/data/upload/3/1a2b3c4d-dawn.wav"}, "annotations": ['
        '{"was_cancelled": false, "result": [{"id": "x", "type": "labels", "value": '
        '{"start": 1.5, "end": 2, "labels": ["Dog", "Bark"]}}, {"type": "choices", "value": '
        '{"choices": ["noisy"]}}]}, {"was_cancelled": true, "result": [{"type": "labels", '
        '"value": {"start": 0, "end": 1, "labels": ["no"]}}]}]},'
        '{"audio": "s3://bucket/b%20c.wav", "label": [{"start": 0, "end": 1, "labels": ["Cat"]}]}]',
        "a.json",
    )
    result = read_labels("labelstudio", path)
    assert [r.recording.path.name for r in result.recordings] == ["dawn.wav", "b c.wav"]
    assert spans(result) == [(1.5, 2.0, "Bark"), (1.5, 2.0, "Dog"), (0.0, 1.0, "Cat")]
    assert {e.state for r in result.recordings for e in r.events} == {ReviewState.ACCEPTED}


def test_dcase_lists_name_files_without_events(tmp_path: Path) -> None:
    path = put(tmp_path, "filename\tonset\toffset\tevent_label\na.wav\t\t\t\nb.wav\t0\t1\tDog\n")
    result = read_labels(None, path)
    assert [(r.recording.path.name, len(r.events)) for r in result.recordings] == [
        ("a.wav", 0),
        ("b.wav", 1),
    ]


OWN = "file,onset_s,offset_s,label\n"


BROKEN = [
    ("csv", "", "is empty"),
    ("csv", "file,onset_s,label\n", "line 1: the column 'offset_s' is missing"),
    ("csv", OWN + "a.wav,0,1,Dog\na.wav,nan,1,Dog\n", "line 3: the onset is nan"),
    ("csv", OWN + "a.wav,1_0,11,Dog\n", "line 2: the onset '1_0' is not a number"),
    ("jams", "\n\nhello {}", "line 3: starts with 'hello {}'"),
    ("csv", OWN + "a.wav,inf,1,Dog\n", "line 2: the onset is inf"),
    ("csv", OWN + "a.wav,-0.5,1,Dog\n", "line 2: the onset -0.5 is negative"),
    ("csv", OWN + "a.wav,2,1,Dog\n", "line 2: ends at 1 s, before it starts at 2 s"),
    ("csv", OWN + 'a.wav,"1,5,5",1,Dog\n', "line 2: the onset '1,5,5' is not a number"),
    ("csv", OWN + "a.wav,0,1\n", "line 2: has 3 cells where 4 are needed"),
    ("csv", OWN + 'a.wav,0,1,"Dog\n', "line 2: cells cannot be separated"),
    ("csv", OWN + 'a.wav,0,1,"two\nlines"\na.wav,x,1,Dog\n', "line 4: the onset 'x'"),
    ("csv", "file,onset_s,offset_s,label,state\na,0,1,b,blue\n", "line 2: 'blue' is not"),
    ("csv", "file,onset_s,offset_s,label,reviewed_utc\na,0,1,b,noon\n",
     "line 2: 'noon' is not"),
    ("audacity", "0.5,1.5,Dog\n", "line 1: has no TAB"),
    ("audacity", "2\t1.5\tDog\n", "line 1: ends at 1.5 s"),
    ("audacity", "0\tnan\tDog\n", "line 1: the end is nan"),
    ("audacity", "-2\t-1\tDog\n", "line 1: lies before the recording"),
    ("audacity", "\\\t1\t2\n", "line 1: a frequency line comes before"),
    ("raven", RAVEN.replace("End Time (s)", "Stop"), "line 1: the column 'End Time (s)' is"),
    ("raven", RAVEN.replace("\t0.5\t1.5\t", "\t1.5\t0.5\t").partition("2\tSpec")[0],
     "line 3: ends at 0.5 s"),
    ("dcase", "filename\tonset\tevent_label\n", "line 1: the column 'offset' is missing"),
    ("dcase", "filename\tonset\toffset\tevent_label\na\tNaN\t1\tDog\n",
     "line 2: the onset is NaN"),
    ("audioset", "segment_id\tstart_time_seconds\tend_time_seconds\tlabel\na\t1\n",
     "line 2: has 2"),
    ("hoplite", ",".join(["recording", "start_offset_s", "end_offset_s", "label", "label_type"])
     + "\na,0,1,Dog,maybe\n", "line 2: 'maybe' is neither positive"),
    ("birdnet", "Start (s),End (s),Scientific name,Common name,Confidence\n0,3,a,b\n",
     "line 2: has 4 cells"),
    ("sonicvisualiser", "TIME,VALUE,DURATION,LABEL\n1,0,-2,x\n",
     "line 2: the duration -2 is negative"),
    ("webvtt", "hello\n", "line 1: does not begin with WEBVTT"),
    ("webvtt", "WEBVTT\n\n00:05.000 --> 00:01.000\nx\n", "line 3: ends at 1 s"),
    ("srt", "1\n00:00:05,000 -> 00:00:06,000\nx\n", "line 1: is no cue"),
    ("srt", "1\n00:00:05,000 --> soon\nx\n", "line 2: the times '00:00:05,000 --> soon'"),
    ("jams", "{\n\"file_metadata\": {},\n}", "line 3: is not JSON"),
    ("jams", "[]", "is not a JAMS file"),
    ("jams", '{"file_metadata": {}, "annotations": [{"namespace": "tag_open", "data": '
     '[{"time": NaN, "duration": 1, "value": "x"}]}]}',
     "annotation 1, observation 1: the time is nan"),
    ("jams", '{"file_metadata": {}, "annotations": [{"namespace": "tag_open", "data": '
     '[{"time": 1, "value": "x"}]}]}', "annotation 1, observation 1: needs time"),
    ("textgrid", 'File type = "ooTextFile"\nObject class = "TextGrid"\n0 5 <exists> 1\n'
     '"IntervalTier" "a" 0 5 1\n3 2 "x"\n', "line 5: times run backwards"),
    ("textgrid", 'File type = "ooTextFile"\nObject class = "TextGrid"\n0 5 <exists> 1\n'
     '"IntervalTier" "a" 0 5 2\n0 2 "x"\n', "the file ends too early"),
    ("textgrid", 'File type = "ooTextFile"\nObject class = "Sound"\n', "is not a TextGrid"),
    ("eaf", "<ANNOTATION_DOCUMENT>\n<TIER>\n</ANNOTATION_DOCUMENT>",
     "line 3: is not well-formed"),
    ("eaf", '<!DOCTYPE a [<!ENTITY b "c">]><ANNOTATION_DOCUMENT/>', "has a DOCTYPE"),
    ("eaf", '<ANNOTATION_DOCUMENT><TIER TIER_ID="t"><ANNOTATION><ALIGNABLE_ANNOTATION '
     'TIME_SLOT_REF1="x"/></ANNOTATION></TIER></ANNOTATION_DOCUMENT>', "unknown time slot 'x'"),
    ("labelstudio", "[1]", "is not a list of Label Studio tasks"),
    ("labelstudio", '[{"data": {"audio": "a"}, "predictions": [{"result": [{"type": "labels", '
     '"value": {"start": 2, "end": 1, "labels": ["x"]}}]}]}]', "ends at 1 s"),
    ("parquet", "PAR1 but not really", "is not a Parquet table"),
]  # fmt: skip
"""Format, content, and the message."""


@pytest.mark.parametrize(("name", "text", "reason"), BROKEN)
def test_what_is_wrong_is_said_with_its_line(
    name: str, text: str, reason: str, tmp_path: Path
) -> None:
    path = put(tmp_path, text)
    with pytest.raises(LabelsError, match=re.escape(reason)) as caught:
        read_labels(name, path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("name", READABLE)
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00" * 5000,
        bytes(range(256)) * 40,
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b'"' * 9999,
        b"\n" * 99_999,
        b"<a>" * 99_999,
        b"<ANNOTATION_DOCUMENT>" * 9999,
    ],
    ids=["empty", "zeros", "bytes", "half a mark", "brackets", "quotes", "blank", "tags", "deep"],
)
def test_garbage_is_refused_or_holds_no_events(name: str, content: bytes, tmp_path: Path) -> None:
    path = put(tmp_path, content)
    try:
        result = read_labels(name, path)
    except LabelsError:
        return
    assert result.event_count == 0


@pytest.mark.slow
@pytest.mark.parametrize("name", READABLE)
@pytest.mark.parametrize(
    "unit",
    [b"\x93garbage\n", b"x", b"0.5 1.5 Dog\n", b'"', b"<a>", b"\n", b"[["],
    ids=["lines", "one line", "text", "quotes", "tags", "blank", "brackets"],
)
def test_a_hundred_megabytes_of_garbage_cost_a_few_plain_passes(
    name: str, unit: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "big.txt"
    with path.open("wb") as file:
        for _ in range(100):
            file.write(unit * ((1 << 20) // len(unit)))
    began = time.process_time()  # other programs do not count
    assert path.read_text("latin-1").casefold()
    plain_s = time.process_time() - began
    tracemalloc.start()
    began = time.process_time()
    with pytest.raises(LabelsError):
        read_labels(name, path)
    spent_s = time.process_time() - began
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    print(f"{name}: {spent_s / plain_s:.1f} times a plain pass")
    assert spent_s < 60 * plain_s
    assert peak < 300 << 20


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends(encoding: str, end: str, tmp_path: Path) -> None:
    text = f"0.5\t1.5\tCafé 鳥{end}2\t3\tDog{end}"
    path = put(tmp_path, text.encode(encoding))
    assert spans(read_labels(None, path)) == [(0.5, 1.5, "Café 鳥"), (2.0, 3.0, "Dog")]


def test_mixed_line_ends(tmp_path: Path) -> None:
    path = put(tmp_path, OWN + 'a,0,1,x\r\na,1,2,"y\r\nz"\ra,2,3,w\n\n', "a.csv")
    assert [label for *_, label in spans(read_labels(None, path))] == ["x", "y\r\nz", "w"]


def test_bytes_that_are_not_utf8_are_named_by_line(tmp_path: Path) -> None:
    path = put(tmp_path, "0\t1\tok\n1\t2\tCafé\n".encode("latin-1"))
    with pytest.raises(LabelsError, match="line 2: is not text in the encoding utf-8"):
        read_labels("audacity", path, options=ReadOptions(encoding="utf-8"))
    latin = read_labels("audacity", path, options=ReadOptions(encoding="latin-1"))
    assert spans(latin)[1] == (1.0, 2.0, "Café")


def test_a_broken_second_table_is_named(tmp_path: Path) -> None:
    path = put(tmp_path, OWN + "a,0,1,x\n", "a.csv")
    second = put(tmp_path, "file,duration_s,from_s,to_s\na,10,5,2\n", "a.reviewed.csv")
    with pytest.raises(LabelsError, match="line 2: ends at 2 s") as caught:
        read_labels("csv", path)
    assert caught.value.subject == str(second)


def test_missing_files_and_folders_are_told(tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(LabelsError, match="cannot be read"):
            read_labels("csv", path)
        with pytest.raises(LabelsError, match="cannot be read"):
            detect_format(path)


def test_unknown_content_and_names(tmp_path: Path) -> None:
    with pytest.raises(LabelsError, match="is not in a known label format"):
        detect_format(put(tmp_path, "hello world\n"))
    with pytest.raises(LabelsError, match="choose one of csv, audacity"):
        read_labels("excel", tmp_path / "a.xls")


def test_the_same_table_gives_the_same_ids(tmp_path: Path) -> None:
    path = put(tmp_path, "0\t1\tDog\n0\t1\tDog\n2\t3\tCat\n")
    first, second = read_labels("audacity", path), read_labels("audacity", path)
    assert first == second
    assert len({e.id for e in first.recordings[0].events}) == 3


@pytest.mark.parametrize("name", [n for n in READABLE if FORMATS[n].can_write])
def test_every_format_is_recognised_by_its_content(name: str, tmp_path: Path) -> None:
    events = EventList.of([Event("e", 1.0, 2.0, "Speech", 0, "/m/09x0r")])
    recording = LabelledRecording(RecordingInfo(Path("/d/a.wav"), 9.0, 16_000, 1), events)
    write_labels(name, [recording], tmp_path / "anything.dat")
    assert detect_format(tmp_path / "anything.dat") == name
