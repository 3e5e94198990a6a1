# ruff: noqa: E501 - tables of values
"""The real files that are damaged: everything the program reads, in every form it is written in."""

import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import soundfile

from tests.tiny_network import write_tiny_weights
from tests.unit.audio.containers import write_container
from yamnet_gui.core.events import (
    Event,
    EventList,
    EventSource,
    LabelledRecording,
    RecordingInfo,
    ReviewedSpan,
    ReviewState,
)
from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.labels.formats import FORMATS, WriteOptions
from yamnet_gui.labels.formats.read_write import write_labels
from yamnet_gui.yamnet.weights_hdf5 import model_in_hdf5

from .saved_model import rows_and_data

STORED = Path(__file__).parents[1] / "data" / "written_by_0_1"
RATE = 16_000

READ_ONLY = {
    "timit.phn": "0 3050 h#\n3050 4559 sh\n4559 5723 ix\n5723 20000 hv\n",
    "htk.lab": "0 3050000 sil\n3050000 9000000 dog\n",
    "birdnet.csv": (
        "Start (s),End (s),Scientific name,Common name,Confidence,File\n"
        "0.0,3.0,Turdus merula,Blackbird,0.81,street.wav\n"
    ),
    "birdnet.txt": (
        "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\tHigh Freq (Hz)\t"
        "Common Name\tSpecies Code\tConfidence\tBegin Path\tFile Offset (s)\n"
        "1\tSpectrogram 1\t1\t0\t3.0\t0\t15000\tBlackbird\tblackb\t0.81\tstreet.wav\t0\n"
    ),
    "street.wav.data": (
        '[{"Operator": "A", "Reviewer": "B", "Duration": 60.0},'
        ' [1.0, 2.5, 100, 3000, [{"species": "Kiwi (M)", "certainty": 90, "filter": "M"}]]]'
    ),
    "bat.json": (
        '{"id": "street.wav", "duration": 3.0, "time_exp": 1.0, "annotated": true, "notes": "",'
        ' "annotation": [{"start_time": 0.1, "end_time": 0.2, "low_freq": 100.0,'
        ' "high_freq": 3000.0, "class": "Myotis", "event": "Echolocation",'
        ' "individual": "-1", "class_prob": 0.5, "det_prob": 0.6}]}'
    ),
    "studio.json": (
        '[{"id": 1, "data": {"audio": "/data/upload/1/12345678-street.wav"}, "annotations": [{"id":'
        ' 2, "created_at": "2024-01-01T00:00:00Z", "result": [{"id": "a", "type": "labels",'
        ' "from_name": "label", "to_name": "audio", "original_length": 60.0, "value": {"start": 1.0,'
        ' "end": 2.0, "channel": 0, "labels": ["Dog"]}}, {"id": "a", "type": "textarea",'
        ' "from_name": "t", "to_name": "audio", "value": {"start": 1.0, "end": 2.0,'
        ' "text": ["loud"]}}]}], "predictions": []}]'
    ),
    "studio_min.json": (
        '[{"audio": "/data/street.wav", "id": 1, "label": [{"start": 1.0, "end": 2.0,'
        ' "channel": 0, "labels": ["Dog"]}], "annotator": 1, "annotation_id": 1}]'
    ),
    "short.TextGrid": (
        'File type = "ooTextFile"\nObject class = "TextGrid"\n\n0\n60\n<exists>\n2\n"IntervalTier"'
        '\n"birds"\n0\n60\n2\n0\n3\n"Dog"\n3\n60\n""\n"TextTier"\n"p"\n0\n60\n1\n4\n"x"\n'
    ),
    "own.csv": "path;from;to;what\nstreet.wav;1,5;2,5;Dog\nstreet.wav;3,0;4,0;Cat\n",
    "clock.csv": "file,begin,end,label\nstreet.wav,00:01.5,00:02.5,Dog\n",
    "spectral.txt": "1.0\t2.0\tDog\n\\\t100.0\t3000.0\n3.0\t4.0\tCat\n",
}
"""Files of other programs in forms that this one only reads."""


def labelled(path: Path) -> LabelledRecording:
    """A recording of a minute with events of every kind."""
    when = datetime(2024, 5, 1, 12, tzinfo=UTC)
    info = RecordingInfo(path, 60.0, RATE, 2, when)
    events = EventList.of(
        Event(
            id=f"event{n}",
            onset_s=2.0 * n,
            offset_s=2.0 * n + 1.25,
            label=label,
            channel=n % 2 if n > 2 else None,
            state=list(ReviewState)[n % len(ReviewState)],
            source=list(EventSource)[n % len(EventSource)],
            score_max=0.75,
            low_hz=100.0 if n else None,
            high_hz=3000.5 if n else None,
            reviewer="Ada",
            reviewed_utc=when,
            note="loud, near",
        )
        for n, label in enumerate(("Dog", "Kuckuck", "Speech", "鳥", "Dog"))
    )
    return LabelledRecording(info, events, (ReviewedSpan(TimeSpan(0.0, 30.0)),), "ab12" * 16)


def label_files(folder: Path) -> list[Path]:
    """A file of every format, each alone in a folder with what belongs to it."""
    made: list[Path] = []
    one = labelled(folder / "street.wav")
    for name, fmt in FORMATS.items():
        if fmt.write is None or fmt.in_recordings or name == "scores":
            continue
        for beside in (False, True):
            place = folder / f"{name}{'-restored' if beside else ''}"
            place.mkdir()
            paths = write_labels(
                name, [one], place / f"street{fmt.suffix}", options=WriteOptions(sidecar=beside)
            )
            made += paths[-1:] if beside else paths[:1]
    for name, text in READ_ONLY.items():
        path = folder / "others" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        made.append(path)
    return made


def sound_files(folder: Path) -> list[Path]:
    """A third of a second in every container that can be written here."""
    t = np.arange(RATE // 3) / RATE
    sound = np.stack([np.sin(2 * np.pi * hz * t) * 0.3 for hz in (440, 1000)], axis=1)
    made = []
    for suffix in ("wav", "flac", "ogg", "mp3", "aiff", "caf", "w64", "rf64", "au"):
        path = folder / f"s.{suffix}"
        soundfile.write(path, sound, RATE, format=suffix.upper())
        made.append(path)
    soundfile.write(path := folder / "opus.ogg", sound, RATE, format="OGG", subtype="OPUS")
    made.append(path)
    soundfile.write(path := folder / "adpcm.wav", sound, RATE, subtype="MS_ADPCM")
    made.append(path)
    for name, codec in (
        *(("s.m4a", "aac"), ("s.mkv", "flac"), ("s.webm", "libopus"), ("s.wma", "wmav2")),
        *(("s.aac", "aac"), ("alac.m4a", "alac"), ("s.avi", "pcm_s16le")),
    ):
        path = folder / name
        write_container(path, sound, RATE if codec != "libopus" else 48_000, codec, {"title": "x"})
        made.append(path)
    return made


def sound_with_chunks(folder: Path) -> Path:
    """A WAV with cue points, labels, broadcast time and GUANO."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return name + len(body).to_bytes(4, "little") + body + b"\0" * (len(body) % 2)

    cue = (1).to_bytes(4, "little") + b"".join(
        n.to_bytes(4, "little") for n in (1, 800, int.from_bytes(b"data", "little"), 0, 0, 800)
    )
    labels = (
        b"adtl"
        + chunk(b"labl", b"\1\0\0\0Dog\0")
        + chunk(b"ltxt", b"\1\0\0\0" + (400).to_bytes(4, "little") + b"rgn \0\0\0\0\0\0\0\0")
    )
    guano = b"GUANO|Version: 1.0\nTimestamp: 2024-05-01T12:00:00+02:00\nLoc Position: 1 2\n"
    bext = bytes(320) + b"2024-05-0112:00:00" + (16_000).to_bytes(8, "little") + bytes(256)
    form = (
        b"\1\0\1\0" + RATE.to_bytes(4, "little") + (2 * RATE).to_bytes(4, "little") + b"\2\0\x10\0"
    )
    body = b"WAVE" + b"".join(
        chunk(name, content)
        for name, content in (
            *((b"fmt ", form), (b"bext", bext), (b"cue ", cue), (b"LIST", labels)),
            *((b"guan", guano), (b"data", bytes(3200))),
        )
    )
    path = folder / "chunks.wav"
    path.write_bytes(chunk(b"RIFF", body))
    return path


def weights_files(folder: Path) -> tuple[Path, bytes, bytes]:
    """Weights as HDF5; the rows of a SavedModel's index and its data."""
    hdf5 = write_tiny_weights(folder / "w.h5")
    rows, data = rows_and_data(model_in_hdf5(hdf5, hdf5.read_bytes())[0])
    return hdf5, rows, data


def columns_file(folder: Path) -> Path:
    path = folder / "columns.json"
    path.write_text(
        json.dumps({"mine": "file=path,onset=from,offset=to,label=what", "b": "label=x"}), "utf-8"
    )
    return path
