"""The store of embeddings: what goes in comes out, also after a kill."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.unit.core.attacks import ATTACKS, untouched, victim_in
from yamnet_gui.core.errors import ProjectError
from yamnet_gui.core.spans import TimeSpan
from yamnet_gui.embedding import EmbeddingStore, EmbeddingTrack

MODEL = "a" * 64


def rows(count: int, seed: int = 0, numbers: int = 16) -> np.ndarray:
    return np.random.default_rng(seed).random((count, numbers), np.float32)


def open_store(folder: Path, **more: object) -> EmbeddingStore:
    return EmbeddingStore(folder, MODEL, numbers=16, **more)  # type: ignore[arg-type]


def test_what_is_appended_is_there_after_opening_again(tmp_path: Path) -> None:
    one, two = EmbeddingTrack("a", "a.wav", 10.0), EmbeddingTrack("b", "b.wav", 8.0, channel=1)
    with open_store(tmp_path / "s") as store:
        store.append(one, 0, rows(5))
        store.append(two, 0, rows(3, 1))
        store.append(one, 5, rows(4, 2))
        before = store.frames()
    with open_store(tmp_path / "s") as store:
        after = store.frames()
        assert store.recordings() == ("a", "b")
        assert (store.stored("a"), store.stored("b", 1), store.stored("b")) == (9, 3, 0)
    assert after.segments == before.segments
    np.testing.assert_array_equal(after.vectors, before.vectors)
    np.testing.assert_allclose(after.read(after.rows_in("a")), np.r_[rows(5), rows(4, 2)], 1e-3)


def test_frames_know_their_time(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        store.append(EmbeddingTrack("a", "a.wav", 3.0), 0, rows(4))
        store.append(EmbeddingTrack("b", "b.wav", 13.0, start_s=10.0, hop_s=0.24), 0, rows(6))
        frames = store.frames()
    assert frames.span_at(1) == TimeSpan(0.48, 1.44)
    assert frames.span_at(5) == TimeSpan(10.24, 11.2)
    assert frames.rows_in("a", TimeSpan(0.3, 0.8)).tolist() == [0, 1]
    assert frames.rows_in("b", TimeSpan(0.0, 1.0)).tolist() == [4]
    assert frames.rows_in("b", channel=0).tolist() == []
    with pytest.raises(IndexError):
        frames.segment_at(99)


def test_another_model_is_refused(tmp_path: Path) -> None:
    open_store(tmp_path).close()
    with pytest.raises(ProjectError, match="another model"):
        EmbeddingStore(tmp_path, "b" * 64, numbers=16)


def test_two_writers_are_refused_and_readers_are_not(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        store.append(EmbeddingTrack("a", "a.wav", 3.0), 0, rows(4))
        with pytest.raises(ProjectError, match="another program"):
            open_store(tmp_path)
        with open_store(tmp_path, read_only=True) as reader:
            assert len(reader.frames()) == 4


def test_what_is_stored_already_is_passed_over(tmp_path: Path) -> None:
    track = EmbeddingTrack("a", "a.wav", 9.0)
    with open_store(tmp_path) as store:
        store.append(track, 0, rows(6))
        store.append(track, 0, rows(6))
        store.append(track, 4, rows(8)[4:])
        assert store.stored("a") == len(store.frames()) == 8
        with pytest.raises(ValueError, match="in order"):
            store.append(track, 10, rows(1))


def test_another_analysis_takes_the_place_of_the_first(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        store.append(EmbeddingTrack("a", "a.wav", 9.0), 0, rows(6))
        store.append(EmbeddingTrack("b", "b.wav", 9.0), 0, rows(2))
        store.append(EmbeddingTrack("a", "a.wav", 9.0, hop_s=0.24), 0, rows(4, 1))
        before = store.frames()
        assert (before.live, len(before)) == (6, 12)
        store.remove("b")
        store.relocate("a", "elsewhere/a.wav")
        store.compact()
        frames = store.frames()
        assert (frames.live, len(frames)) == (4, 4)
        assert frames.track_at(0).path == "elsewhere/a.wav"
        np.testing.assert_array_equal(frames.read(range(4)), before.read(range(8, 12)))
        store.append(EmbeddingTrack("c", "c.wav", 9.0), 0, rows(3))
    with open_store(tmp_path) as store:
        assert store.recordings() == ("a", "c")
        assert len(list(tmp_path.glob("vectors-*"))) == 1


@pytest.mark.parametrize("cut", ["vectors-1.f16", "scales-1.f32", "coarse-1.i8", "index.jsonl"])
def test_a_file_that_lost_its_end_costs_no_more_than_that(tmp_path: Path, cut: str) -> None:
    with open_store(tmp_path) as store:
        for k in range(5):
            store.append(EmbeddingTrack(f"r{k}", f"r{k}.wav", 9.0), 0, rows(10, k))
        whole = store.frames()
        vectors, codes = np.array(whole.vectors), np.array(whole.coarse.codes)  # type: ignore[union-attr]
    path = tmp_path / cut
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size - 70)
    for read_only in (True, False):
        with open_store(tmp_path, read_only=read_only) as store:
            frames = store.frames()
            assert len(frames) in (40, 50)
            np.testing.assert_array_equal(frames.vectors, vectors[: len(frames)])
            np.testing.assert_array_equal(frames.scales, whole.scales[: len(frames)])
            assert frames.coarse is not None
            np.testing.assert_array_equal(frames.coarse.codes, codes[: len(frames)])


def test_rows_that_never_reached_the_disk_are_noticed(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    store.append(EmbeddingTrack("a", "a.wav", 9.0), 0, rows(10))
    store.sync()
    store.append(EmbeddingTrack("b", "b.wav", 9.0), 0, rows(10, 1))
    with (tmp_path / "vectors-1.f16").open("r+b") as file:  # as a power cut leaves it
        file.seek(12 * 32)
        file.write(b"\0" * 32)
    with open_store(tmp_path, read_only=True) as reader:
        assert reader.recordings() == ("a",)
    store.close()


_WRITER = """
import sys
from pathlib import Path
import numpy as np
from yamnet_gui.embedding import EmbeddingStore, EmbeddingTrack
with EmbeddingStore(Path(sys.argv[1]), "m", numbers=64) as store:
    while True:
        first = store.stored("r")
        rows = np.arange(first * 64, (first + 7) * 64, dtype=np.float32).reshape(7, 64) % 997
        store.append(EmbeddingTrack("r", "r.wav", 1e9), first, rows)
        store.append(EmbeddingTrack(f"other{first}", "o.wav", 9.0), 0, rows[:2])
        print(first, flush=True)
"""


def _expected(count: int) -> np.ndarray:
    return np.arange(count * 64, dtype=np.float32).reshape(count, 64) % 997


@pytest.mark.workflow
def test_a_kill_at_any_moment_leaves_whole_frames(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    before = 0
    for _ in range(6):
        child = subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(tmp_path)], stdout=subprocess.PIPE
        )
        assert child.stdout is not None
        for _ in range(int(rng.integers(2, 40))):
            child.stdout.readline()
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
        with EmbeddingStore(tmp_path, "m", numbers=64) as store:
            frames, count = store.frames(), store.stored("r")
        assert count >= before
        before = count
        stored = frames.read(frames.rows_in("r"))
        np.testing.assert_array_equal(stored, _expected(count))
        assert len(frames.scales) == len(frames) == len(frames.coarse or ())
    assert before > 20


@pytest.mark.skipif(os.name != "posix", reason="links and pipes of POSIX")
@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize(
    "name", ["index.jsonl", "vectors-1.f16", "scales-1.f32", "coarse-1.i8", "store.lock"]
)
def test_nothing_is_written_through_links(tmp_path: Path, name: str, attack: str) -> None:
    with open_store(tmp_path / "s") as store:
        store.append(EmbeddingTrack("a", "a.wav", 10.0), 0, rows(5))
    (tmp_path / "s" / name).unlink(missing_ok=True)
    victim = victim_in(tmp_path / "theirs")
    ATTACKS[attack](tmp_path / "s" / name, victim)
    with pytest.raises(ProjectError, match="is left as it is"):
        open_store(tmp_path / "s")
    assert untouched(victim)


@pytest.mark.skipif(os.name != "posix", reason="links of POSIX")
def test_a_store_that_is_a_link_and_files_of_its_next_generation(tmp_path: Path) -> None:
    victim = victim_in(tmp_path / "theirs")
    (tmp_path / "s").symlink_to(victim.parent)
    with pytest.raises(ProjectError, match="a link to another place"):
        open_store(tmp_path / "s")
    with open_store(tmp_path / "t") as store:
        store.append(EmbeddingTrack("a", "a.wav", 10.0), 0, rows(5))
        (tmp_path / "t" / "vectors-2.f16").symlink_to(victim)
        with pytest.raises(ProjectError, match="is left as it is"):
            store.compact()
    assert untouched(victim)
