"""When a recording began."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest
import soundfile

from yamnet_gui.audio import (
    RecordingStart,
    open_audio,
    recording_start,
    start_from_name,
    zone_named,
)
from yamnet_gui.core.errors import SettingsError

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
        ("20240131_235958_123.wav", MOMENT.replace(microsecond=123000)),
        ("20240131_235958.5.wav", MOMENT.replace(microsecond=500000)),
        (
            "20240131_235958.123_UTC+0230.wav",
            MOMENT.replace(microsecond=123000, tzinfo=timezone(timedelta(minutes=150))),
        ),
        ("PXL_20240131_235958123.mp4", MOMENT.replace(microsecond=123000)),
        ("67399692.240131235958.wav", MOMENT),
        ("SITE_20240131$235958.wac.wav", MOMENT),
        ("2024-01-31-birdnet-23:59:58.wav", MOMENT),
        ("Turdus_merula-85-2024-01-31-birdnet-RTSP_1-23:59:58.mp3", MOMENT),
        ("WhatsApp Audio 2024-01-31 at 23.59.58.opus", MOMENT),
        ("WhatsApp Audio 2024-01-31 at 11.59.58 PM (1).opus", MOMENT),
        ("Recording 2024-01-31 at 12.00.58 AM.m4a", MOMENT.replace(hour=0, minute=0)),
        (
            "20240131T235958+1000_REC [-27.45+152.97].flac",
            MOMENT.replace(tzinfo=timezone(timedelta(hours=10))),
        ),
        ("front-1706745598.25-abcdef.mp4", MOMENT.replace(microsecond=250000, tzinfo=UTC)),
        ("2024-01-31/23/garden/59.58.mp4", MOMENT.replace(tzinfo=UTC)),
        ("240131_2359.mp3", MOMENT.replace(second=0)),
        ("20240131_23h59m58s.wav", MOMENT),
        ("19700101_000012.wav", None),
        ("20000101_000512.wav", None),
        ("20240131_SM4_0512.wav", None),
        ("AUD-20240131-WA0001.opus", None),
        ("4-130584-A-4.wav", None),
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


def moment_of(path: Path) -> datetime | None:
    start = recording_start(path, UTC)
    return start.moment if start else None


def chunk(name: bytes, body: bytes) -> bytes:
    return name + len(body).to_bytes(4, "little") + body + b"\0" * (len(body) % 2)


def wamd(text: str) -> bytes:
    fields = ((0, b"\1\0"), (1, b"SM4BAT"), (5, text.encode()), (0x11, b"WAMD"))
    body = b"".join(n.to_bytes(2, "little") + len(b).to_bytes(4, "little") + b for n, b in fields)
    return chunk(b"wamd", body)


def info_list(**entries: str) -> bytes:
    body = b"".join(chunk(n.encode(), v.encode() + b"\0") for n, v in entries.items())
    return chunk(b"LIST", b"INFO" + body)


@pytest.mark.parametrize(
    ("zone", "offset"),
    [("UTC", timedelta(0)), ("UTC+2", timedelta(hours=2)), ("UTC-3:30", -timedelta(minutes=210))],
)
def test_audiomoth_comment(tmp_path: Path, zone: str, offset: timedelta) -> None:
    comment = f"Recorded at 23:59:58 31/01/2024 ({zone}) by AudioMoth 2490 at medium gain"
    path = tmp_path / "20230101_000000.wav"  # the comment knows better
    path.write_bytes(wav_bytes(bytes(2000), before=info_comment(comment)))
    moment = MOMENT.replace(tzinfo=timezone(offset))
    assert recording_start(path) == RecordingStart(moment, "AudioMoth comment")
    with open_audio(path) as source:
        assert source.info.recorded_at == moment


@pytest.mark.parametrize(
    "written",
    [
        "2024-01-31T23:59:58+10:00",
        "2024-01-31 23:59:58+1000",
        "2024-01-31T23:59:58.000+10",
        "2024-01-31T23:59:58 +10:00",
    ],
)
def test_guano_after_the_samples_knows_better_than_the_name(tmp_path: Path, written: str) -> None:
    path = tmp_path / "SMM08543_20230101_000000.wav"
    text = f"GUANO|Version: 1.0\nMake: Wildlife Acoustics\nTimestamp: {written}\nSamplerate: 8000\n"
    path.write_bytes(wav_bytes(bytes(2000)) + chunk(b"guan", text.encode()))
    moment = MOMENT.replace(tzinfo=timezone(timedelta(hours=10)))
    assert recording_start(path, UTC) == RecordingStart(moment, "GUANO")


def test_wildlife_acoustics_metadata(tmp_path: Path) -> None:
    path = tmp_path / "night.wav"
    path.write_bytes(wav_bytes(bytes(2000), before=wamd("2024-01-31 23:59:58-05:00")))
    moment = MOMENT.replace(tzinfo=timezone(-timedelta(hours=5)))
    assert recording_start(path) == RecordingStart(moment, "Wildlife Acoustics metadata")


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ({"ICRD": "2024-01-31T23:59:58"}, MOMENT),
        ({"ICRD": "2024-01-31", "IDIT": "Wed Jan 31 23:59:58 2024"}, MOMENT),
        ({"ICRD": "2024-01-31"}, None),
        ({"ICRD": "1970-01-01 00:00:04"}, None),
    ],
)
def test_dates_of_an_information_list(
    tmp_path: Path, entries: dict[str, str], expected: datetime | None
) -> None:
    path = tmp_path / "plain.wav"
    path.write_bytes(wav_bytes(bytes(2000), before=info_list(**entries)))
    assert moment_of(path) == (expected and expected.replace(tzinfo=UTC))


def test_a_time_without_zone_is_taken_in_the_zone_that_was_given(tmp_path: Path) -> None:
    path = tmp_path / "20240131_235958.wav"
    soundfile.write(path, np.zeros(100), 8000)
    zone = zone_named("Asia/Tokyo")
    assert recording_start(path, zone) == RecordingStart(
        MOMENT.replace(tzinfo=zone), "file name", zone_assumed=True
    )
    own = recording_start(path)
    assert own is not None
    assert own.moment == MOMENT.astimezone()


@pytest.mark.parametrize(("name", "hours"), [("UTC", 0), ("UTC+2", 2), ("-03:30", -3.5)])
def test_zones_by_their_distance_from_utc(name: str, hours: float) -> None:
    zone = zone_named(name)
    assert zone is not None
    assert zone.utcoffset(MOMENT) == timedelta(hours=hours)


@pytest.mark.parametrize("name", ["Berlin/Europe", "UTC+99", "../../etc/passwd", "2", "\0"])
def test_a_zone_that_does_not_exist_is_refused_in_a_sentence(name: str) -> None:
    with pytest.raises(SettingsError, match="not a time zone"):
        zone_named(name)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0.0, MOMENT.replace(hour=10)),
        (10 * 3600 + 59 * 60 + 58.25, MOMENT.replace(hour=10, microsecond=250_000)),
        (13 * 3600.0, MOMENT.replace(hour=13, minute=0, second=0)),  # a later part of a long take
        (3600.0, MOMENT.replace(hour=10)),  # the place on an editor's time line
        (1e12, MOMENT.replace(hour=10)),
    ],
)
def test_broadcast_wav_with_its_time_reference(
    tmp_path: Path, seconds: float, expected: datetime
) -> None:
    path = tmp_path / "broadcast.wav"
    body = bytearray(bext("2024-01-31", "10:59:58"))
    rate = 44100
    body[8 + 338 : 8 + 346] = int(seconds * rate).to_bytes(8, "little")
    path.write_bytes(wav_bytes(bytes(2000), before=bytes(body), rate=rate))
    start = recording_start(path, UTC)
    assert start is not None
    assert start.source == "broadcast extension (bext)"
    assert abs(start.moment - expected.replace(tzinfo=UTC)) < timedelta(milliseconds=1)


def test_a_broadcast_clock_that_was_never_set_is_not_believed(tmp_path: Path) -> None:
    path = tmp_path / "broadcast.wav"
    for date in ("0000-00-00", "1970-01-01", "2000-01-01"):
        path.write_bytes(wav_bytes(bytes(2000), before=bext(date, "00:00:00")))
        assert recording_start(path) is None


@pytest.mark.parametrize(
    ("name", "codec", "tag", "written"),
    [
        ("film.m4a", "aac", "creation_time", "2024-01-31T23:59:58.000000Z"),
        ("voice.flac", "flac", "DATE", "2024-01-31T23:59:58+00:00"),
        ("voice.mp3", "libmp3lame", "date", "2024-01-31T23:59:58Z"),
        ("voice.opus", "libopus", "date", "2024-01-31 23:59:58 UTC"),
    ],
)
def test_date_tags_of_containers(
    tmp_path: Path, name: str, codec: str, tag: str, written: str
) -> None:
    path = tmp_path / name
    write_container(path, tone(0.5, rate=48000), 48000, codec, {tag: written})
    assert recording_start(path) == RecordingStart(MOMENT.replace(tzinfo=UTC), "date tag")


def test_a_date_tag_without_a_time_of_day_is_no_start(tmp_path: Path) -> None:
    path = tmp_path / "voice.flac"
    write_container(path, tone(0.5), 22050, "flac", {"DATE": "2024-01-31"})
    assert recording_start(path) is None


def test_nothing_known(tmp_path: Path) -> None:
    path = tmp_path / "plain.flac"
    soundfile.write(path, np.zeros(100), 8000)
    assert recording_start(path) is None
    assert recording_start(tmp_path / "missing.wav") is None
    with open_audio(path) as source:
        assert source.info.recorded_at is None


def test_info_holds_the_time_as_the_file_states_it(tmp_path: Path) -> None:
    path = tmp_path / "20240131_235958.wav"
    soundfile.write(path, np.zeros(100), 8000)
    with open_audio(path) as source:
        assert source.info.recorded_at == MOMENT
