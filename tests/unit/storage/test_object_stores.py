"""Recordings and results at servers of Google's and Azure's kind on this machine."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import soundfile

from yamnet_gui.audio import open_audio
from yamnet_gui.core.errors import RecordingError
from yamnet_gui.core.storage import store as asking
from yamnet_gui.core.storage import stores
from yamnet_gui.core.storage.address import path_of
from yamnet_gui.core.storage.errors import ChangedInStorageError
from yamnet_gui.core.storage.files import open_for_reading
from yamnet_gui.core.storage.lock import StoredLock
from yamnet_gui.core.storage.statuses import ask_again

from .object_servers import environment, kill, make_bucket, served

pytestmark = [
    pytest.mark.workflow,
    pytest.mark.filterwarnings("ignore"),  # of the libraries, which leave connections to the end
]
RATE = 16_000
WRONG_KEY = "aHVudGVyMmh1bnRlcjI="
Run = Callable[..., tuple[int, str, str]]


@dataclass
class Server:
    scheme: str
    port: int

    @property
    def bucket(self) -> str:
        return f"{self.scheme}://field"


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recordings")
    second = np.random.default_rng(3).normal(0, 0.1, RATE).clip(-1, 1)
    for name, seconds in (("a.wav", 5), ("night/b c#ü.flac", 4), ("long.wav", 120)):
        (folder / name).parent.mkdir(exist_ok=True)
        soundfile.write(folder / name, np.tile(second, seconds), RATE)
    return folder


@pytest.fixture(autouse=True)
def nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "PAUSE_S", 0.05)
    _impatient(monkeypatch)


def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    stores._store.cache_clear()
    ask_again()
    try:
        import gcsfs.retry

        monkeypatch.setattr(gcsfs.retry, "min", lambda *_: 0.01, raising=False)
    except ImportError:
        pass
    try:
        from yamnet_gui.core.storage import azure

        monkeypatch.setattr(azure, "AGAIN", {"initial_backoff": 0, "retry_total": 1})
    except ImportError:
        pass


@pytest.fixture(scope="module", params=["gs", "az"])
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator:
    with served(request.param, tmp_path_factory.mktemp("server")) as (port, _):
        make_bucket(request.param, port, "field")
        yield Server(request.param, port)


@pytest.fixture
def server(running: Server, recordings: Path, monkeypatch: pytest.MonkeyPatch) -> Server:
    """A server whose bucket `field` holds the recordings."""
    for name, value in environment(running.scheme, running.port).items():
        monkeypatch.setenv(name, value)
    _fill(running, recordings)
    return running


def _fill(server: Server, recordings: Path) -> None:
    for file in recordings.rglob("*.*"):
        target = path_of(f"{server.bucket}/{file.relative_to(recordings).as_posix()}")
        stores.store_of(target).write(target, file)


def _content(address: str) -> bytes:
    ask_again()
    with open_for_reading(path_of(address)) as file:
        return file.read()


def _names(server: Server, folder: str) -> list[str]:
    top = path_of(f"{server.bucket}/{folder}")
    return [p.relative_to(top).as_posix() for p, _ in stores.store_of(top).below(top)]


def test_recordings_give_the_samples_of_the_same_files_here(
    server: Server, recordings: Path
) -> None:
    for name in ("long.wav", "night/b c#ü.flac"):
        with (
            open_audio(recordings / name) as near,
            open_audio(f"{server.bucket}/{name}") as far,
        ):
            for first in (0, near.frames // 2, near.frames - 100):
                np.testing.assert_array_equal(near.read(first, 100), far.read(first, 100))


def test_results_are_those_that_a_run_here_writes_and_a_dataset_grows(
    server: Server, recordings: Path, tmp_path: Path, tiny_weights: Path, run: Run
) -> None:
    def analyze(place: str, *names: str) -> None:
        status, _, err = run(
            "analyze", *(f"{server.bucket}/{name}" for name in names), "--weights", tiny_weights,
            "-o", f"{place}/events.csv", "--dataset", f"{place}/all", "--threshold", 0.0005,
        )  # fmt: skip
        assert status == 0, err

    for place in (str(tmp_path), f"{server.bucket}/results"):
        analyze(place, "a.wav")
        analyze(place, "a.wav", "night")
    assert _content(f"{server.bucket}/results/events.csv") == (tmp_path / "events.csv").read_bytes()
    tables = {p.relative_to(tmp_path).as_posix() for p in tmp_path.glob("all/**/*.parquet")}
    assert {n for n in _names(server, "results") if n.endswith("parquet")} == tables
    for name in tables:
        assert _content(f"{server.bucket}/results/{name}") == (tmp_path / name).read_bytes()
    assert not [n for n in _names(server, "results") if "unfinished" in n or n.endswith("lock")]
    answers = []
    for place in (str(tmp_path), f"{server.bucket}/results"):
        status, out, err = run("dataset", f"{place}/all", "--events", "--limit", 999)
        assert status == 0, err
        answers.append(out)
        status, out, err = run("dataset", f"{place}/all", "--check")
        assert (status, "whole: every file is there" in out) == (0, True), out + err
    assert answers[0] == answers[1]
    assert len(answers[0].splitlines()) > 2


def test_vectors_go_there_as_well(
    server: Server, tmp_path: Path, tiny_weights: Path, run: Run
) -> None:
    for place in (str(tmp_path), f"{server.bucket}/vectors"):
        status, _, err = run(
            "embed", f"{server.bucket}/a.wav", "-o", f"{place}/v.npz", "--weights", tiny_weights
        )
        assert status == 0, err
    assert _content(f"{server.bucket}/vectors/v.npz") == (tmp_path / "v.npz").read_bytes()


def test_an_object_that_is_replaced_while_it_is_read_is_noticed(server: Server) -> None:
    path = path_of(f"{server.bucket}/changes.bin")
    stores.store_of(path).write_bytes(path, bytes(3 << 20))
    with open_for_reading(path) as file:
        file.read(10)
        stores.store_of(path).write_bytes(path, b"\1" * (3 << 20))
        file.seek(2 << 20)
        with pytest.raises(ChangedInStorageError):
            file.read(10)


def test_a_lock_is_taken_once(server: Server) -> None:
    path = path_of(f"{server.bucket}/out.csv.lock")
    first, second = StoredLock(path, "one"), StoredLock(path, "two")
    try:
        assert first.acquire() is None
        holder = second.acquire()
        assert holder is not None
        assert holder.machine == "one"
    finally:
        first.release()
    assert "out.csv.lock" not in _names(server, "")


def _refused(address: str, sentence: str) -> None:
    with pytest.raises(RecordingError) as caught:
        open_audio(address)
    assert str(caught.value).startswith(f"{address}: {sentence}")
    assert "\n" not in str(caught.value)


def test_what_is_missing_is_one_sentence(server: Server) -> None:
    _refused(f"{server.bucket}/none.wav", "there is no such object — check the address")
    _refused(f"{server.scheme}://nobucket/a.wav", "there is no such")


def test_wrong_credentials_are_one_sentence(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    if server.scheme == "gs":
        pytest.skip("this server of gs:// looks at no credentials")
    for name, value in environment("az", server.port, key=WRONG_KEY).items():
        monkeypatch.setenv(name, value)
    _impatient(monkeypatch)
    _refused(f"{server.bucket}/a.wav", "the server refuses access: the credentials are wrong")
    monkeypatch.delenv("AZURE_STORAGE_CONNECTION_STRING")
    _impatient(monkeypatch)
    _refused(f"{server.bucket}/a.wav", "no credentials were found for it — set AZURE")


def test_a_server_that_dies_in_the_middle_is_one_sentence(
    server: Server, recordings: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served(server.scheme, tmp_path) as (port, process):
        make_bucket(server.scheme, port, "field")
        for name, value in environment(server.scheme, port).items():
            monkeypatch.setenv(name, value)
        _impatient(monkeypatch)
        _fill(server, recordings)
        with open_audio(f"{server.bucket}/long.wav") as source:
            source.read(0, 100)
            kill(process)
            with pytest.raises(
                RecordingError, match=r"cannot be read at .* — (check|try)"
            ) as caught:
                for _ in source.blocks():
                    pass
        assert "\n" not in str(caught.value)
        ask_again()
        _refused(f"{server.bucket}/a.wav", "the server cannot be reached — check the network")
