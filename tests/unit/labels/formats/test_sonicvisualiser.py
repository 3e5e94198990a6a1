"""Sonic Visualiser's layers and sessions, as XML and as CSV."""

import bz2
from pathlib import Path

import pytest

from yamnet_gui.core.errors import LabelsError
from yamnet_gui.core.events import RecordingInfo
from yamnet_gui.labels.formats import ImportResult, ReadOptions, read_labels

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE sonic-visualiser>\n'


def model(number: int, points: str, **attributes: str) -> str:
    given = {"type": "sparse", "sampleRate": "48000", "dataset": str(100 + number), **attributes}
    text = "".join(f' {name}="{value}"' for name, value in given.items())
    dataset = f'<dataset id="{100 + number}">{points}</dataset>'
    return f'<model id="{number}"{text}/>{dataset}'


BOX = model(
    1, '<point frame="48000" value="374" duration="96000" extent="101.5" label="a &amp; b"/>',
    dimensions="2", subtype="box", units="Hz",
)  # fmt: skip
INSTANTS = model(2, '<point frame="24000" label="1.1"/>', dimensions="1")
CURVE = model(3, '<point frame="0" value="1" label=""/>' * 7, dimensions="2")


def read(folder: Path, body: str | bytes, name: str = "a.svl", **options: object) -> ImportResult:
    path = folder / name
    data = body if isinstance(body, bytes) else f"{HEAD}<sv><data>{body}</data></sv>".encode()
    path.write_bytes(data)
    return read_labels(None, path, options=ReadOptions(**options))  # type: ignore[arg-type]


def rows(result: ImportResult) -> list[tuple]:
    (recording,) = result.recordings
    return [(e.onset_s, e.offset_s, e.low_hz, e.high_hz, e.label, e.note) for e in recording.events]


def test_layers_of_boxes_regions_and_instants(tmp_path: Path) -> None:
    result = read(tmp_path, BOX)
    assert result.format_name == "svl"
    assert rows(result) == [(1.0, 3.0, 374.0, 475.5, "a & b", "")]
    assert rows(read(tmp_path, INSTANTS)) == [(0.5, 0.5, None, None, "1.1", "")]
    point = '<point frame="4800" value="2" duration="48" label="x"/>'
    for region in (model(1, point, subtype="region", dimensions="3"), model(1, point)):
        assert rows(read(tmp_path, region)) == [(0.1, 0.101, None, None, "x", "")]


def test_curves_hold_no_labels_and_are_named(tmp_path: Path) -> None:
    result = read(tmp_path, CURVE)
    assert rows(result) == []
    assert result.warnings == ("1 layer of values without labels (unnamed) left out (7 points)",)


SESSION = (
    '<model id="9" type="wavefile" file="/rec/take%201.wav" mainModel="true"/>'
    f'{BOX}{INSTANTS}{CURVE}</data><display><layer id="5" name="Calls" model="1"/>'
    '<layer id="6" presentationName="Clicks" model="2"/></display><data>'
)


@pytest.mark.parametrize("packed", [False, True])
def test_a_session_names_its_recording_and_its_layers_are_tiers(
    packed: bool, tmp_path: Path
) -> None:
    text = f"{HEAD}<sv><data>{SESSION}</data></sv>".encode()
    result = read(tmp_path, bz2.compress(text) if packed else text, "a.sv")
    assert rows(result) == [
        (0.5, 0.5, None, None, "1.1", "tier: Clicks"),
        (1.0, 3.0, 374.0, 475.5, "a & b", "tier: Calls"),
    ]
    assert result.recordings[0].recording.path == Path("/rec/take%201.wav")
    assert result.tiers == (("Calls", 1), ("Clicks", 1))
    assert len(rows(read(tmp_path, text, tiers=("Clicks",)))) == 1


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (f'{HEAD[:-2]} [<!ENTITY a "aaaa">]>\n<sv></sv>', "has a DOCTYPE"),
        (f"{HEAD}<sv>" + "<data>" * 50, "is not a layer"),
        (f"{HEAD}<sv><data>", "is not well-formed XML"),
        (HEAD + "<sv>" + model(1, '<point frame="9"/>', sampleRate="0") + "</sv>", "point 1: its"),
        (HEAD + "<sv>" + model(1, '<point frame="1e400"/>') + "</sv>", "point 1: the frame is"),
        (HEAD + "<sv>" + model(1, '<point frame="x"/>') + "</sv>", "point 1: the frame 'x' is"),
    ],
)
def test_what_is_wrong_is_one_sentence(text: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(LabelsError) as caught:
        read(tmp_path, text.encode())
    assert reason in str(caught.value)


def test_a_torn_session_is_one_sentence(tmp_path: Path) -> None:
    data = bz2.compress(f"{HEAD}<sv>{SESSION}</sv>".encode())
    with pytest.raises(LabelsError, match="not a whole session"):
        read(tmp_path, data[:-20], "a.sv")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.000000000,1.856000000,374.032,475.985,first\n8.000000000,9.810000000,300,500\n",
         [(0.0, 1.856, 374.032, 475.985, "first", ""), (8.0, 9.81, 300.0, 500.0, "", "")]),
        ('0.000000000,1,9.200000000,"A, b"\n9.200000000,2,4.400000000,7\n',
         [(0.0, 9.2, None, None, "A, b", ""), (9.2, 13.6, None, None, "7", "")]),
        ("0.500000000,440,0.25,0.8,note\n1.000000000,460,0.25,0.9\n",
         [(0.5, 0.75, None, None, "note", ""), (1.0, 1.25, None, None, "", "")]),
        ("1.500000000,hello\n2.500000000\n",
         [(1.5, 1.5, None, None, "hello", ""), (2.5, 2.5, None, None, "", "")]),
        ("TIME,VALUE,DURATION,EXTENT,LABEL\n1,100,2,50,a\n",
         [(1.0, 3.0, 100.0, 150.0, "a", "")]),
        ("TIME,END,LOW,HIGH,LABEL\n1,2,100,150,a\n", [(1.0, 2.0, 100.0, 150.0, "a", "")]),
    ],
)  # fmt: skip
def test_layers_as_csv(text: str, expected: list, tmp_path: Path) -> None:
    result = read(tmp_path, text.encode(), "a.csv")
    assert result.format_name == "sonicvisualiser"
    assert rows(result) == expected


def test_frames_of_csv_count_at_the_rate_of_the_recording(tmp_path: Path) -> None:
    text = b"FRAME,VALUE,DURATION,LABEL\n8000,1,4000,a\n"
    known = RecordingInfo(tmp_path / "a.wav", 60.0, 8_000, 1)
    result = read(tmp_path, text, "a.csv", recordings=[known])
    assert rows(result) == [(1.0, 1.5, None, None, "a", "")]
    with pytest.raises(LabelsError, match="sampling rate of its recording is not known"):
        read(tmp_path, text, "a.csv")
