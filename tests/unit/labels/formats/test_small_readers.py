"""Formats that are only read: RTTM, HTK and MIREX labels, TIMIT, AviaNZ, BatDetect2."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from yamnet_gui.core.errors import LabelsError
from yamnet_gui.core.events import RecordingInfo
from yamnet_gui.labels.formats import ImportResult, ReadOptions, read_labels


def put(folder: Path, name: str, content: Any) -> Path:
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def rows(result: ImportResult) -> list[tuple[str, float, float, str]]:
    return [
        (r.recording.path.name, e.onset_s, e.offset_s, e.label)
        for r in result.recordings
        for e in r.events
    ]


# RTTM

RTTM = """;; a comment
SPKR-INFO talk 1 <NA> <NA> <NA> unknown A <NA> <NA>
SPEAKER talk 1 1.500 1.000 <NA> <NA> A 0.5 <NA>
LEXEME talk 1 1.600 0.200 hello lex A <NA>
NON-SPEECH call 2 3 <NA> <NA> laugh <NA> <NA> <NA>
SPEAKER call 1 3 1 <NA> <NA> B <NA> <NA>
"""


def test_rttm_speakers_words_and_noises(tmp_path: Path) -> None:
    result = read_labels(None, put(tmp_path, "a.rttm", RTTM))
    assert result.format_name == "rttm"
    assert sorted(rows(result)) == [
        ("call", 3.0, 3.0, "laugh"), ("call", 3.0, 4.0, "B"), ("talk", 1.5, 2.5, "A"),
        ("talk", 1.6, 1.8, "hello"),
    ]  # fmt: skip
    events = {e.label: e for r in result.recordings for e in r.events}
    assert events["hello"].note == "type: LEXEME\nname: A\nsubtype: lex"
    assert (events["A"].score_max, events["A"].channel) == (0.5, None)
    assert (events["laugh"].channel, events["B"].channel) == (1, 0)
    assert result.warnings == ("1 line without times left out (line 2)",)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("SPEAKER a 1 1.5 1.0 <NA> <NA> A\nSPEAKR a 1 1 1 x x x\n", "line 2: 'SPEAKR' is not a"),
        ("SPEAKER a 1 1.5 1.0 <NA> <NA> A\nSPEAKER a 1 1\n", "line 2: has 4 fields"),
        ("SPEAKER a 1 1e400 1 <NA> <NA> A\n", "line 1: the onset is 1e400"),
        ("SPEAKER a 1 1 -1 <NA> <NA> A\n", "line 1: the duration -1 is negative"),
        ("SPEAKER a 1 1 1 <NA> <NA> A\nSPEAKER a x 1 1 <NA> <NA> A\n", "channel"),
    ],
)
def test_broken_rttm_is_refused_with_its_line(text: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(LabelsError) as caught:
        read_labels(None, put(tmp_path, "a.rttm", text))
    assert reason in str(caught.value)


# HTK, MIREX, xwaves


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0 3600000 sil\n3600000 5000000 ao -12.5\n", [(0.0, 0.36, "sil"), (0.36, 0.5, "ao")]),
        ("0.000 0.459 N\n0.459 4.122 Bb:maj6\n", [(0.0, 0.459, "N"), (0.459, 4.122, "Bb:maj6")]),
        ("0\t2\tverse one\n2\t5\tchorus\n", [(0.0, 2.0, "verse one"), (2.0, 5.0, "chorus")]),
        ("1.5 beat\n2 beat\n", [(1.5, 1.5, "beat"), (2.0, 2.0, "beat")]),
        ("signal x\nnfields 1\n#\n 0.5 26 pau ;\n 0.75 26 hh\n",
         [(0.0, 0.5, "pau"), (0.5, 0.75, "hh")]),
    ],
)  # fmt: skip
def test_label_files_in_seconds_or_units_of_100_ns(
    text: str, expected: list, tmp_path: Path
) -> None:
    result = read_labels(None, put(tmp_path, "a.lab", text))
    assert result.format_name == "lab"
    assert [row[1:] for row in rows(result)] == expected
    assert any("100 ns" in warning for warning in result.warnings) == ("3600000" in text)


def test_master_label_files_hold_several_recordings(tmp_path: Path) -> None:
    text = '#!MLF!#\n"*/a.lab"\n0 10000000 x\n.\n"C:\\d\\b.rec"\n0 20000000 y\n.\n'
    result = read_labels(None, put(tmp_path, "all.mlf", text))
    assert rows(result) == [("a", 0.0, 1.0, "x"), ("b", 0.0, 2.0, "y")]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("0 1 a\nx 2 b\n", "line 2: 'x 2 b' does not begin with a time"),
        ("0 1 a\n2\n", "line 2: '2' has a time but no label"),
        (f"0 1 a\n2 {'9' * 5000} b\n", "line 2: the end is 9999999999"),
        ("2 1 a\n", "line 1: ends at 1 s, before it starts"),
    ],
)
def test_broken_label_files_are_refused_with_their_line(
    text: str, reason: str, tmp_path: Path
) -> None:
    with pytest.raises(LabelsError) as caught:
        read_labels(None, put(tmp_path, "a.lab", text))
    assert reason in str(caught.value)


# TIMIT

PHONES = "0 8000 h#\n8000 16000 sh\n"


def test_samples_count_at_the_rate_of_the_recording(tmp_path: Path) -> None:
    path = put(tmp_path, "SA1.PHN", PHONES)
    known = RecordingInfo(tmp_path / "SA1.wav", 2.0, 8_000, 1)
    result = read_labels(None, path, options=ReadOptions(recordings=[known]))
    assert [row[1:] for row in rows(result)] == [(0.0, 1.0, "h#"), (1.0, 2.0, "sh")]
    assumed = read_labels(None, path)
    assert [row[1:] for row in rows(assumed)] == [(0.0, 0.5, "h#"), (0.5, 1.0, "sh")]
    assert "taken for 16000 Hz" in assumed.warnings[0]
    soundfile.write(tmp_path / "sa1.wav", np.zeros(100), 32_000)
    beside = read_labels(None, path)
    assert [row[1:] for row in rows(beside)] == [(0.0, 0.25, "h#"), (0.25, 0.5, "sh")]
    assert beside.warnings == ()


def test_broken_samples_are_refused_with_their_line(tmp_path: Path) -> None:
    with pytest.raises(LabelsError, match="line 2: '8000 x sh' is not two samples"):
        read_labels(None, put(tmp_path, "a.wrd", "0 8000 h#\n8000 x sh\n"))


# AviaNZ


def test_avianz_segments(tmp_path: Path) -> None:
    kiwi = {"species": "Kiwi", "certainty": 100, "filter": "M", "calltype": "male"}
    maybe = {"species": "Morepork", "certainty": 40, "filter": "Ruru"}
    document = [
        {"Operator": "op", "Reviewer": "rev", "Duration": 900},
        [1.0, 2.5, 1200, 3000, [kiwi, maybe]],
        [4, 3, 0, 0, [{"species": "Don't Know", "certainty": 0}]],
        [5, 6, 0, 0, "Tui?"],
        [7, "x", 0, 0, [kiwi]],
    ]
    result = read_labels(None, put(tmp_path, "night.wav.data", document))
    assert result.format_name == "avianz"
    (recording,) = result.recordings
    assert (recording.recording.path.name, recording.recording.duration_s) == ("night.wav", 900.0)
    seen = [
        (e.onset_s, e.offset_s, e.label, e.state.value, e.score_max, e.low_hz, e.note, e.reviewer)
        for e in recording.events
    ]
    assert seen == [
        (1.0, 2.5, "Kiwi", "accepted", None, 1200.0, "calltype: male", "rev"),
        (1.0, 2.5, "Morepork", "unreviewed", 0.4, 1200.0, "filter: Ruru", ""),
        (3.0, 4.0, "Don't Know", "uncertain", None, None, "", "rev"),
        (5.0, 6.0, "Tui", "unreviewed", 0.5, None, "", ""),
    ]
    assert result.warnings == ("segment 4: the time 'x' is not a number; left out",)


# BatDetect2


def call(**more: Any) -> dict[str, Any]:
    return {"start_time": 0.1, "end_time": 0.2, "low_freq": 30000, "high_freq": 60000,
            "class": "Myotis", "class_prob": 0.75, "det_prob": 0.5, "individual": "-1",
            "event": "Echolocation"} | more  # fmt: skip


def test_batdetect2_results_and_annotations(tmp_path: Path) -> None:
    entry = {"id": "bat.wav", "time_exp": 10, "duration": 1.5, "annotated": False}
    result = read_labels(None, put(tmp_path, "bat.wav.json", {**entry, "annotation": [call()]}))
    assert result.format_name == "batdetect2"
    (recording,) = result.recordings
    assert recording.recording.duration_s == 15.0
    (event,) = recording.events
    assert (event.onset_s, event.offset_s, event.low_hz, event.high_hz) == (1.0, 2.0, 3e3, 6e3)
    assert (event.label, event.state, event.score_max) == ("Myotis", "unreviewed", 0.75)
    assert event.note == "event: Echolocation"
    assert "slowed down 10 times" in result.warnings[0]
    document = [
        {**entry, "time_exp": 1, "annotated": True, "annotation": [call(), call(end_time={})]}
    ]
    result = read_labels(None, put(tmp_path, "all.json", document))
    assert rows(result) == [("bat.wav", 0.1, 0.2, "Myotis")]
    assert result.recordings[0].events.events[0].state == "accepted"
    assert result.warnings == ("bat.wav, annotation 2: the end {} is not a number; left out",)
