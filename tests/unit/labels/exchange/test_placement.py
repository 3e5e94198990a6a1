"""The recording of a table: found in a fixed order, asked for where it is not clear."""

import unicodedata
from pathlib import Path

import pytest

from tests.unit.fakes import write_sound
from yamnet_gui import read_labels
from yamnet_gui.core.errors import LabelsError, SettingsError
from yamnet_gui.core.events import Event, EventList, LabelledRecording, RecordingInfo
from yamnet_gui.labels.exchange.import_plan import ImportKind, plan_import
from yamnet_gui.labels.exchange.placement import Source, table_pattern
from yamnet_gui.labels.exchange.reading import TableReading, TablesRead, all_read, read_tables
from yamnet_gui.labels.formats import FORMATS, WriteOptions, write_labels
from yamnet_gui.labels.formats.read_write import LABELS_LIST
from yamnet_gui.labels.recording_names import FoundBy, contradict

DCASE = "filename\tonset\toffset\tevent_label\n"
LABEL = "0.1\t0.2\tDog\n"


def info(path: Path | str, seconds: float = 60.0) -> RecordingInfo:
    return RecordingInfo(Path(path), seconds, 16_000, 1)


def read(
    known: list[RecordingInfo], *tables: Path, reading: TableReading | None = None
) -> TablesRead:
    return all_read(read_tables(known, tables, reading or TableReading()))


def put(path: Path, text: str = LABEL) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def sound(path: Path, seconds: float = 0.5) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_sound(path, seconds)
    return path


def where(result: TablesRead) -> list[tuple[Path | None, FoundBy]]:
    return [
        (s.placement.info.path if s.placement.info else None, s.placement.by)
        for s in result.sources
    ]


@pytest.mark.parametrize(
    "name",
    [
        "X.txt", "X.wav.txt", "x.TXT", "X.Table.1.selections.txt", "X.Table.12.selections.txt",
        "X.selections.txt", "X.BirdNET.results.txt", "X.BirdNET.selection.table.txt",
        "X.audacity.txt", "X_labels.txt", "X-labels.txt", "X labels.txt", "X (1).txt",
        "X_labels (2).txt", "X - Copy.txt", "X_anna.txt", "X.v2.txt", "X_2nd pass.txt",
    ],
)  # fmt: skip
def test_known_tails_and_words_after_the_recordings_name_are_no_matter(
    name: str, tmp_path: Path
) -> None:
    known = [info("/d/X.wav"), info("/d/XY.wav"), info("/d/other.wav")]
    assert where(read(known, put(tmp_path / name))) == [(Path("/d/X.wav"), FoundBy.TABLE_NAME)]


@pytest.mark.parametrize("name", ["X2.txt", "X_2.txt", "X_20240501.txt", "notes X.txt", "Xa.txt"])
def test_what_may_be_another_recording_is_asked(name: str, tmp_path: Path) -> None:
    result = read([info("/d/X.wav")], put(tmp_path / name))
    assert [p for p, _ in where(result)] == [None]
    assert len(result.questions) == 1
    assert result.recordings == ()
    assert [len(r.events) for r in result.unplaced] == [1]


def test_the_longest_name_wins(tmp_path: Path) -> None:
    known = [info(f"/d/{n}.wav") for n in ("night", "night_1", "night_1_b", "night_10")]
    for table, recording in (
        ("night_1.txt", "night_1"), ("night_1_b.labels.txt", "night_1_b"),
        ("night_10_x.txt", "night_10"), ("night_x.txt", "night"),
    ):  # fmt: skip
        ((path, _),) = where(read(known, put(tmp_path / table)))
        assert path is not None
        assert path.stem == recording


def test_the_order_is_path_beside_below_project_chosen_folder(tmp_path: Path) -> None:
    table = put(tmp_path / "t" / "all.tsv", f"{DCASE}a.wav\t0\t1\tDog\n")
    far = info("/project/a.wav")
    chosen = sound(tmp_path / "chosen" / "deep" / "a.wav")
    reading = TableReading(folders=(tmp_path / "chosen",))
    assert where(read([], table, reading=reading)) == [(chosen, FoundBy.NAME)]
    assert where(read([far], table, reading=reading)) == [(far.path, FoundBy.NAME)]
    below = sound(tmp_path / "t" / "audio" / "A.WAV")
    assert where(read([far], table, reading=reading)) == [(below, FoundBy.BELOW)]
    beside = sound(tmp_path / "t" / "a.flac")
    assert where(read([far], table, reading=reading)) == [(beside, FoundBy.BESIDE)]
    exact = sound(tmp_path / "t" / "a.wav")
    assert where(read([far], table, reading=reading)) == [(exact, FoundBy.PATH)]


def test_a_path_in_the_table_that_exists_comes_first(tmp_path: Path) -> None:
    there = sound(tmp_path / "elsewhere" / "a.wav")
    sound(tmp_path / "t" / "a.wav")
    table = put(
        tmp_path / "t" / "all.tsv", f"{DCASE}{there}\t0\t1\tDog\n..\\elsewhere\\a.wav\t1\t2\tDog\n"
    )
    result = read([info("/project/a.wav")], table)
    assert where(result) == [(there, FoundBy.PATH)] * 2
    assert [len(r.events) for r in result.recordings] == [2]


def test_several_that_fit_are_asked_and_named(tmp_path: Path) -> None:
    known = [info("/s1/a.wav"), info("/s2/a.wav")]
    named = put(tmp_path / "all.tsv", f"{DCASE}a.wav\t0\t1\tDog\ns2/a.wav\t1\t2\tDog\n")
    unnamed = put(tmp_path / "a.txt")
    result = read(known, named, unnamed)
    assert [p for p, _ in where(result)] == [None, Path("/s2/a.wav"), None]
    assert [[c.path.parent.name for c in q.placement.candidates] for q in result.questions] == [
        ["s1", "s2"], ["s1", "s2"],
    ]  # fmt: skip
    answers = {q.source: Path("/s1/a.wav") for q in result.questions}
    again = read(known, named, unnamed, reading=TableReading(choices=answers))
    assert [p for p, _ in where(again)] == [Path("/s1/a.wav"), Path("/s2/a.wav"), Path("/s1/a.wav")]
    assert again.questions == ()


def test_names_of_different_files_never_end_on_one_recording(tmp_path: Path) -> None:
    """Recorders at several sites give the same names; only one site may be in the project."""
    known = [info("/project/s2/REC_001.wav")]
    rows = "".join(
        f"/card/{s}/REC_001.WAV\t{k}\t{k + 1}\tDog\n" for k, s in enumerate(("s1", "s2"))
    )
    result = read(known, put(tmp_path / "all.tsv", DCASE + rows))
    assert where(result) == [(None, FoundBy.SEVERAL), (known[0].path, FoundBy.NAME)]
    assert [e.onset_s for r in result.recordings for e in r.events] == [1.0]
    rows = rows.replace("/s2/", "/s3/")
    assert [p for p, _ in where(read(known, put(tmp_path / "all.tsv", DCASE + rows)))].count(
        None
    ) >= 1


@pytest.mark.parametrize(
    ("a", "b", "differ"),
    [
        ("a.wav", "/x/a.wav", False), ("a", "/x/a.wav", False), ("x\\a.wav", "/x/A.WAV", False),
        ("s1/a.wav", "s2/a.wav", True), ("a.wav", "b.wav", True), ("a.wav", "a.mp3", True),
    ],
)  # fmt: skip
def test_names_contradict(a: str, b: str, differ: bool) -> None:
    assert contradict(a, b) == contradict(b, a) == differ


def test_unicode_forms_case_and_suffix_do_not_matter(tmp_path: Path) -> None:
    name = "Grünspecht"
    for form in ("NFC", "NFD"):
        other = unicodedata.normalize({"NFC": "NFD", "NFD": "NFC"}[form], name)
        known = [info(f"/d/{unicodedata.normalize(form, name)}.wav")]
        rows = (
            f"{DCASE}{other}.wav\t0\t1\tDog\n{other.upper()}.MP3\t1\t2\tDog\n{other}\t2\t3\tDog\n"
        )
        result = read(known, put(tmp_path / "all.tsv", rows), put(tmp_path / f"{other}_labels.txt"))
        assert [p for p, _ in where(result)].count(known[0].path) >= 2
        assert where(result)[-1] == (known[0].path, FoundBy.TABLE_NAME)


def test_labels_that_look_the_same_are_one(tmp_path: Path) -> None:
    composed = "Grünfink"
    apart = unicodedata.normalize("NFD", composed)
    table = put(tmp_path / "l.tsv", f"{DCASE}a.wav\t1\t2\t{composed}\na.wav\t3\t4\t{apart}\n")
    result = read([info("/d/a.wav")], table)
    plan = plan_import([], result.recordings)
    assert [e.result.label for e in plan.events] == [composed, composed]
    assert [(u.label, u.count) for u in plan.unknown_labels] == [(composed, 2)]
    held = LabelledRecording(info("/d/a.wav"), EventList.of([Event("e", 1.0, 2.0, apart)]))
    plan = plan_import([held], result.recordings)
    assert [e.kind for e in plan.events] == [ImportKind.SAME, ImportKind.NEW]
    assert {e.result.label for e in plan.events} == {apart}  # as the project writes it


def test_a_pattern_places_tables_with_systematic_names(tmp_path: Path) -> None:
    known = [info(f"/d/{n}.wav") for n in ("a", "b")]
    tables = [put(tmp_path / f"marks of {n} by ada.txt") for n in ("a", "b", "c")]
    result = read(known, *tables, reading=TableReading(pattern="marks of {recording} by *"))
    assert where(result)[:2] == [(i.path, FoundBy.PATTERN) for i in known]
    assert len(result.questions) == 1
    folders = [put(tmp_path / n / "labels.txt") for n in ("a", "b")]
    result = read(known, *folders, reading=TableReading(pattern="{recording}/labels.txt"))
    assert where(result) == [(i.path, FoundBy.PATTERN) for i in known]
    for text in ("labels*", "{recording}{recording}", ""):
        with pytest.raises(SettingsError, match="exactly once"):
            table_pattern(text)


def test_what_no_name_decides_the_length_does(tmp_path: Path) -> None:
    grid = (
        'File type = "ooTextFile"\nObject class = "TextGrid"\n0 {0} <exists> 1\n'
        '"IntervalTier" "t" 0 {0} 1\n0 0.2 "Dog"\n'
    )
    short, long = sound(tmp_path / "one.wav", 0.5), sound(tmp_path / "two.wav", 0.75)
    table = put(tmp_path / "notes.TextGrid", grid.format(0.75))
    assert where(read([], table)) == [(long, FoundBy.LENGTH)]
    assert len(read([], put(table, grid.format(0.6))).questions) == 1
    sound(tmp_path / "x" / "notes.wav", 0.5)
    twin = sound(tmp_path / "y" / "notes.wav", 0.75)
    short.unlink()
    long.unlink()
    assert where(read([], put(table, grid.format(0.75)))) == [(twin, FoundBy.LENGTH)]


def test_a_choice_comes_first_and_labels_can_be_left_out(tmp_path: Path) -> None:
    known = [info("/d/a.wav"), info("/d/b.wav")]
    table = put(tmp_path / "a.txt")
    source = Source(table, None)
    chosen = read(known, table, reading=TableReading(choices={source: Path("/d/b.wav")}))
    assert where(chosen) == [(Path("/d/b.wav"), FoundBy.CHOICE)]
    out = read(known, table, reading=TableReading(choices={source: None}))
    assert where(out) == [(None, FoundBy.LEFT_OUT)]
    assert (out.recordings, out.questions) == ((), ())


@pytest.mark.parametrize("name", [f.name for f in FORMATS.values() if f.can_read and f.can_write])
@pytest.mark.parametrize("sidecar", [False, True])
def test_exports_for_each_recording_come_back_by_themselves(
    name: str, sidecar: bool, tmp_path: Path
) -> None:
    """Also two of one name in different folders, and recordings without events."""
    paths = ["/f/s1/a.wav", "/f/s2/a.wav", "/g/s2/a.wav", "/f/s1/b.wav", "/f/s1/b.flac",
             "/f/s1/night_1.wav", "/f/s1/night.wav", "/f/s1/empty.wav",
             "/f/s1/Case.wav", "/f/s1/case.wav", f"/f/{'long' * 62}.wav"]  # fmt: skip
    recordings = [
        LabelledRecording(
            info(path),
            EventList.of(
                [Event(f"e{k}", k + 0.25, k + 0.5, "Dog", 69, "/m/0bt9lr")]
                if "empty" not in path
                else []
            ),
        )
        for k, path in enumerate(paths)
    ]
    options = WriteOptions(per_recording=True, sidecar=sidecar)
    write_labels(name, recordings, tmp_path / "out", options=options)
    fmt = FORMATS[name]
    companions = (*fmt.companions, ".yamnet.json", LABELS_LIST)
    tables = [
        p for p in sorted((tmp_path / "out").iterdir()) if not p.name.endswith(companions)
    ]  # fmt: skip
    assert len(tables) == len(paths)
    result = read([r.recording for r in recordings], *tables)
    assert result.problems == result.questions == ()
    assert {str(s.placement.path) for s in result.sources} == set(paths)
    back = {str(r.recording.path): [e.onset_s for e in r.events] for r in result.recordings}
    assert back == {str(r.recording.path): [e.onset_s for e in r.events] for r in recordings}


def test_an_empty_file_that_fits_no_recording_is_a_mistake(tmp_path: Path) -> None:
    result = read([info("/d/a.wav")], put(tmp_path / "other.txt", ""), put(tmp_path / "a.txt", ""))
    assert [str(p) for p in result.problems] == [
        f"{tmp_path / 'other.txt'}: is empty — choose a table of labels"
    ]
    assert [(r.recording.path, len(r.events)) for r in result.recordings] == [(Path("/d/a.wav"), 0)]


@pytest.mark.parametrize(
    "name", ["\ud800.wav", "a" * 5000, "..", "/", "//", "C:", "~", "*.wav", "a\tb"]
)
def test_hostile_names_find_nothing_and_break_nothing(name: str, tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text(
        f'file,onset_s,offset_s,label\n"{name}",0,1,Dog\n', "utf-8", errors="surrogateescape"
    ) if name != "\ud800.wav" else table.write_bytes(
        b'file,onset_s,offset_s,label\n"\xed.wav",0,1,Dog\n'
    )
    result = read([info("/d/q.wav")], table)
    assert all(s.placement.info is None for s in result.sources)
    assert len(result.problems) + len(result.sources) == 1


def test_folders_and_choices_may_be_relative(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = sound(tmp_path / "sounds" / "a.wav")
    put(tmp_path / "tables" / "a.txt")
    monkeypatch.chdir(tmp_path)
    table = Path("tables/a.txt")
    found = read([], table, reading=TableReading(folders=(Path("sounds"),)))
    chosen = read(
        [], table, reading=TableReading(choices={Source(table, None): Path("sounds/a.wav")})
    )
    for result in (found, chosen):
        assert [r.recording.path for r in result.recordings] == [there]


def test_notebooks_find_recordings_in_the_same_way(tmp_path: Path) -> None:
    there = sound(tmp_path / "sounds" / "X.wav")
    table = put(tmp_path / "X.Table.1.selections.txt")
    events = read_labels([table])[there]  # below the table
    assert [e.label for e in events] == ["Dog"]
    with pytest.raises(LabelsError, match="fits no recording"):
        read_labels(put(tmp_path / "other.txt"))
