"""TextGrids in all forms that Praat opens, and their tiers."""

import shutil
import struct
import subprocess
from pathlib import Path

import pytest

from yamnet_gui.core.errors import LabelsError
from yamnet_gui.core.events import Event, EventList, LabelledRecording, RecordingInfo
from yamnet_gui.labels.formats import (
    ImportResult,
    ReadOptions,
    WriteOptions,
    losses,
    read_labels,
    write_labels,
)

LONG = """File type = "ooTextFile"
Object class = "TextGrid"

xmin = 0
xmax = 10
tiers? <exists>
size = 2
item []:
    item [1]:
        class = "IntervalTier"
        name = "Amsel"
        xmin = 0
        xmax = 10
        intervals: size = 2
        intervals [1]:
            xmin = 0
            xmax = 1
            text = ""
        intervals [2]:
            xmin = 1   ! a comment with "quotes" and 7
            xmax = 2e0
            text = "say ""x"" "
    item [2]:
        class = "TextTier"
        name = "Clicks"
        xmin = 0
        xmax = 10
        points: size = 1
        points [1]:
            number = 1e-05
            mark = "c"
"""
BOTH = [(1e-05, 1e-05, "c", "tier: Clicks"), (1.0, 2.0, 'say "x" ', "tier: Amsel")]


def read(folder: Path, text: str | bytes, **options: object) -> ImportResult:
    path = folder / "a.TextGrid"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_labels(None, path, options=ReadOptions(**options))  # type: ignore[arg-type]


def rows(result: ImportResult) -> list[tuple[float, float, str, str]]:
    assert result.format_name == "textgrid"
    (recording,) = result.recordings
    return [(e.onset_s, e.offset_s, e.label, e.note) for e in recording.events]


def test_the_tier_is_kept_as_a_note_and_can_be_chosen(tmp_path: Path) -> None:
    result = read(tmp_path, LONG)
    assert rows(result) == BOTH
    assert result.tiers == (("Amsel", 1), ("Clicks", 1))
    chosen = read(tmp_path, LONG, tiers=("Amsel",))
    assert rows(chosen) == BOTH[1:]
    assert chosen.tiers == result.tiers
    unknown = read(tmp_path, LONG, tiers=("Amsle",))
    assert rows(unknown) == []
    assert unknown.warnings == ("there is no tier 'Amsle'; there are Amsel, Clicks",)


def test_tiers_come_back_when_written(tmp_path: Path) -> None:
    events = [
        Event("a", 1.0, 2.0, "x", note="tier: Amsel"),
        Event("b", 1.5, 2.5, "y", note="tier: Amsel"),
        Event("c", 3.0, 3.0, "c", note="tier: Amsel"),
        Event("d", 3.0, 3.0, "c", note="tier: Clicks\nand more"),
        Event("e", 5.0, 6.0, "Dog"),
    ]
    recording = LabelledRecording(
        RecordingInfo(Path("/a.wav"), 10.0, 16_000, 1), EventList.of(events)
    )
    for name in ("textgrid", "eaf"):
        path = tmp_path / f"a.{name}"
        (out,) = write_labels(name, [recording], path, options=WriteOptions())
        result = read_labels(name, out)
        assert sorted((e.label, e.note) for r in result.recordings for e in r.events) == [
            ("Dog", ""), ("c", "tier: Amsel"), ("c", "tier: Clicks"), ("x", "tier: Amsel"),
            ("y", "tier: Amsel"),
        ]  # fmt: skip
        assert any("note of 1 event is lost" in loss for loss in losses(name, [recording]))


def test_old_short_files(tmp_path: Path) -> None:
    text = 'File type = "ooTextFile short"\n"TextGrid"\n\n0\n10\n<exists>\n1\n"IntervalTier"\n'
    result = read(tmp_path, text + '"a"\n0\n10\n2\n0\n1\n"x"\n1\n10\n""\n')
    assert rows(result) == [(0.0, 1.0, "x", "tier: a")]


def test_overlaps_are_read_and_only_large_ones_named(tmp_path: Path) -> None:
    tiny = LONG.replace("xmin = 1 ", "xmin = 0.9999999 ")
    result = read(tmp_path, tiny.replace('text = ""', 'text = "a"'))
    assert sorted(rows(result)) == [
        (0.0, 1.0, "a", "tier: Amsel"), BOTH[0], (0.9999999, 2.0, 'say "x" ', "tier: Amsel")
    ]  # fmt: skip
    assert result.warnings == ()
    result = read(tmp_path, LONG.replace("xmin = 1 ", "xmin = 0.5 "))
    assert len(rows(result)) == 2
    assert result.warnings == ("line 20: intervals overlap in the tier 'Amsel'",)


def test_times_that_do_not_begin_at_zero_are_named(tmp_path: Path) -> None:
    result = read(tmp_path, LONG.replace("xmin = 0", "xmin = -1", 1))
    assert "begin at -1 s" in result.warnings[0]


def test_chronological_files(tmp_path: Path) -> None:
    text = (
        '"Praat chronological TextGrid text file"\n0 10   ! Time domain.\n2   ! Number of tiers.\n'
        '"IntervalTier" "Amsel" 0 10\n"TextTier" "Clicks" 0 10\n\n! Clicks:\n2 1e-05\n"c"\n\n'
        '! Amsel:\n1 1 2\n"say ""x"" "'
    )
    assert rows(read(tmp_path, text)) == BOTH
    with pytest.raises(LabelsError, match="line 8: there is no tier 3"):
        read(tmp_path, text.replace("2 1e-05", "3 1e-05"))


def binary(*tiers: bytes) -> bytes:
    head = b"ooBinaryFile\x08TextGrid" + struct.pack(">dd?i", 0, 10, True, len(tiers))
    return head + b"".join(tiers)


INTERVALS = (
    b"\x0cIntervalTier\x00\x01a" + struct.pack(">ddi", 0, 10, 1) + struct.pack(">dd", 1, 2.5)
)


@pytest.mark.parametrize("encoding", ["latin-1", "mac_roman", "utf-8-sig", "utf-16", "utf-16-be"])
def test_encodings_of_praat(encoding: str, tmp_path: Path) -> None:
    text = LONG.replace("Amsel", "Grünspecht").encode(encoding)
    chosen = "mac_roman" if encoding == "mac_roman" else None  # nobody can know
    assert read(tmp_path, text, encoding=chosen).tiers[0] == ("Grünspecht", 1)


def test_binary_files(tmp_path: Path) -> None:
    wide = b"\xff\xff\x00\x02" + "é鳥".encode("utf-16-be")
    assert rows(read(tmp_path, binary(INTERVALS + wide))) == [(1.0, 2.5, "é鳥", "tier: a")]
    with pytest.raises(LabelsError, match="byte 98: the file ends too early"):
        read(tmp_path, binary(INTERVALS + wide)[:-1])


def test_collections_of_textgrids_are_one_recording_each(tmp_path: Path) -> None:
    body = LONG.split("\n\n", 1)[1]
    item = 'item [{0}]:\n class = "TextGrid"\n name = "r{0}"\n'
    head = 'File type = "ooTextFile"\nObject class = "Collection"\n\nsize = 2\nitem []:\n'
    text = head + item.format(1) + body + item.format(2) + body
    result = read(tmp_path, text)
    assert [(str(r.recording.path), len(r.events)) for r in result.recordings] == [
        ("r1", 2), ("r2", 2),
    ]  # fmt: skip
    with pytest.raises(LabelsError, match="a collection that holds a 'Sound'"):
        read(tmp_path, text.replace('class = "TextGrid"\n name = "r1"', 'class = "Sound" "s"'))


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ("xmax = 2e0", "xmax = 1e400", "line 21: the number 1e400 is too large"),
        ("intervals: size = 2", "intervals: size = 1e300", "line 14: the number 1e300 is too"),
        ("intervals: size = 2", "intervals: size = 1e9", "1e+09 is not a possible number"),
        ("xmax = 2e0", 'xmax = "2"', "line 21: a number is expected"),
        ("xmax = 2e0", "xmax = 0.5", "times run backwards"),
        ("number = 1e-05", "number = -3", "the time -3 is negative"),
        ('"IntervalTier"', '"PitchTier"', "'PitchTier' is not a kind of tier"),
        ('mark = "c"\n', 'mark = "c\n', "a quote is not closed"),
        ('"TextGrid"', '"Sound"', "is not a TextGrid of Praat but a 'Sound'"),
    ],
)
def test_what_is_wrong_is_one_sentence(
    before: str, after: str, reason: str, tmp_path: Path
) -> None:
    with pytest.raises(LabelsError) as caught:
        read(tmp_path, LONG.replace(before, after, 1))
    assert reason in str(caught.value)


PRAAT_SCRIPT = """
Create TextGrid: 0, 10, "Mary Böb clicks", "clicks"
Insert boundary: 1, 1.5
Insert boundary: 1, 2.25
Set interval text: 1, 2, "say ""hi"" é!"
Insert boundary: 2, 1e-5
Set interval text: 2, 1, "ü <exists> 7"
Insert point: 3, 3.5, "c"
Save as binary file: "bin.TextGrid"
Save as text file: "long.TextGrid"
Save as short text file: "short.TextGrid"
Save as chronological text file: "chronological.TextGrid"
Text writing preferences: "UTF-16"
Save as text file: "long16.TextGrid"
Save as chronological text file: "chronological16.TextGrid"
Text writing preferences: "try ISO Latin-1, then UTF-16"
Save as short text file: "latin.TextGrid"
"""


@pytest.mark.workflow
def test_everything_that_praat_saves(tmp_path: Path) -> None:
    program = shutil.which("praat_nogui") or shutil.which("praat")
    if program is None:
        pytest.skip("Praat is not installed (Debian package praat)")
    script = tmp_path / "make.praat"
    script.write_text(PRAAT_SCRIPT)
    subprocess.run([program, "--run", str(script)], check=True, timeout=60, cwd=tmp_path)
    files = sorted(tmp_path.glob("*.TextGrid"))
    assert len(files) == 7
    for path in files:
        assert rows(read_labels(None, path)) == [
            (0.0, 1e-05, "ü <exists> 7", "tier: Böb"),
            (1.5, 2.25, 'say "hi" é!', "tier: Mary"),
            (3.5, 3.5, "c", "tier: clicks"),
        ]
