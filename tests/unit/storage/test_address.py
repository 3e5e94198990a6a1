import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from yamnet_gui.core.errors import RecordingError, UserError
from yamnet_gui.core.sound_track import file_and_track, with_track
from yamnet_gui.core.storage.address import path_of, with_secrets
from yamnet_gui.core.storage.notation import address_of, is_stored, without_secrets, written
from yamnet_gui.core.text import printable, unique_names
from yamnet_gui.labels.project.paths import located, stored_path

ADDRESSES = (
    "s3://bucket/2026/a b.wav",
    "gs://bucket/ä.flac",
    "az://container/x/y.mp3",
    "sftp://anna@host:2222/data/a.wav",
    "https://host:8443/a%20b.wav?download=1",
)


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_is_the_same_after_all_that_is_done_to_paths(address):
    path = path_of(address)
    same = (
        Path(str(path)),
        path.absolute(),
        Path(os.path.normpath(path)),
        Path("/folder") / path,
        pickle.loads(pickle.dumps(path)),
        path.parent / path.name,
        path_of(path),
        path_of(os.path.realpath(path)),
        path_of(Path(address)),
    )
    assert [address_of(p) for p in same] == [address] * len(same)
    assert is_stored(path)
    assert not is_stored(Path("/data/s3/a.wav"))
    assert not is_stored(Path("a:b/c.wav"))


def test_sound_tracks_of_an_address_have_its_name():
    path = with_track(path_of("https://host/film.mkv"), 2)
    assert address_of(path) == "https://host/film.mkv#track=2"
    assert file_and_track(path) == (path_of("https://host/film.mkv"), 2)
    assert unique_names([path]) == ["film#track=2"]


def test_addresses_are_shown_as_such():
    path = path_of("s3://bucket/a.wav")
    assert printable(path) == written(path) == "s3://bucket/a.wav"
    assert str(RecordingError(path, "is gone")) == "s3://bucket/a.wav: is gone"


def test_projects_store_addresses_and_find_them_again(tmp_path):
    path = path_of("s3://bucket/a.wav")
    assert stored_path(path, tmp_path) == "s3://bucket/a.wav"
    assert located("s3://bucket/a.wav", tmp_path) == path


SECRET = "hunter2"


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        (f"https://anna:{SECRET}@host/a.wav", "https://host/a.wav"),
        (f"https://host/a.wav?X-Amz-Signature={SECRET}&v=1", "https://host/a.wav"),
        (f"https://host/a.wav?sig={SECRET}#track=2", "https://host/a.wav#track=2"),
        (f"sftp://anna:{SECRET}@host/a.wav", "sftp://anna@host/a.wav"),
        (f"s3://key:{SECRET}@bucket/a.wav", "s3://bucket/a.wav"),
    ],
)
def test_secrets_are_asked_with_and_never_shown_or_stored(address, shown, tmp_path, monkeypatch):
    monkeypatch.setenv("YAMNET_GUI_ADDRESSES_WITH_SECRETS", "{}")
    path = path_of(address)
    file, _ = file_and_track(path)
    texts = (
        str(path),
        printable(path),
        stored_path(path, tmp_path),
        str(UserError(address, "is gone")),
    )
    assert not [text for text in texts if SECRET in text]
    assert address_of(path) == shown == without_secrets(address)
    assert with_secrets(file) == address.removesuffix("#track=2")


def test_processes_that_are_started_know_the_secrets(monkeypatch):
    monkeypatch.setenv("YAMNET_GUI_ADDRESSES_WITH_SECRETS", "{}")
    path_of(f"https://host/a.wav?sig={SECRET}")
    code = (
        "from yamnet_gui.core.storage.address import path_of, with_secrets;"
        "print(with_secrets(path_of('https://host/a.wav')))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == f"https://host/a.wav?sig={SECRET}"


@pytest.mark.parametrize(
    "address",
    ["s3://", "s3:///a.wav", "s3://b/x//y.wav", "s3://b/../a.wav", "s3://b/a\n.wav", "https://[/a"],
)
def test_what_no_path_can_hold_is_refused_in_one_sentence(address):
    with pytest.raises(UserError) as caught:
        path_of(address)
    assert "\n" not in str(caught.value)
