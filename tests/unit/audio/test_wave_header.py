"""Headers that state a wrong size for their samples, or none."""

import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile

from yamnet_gui.audio import open_audio
from yamnet_gui.audio.markers import file_markers
from yamnet_gui.audio.wave_header import NO_SIZE, SIZE_TOO_SMALL
from yamnet_gui.core.errors import RecordingError

from .broken_files import RATE, wav_bytes

NUMBERS = np.random.default_rng(7).integers(-9000, 9000, RATE, np.int16)
DATA = NUMBERS.astype("<i2").tobytes()
LIST = b"LIST" + struct.pack("<I", 18) + b"INFOINAM" + struct.pack("<I", 6) + b"hello\0"
UNSET_64 = 2**64 - 1


def ds64(samples: int, whole: int = 0) -> bytes:
    return b"ds64" + struct.pack("<IQQQI", 28, whole, samples, samples // 2, 0)


def check(
    path: Path, warning: str, expected: np.ndarray = NUMBERS, own_numbers: bool = True
) -> None:
    with open_audio(path) as source:
        assert source.warnings == ((warning,) if warning else ())
        assert source.frames == len(expected)
        np.testing.assert_array_equal(source.read_int16(0, source.frames).ravel(), expected)
        np.testing.assert_array_equal(source.read_int16(12_345, 50).ravel(), expected[12345:12395])
        assert source.has_int16 or not own_numbers


@pytest.mark.parametrize("riff_size", [0, 0xFFFF_FFFF, None])
@pytest.mark.parametrize(
    "size", [0, 0xFFFF_FFFF, 0xFFFF_FF00, 0x7FFF_F000, 0x7FFF_FFFF, 0x8000_0000]
)
def test_size_that_was_never_filled_in(tmp_path: Path, size: int, riff_size: int | None) -> None:
    content = bytearray(wav_bytes(DATA, data_size=size, before=LIST))
    if riff_size is not None:
        content[4:8] = struct.pack("<I", riff_size)
    (tmp_path / "a.wav").write_bytes(content)
    check(tmp_path / "a.wav", NO_SIZE)


@pytest.mark.parametrize("name", [b"RF64", b"BW64"])
@pytest.mark.parametrize("size", [0, 0xFFFF_FFFF])
@pytest.mark.parametrize("before", [b"", ds64(0), ds64(UNSET_64, UNSET_64)])
def test_large_header_that_was_never_filled_in(
    tmp_path: Path, name: bytes, size: int, before: bytes
) -> None:
    content = wav_bytes(DATA, data_size=size, riff=name, before=before)
    (tmp_path / "a.wav").write_bytes(content)
    check(tmp_path / "a.wav", NO_SIZE)


@pytest.mark.parametrize("name", [b"RF64", b"BW64"])
@pytest.mark.parametrize("size", [len(DATA), 0xFFFF_FFFF])
def test_large_header_that_is_right(tmp_path: Path, name: bytes, size: int) -> None:
    content = wav_bytes(DATA + LIST, data_size=size, riff=name, before=ds64(len(DATA)))
    (tmp_path / "a.wav").write_bytes(content)
    check(tmp_path / "a.wav", "")


def test_recording_without_samples_but_with_tags_is_empty(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(wav_bytes(LIST, data_size=0))
    with pytest.raises(RecordingError, match="contains no samples"):
        open_audio(tmp_path / "a.wav")


@pytest.mark.parametrize("size", [0, len(DATA) // 2])
def test_au_file_with_a_wrong_size(tmp_path: Path, size: int) -> None:
    soundfile.write(tmp_path / "a.au", NUMBERS, RATE)
    content = bytearray((tmp_path / "a.au").read_bytes())
    content[8:12] = struct.pack(">I" if content[:4] == b".snd" else "<I", size)
    (tmp_path / "a.au").write_bytes(content)
    check(tmp_path / "a.au", SIZE_TOO_SMALL if size else NO_SIZE)


@pytest.mark.parametrize("size", [None, 0xFFFF_FFFF, 0xFFFF_FFDB, 0])
def test_more_than_4_gb(tmp_path: Path, size: int | None) -> None:
    """A sparse file: it takes no room on the disk."""
    long = 2**32 + 2**20
    stated = long % 2**32 if size is None else size
    head = wav_bytes(b"", data_size=stated)
    with (tmp_path / "long.wav").open("wb") as file:
        file.write(head)
        file.truncate(len(head) + long)
        file.seek(len(head) + long - 200)
        file.write(DATA[:200])
    with open_audio(tmp_path / "long.wav") as source:
        assert source.frames == long // 2
        assert source.warnings == (SIZE_TOO_SMALL if size is None else NO_SIZE,)
        end = source.read_int16(source.frames - 100, 100).ravel()
        np.testing.assert_array_equal(end, NUMBERS[:100])


def test_aiff_of_more_than_4_gb(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.aiff", NUMBERS[:100], RATE)
    content = bytearray((tmp_path / "a.aiff").read_bytes())
    frames = 2**31 + 2**19
    at, common = content.find(b"SSND"), content.find(b"COMM")
    content[at + 4 : at + 8] = struct.pack(">I", (2 * frames + 8) % 2**32)
    content[common + 10 : common + 14] = struct.pack(">I", frames)
    with (tmp_path / "a.aiff").open("r+b") as file:
        file.write(content)
        file.truncate(at + 16 + 2 * frames)
    with open_audio(tmp_path / "a.aiff") as source:
        assert source.frames == frames
        assert source.warnings == (SIZE_TOO_SMALL,)
        np.testing.assert_array_equal(source.read_int16(0, 100).ravel(), NUMBERS[:100])


@pytest.mark.parametrize(
    ("bits", "form", "subtype"), [(8, 1, "PCM_U8"), (24, 1, "PCM_24"), (32, 3, "FLOAT")]
)
def test_other_samples_without_a_size(tmp_path: Path, bits: int, form: int, subtype: str) -> None:
    soundfile.write(tmp_path / "whole.wav", NUMBERS / 32768, RATE, subtype)
    with open_audio(tmp_path / "whole.wav") as source:
        expected, words = source.read(0, source.frames), source.encoding
    content = bytearray((tmp_path / "whole.wav").read_bytes())
    at = content.find(b"data")
    content[at + 4 : at + 8] = bytes(4)
    (tmp_path / "unset.wav").write_bytes(content)
    with open_audio(tmp_path / "unset.wav") as source:
        assert source.encoding == words
        np.testing.assert_array_equal(source.read(0, source.frames)[: len(expected)], expected)


def test_file_that_grows_while_it_is_open_is_read_as_far_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "growing.wav"
    path.write_bytes(wav_bytes(DATA, data_size=0))
    with open_audio(path) as source:
        with path.open("ab") as file:
            file.write(DATA)
        assert len(source.read(0, 10 * RATE)) == source.frames == RATE
    check(path, NO_SIZE, np.tile(NUMBERS, 2))


def with_size(path: Path, kind: str, name: bytes, size: bytes) -> bytes:
    """Writes a file whose samples have this size in its header; gives back its true size."""
    soundfile.write(path, NUMBERS, RATE, format=kind, subtype="PCM_16")
    content = bytearray(path.read_bytes())
    at = content.find(name) + len(name)
    true = bytes(content[at : at + len(size)])
    content[at : at + len(size)] = size
    path.write_bytes(content)
    return true


W64_DATA = bytes.fromhex("64617461f3acd3118cd100c04f8edb8a")
OTHERS = {"W64": (W64_DATA, "<Q"), "AIFF": (b"SSND", ">I"), "CAF": (b"data", ">Q")}


@pytest.mark.parametrize(
    ("kind", "size"),
    [
        *(("W64", size) for size in (0, 24, 2**63 - 1, 2**64 - 1)),
        *(("AIFF", size) for size in (0, 8, 0x7F00_0008, 0xFFFF_FFFF)),
        ("CAF", 0),
    ],
)
def test_other_headers_that_were_never_filled_in(tmp_path: Path, kind: str, size: int) -> None:
    name, form = OTHERS[kind]
    with_size(tmp_path / "a", kind, name, struct.pack(form, size))
    check(tmp_path / "a", NO_SIZE, own_numbers=kind == "AIFF")


@pytest.mark.parametrize("kind", OTHERS)
def test_other_files_that_were_cut_off_or_are_whole(tmp_path: Path, kind: str) -> None:
    name, form = OTHERS[kind]
    path = tmp_path / "a"
    true = with_size(path, kind, name, bytes(struct.calcsize(form)))
    with_size(path, kind, name, true)
    check(path, "", own_numbers=kind != "CAF")
    path.write_bytes(path.read_bytes()[: -RATE // 2])
    with open_audio(path) as source:
        assert source.warnings == ("the file ends 0.2 s before the length that its header names",)


def test_caf_whose_samples_go_on_to_the_end_is_whole(tmp_path: Path) -> None:
    with_size(tmp_path / "a.caf", "CAF", b"data", b"\xff" * 8)
    check(tmp_path / "a.caf", "", own_numbers=False)


@pytest.mark.parametrize("length", range(12, 40))
def test_an_rf64_file_that_ends_within_its_sizes_is_refused_or_read(
    tmp_path: Path, length: int
) -> None:
    whole = b"RF64\xff\xff\xff\xffWAVEds64\x1c\0\0\0" + bytes(28)
    path = tmp_path / "cut.wav"
    path.write_bytes(whole[:length])
    with pytest.raises(RecordingError):
        open_audio(path)
    assert file_markers(path) == ()


@pytest.mark.parametrize("rate", [0x8500_0000, 20_000_000, 0])
def test_a_rate_that_no_recording_has_is_refused_without_a_size_too(
    tmp_path: Path, rate: int
) -> None:
    path = tmp_path / "odd.wav"
    path.write_bytes(wav_bytes(DATA, rate=rate, data_size=0xFFFF_FFFF))
    with pytest.raises(RecordingError, match="rate"):
        open_audio(path)
