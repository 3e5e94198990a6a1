"""`yamnet-gui import`: shown first, then one step that can be undone."""

import io
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.unit.fakes import write_sound
from tests.unit.labels.formats.test_reading import BROKEN
from yamnet_gui.cli import import_labels
from yamnet_gui.core.events import Event, LabelledRecording, ReviewState
from yamnet_gui.labels.exchange.project_tables import labelled_recordings
from yamnet_gui.labels.exchange.reading import TablesRead
from yamnet_gui.labels.formats import FORMATS
from yamnet_gui.labels.project import Project, Recording, add_events, add_recordings

Run = Callable[..., tuple[int, str, str]]
HEAD = "filename\tonset\toffset\tevent_label\n"
DOG = Event("d1", 1.0, 2.0, "Dog", 69, "/m/0bt9lr", score_max=0.5)
CAT = Event("d2", 5.0, 6.0, "Cat", 76, "/m/01yrx", state=ReviewState.ACCEPTED, reviewer="ada")


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "p.yamnet"
    with Project.create(path) as made:
        made.apply(add_recordings([Recording(n, f"{n}.wav", "", 0, 60.0, 16_000, 1) for n in "ab"]))
        made.apply(add_events("a", [DOG, CAT]))
    return path


def table(tmp_path: Path, *rows: str, name: str = "t.tsv") -> Path:
    path = tmp_path / name
    path.write_text(HEAD + "".join(f"{row}\n" for row in rows))
    return path


def holds(project: Path) -> list[LabelledRecording]:
    with Project.open(project, read_only=True) as opened:
        return labelled_recordings(opened)


def test_everything_is_shown_and_nothing_written_before_it_is_agreed(
    run: Run, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = table(
        tmp_path,
        "a.wav\t1\t2.25\tDog",
        "a.wav\t5.1\t6\tCat",
        "b.wav\t3\t4\tWren",
        "c.wav\t0\t1\tDog",
    )
    before = holds(project)
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))  # no terminal
    for options, status in ((("--dry-run",), 0), ((), 2)):
        exit_status, shown, output = run("import", rows, "--project", project, *options)
        assert exit_status == status
        assert "2 new, 0 same, 1 changed, 1 conflicting" in shown
        assert "changed: a.wav 1.000 s Dog: offset_s" in shown
        assert "conflicting: a.wav 5.000 s Cat: onset_s; stays" in shown
        assert "unknown label 'Wren', 1 event" in shown
        assert "c.wav is not in the project and is left out" in shown
    assert "--yes" in output
    assert holds(project) == before


def test_an_import_is_one_step(run: Run, project: Path, tmp_path: Path) -> None:
    before = holds(project)
    first = table(tmp_path, "a.wav\t1\t2.25\tDog", "a.wav\t7\t8\tmurmur")
    second = table(tmp_path, "b.wav\t3\t4\tAmsel", "b.wav\t5\t6\tnoise", name="u.tsv")
    deciding = ("--map", "Amsel", "Bird", "--leave-out", "noise", "--reviewer", "Ada")
    status, shown, _ = run("import", first, second, "--project", project, *deciding, "--yes")
    assert status == 0
    assert "1 left out" in shown
    a, b = holds(project)
    assert [(e.label, e.offset_s) for e in a.events] == [
        ("Dog", 2.25),
        ("Cat", 6.0),
        ("murmur", 8.0),
    ]
    assert [(e.label, e.class_index) for e in b.events] == [("Bird", 106)]
    with Project.open(project) as opened:
        assert opened.history.steps(1)[0].reviewer == "Ada"
        assert opened.undo() == "import 2 tables"
    assert holds(project) == before


@pytest.mark.parametrize(
    ("way", "onsets"), [("keep", [5.0]), ("take", [5.1]), ("both", [5.0, 5.1])]
)
def test_conflicts_are_resolved_as_wanted(
    way: str, onsets: list[float], run: Run, project: Path, tmp_path: Path
) -> None:
    rows = table(tmp_path, "a.wav\t5.1\t6\tCat")
    assert run("import", rows, "--project", project, "--conflicts", way, "--yes")[0] == 0
    assert [e.onset_s for e in holds(project)[0].events if e.label == "Cat"] == onsets


def test_a_table_without_names_goes_where_it_is_told(
    run: Run, project: Path, tmp_path: Path
) -> None:
    labels = tmp_path / "labels.txt"
    labels.write_text("7\t8\tDog\n")
    assert run("import", labels, "--project", project, "--recording", "b", "--yes")[0] == 0
    assert [e.onset_s for e in holds(project)[1].events] == [7.0]
    status, _, output = run("import", labels, "--project", project, "--recording", "z", "--yes")
    assert (status, "'z'" in output or "z:" in output) == (2, True)


def test_the_label_column_of_a_raven_table_is_named(
    run: Run, project: Path, tmp_path: Path
) -> None:
    raven = tmp_path / "r.txt"
    raven.write_text(
        "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\tHigh Freq (Hz)\t"
        "Begin File\tQuality\tWho\n1\tSpectrogram 1\t1\t1\t2\t0\t8000\tb.wav\tgood\tWren\n"
    )
    options = ("--project", project, "--label-column", "Who", "--yes")
    assert run("import", raven, *options)[0] == 0
    assert [e.label for e in holds(project)[1].events] == ["Wren"]


def test_columns_are_guessed_in_words_or_named_and_saved(
    run: Run, project: Path, tmp_path: Path
) -> None:
    path = tmp_path / "notes.csv"
    path.write_text("Datei;Anfang;Ende;Art;Ruf\nb.wav;1,5;2,5;Wren;song\n")
    status, shown, _ = run("import", path, "--project", project, "--dry-run")
    assert (status, "onset from 'Anfang'; offset from 'Ende'" in shown) == (0, True)
    assert "columns left out: 'Ruf'" in shown
    columns = "recording=Datei,onset=Anfang,offset=Ende,label=Ruf"
    options = ("--project", project, "--dry-run")
    for last in ("--dry-run", "--yes"):  # the first changes nothing at all
        status, shown, _ = run(
            "import", path, "--project", project, last, "--columns", columns,
            "--save-columns", "mine",
        )  # fmt: skip
        assert status == 0
        assert run("import", path, *options, "--columns", "mine")[0] == (last == "--dry-run") * 2
    assert run("import", path, "--project", project, "--columns", "mine", "--yes")[0] == 0
    (event,) = holds(project)[1].events
    assert (event.onset_s, event.offset_s, event.label) == (1.5, 2.5, "song")
    status, _, output = run("import", path, *options, "--columns", "yours")
    assert (status, "known names: mine" in output) == (2, True)
    out = tmp_path / "out.csv"
    own = "label=Art,onset=Beginn,duration=Dauer,unit=ms,separator=semicolon,decimal=comma"
    assert run("export", project, "-o", out, "--columns", own, "--recordings", "b.wav")[0] == 0
    assert out.read_text() == '"Art";"Beginn";"Dauer"\n"song";"1500,000";"1000,000"\n'


def test_unknown_recordings_are_added_when_wanted(run: Run, project: Path, tmp_path: Path) -> None:
    write_sound(tmp_path / "new.wav", 3.0)
    rows = table(tmp_path, "new.wav\t0\t1\tDog")
    status, shown, _ = run("import", rows, "--project", project, "--yes")
    assert (status, "Nothing can be imported:" in shown) == (0, True)
    assert run("import", rows, "--project", project, "--yes", "--add-recordings")[0] == 0
    new = holds(project)[2]
    assert new.recording.path == tmp_path / "new.wav"
    assert new.recording.duration_s == pytest.approx(3.0)  # of the sound, not of its last label
    with Project.open(project, read_only=True) as opened:
        assert all(r.content_hash for r in opened.recordings.all() if r.name == "new.wav")


def test_a_project_is_made_only_when_it_is_agreed(run: Run, tmp_path: Path) -> None:
    rows, path = table(tmp_path, "a.wav\t1\t2\tDog"), tmp_path / "new.yamnet"
    wanted = ("import", rows, "--project", path, "--add-recordings")
    assert run(*wanted, "--yes")[0] == 2
    assert run(*wanted, "--create", "--dry-run")[0] == 0
    assert not path.exists()
    assert run(*wanted, "--create", "--yes")[0] == 0
    (only,) = holds(path)
    assert only.recording.path == tmp_path / "a.wav"
    assert [e.label for e in only.events] == ["Dog"]


def test_tables_for_a_new_project_are_read_once(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Large ones take most of a minute."""
    rows, path = table(tmp_path, "a.wav\t1\t2\tDog"), tmp_path / "new.yamnet"
    reading = import_labels.read_tables
    times: list[object] = []

    def counting(*given: Any, **named: Any) -> Iterator[TablesRead]:
        times.append(given)
        return reading(*given, **named)

    monkeypatch.setattr(import_labels, "read_tables", counting)
    assert run("import", rows, "--project", path, "--add-recordings", "--create", "--yes")[0] == 0
    assert len(times) == 1
    assert len(holds(path)) == 1


def test_nothing_is_changed_by_whatever_is_wrong_with_a_table(
    run: Run, project: Path, tmp_path: Path
) -> None:
    before = holds(project)
    good = table(tmp_path, "b.wav\t1\t2\tDog", name="good.tsv")
    for k, (name, text, reason) in enumerate(BROKEN):
        bad = tmp_path / f"bad{k}"
        bad.write_text(text)
        asked = ("import", bad, "--project", project, "--format", name, "--yes")
        status, _, output = run(*asked, "--add-recordings")
        assert status == 2
        assert reason in output
        assert str(bad) in output
    bad = table(tmp_path, "b.wav\t2\t1\tDog")
    assert run("import", good, bad, "--project", project, "--yes")[0] == 2  # not the good half
    assert holds(project) == before
    with Project.open(project) as opened:
        assert opened.history.undo_title == "import events"  # that of the fixture


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_tables_of_other_systems_are_taken(
    encoding: str, end: str, run: Run, project: Path, tmp_path: Path
) -> None:
    rows = tmp_path / "t.tsv"
    rows.write_bytes(f"{HEAD.strip()}{end}b.wav\t1\t2\tCafé{end}".encode(encoding))
    assert run("import", rows, "--project", project, "--yes")[0] == 0
    assert [e.label for e in holds(project)[1].events] == ["Café"]


def test_that_all_recordings_are_unknown_is_said(run: Run, project: Path, tmp_path: Path) -> None:
    status, output, _ = run("import", table(tmp_path, "c.wav\t1\t2\tDog"), "--project", project)
    assert status == 0
    assert "none of these recordings is in the project; --add-recordings adds them" in output


def test_a_project_that_is_not_there_is_told_apart_from_a_new_one(run: Run, tmp_path: Path) -> None:
    rows = table(tmp_path, "c.wav\t1\t2\tDog")
    status, _, output = run("import", rows, "--project", tmp_path / "no.yamnet")
    assert status == 2
    assert "no.yamnet: does not exist — check the name, or add --create" in output


@pytest.mark.parametrize(
    ("name", "reason"),
    [("e.csv", "is empty"), ("e.wav", "is a recording, not a table of labels")],
)
def test_what_is_no_table_at_all_is_called_what_it_is(
    name: str, reason: str, run: Run, project: Path, tmp_path: Path
) -> None:
    wrong = tmp_path / name
    if name.endswith(".wav"):
        write_sound(wrong, 1.0)
    else:
        wrong.touch()
    status, _, output = run("import", wrong, "--project", project)
    assert (status, reason in output) == (2, True), output


def test_what_the_side_car_knows_is_not_asked_for(run: Run, project: Path, tmp_path: Path) -> None:
    out = tmp_path / "other name.txt"
    wanted = ("export", project, "-o", out, "--format", "audacity", "--recordings", "a")
    assert run(*wanted, "--sidecar")[0] == 0
    status, output, _ = run("import", out, "--project", project)
    assert status == 0
    assert "with its sidecar file" in output
    assert "no recording of the project is called" not in output


def test_that_only_decisions_stand_against_a_table_is_said(
    run: Run, project: Path, tmp_path: Path
) -> None:
    rows = table(tmp_path, "a.wav\t5\t6.5\tCat")
    status, output, _ = run("import", rows, "--project", project, "--leave-out", "Catt")
    assert status == 0
    assert "1 conflicting" in output
    assert "--conflicts take or --conflicts both imports them" in output
    assert "no label 'Catt' in the tables" in output


def test_a_table_that_fits_no_recording_or_several_is_a_question(
    run: Run, project: Path, tmp_path: Path
) -> None:
    before = holds(project)
    other = tmp_path / "field notes.txt"
    other.write_text("7\t8\tDog\n")
    for options in (("--yes",), ("--dry-run",)):
        status, shown, output = run("import", other, "--project", project, *options)
        assert status == 1
        assert "1 table fits no recording: field notes.txt" in shown
        assert f"{other} fits no recording — give --recording NAME or --match PATTERN" in output
    with Project.open(project) as opened:
        recs = [Recording(n, f"{n}/x.wav", "", 0, 60.0, 16_000, 1) for n in ("s1", "s2")]
        opened.apply(add_recordings(recs))
    several = tmp_path / "x.txt"
    several.write_text("7\t8\tDog\n")
    status, _, output = run("import", several, "--project", project, "--yes")
    assert status == 1
    assert f"fits several recordings ({tmp_path}/s1/x.wav, {tmp_path}/s2/x.wav)" in output
    assert holds(project)[:2] == before


def test_the_recording_of_a_table_is_found_by_its_name(
    run: Run, project: Path, tmp_path: Path
) -> None:
    labels = tmp_path / "b.Table.1.selections.txt"
    labels.write_text("7\t8\tDog\n")
    status, shown, _ = run("import", labels, "--project", project, "--yes")
    assert status == 0
    assert f"{tmp_path}/b.wav (found by the table's name)" in shown
    assert [len(r.events) for r in holds(project)] == [2, 1]


def test_a_pattern_serves_all_tables_of_a_kind(run: Run, project: Path, tmp_path: Path) -> None:
    tables = [tmp_path / f"marks in {n}.txt" for n in "ab"]
    for path in tables:
        path.write_text("7\t8\tDog\n")
    asked = ("import", *tables, "--project", project, "--yes")
    assert run(*asked)[0] == 1
    assert run(*asked, "--match", "marks in {recording}")[0] == 0
    assert [len(r.events) for r in holds(project)] == [3, 1]
    status, _, output = run(*asked, "--match", "marks")
    assert (status, "must contain {recording} exactly once" in output) == (2, True)


def test_a_project_begun_from_tables_finds_the_recordings(run: Run, tmp_path: Path) -> None:
    tables, sounds = tmp_path / "labels", tmp_path / "sounds" / "deep"
    tables.mkdir()
    sounds.mkdir(parents=True)
    write_sound(sounds / "dawn.wav", 3.0)
    write_sound(tables / "dusk.wav", 2.0)
    for name in ("dawn", "dusk"):
        (tables / f"{name}_labels.txt").write_text("0.5\t1\tDog\n")
    path = tmp_path / "new.yamnet"
    asked = ("import", *sorted(tables.glob("*.txt")), "--project", path, "--create",
             "--add-recordings", "--yes")  # fmt: skip
    assert run(*asked)[0] == 1
    assert not path.exists()
    assert run(*asked, "--recordings-in", sounds.parent)[0] == 0
    made = holds(path)
    assert [r.recording.path for r in made] == [tables / "dusk.wav", sounds / "dawn.wav"]
    assert [len(r.events) for r in made] == [1, 1]
    assert [r.recording.duration_s for r in made] == pytest.approx([2.0, 3.0])


RAVEN = (
    "Selection\tView\tChannel\tBegin File\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\t"
    "High Freq (Hz)\tSpecies\n"
)


@pytest.mark.parametrize(
    ("row", "remark"),
    [
        ("b.wav\t69.5\t70.5\t0\t3000", "beyond the end of the recording: b.wav 69.500 to 70.500"),
        ("b.wav\t59\t60.5\t0\t3000", "reaching past the end of the recording: b.wav 59.000"),
        ("b.wav\t1e10\t1e10\t0\t3000", "at an impossible time: b.wav 10000000000.000"),
        ("b.wav\t1\t2\t3000\t200", "with a low frequency above the high one: b.wav 1.000 to"),
        ("b.wav\t1\t2\t0\t90000", "with frequencies that the recording cannot contain: b.wav"),
        ("b.wav\t1\t2\t-5\t900", "with frequencies that the recording cannot contain: b.wav"),
    ],
)
def test_what_is_odd_about_an_event_is_said_and_it_can_be_left_out(
    row: str, remark: str, run: Run, project: Path, tmp_path: Path
) -> None:
    raven = tmp_path / "r.txt"
    raven.write_text(f"{RAVEN}1\tSpectrogram 1\t1\t{row}\tDog\n")
    asked = ("import", raven, "--project", project)
    status, shown, _ = run(*asked, "--dry-run")
    assert status == 0
    assert f"1 event {remark}" in shown
    assert "--skip-doubtful leaves them out" in shown
    assert run(*asked, "--yes", "--skip-doubtful")[0] == 0
    assert len(holds(project)[1].events) == 0
    assert run(*asked, "--yes")[0] == 0
    assert len(holds(project)[1].events) == 1


def test_oddities_are_said_even_before_the_recording_is_known(
    run: Run, project: Path, tmp_path: Path
) -> None:
    raven = tmp_path / "who knows.txt"
    raven.write_text(f"{RAVEN}1\tSpectrogram 1\t1\t\t1\t2\t3000\t200\tDog\n")
    status, shown, _ = run("import", raven, "--project", project, "--dry-run")
    assert (status, "1 event with a low frequency above the high one" in shown) == (1, True)


def test_how_much_already_stands_there_is_said(run: Run, project: Path, tmp_path: Path) -> None:
    rows = table(tmp_path, "a.wav\t1\t2\tDog", "a.wav\t5\t6\tCat", "a.wav\t9\t10\tWren")
    _, shown, _ = run("import", rows, "--project", project, "--dry-run")
    assert "2 events are already in the project, unchanged" in shown


@pytest.mark.parametrize("address", ["file://[", "http://[::1", "https://h.org/a/b.wav"])
def test_addresses_of_recordings_are_names_or_nothing(
    address: str, run: Run, project: Path, tmp_path: Path
) -> None:
    tasks = tmp_path / "tasks.json"
    title = '"title": "call 1", ' if address.endswith(".wav") else ""
    tasks.write_text(
        f'[{{"id": 1, "data": {{{title}"audio_url": "{address}"}}, "annotations": '
        '[{"result": [{"id": "r1", "from_name": "label", "to_name": "audio", "type": "labels", '
        '"value": {"start": 1.0, "end": 2.0, "labels": ["Dog"]}}]}]}]'
    )
    status, _, output = run("import", tasks, "--project", project, "--yes")
    assert "Traceback" not in output
    if address.endswith("b.wav"):
        assert status == 0
        assert [len(r.events) for r in holds(project)] == [2, 1]
    else:
        assert (status, "tasks.json: " in output) == (2, True)


def test_only_the_tiers_that_are_named(run: Run, project: Path, tmp_path: Path) -> None:
    path = tmp_path / "b.TextGrid"
    path.write_text(
        'File type = "ooTextFile"\nObject class = "TextGrid"\n\n0\n60\n<exists>\n2\n'
        '"IntervalTier" "birds" 0 60 1 1 2 "Wren"\n"TextTier" "clicks" 0 60 1 3 "a"\n'
    )
    tiers = ("--tier", "birds", "--tier", "brids")
    status, shown, _ = run("import", path, "--project", project, *tiers, "--yes")
    assert status == 0
    assert "tiers: birds (1), clicks (1)" in shown
    assert "there is no tier 'brids'; there are birds, clicks" in shown
    _, b = holds(project)
    assert [(e.label, e.note) for e in b.events] == [("Wren", "tier: birds")]


def test_names_of_any_bytes_are_stored_exported_and_imported_again(
    run: Run, tmp_path: Path
) -> None:
    folder = tmp_path / os.fsdecode(b"fold\xe9r 100%")
    odd = folder / os.fsdecode(b"x\xff\xc3\xa4.wav")
    write_sound(tmp_path / "x.wav", 0.5)
    try:
        folder.mkdir()
        (tmp_path / "x.wav").rename(odd)
    except OSError:
        pytest.skip("this file system takes no such names")
    project = folder / os.fsdecode(b"p\xfe.yamnet")
    labels = folder / os.fsdecode(b"x\xff\xc3\xa4_labels.txt")
    labels.write_text("0.1\t0.2\tDog\n0.3\t0.4\tWren\n")
    add = ("--create", "--add-recordings", "--yes")
    assert run("import", labels, "--project", project, *add)[0] == 0
    (stored,) = holds(project)
    assert stored.recording.path == odd
    assert [e.label for e in stored.events] == ["Dog", "Wren"]
    with Project.open(project, read_only=True) as opened:
        (recording,) = opened.recordings.all()
        recording.path.encode()
        opened.save_as(tmp_path / "copy.yamnet")
    assert holds(tmp_path / "copy.yamnet")[0].recording.path == odd
    for fmt in FORMATS.values():
        if fmt.can_write and fmt.can_read:
            # some formats do not name the recording: their file has its name
            out = folder / fmt.name / (odd.stem + fmt.suffix)
            status, _, error = run("export", project, "--format", fmt.name, "-o", out)
            assert (fmt.name, status, error) == (fmt.name, 0, error)
            again = ("--format", fmt.name, "--dry-run")
            status, shown, error = run("import", out, "--project", project, *again)
            assert (fmt.name, status, error) == (fmt.name, 0, error)
            assert "is not in the project" not in shown, (fmt.name, shown)
            if fmt.name in ("csv", "raven", "jams", "parquet", "labelstudio", "eaf"):
                assert "0 new, 2 same, 0 changed" in shown, (fmt.name, shown)
    report = folder / os.fsdecode(b"r\xfc.html")
    assert run("export", project, "--report", report)[0] == 0
    assert "x\\xffä" in report.read_text(encoding="utf-8")


def test_a_project_that_is_replaced_meanwhile_is_named_with_its_copy(
    run: Run, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Answer(io.StringIO):
        """The user thinks it over; meanwhile another program puts its own file there."""

        def readline(self, _size: int | None = -1, /) -> str:
            shutil.copyfile(project, tmp_path / "synchronised.part")
            (tmp_path / "synchronised.part").replace(project)
            return super().readline()

        def isatty(self) -> bool:
            return True

    monkeypatch.setattr("sys.stdin", Answer("y\n"))
    rows = table(tmp_path, "b.wav\t3\t4\tDog")
    status, shown, said = run("import", rows, "--project", project)
    (copy,) = tmp_path.glob("p continued *.yamnet")
    assert status == 0
    assert f"Imported into {copy}" in shown
    assert f"{project}: was replaced by another file while it was open. Nothing is lost" in said
    assert copy.name in said
    assert len(holds(copy)[1].events) == 1
    assert not len(holds(project)[1].events)
