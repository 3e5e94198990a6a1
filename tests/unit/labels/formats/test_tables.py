"""Tables of other programs, in any separator, spelling, decimal mark and encoding."""

from pathlib import Path

import pytest

from yamnet_gui.core.errors import LabelsError
from yamnet_gui.core.events import Event, RecordingInfo, ReviewState
from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.labels.formats import ImportResult, ReadOptions, read_labels, write_labels
from yamnet_gui.labels.formats.columns import mapping_text, parse_mapping

Row = tuple[str, float, float, str]


def put(folder: Path, content: str | bytes, name: str = "labels.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def rows(result: ImportResult) -> list[Row]:
    return [
        (r.recording.path.as_posix(), e.onset_s, e.offset_s, e.label)
        for r in result.recordings
        for e in r.events
    ]


def only_event(result: ImportResult) -> Event:
    (recording,) = result.recordings
    (event,) = recording.events
    return event


KNOWN = [
    ("raven", "Annotation\tEnd Time (s)\tBegin Time (s)\nDog\t2.5\t1.5\n"),
    ("raven", "Selection\tBegin Time (S)\tEnd Time (S)\tAnnotation\n1\t1.5\t2.5\tDog\n"),
    ("raven", "Selection\tBegin Time(s)\tEnd Time(s)\tSpecies\n1\t1.5\t2.5\tDog\n"),
    ("raven", "Selection\tBegin Time (s)\tEnd Time (s)\tAnnotation\n1\t1,5\t2,5\tDog\n"),
    ("raven", "Selection,Begin Time (s),End Time (s),Annotation\n1,1.5,2.5,Dog\n"),
    ("raven", 'Selection;Begin Time (s);End Time (s);"Species"\n1;1,5;2,5;Dog\n'),
    ("csv", "File,Onset_s,Offset_s,Label\nlabels,1.5,2.5,Dog\n"),
    ("csv", "file;onset_s;offset_s;label\nlabels;1,5;2,5;Dog\n"),
    ("csv", 'file,onset_s,offset_s,label\nlabels,"1,5","2,5",Dog\n'),
    ("csv", "file\tonset_s\toffset_s\tlabel\nlabels\t1.5\t2.5\tDog\n"),
    ("csv", '"sep=,"\nfile,onset_s,offset_s,label\nlabels,1.5,2.5,Dog\n,,,\n,,,\n'),
    ("csv", "sep=;\nfile;onset_s;offset_s;label\nlabels;1,5;2,5;Dog\n"),
    ("csv", "onset_s,offset_s,label\n1.5,2.5,Dog\n"),
    ("csv", "file,onset_s,offset_s,label,note\nlabels,1.5,2.5,Dog\n"),
    ("dcase", ",event_label,onset,offset,filename\n0,Dog,1.5,2.5,labels\n"),
    ("dcase", "filename;onset;offset;event_label\nlabels;1,5;2,5;Dog\n"),
    ("dcase", "onset\toffset\tevent_label\n1.5\t2.5\tDog\n"),
    ("audacity", "1.500000\t2.500000\tDog\n"),
    ("audacity", "1,500000\t2,500000\tDog\n"),
    ("birdnet", "Start (s);End (s);Scientific name;Common name;Confidence\n1.5;2.5;a b;Dog;0.8\n"),
    ("birdnet", "1.5\t2.5\tCanis lupus_Dog\t0.8123\n"),
    ("birdnet", "1.5\t2.5\tCanis lupus, Dog\t0.8123\n"),
    ("kaleidoscope", "INDIR,FOLDER,IN FILE,OFFSET,DURATION,MANUAL ID\n,,labels,1.5,1.0,Dog\n"),
]
"""One event "Dog" from 1.5 to 2.5 s in the recording `labels`."""


@pytest.mark.parametrize(("name", "text"), KNOWN)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_known_tables_in_other_dialects(
    name: str, text: str, encoding: str, tmp_path: Path
) -> None:
    path = put(tmp_path, text.replace("\n", "\r\n").encode(encoding))
    result = read_labels(None, path)
    assert (result.format_name, rows(result)) == (name, [("labels", 1.5, 2.5, "Dog")])
    assert not result.warnings


GUESSED = [
    # AnuraSet, BirdSet, few-shot lists, opensoundscape, xeno-canto
    "filename,start_time_s,end_time_s,label\na.wav,1.5,2.5,Dog\n",
    "Filename,Start Time (s),End Time (s),Low Freq (Hz),High Freq (Hz),Species eBird Code\n"
    "a.wav,1.5,2.5,1000,4000,Dog\n",
    "Audiofilename,Starttime,Endtime,Dog\na.wav,1.5,2.5,POS\n",
    "Audiofilename,Starttime,Endtime,Dog,Cat\na.wav,1.5,2.5,POS,NEG\n",
    "audio_file,annotation_file,annotation,start_time,end_time,low_f,high_f\n"
    "a.wav,a.txt,Dog,1.5,2.5,1000,3000\n",
    "file,start_time,end_time,Dog,Cat\na.wav,1.5,2.5,1,0\na.wav,2.5,3.5,0,0\n",
    "file,start_time,end_time,Dog,Cat\na.wav,1.5,2.5,True,False\n",
    # languages, units and times
    "Datei;Anfang;Ende;Art\na.wav;1,5;2,5;Dog\n",
    "fichier;début (s);fin (s);espèce\na.wav;1,5;2,5;Dog\n",
    "archivo,inicio,fin,especie\na.wav,1.5,2.5,Dog\n",
    "file,start_ms,end_ms,label\na.wav,1500,2500,Dog\n",
    "file,Start [ms],Duration [ms],label\na.wav,1500,1000,Dog\n",
    "file,start,end,species\na.wav,0:00:01.5,0:00:02.5,Dog\n",
    "file,start,end,species\na.wav,00:01.500,00:02.500,Dog\n",
    "file,begin_sample,end_sample,sample rate,label\na.wav,12000,20000,8000,Dog\n",
    "file,onset,duration,label\na.wav,1.5,1.0,Dog\n",
    "StartTime,EndTime,FileName,CommonName\n1.5,2.5,a.wav,Dog\n",
    "sample_name,fname,min_t,max_t,site,Dog,Cat\na_0,a.wav,1.5,2.5,s,1,0\na_3,a.wav,3,6,s,0,0\n",
    "set_name,xc_nr,file,scientific_name,start_time,end_time\nx,1,a.wav,Dog,1.5,2.5\n",
    "File Name,Time,Duration,Level,Score,Recognizer\na.wav,00:00:01.500,1.0,-40,66.5,Dog\n",
    # R and pandas
    '"file" "start" "end" "label"\n"1" "a.wav" 1.5 2.5 "Dog"\n',
    '"file"\t"start"\t"end"\t"label"\n"1"\t"a.wav"\t1.5\t2.5\t"Dog"\n',
    '"";"file";"start";"end";"label"\n"1";"a.wav";1,5;2,5;"Dog"\n',
    "Unnamed: 0,file,start,end,label\n0,a.wav,1.5,2.5,Dog\n",
    # without header
    "a.wav\tstreet\t1.5\t2.5\tDog\n",
    "a.wav\t1.5\t2.5\tDog\n",
    "a.wav,1.5,2.5,Dog\n",
    "a.wav;1,5;2,5;Dog\n",
    "a.wav 1.5 2.5 Dog\n",
    "# file start end label\na.wav 1.5 2.5 Dog\n",
    "a.wav|1.5|2.5|Dog\n",
    "file|start|end|label\na.wav|1.5|2.5|Dog\n",
]
"""One event "Dog" from 1.5 to 2.5 s in a.wav."""


@pytest.mark.parametrize("text", GUESSED)
def test_columns_of_any_table_are_guessed(text: str, tmp_path: Path) -> None:
    result = read_labels(None, put(tmp_path, text))
    assert (result.format_name, rows(result)) == ("table", [("a.wav", 1.5, 2.5, "Dog")])
    assert "onset from" in result.columns


def test_frequencies_scores_states_and_notes_are_guessed_too(tmp_path: Path) -> None:
    path = put(
        tmp_path,
        "file,start,end,label,Low Freq (kHz),High Freq (kHz),"
        "confidence (%),verified,channel,remark\na.wav,1,2,Dog,1.5,4,80,yes,2,loud\n",
    )
    event = only_event(read_labels(None, path))
    assert (event.low_hz, event.high_hz, event.score_max) == (1500.0, 4000.0, 0.8)
    assert (event.state, event.channel, event.note) == (ReviewState.ACCEPTED, 1, "loud")


@pytest.mark.parametrize(
    ("cells", "labels"),
    [
        ("labels\na.wav,0,1,Dog;Cat", ["Cat", "Dog"]),
        ("labels\na.wav,0,1,\"['Dog', 'Cat']\"", ["Cat", "Dog"]),
        ('labels\na.wav,0,1,"Dog,Cat"', ["Cat", "Dog"]),
        ('labels\na.wav,0,1,"Bark, yip, howl"', ["Bark, yip, howl"]),
        ('label\na.wav,0,1,"Dog,Cat"', ["Dog,Cat"]),
    ],
)
def test_cells_with_several_labels(cells: str, labels: list[str], tmp_path: Path) -> None:
    result = read_labels(None, put(tmp_path, f"file,start,end,{cells}\n"))
    assert sorted(label for *_, label in rows(result)) == labels


def test_labels_without_times_are_about_the_whole_recording(tmp_path: Path) -> None:
    known = RecordingInfo(tmp_path / "a.wav", 12.5, 16000, 1)
    for text in ("filename\tevent_labels\na.wav\tDog,Cat\n", "a.wav\tDog\na.wav\tCat\n",
                 "filename,Dog,Cat\na.wav,1,1\n"):  # fmt: skip
        path = put(tmp_path, text, "weak.tsv")
        result = read_labels(None, path, options=ReadOptions(recordings=[known]))
        found = [(start, end, label) for _, start, end, label in rows(result)]
        assert found == [(0.0, 12.5, "Cat"), (0.0, 12.5, "Dog")]
    unknown = read_labels(None, put(tmp_path, "filename\tevent_labels\nb.wav\tDog\n", "w.tsv"))
    assert any("length of b.wav is not known" in text for text in unknown.warnings)


@pytest.mark.parametrize(
    ("encoding", "label"),
    [
        ("cp1252", "Grünfink"), ("cp1252", "Pie-grièche écorcheur"), ("cp1252", "pájaro ñandú"),
        ("cp1250", "Żuraw, Łabędź, Gęś"), ("cp1251", "Большая синица"), ("cp932", "シジュウカラ"),
        ("koi8_r", "Большая синица"), ("koi8_r", "зяблик, Дрозд певчий"), ("cp1251", "Зяблик"),
        ("cp1252", "é"), ("cp1252", "ß"),
        ("cp949", "박새 직박구리 참새"), ("cp1253", "Κότσυφας, σπουργίτι"),
        ("mac_roman", "Grünfink Mösch Bussard männl."), ("utf-16-le", "Grünfink"),
    ],
)  # fmt: skip
def test_the_encoding_is_found(encoding: str, label: str, tmp_path: Path) -> None:
    text = f"Selection\tBegin Time (s)\tEnd Time (s)\tSpecies\n1\t0\t1\t{label}\n"
    result = read_labels(None, put(tmp_path, text.encode(encoding), "a.txt"))
    assert only_event(result).label == label
    sure = encoding.startswith("utf")
    assert bool(result.warnings) == (not sure)  # what is only likely is said


def test_views_and_channels_of_a_raven_selection_are_one_event(tmp_path: Path) -> None:
    head = "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tAvg Power\tSpecies\n"
    path = put(
        tmp_path,
        head
        + "1\tWaveform 1\t1\t0.5\t1.5\t\tDog\n1\tSpectrogram 1\t1\t0.5\t1.5\t-75\tDog\n"
        + "1\tWaveform 2\t2\t0.5\t1.5\t\tDog\n1\tSpectrogram 2\t2\t0.5\t1.5\t-70\tDog\n"
        + "2\tSpectrogram 2\t2\t3\t4\t-60\tCat\n",
        "a.txt",
    )
    (recording,) = read_labels(None, path).recordings
    found = [(e.label, e.onset_s, e.channel, e.note) for e in recording.events]
    assert found == [("Dog", 0.5, None, "Avg Power: -75"), ("Cat", 3.0, 1, "Avg Power: -60")]


def test_columns_of_ones_own_in_raven_tables_come_back(tmp_path: Path) -> None:
    head = "Selection\tBegin Time (s)\tEnd Time (s)\tSex\tSpecies\tCall Type\tComments"
    path = put(tmp_path, f"{head}\n1\t1.5\t2.5\tm\tAmsel\talarm\ta remark\n", "a.txt")
    result = read_labels(None, path)
    event = only_event(result)
    assert event.label == "Amsel"
    assert event.note == "Call Type: alarm\nComments: a remark\nSex: m"
    out = tmp_path / "out.txt"
    write_labels("raven", result.recordings, out)
    header, row = (line.split("\t") for line in out.read_text().splitlines())
    cells = dict(zip(header, row, strict=True))
    assert (cells["Sex"], cells["Call Type"], cells["Comments"]) == ("m", "alarm", "a remark")
    assert cells["Note"] == ""
    again = only_event(read_labels(None, out))
    assert (again.label, again.note) == (event.label, event.note)


def test_raven_rows_without_times_are_left_out_and_named(tmp_path: Path) -> None:
    text = "Selection\tBegin Time (s)\tEnd Time (s)\tAnnotation\n1\t\t\tA\n2\t1\t2\tB\n"
    result = read_labels(None, put(tmp_path, text, "a.txt"))
    assert [label for *_, label in rows(result)] == ["B"]
    assert result.warnings == ("line 2: has no times; left out",)


@pytest.mark.parametrize(
    "text",
    [
        "Selection\tBegin Time (s)\tEnd Time (s)\tSpecies\tBegin Path\n1\t0\t3\tnocall\ta.wav\n",
        "Start (s),End (s),Scientific name,Common name,Confidence,File\n"
        "0,3,nocall,nocall,1,a.wav\n",
        "INDIR,FOLDER,IN FILE,OFFSET,DURATION,scientific_name,common_name,confidence\n"
        ",,a.wav,0,3,nocall,nocall,1\n",
    ],
)
def test_nothing_heard_is_reviewed_and_empty(text: str, tmp_path: Path) -> None:
    (recording,) = read_labels(None, put(tmp_path, text)).recordings
    assert not len(recording.events)
    assert [r.span for r in recording.reviewed] == [TimeSpan(0.0, 3.0)]


def test_labels_before_the_start_begin_with_the_recording(tmp_path: Path) -> None:
    path = put(tmp_path, "-0.5\t2.0\tearly\n3.0\t4.0\tlate\n-2\t-1\tbefore\n", "a.txt")
    result = read_labels(None, path)
    assert rows(result) == [("a", 0.0, 2.0, "early"), ("a", 3.0, 4.0, "late")]
    assert any("starts at -0.5 s" in text for text in result.warnings)
    assert any("line 3: lies before the recording; left out" in text for text in result.warnings)


@pytest.mark.parametrize(
    "text",
    ["# Title\n\nSome text 1.5 2.5\n", "Hello, this is text.\nIt has 1, 2, 3.\n", "a b c\nd e f\n"],
)
def test_prose_is_no_table(text: str, tmp_path: Path) -> None:
    with pytest.raises(LabelsError, match="is not in a known label format"):
        read_labels(None, put(tmp_path, text, "readme.txt"))


def test_times_of_the_clock_are_not_taken_for_the_whole_recording(tmp_path: Path) -> None:
    text = "file,start,end,label\na.wav,2020-01-01 10:00:00,2020-01-01 10:00:02,x\n"
    with pytest.raises(LabelsError, match="line 2: the onset '2020-01-01 10:00:00' is not a num"):
        read_labels(None, put(tmp_path, text))


def test_rows_of_any_table_that_are_wrong_are_left_out_and_named(tmp_path: Path) -> None:
    path = put(tmp_path, "file,start,end,label\na.wav,1,2,Dog\na.wav,x,2,Cat\na.wav,1e400,2,Cow\n"
               "a.wav,3,1,Pig\n,1,2,Hen\n")  # fmt: skip
    result = read_labels(None, path)
    assert rows(result) == [("a.wav", 1.0, 2.0, "Dog")]
    assert [text.partition(":")[0] for text in result.warnings] == [
        "line 3", "line 4", "line 5", "line 6",
    ]  # fmt: skip


MAPPINGS = [
    "onset=start,offset=end,label=species,recording=file",
    'onset=1,duration=2,"label=a, b",unit=ms,header=no,separator=semicolon,decimal=comma',
    "onset=s,offset=e,class=Dog,class=Cat,unit=samples,rate_hz=22050,labels=bar,scores=percent",
    "label=x,frequencies=khz,channels=0,unit=frames,hop=0.02",
]


@pytest.mark.parametrize("text", MAPPINGS)
def test_a_mapping_is_the_same_after_being_written_as_text(text: str) -> None:
    assert parse_mapping(mapping_text(parse_mapping(text))) == parse_mapping(text)


def test_columns_that_are_named_are_used(tmp_path: Path) -> None:
    path = put(tmp_path, "a;b;c;d;e\n500;x.wav;Dog;250;Cat\n")
    columns = parse_mapping("onset=a,recording=b,label=e,duration=4,unit=ms,separator=semicolon")
    result = read_labels("table", path, options=ReadOptions(columns=columns))
    assert rows(result) == [("x.wav", 0.5, 0.75, "Cat")]
    wrong = parse_mapping("onset=z,label=c")
    with pytest.raises(LabelsError, match=r"the column 'z' \(onset\) is missing"):
        read_labels("table", path, options=ReadOptions(columns=wrong))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Selection\tView\tChannel\tBegin Time (s)\tAnnotation\n1\ta\t1\t1\tDog\n",
         "nearly in the format 'Raven selection table', but the column 'End Time"),
        ("file,onset_s,label\na.wav,1,Dog\n", "but the column 'offset_s' is missing"),
        ("Start (s),Scientific name,Common name,Confidence\n1,a,b,1\n",
         "but the column 'End (s)' is missing"),
    ],
)  # fmt: skip
def test_a_nearly_known_table_says_what_is_wrong(text: str, reason: str, tmp_path: Path) -> None:
    path = put(tmp_path, text)
    with pytest.raises(LabelsError) as caught:
        read_labels(None, path)
    assert reason in str(caught.value)


def test_data_frames_of_other_programs(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    birdnet = {"Start (s)": [1.5], "End (s)": [2.5], "Scientific name": ["Canis lupus"],
               "Common name": ["Dog"], "Confidence": [0.8], "File": ["a.wav"]}  # fmt: skip
    other = {"path": ["a.wav", None], "begin_ms": [1500, None], "end_ms": [2500, None],
             "species": ["Dog", None]}  # fmt: skip
    for name, columns in (("birdnet", birdnet), ("table", other)):
        path = tmp_path / f"{name}.parquet"
        pq.write_table(pa.table(columns), path)
        result = read_labels(None, path)
        assert (result.format_name, rows(result)) == (name, [("a.wav", 1.5, 2.5, "Dog")])
    pq.write_table(pa.table({"x": [1], "y": ["z"]}), tmp_path / "no.parquet")
    with pytest.raises(LabelsError, match="has no columns of times and labels"):
        read_labels(None, tmp_path / "no.parquet")


_RAVEN = "Selection\tBegin Time (s)\tEnd Time (s)\tSpecies\n"
_SED = "filename\tonset\toffset\tevent_label\n"


@pytest.mark.parametrize(
    ("text", "name", "reason"),
    [
        (f"{_RAVEN}1\t-1\t2\tA\n2\t1\t2\tB\n", "a.txt", "line 2: the begin time -1 is"),
        (f"{_RAVEN}1\t3\t2\tA\n2\t1\t2\tB\n", "a.txt", "line 2: ends at 2 s"),
        (f"{_SED}a.wav\t1\tx\tA\na.wav\t1\t2\tB\n", "a.tsv", "line 2: the offset 'x' is"),
        ("1\t1e308\tA\n\\\t10\t20\n1\t2\tB\n", "a.txt", "line 1: the end 1e308 is longer"),
        ("-2\t-1\tA\n\\\t10\t20\n1\t2\tB\n", "a.txt", "line 1: lies before the recording"),
        ("TIME,VALUE,DURATION,LABEL\n1,0,-2,A\n1,0,1,B\n", "a.csv", "line 2: the duration -2 is"),
        ("file,start,end,label\na.wav,1,x,A\na.wav,1,2,B\n", "a.csv", "line 2: the offset 'x' is"),
    ],
)  # fmt: skip
def test_a_wrong_row_costs_no_others(text: str, name: str, reason: str, tmp_path: Path) -> None:
    result = read_labels(None, put(tmp_path, text, name))
    assert [(start, end, label) for _, start, end, label in rows(result)] == [(1.0, 2.0, "B")]
    (warning,) = [w for w in result.warnings if w.endswith("; left out")]
    assert warning.startswith(reason)


def test_labels_of_several_words_between_blanks_stay_whole(tmp_path: Path) -> None:
    result = read_labels(None, put(tmp_path, "1.5 2.5 Dog\n3 4 Cat bark\n", "a.txt"))
    assert [label for *_, label in rows(result)] == ["Dog", "Cat bark"]
