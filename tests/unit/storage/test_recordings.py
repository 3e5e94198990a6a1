import errno

import numpy as np
import pytest
import soundfile

from tests.unit.fakes import write_sound
from yamnet_gui.audio import content_hash, content_statement, open_audio, peaks_key
from yamnet_gui.batch import make_plan
from yamnet_gui.core.cached_files import BLOCKS, shrink
from yamnet_gui.core.errors import RecordingError
from yamnet_gui.core.folders import user_cache_folder
from yamnet_gui.core.storage.address import path_of
from yamnet_gui.core.storage.blocks import BLOCK_BYTES
from yamnet_gui.core.storage.errors import understood
from yamnet_gui.core.storage.notation import written
from yamnet_gui.core.storage.statuses import ask_again
from yamnet_gui.labels.project import Project

RATE = 16_000


def _sound(folder, name, seconds=20.0):
    second = np.random.default_rng(1).normal(0, 0.1, RATE).clip(-1, 1)
    samples = np.tile(second, round(seconds))
    soundfile.write(folder / "bucket" / name, samples, RATE)
    return folder / "bucket" / name


@pytest.mark.parametrize(
    "suffix",
    [
        ".wav",
        ".flac",
        ".aiff",
        *(pytest.param(s, marks=pytest.mark.workflow) for s in (".ogg", ".mp3")),
    ],
)
def test_every_sample_is_the_same_as_of_the_file(store, suffix):
    name = f"sound{suffix}"
    local = _sound(store.folder, name)
    with open_audio(local) as near, open_audio(f"fake://bucket/{name}") as far:
        assert far.info.path == path_of(f"fake://bucket/{name}")
        assert (near.frames, near.encoding, near.warnings) == (
            far.frames,
            far.encoding,
            far.warnings,
        )
        for first, count in ((0, near.frames), (150_000, 5_000), (20_000, 777)):
            np.testing.assert_array_equal(near.read(first, count), far.read(first, count))


def test_a_look_into_a_long_recording_reads_a_few_blocks(store):
    _sound(store.folder, "long.wav", 200.0)
    with open_audio("fake://bucket/long.wav") as source:
        source.read(source.frames // 2, 1000)
    assert sum(end - first for first, end in store.asked) <= 4 * BLOCK_BYTES < 2 * RATE * 200
    assert store.looked_at == 1


@pytest.mark.parametrize("suffix", [".wav", pytest.param(".mp3", marks=pytest.mark.workflow)])
def test_a_server_that_dies_while_a_recording_is_read_gives_one_sentence(store, suffix, capfd):
    def die():
        raise ConnectionResetError

    _sound(store.folder, f"dies{suffix}", 200.0)
    with open_audio(f"fake://bucket/dies{suffix}") as source:
        shrink(user_cache_folder(), BLOCKS, -1)
        store.failing = die
        with pytest.raises(RecordingError) as caught:
            for _ in source.blocks():
                pass
    assert "the connection was cut" in str(caught.value)
    assert str(caught.value).endswith("try again")
    assert str(caught.value).startswith(f"fake://bucket/dies{suffix}: ")
    assert capfd.readouterr() == ("", "")


def test_what_is_not_there_or_no_sound_is_said(store):
    (store.folder / "bucket" / "text.wav").write_text("no sound " * 100)
    for name, reason in (
        ("none.wav", "there is no such object"),
        ("text.wav", "is not a sound file"),
    ):
        with pytest.raises(RecordingError, match=reason):
            open_audio(f"fake://bucket/{name}")
    with pytest.raises(RecordingError, match="is a folder"):
        open_audio("fake://bucket")


def test_the_identity_is_what_storage_states_and_nothing_is_read_for_it(store):
    _sound(store.folder, "a.wav", 1.0)
    path = path_of("fake://bucket/a.wav")
    first = content_hash(path)
    assert (first, peaks_key(path)) == (content_hash(path), peaks_key(path))
    assert content_statement(path) == f"storage:{first}"
    assert store.asked == []
    store.tags["a.wav"] = "two"
    ask_again()
    assert content_hash(path) != first


def test_a_folder_in_storage_stands_for_the_recordings_below_it(store):
    for name in ("a.wav", "2026/05/b.flac", "2026/c.mp3", "2026/.d.wav", "2026/notes.txt"):
        file = store.folder / "bucket" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        write_sound(file.with_suffix(".wav"), 0.1).replace(file)

    def found(*arguments):
        return [written(p).removeprefix("fake://bucket/") for p in make_plan(arguments).recordings]

    assert found("fake://bucket") == ["2026/05/b.flac", "2026/c.mp3", "a.wav"]
    assert found("fake://bucket/2026/") == ["2026/05/b.flac", "2026/c.mp3"]
    assert found("fake://bucket/2026/*.mp3", "fake://bucket/a.wav") == ["2026/c.mp3", "a.wav"]
    assert make_plan(["fake://bucket/a.wav", path_of("fake://bucket/a.wav")]).repeated == 1


def test_what_is_missing_in_storage_is_a_problem_of_the_plan(store):
    plan = make_plan(["fake://bucket/none.wav", "fake://bucket/*.ogg"])
    assert [reason for _, reason in plan.problems] == [
        "there is no such object — check the address",
        "there is no such object that matches this pattern — check the address",
    ]


class NoCredentialsError(Exception):
    pass


class EndpointConnectionError(Exception):
    pass


class ClientError(Exception):
    def __init__(self, code, status):
        self.response = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}


def _caused(error, cause):
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "reason", "advice", "passing"),
    [
        (NoCredentialsError(), "no credentials were found", "AWS_PROFILE", False),
        (PermissionError("Forbidden"), "refuses access", "AWS_PROFILE", False),
        (ClientError("SignatureDoesNotMatch", 403), "refuses access", "AWS_PROFILE", False),
        (
            _caused(FileNotFoundError(), ClientError("NoSuchBucket", 404)),
            "no such bucket",
            "check the address",
            False,
        ),
        (FileNotFoundError(), "no such object", "check the address", False),
        (EndpointConnectionError(), "cannot be reached", "check the network", True),
        (TimeoutError(), "in time", "try again", True),
        (_caused(OSError(errno.EIO, "x"), ClientError("SlowDown", 503)), "cut", "try again", True),
        (ImportError("s3fs"), "needs the package s3fs", "yamnet-gui[storage]", False),
        (KeyError("token=hunter2"), "an error (KeyError)", "check", False),
    ],
)
def test_errors_of_libraries_are_one_sentence_with_an_advice(error, reason, advice, passing):
    plain = understood(error, path_of("s3://bucket/a.wav"), "s3")
    assert reason in plain.strerror
    assert advice in plain.advice
    assert plain.passing is passing
    assert "hunter2" not in f"{plain}{plain.advice}"


@pytest.mark.workflow
def test_tables_that_name_addresses_are_imported_into_a_project(store, run, tmp_path):
    _sound(store.folder, "a.wav", 3.0)
    table = tmp_path / "events.csv"
    table.write_text("file,onset_s,offset_s,label\nfake://bucket/a.wav,0.5,1.5,Speech\n")
    project = tmp_path / "calls.yamnet"
    status, _, err = run(
        "import", "--project", project, "--create", "--add-recordings", "--yes", table
    )
    assert status == 0, err
    opened = Project.open(project)
    (recording,) = opened.recordings.all()
    assert (recording.path, recording.duration_s) == ("fake://bucket/a.wav", 3.0)
    opened.close()
    assert run("export", project, "-o", tmp_path / "out.csv")[0] == 0
    assert "fake://bucket/a.wav" in (tmp_path / "out.csv").read_text()


def test_names_that_cannot_be_used_are_said_and_the_others_are_taken(store):
    write_sound(store.folder / "bucket" / "a.wav", 0.1)
    store.odd_names = ["d//e.wav", "./z.wav", "back\\slash.wav", "line\nbreak.wav", "notes//x.txt"]
    plan = make_plan(["fake://bucket"])
    assert [written(p) for p in plan.recordings] == ["fake://bucket/a.wav"]
    ((path, reason),) = plan.problems
    assert path == path_of("fake://bucket")
    assert reason.startswith("4 recordings cannot be named here, such as d//e.wav: an empty part")
    assert reason.endswith("— rename them there")


def test_trouble_between_the_status_and_the_first_part_is_one_sentence(store):
    write_sound(store.folder / "bucket" / "a.wav", 0.1)

    def refuse():
        raise PermissionError("hunter2")

    store.failing = refuse
    with pytest.raises(RecordingError, match="the server refuses access") as caught:
        open_audio("fake://bucket/a.wav")
    assert "hunter2" not in str(caught.value)
