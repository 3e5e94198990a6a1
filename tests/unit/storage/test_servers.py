"""Recordings at a real S3 server (moto's) and at an https server, both on this machine."""

import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import requests
import soundfile

from yamnet_gui.audio import open_audio
from yamnet_gui.core.cached_files import BLOCKS, own_files
from yamnet_gui.core.errors import RecordingError
from yamnet_gui.core.folders import user_cache_folder
from yamnet_gui.core.storage import store as asking
from yamnet_gui.core.storage import stores
from yamnet_gui.core.storage.blocks import BLOCK_BYTES
from yamnet_gui.core.storage.statuses import ask_again

from .web_server import WebServer

pytestmark = pytest.mark.workflow

RATE = 16_000
SECRET = "hunter2hunter2"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(autouse=True)
def nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "PAUSE_S", 0.05)
    stores._store.cache_clear()
    ask_again()


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two short recordings and one of ten minutes."""
    folder = tmp_path_factory.mktemp("recordings")
    second = np.random.default_rng(3).normal(0, 0.1, RATE).clip(-1, 1)
    for name, seconds in (("a.wav", 12), ("night/b.flac", 7), ("long.wav", 600)):
        (folder / name).parent.mkdir(exist_ok=True)
        soundfile.write(folder / name, np.tile(second, seconds), RATE)
    return folder


@pytest.fixture
def web(recordings: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[WebServer]:
    trustme = pytest.importorskip("trustme", reason="trustme makes the certificate of the server")
    authority = trustme.CA()
    own = authority.issue_cert("localhost")
    key, chain = tmp_path / "key.pem", tmp_path / "chain.pem"
    own.private_key_pem.write_to_path(key)
    for blob in own.cert_chain_pems:
        blob.write_to_path(chain, append=True)
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "authority.pem"))
    server = WebServer(recordings, (chain, key))
    yield server
    server.stop()


@pytest.fixture(scope="module")
def s3_server() -> Iterator[str]:
    pytest.importorskip("s3fs", reason="s3fs reads s3://")
    moto = pytest.importorskip("moto.server", reason="moto is the S3 server")
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="module")
def bucket(s3_server: str, recordings: Path) -> Any:
    """A client of the server, where the bucket `field` holds the recordings."""
    import boto3

    client = boto3.client(
        "s3",
        endpoint_url=s3_server,
        aws_access_key_id="key",
        aws_secret_access_key=SECRET,
        region_name="us-east-1",
    )
    client.create_bucket(Bucket="field")
    for file in recordings.rglob("*.*"):
        client.upload_file(str(file), "field", file.relative_to(recordings).as_posix())
    return client


@pytest.fixture
def s3(bucket: Any, s3_server: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The same, and the environment says how to reach it."""
    for name, value in (
        ("AWS_ENDPOINT_URL", s3_server),
        ("AWS_ACCESS_KEY_ID", "key"),
        ("AWS_SECRET_ACCESS_KEY", SECRET),
        ("AWS_DEFAULT_REGION", "us-east-1"),
    ):
        monkeypatch.setenv(name, value)
    return bucket


def _rows(table: Path) -> list[list[str]]:
    """The events without the path of their recording, whose last part stays."""
    with table.open(encoding="utf-8") as file:
        _, *rows = csv.reader(file)
    return sorted([row[0].rpartition("/")[2], *row[1:]] for row in rows)


def test_a_folder_in_s3_gives_the_results_of_the_same_folder_here(
    s3: Any, recordings: Path, tmp_path: Path, tiny_weights: Path, run: Run
) -> None:
    names = ("a.wav", "night")
    tables = []
    for place in (str(recordings), "s3://field"):
        tables.append(tmp_path / f"{len(tables)}.csv")
        sounds = [f"{place}/{name}" for name in names]
        status, out, err = run(
            "analyze", *sounds, "-o", tables[-1], "--weights", tiny_weights, "--threshold", 0.0005,
            "--no-cache",
        )  # fmt: skip
        assert status == 0, err
        assert SECRET not in out + err + tables[-1].read_text()
    assert _rows(tables[0]) == _rows(tables[1])
    assert len(_rows(tables[0])) > 2
    assert "s3://field/night/b.flac" in tables[1].read_text()


def test_results_in_s3_are_those_that_a_run_here_writes(
    s3: Any, recordings: Path, tmp_path: Path, tiny_weights: Path, run: Run
) -> None:
    written = {}
    for place in (str(tmp_path), "s3://field/results"):
        status, out, err = run(
            "analyze", "s3://field/a.wav", "s3://field/night", "--weights", tiny_weights,
            "-o", f"{place}/events.csv", "--provenance", f"{place}/how.json", "--threshold", 0.0005,
        )  # fmt: skip
        assert status == 0, err
        assert SECRET not in out + err
        written[place] = err
    assert "written: s3://field/results/events.csv" in written["s3://field/results"]
    listed = s3.list_objects_v2(Bucket="field", Prefix="results/")["Contents"]
    content = {o["Key"]: s3.get_object(Bucket="field", Key=o["Key"])["Body"].read() for o in listed}
    assert content.pop("results/events.csv") == (tmp_path / "events.csv").read_bytes()
    how = content.pop("results/how.json").decode()
    assert not [name for name in content if not name.endswith(".reviewed.csv")]
    assert SECRET not in how
    assert "s3://field/results/events.csv" in how
    assert "storage:" in how


def test_a_look_into_a_long_recording_in_s3_reads_a_few_blocks(s3: Any, recordings: Path) -> None:
    with (
        open_audio(recordings / "long.wav") as near,
        open_audio("s3://field/long.wav") as far,
    ):
        middle = near.frames // 2
        np.testing.assert_array_equal(near.read(middle, 999), far.read(middle, 999))
    read = sum(file.bytes for file in own_files(user_cache_folder(), BLOCKS))
    assert 0 < read <= 4 * (BLOCK_BYTES + 16) < (recordings / "long.wav").stat().st_size / 4


@pytest.mark.parametrize("kept_size", [False, True])
def test_an_object_in_s3_that_is_replaced_while_it_is_read_is_noticed(
    s3: Any, recordings: Path, kept_size: bool
) -> None:
    size = (recordings / "long.wav").stat().st_size if kept_size else 7
    s3.copy_object(Bucket="field", Key="changes.wav", CopySource="field/long.wav")
    with open_audio("s3://field/changes.wav") as source:
        s3.put_object(Bucket="field", Key="changes.wav", Body=bytes(size))
        with pytest.raises(
            RecordingError, match=r"was changed while it was read.* — open it again"
        ):
            for _ in source.blocks():
                pass


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("s3://field/none.wav", "there is no such object — check the address"),
        ("s3://nobucket/a.wav", "there is no such bucket — check the address"),
    ],
)
def test_what_is_missing_in_s3_is_one_sentence(s3: Any, address: str, sentence: str) -> None:
    with pytest.raises(RecordingError) as caught:
        open_audio(address)
    assert str(caught.value) == f"{address}: {sentence}"


def test_wrong_credentials_of_s3_are_one_sentence(s3: Any, s3_server: str) -> None:
    requests.post(f"{s3_server}/moto-api/reset-auth", data=b"0", timeout=10)  # now it looks at them
    try:
        with pytest.raises(RecordingError) as caught:
            open_audio("s3://field/a.wav")
    finally:
        requests.post(f"{s3_server}/moto-api/reset-auth", data=b"inf", timeout=10)
    assert "the server refuses access: the credentials are wrong" in str(caught.value)
    assert SECRET not in str(caught.value)


def test_missing_credentials_of_s3_are_one_sentence(
    s3: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(RecordingError, match=r"credentials.* — set AWS_PROFILE"):
        open_audio("s3://field/a.wav")


def test_an_s3_server_that_is_not_there_is_one_sentence(
    s3: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(RecordingError, match="the server cannot be reached — check the network"):
        open_audio("s3://field/a.wav")


def test_an_s3_server_that_dies_in_the_middle_is_one_sentence(
    s3: Any, recordings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moto = pytest.importorskip("moto.server")
    dying = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    dying.start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://{}:{}".format(*dying.get_host_and_port()))
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    monkeypatch.setattr(asking, "ATTEMPTS", 1)
    try:
        with open_audio("s3://field/long.wav") as source:  # both servers have the same content
            source.read(0, 100)
            dying.stop()
            with pytest.raises(
                RecordingError, match=r"cannot be read at .* — (check|try)"
            ) as caught:
                for _ in source.blocks():
                    pass
    finally:
        dying.stop()
    assert "\n" not in str(caught.value)
    assert SECRET not in str(caught.value)


def test_recordings_of_an_https_server_are_read_in_parts(web: WebServer, recordings: Path) -> None:
    with (
        open_audio(recordings / "long.wav") as near,
        open_audio(f"{web.address}/long.wav") as far,
    ):
        assert near.frames == far.frames
        for first in (0, near.frames // 2, near.frames - 100):
            np.testing.assert_array_equal(near.read(first, 100), far.read(first, 100))
        assert web.sent <= 4 * BLOCK_BYTES
        whole = b"".join(block.tobytes() for block in far.blocks())
        assert whole == b"".join(block.tobytes() for block in near.blocks())
    size = (recordings / "long.wav").stat().st_size
    assert size <= web.sent <= size + 10  # each block once, and the first byte for the size


def test_an_https_server_that_dies_in_the_middle_is_one_sentence(web: WebServer) -> None:
    with open_audio(f"{web.address}/long.wav") as source:
        web.dies_after = 5000
        with pytest.raises(RecordingError, match=r"the connection was cut\) — try again") as caught:
            for _ in source.blocks():
                pass
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (403, "the server refuses access"),
        (404, "there is no such file — check the address"),
        (503, "the server answers 503 — try again"),
    ],
)
def test_answers_of_an_https_server_are_one_sentence_each(
    web: WebServer, status: int, sentence: str
) -> None:
    web.status = status
    address = f"{web.address}/a.wav?signature={SECRET}"
    with pytest.raises(RecordingError) as caught:
        open_audio(address)
    assert sentence in str(caught.value)
    assert SECRET not in str(caught.value)
    assert web.asked[0] == f"/a.wav?signature={SECRET}"


def test_a_server_that_sends_files_only_whole_is_read_all_the_same(
    web: WebServer, recordings: Path
) -> None:
    web.whole = True
    with (
        open_audio(recordings / "a.wav") as near,
        open_audio(f"{web.address}/a.wav") as far,
    ):
        np.testing.assert_array_equal(near.read(0, near.frames), far.read(0, far.frames))
    assert len(web.asked) == 2  # what it is, and all of it once


def test_a_certificate_that_nobody_vouches_for_is_refused(
    web: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    with pytest.raises(RecordingError, match="cannot be reached"):
        open_audio(f"{web.address}/a.wav")
