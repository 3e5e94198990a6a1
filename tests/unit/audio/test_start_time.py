"""When a recording began."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest
import soundfile

from yamnet_gui.audio import open_audio, recording_start, start_from_name

from .broken_files import tone, wav_bytes
from .containers import write_container

MOMENT = datetime(2024, 1, 31, 23, 59, 58)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("20240131_235958.wav", MOMENT),
        ("SITE-A_20240131_235958.WAV", MOMENT),
        ("20240131-235958.flac", MOMENT),
        ("2024-01-31_23-59-58.wav", MOMENT),
        ("2024-01-31 23.59.58.wav", MOMENT),
        ("rec 2024-01-31T23:59:58.ogg", MOMENT),
        ("20240131T235958.wav", MOMENT),
        ("20240131T235958Z.wav", MOMENT.replace(tzinfo=UTC)),
        ("20240131_235958UTC.wav", MOMENT.replace(tzinfo=UTC)),
        ("20240131T235958+0200.wav", MOMENT.replace(tzinfo=timezone(timedelta(hours=2)))),
        ("20240131T235958-0330_x.wav", MOMENT.replace(tzinfo=timezone(-timedelta(minutes=210)))),
        ("S4A01234_20240131_235958_a.wav", MOMENT),
        ("20240131235958.wav", MOMENT),
        ("240131_235958.wav", MOMENT),
        ("20240131_2359.wav", MOMENT.replace(second=0)),
        ("5E90A4D0.WAV", datetime(2020, 4, 10, 16, 54, 40, tzinfo=UTC)),
        ("20241331_235958.wav", None),
        ("20240131_255958.wav", None),
        ("holiday.wav", None),
        ("track 12.mp3", None),
        ("deadbeef.wav", None),
        ("12345678.wav", None),
        ("2024.wav", None),
    ],
)
def test_names(name: str, expected: datetime | None) -> None:
    assert start_from_name(name) == expected


def info_comment(text: str) -> bytes:
    body = text.encode() + b"\0" * (2 - len(text) % 2)
    icmt = b"ICMT" + len(body).to_bytes(4, "little") + body
    return b"LIST" + (4 + len(icmt)).to_bytes(4, "little") + b"INFO" + icmt


def bext(date: str, time: str) -> bytes:
    body = b"a description".ljust(256, b"\0") + b"\0" * 64 + date.encode() + time.encode()
    body = body.ljust(602, b"\0")
    return b"bext" + len(body).to_bytes(4, "little") + body


@pytest.mark.parametrize(
    ("zone", "offset"),
    [("UTC", timedelta(0)), ("UTC+2", timedelta(hours=2)), ("UTC-3:30", -timedelta(minutes=210))],
)
def test_audiomoth_comment(tmp_path: Path, zone: str, offset: timedelta) -> None:
    comment = f"Recorded at 23:59:58 31/01/2024 ({zone}) by AudioMoth 2490 at medium gain"
    path = tmp_path / "20230101_000000.wav"  # the comment knows better
    path.write_bytes(wav_bytes(bytes(2000), before=info_comment(comment)))
    assert recording_start(path) == MOMENT.replace(tzinfo=timezone(offset))
    with open_audio(path) as source:
        assert recording_start(path, source) == recording_start(path)
        assert source.info.recorded_at == recording_start(path)


def test_broadcast_wav(tmp_path: Path) -> None:
    path = tmp_path / "broadcast.wav"
    path.write_bytes(wav_bytes(bytes(2000), before=bext("2024-01-31", "23:59:58")))
    assert recording_start(path) == MOMENT
    path.write_bytes(wav_bytes(bytes(2000), before=bext("0000-00-00", "00:00:00")))
    assert recording_start(path) is None


def test_creation_tag_of_a_container(tmp_path: Path) -> None:
    path = tmp_path / "film.m4a"
    tags = {"creation_time": "2024-01-31T23:59:58.000000Z"}
    write_container(path, tone(0.5), 22050, "aac", tags)
    assert recording_start(path) == MOMENT.replace(tzinfo=UTC)


def test_nothing_known(tmp_path: Path) -> None:
    path = tmp_path / "plain.flac"
    soundfile.write(path, np.zeros(100), 8000)
    assert recording_start(path) is None
    assert recording_start(tmp_path / "missing.wav") is None
    with open_audio(path) as source:
        assert source.info.recorded_at is None


def test_info_holds_only_times_with_a_zone(tmp_path: Path) -> None:
    path = tmp_path / "20240131_235958.wav"
    soundfile.write(path, np.zeros(100), 8000)
    with open_audio(path) as source:
        assert source.info.recorded_at is None
