"""Values that nobody means, in files of every format: read, or refused in one sentence."""

import json
import math
import re
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests.fuzz.inputs import label_files, labelled
from tests.fuzz.targets import sentence
from yamnet_gui.core.events import Event, EventList, LabelledRecording, RecordingInfo
from yamnet_gui.labels.exchange.import_plan import plan_import
from yamnet_gui.labels.exchange.import_remarks import remarks
from yamnet_gui.labels.exchange.project_tables import import_command, plan_for_project
from yamnet_gui.labels.exchange.reading import TableReading, TablesRead, all_read, read_tables
from yamnet_gui.labels.formats import WriteOptions
from yamnet_gui.labels.formats.read_write import write_labels
from yamnet_gui.labels.formats.sidecar import sidecar_path
from yamnet_gui.labels.project import Project
from yamnet_gui.labels.project.codec import check_kinds, stored_text

_NUMBER = re.compile(rb"(?<![\w.#-])-?\d+(?:\.\d+)?(?![\w.])")
_TEXT = re.compile(rb"\"((?:[^\"\\]|\\.)*)\"|>([^<>]+)<|(?<=[\t,;])([^\t,;\"\n]+)(?=[\t,;\n])")
_ADDRESS = re.compile(rb"[^\s\"'<>=,;]*street\.wav")
NUMBERS = (
    b"1e308", b"1" + b"0" * 400, b"9" * 5000, b"NaN", b"inf", b"-inf", b"-1", b"-1e308", b"1e-400",
    b"1e16", b"99999999999999999999.5", b"2147483648", b"40000", b"1_0", b"true", b"null", b"[]",
    b'"x"', b"", b"1:2:3:4", b"9" * 400 + b":00:00", "\N{ARABIC-INDIC DIGIT ONE}".encode(),
)  # fmt: skip
TEXTS = (
    rb"\ud800", rb"\udfff\ud800", b"\xff", b"\xed\xa0\x80", b"&#xD800;", rb"\u0000", b"\0", b"",
    b"a" * 70_000, b"<" * 70_000, b"[" * 70_000, b" " * 70_000 + b"x", b"(" * 70_000, b"\r",
    b"\xe2\x80\xae", b"=cmd", b"'", b"%00",
)  # fmt: skip
ADDRESSES = (
    b"file://[", b"http://[::1", b"http://a..b/", b"file:///C:/[", b"https://", b"//", b"..", b"/",
    b"data:x", b"http://h:99999999/x", rb"file://\xff", b"/dev/zero", b"con:", b"a" * 5000,
)  # fmt: skip
DEEP = (b"[" * 100_000, b'{"a":' * 100_000, b"<a>" * 100_000)
PLACES = {
    "numbers": (_NUMBER, NUMBERS, 0.5),
    "texts": (_TEXT, TEXTS, 0.2),
    "addresses": (_ADDRESS, ADDRESSES, 0.5),
    "depth": (_TEXT, DEEP, 0.2),
}
"""What is replaced, by what, and how many of the values each file gets."""
SLOW_S = 10.0


def read(table: Path, *known: RecordingInfo) -> TablesRead:
    return all_read(read_tables(known, [table], TableReading()))


def check(table: Path) -> None:
    """Reads the table and compares it with a project, as an import does."""
    done = read(table, labelled(table.parent / "street.wav").recording)
    for problem in done.problems:
        sentence(str(problem))
    plan = plan_import([], done.recordings)
    for remark in remarks(done, plan):
        sentence(remark.whole())
    for event in (planned.result for planned in plan.events):
        check_kinds(event)  # or undo would take the history for damaged
        stored_text(event).encode()
        assert event.onset_s <= event.offset_s <= 1e15
        assert event.channel is None or 0 <= event.channel < 2**15
    assert all(0 <= r.recording.duration_s < math.inf for r in done.recordings)


@pytest.mark.workflow
@pytest.mark.parametrize("kind", PLACES)
def test_hostile_values_in_every_format(tmp_path: Path, kind: str) -> None:
    pattern, values, share = PLACES[kind]
    random = Random(kind)
    for table in label_files(tmp_path):
        data = table.read_bytes()
        places = [next(s for s in m.regs[::-1] if s != (-1, -1)) for m in pattern.finditer(data)]
        for value in (v for v in values if places and random.random() < share):
            start, end = random.choice(places)
            table.write_bytes(data[:start] + value + data[end:])
            began = time.monotonic()
            try:
                check(table)
            except Exception as error:
                place = data[max(0, start - 40) : end + 20]
                error.add_note(f"{table.parent.name}/{table.name}: {value[:40]!r} in {place!r}")
                raise
            took = time.monotonic() - began
            assert took < SLOW_S, (table.name, value[:40], data[max(0, start - 40) : end + 20])
        table.write_bytes(data)


def _deadly() -> Iterator[tuple[str, bytes]]:
    """Text that took minutes: its every character begins what never ends."""
    yield "a.vtt", b"WEBVTT\n\n00:01.000 --> 00:02.000\n" + b"<" * 300_000 + b"\n"
    yield "a.srt", b"1\n00:00:01,000 --> 00:00:02,000\n" + b"<" * 300_000 + b"\n"
    yield "a.phn", b"0 3050 a" + b" " * 300_000 + b"b\n"
    yield "a.csv", b"start,end,label," + b"[" * 60_000 + b"\n1,2,Dog,x\n"


@pytest.mark.parametrize(("name", "content"), list(_deadly()), ids=lambda v: str(v)[:5])
def test_no_text_takes_long_to_read(tmp_path: Path, name: str, content: bytes) -> None:
    (table := tmp_path / name).write_bytes(content)
    (tmp_path / "a.wav").touch()
    began = time.process_time()
    read(table, RecordingInfo(tmp_path / "a.wav", 60.0, 16_000, 1))
    assert time.process_time() - began < SLOW_S  # a minute and more before; now milliseconds


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("1e20", "the score 1e+20 is out of range"),
        ("-1e308", "the score -1e+308 is out of range"),
        ("9" * 20, "the score 1e+20 is out of range"),
    ],
)
def test_a_row_that_no_project_can_hold_is_left_out(tmp_path: Path, cell: str, reason: str) -> None:
    table = tmp_path / "t.csv"
    table.write_text(f"filename,start,end,label,score\na.wav,1,2,Dog,0.5\na.wav,3,4,Cat,{cell}\n")
    done = read(table, RecordingInfo(tmp_path / "a.wav", 60.0, 16_000, 1))
    assert [e.label for r in done.recordings for e in r.events] == ["Dog"]
    (warning,) = (w for w in done.results[0].warnings if "left out" in w)
    assert reason in warning


def test_channels_beyond_any_recording_are_left_out(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("filename,start,end,label,channel\na.wav,1,2,Dog,32768\na.wav,3,4,Cat,32769\n")
    done = read(table, RecordingInfo(tmp_path / "a.wav", 60.0, 16_000, 2))
    assert [e.channel for r in done.recordings for e in r.events] == [32767]
    assert any("the channel 32769 is out of range" in w for w in done.results[0].warnings)


def test_times_of_the_clock_with_hundreds_of_digits(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    hours = "9" * 400
    table.write_text(f"filename,start,end,label\na.wav,0:01,0:02,Dog\na.wav,{hours}:00:00,9,Cat\n")
    done = read(table, RecordingInfo(tmp_path / "a.wav", 60.0, 16_000, 2))
    assert [e.label for r in done.recordings for e in r.events] == ["Dog"]


def test_what_was_imported_can_be_undone_and_redone(tmp_path: Path) -> None:
    """Scores beyond any project came in, and undo took the history for damaged."""
    table = tmp_path / "t.csv"
    table.write_text("filename,start,end,label,score\na.wav,1,2,Dog,0.5\na.wav,3,4,Cat,1e20\n")
    with Project.create(tmp_path / "p.yamnet") as project:
        done = read(table)
        project.apply(
            import_command(project, plan_for_project(project, done.recordings), add_missing=True)
        )
        assert project.undo() == "import labels"
        assert project.redo() == "import labels"
        assert project.events.count() == 1


@pytest.mark.parametrize(
    "change",
    [{"score_max": 1e20}, {"channel": 40_000}, {"class_index": 2**40}, {"low_hz": -1e300}],
    ids=str,
)
def test_a_side_car_with_impossible_numbers_is_damaged(
    tmp_path: Path, change: dict[str, float]
) -> None:
    info = RecordingInfo(tmp_path / "a.wav", 60.0, 16_000, 2)
    event = Event("e", 1.0, 2.0, "Dog", note="near")
    table = tmp_path / "a.txt"
    options = WriteOptions(sidecar=True)
    write_labels(
        "audacity", [LabelledRecording(info, EventList.of([event]))], table, options=options
    )
    document = json.loads(sidecar_path(table).read_text())
    document["recordings"][0]["events"][0] |= change
    sidecar_path(table).write_text(json.dumps(document))
    done = read(table, info)
    assert [e.note for r in done.recordings for e in r.events] == [""]
    assert any("is damaged or not a sidecar file" in w for w in done.results[0].warnings)
