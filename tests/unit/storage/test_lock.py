"""One run at a time writes to an address: who is told what, and when a lock counts as dead."""

import json
import time
from pathlib import Path

import pytest

from yamnet_gui.batch.options import BatchOptions
from yamnet_gui.batch.output_places import made_here, with_places
from yamnet_gui.batch.stored_run import StoredRun
from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.storage import lock as locking
from yamnet_gui.core.storage.address import path_of
from yamnet_gui.core.storage.errors import StorageError
from yamnet_gui.core.storage.lock import DEAD_AFTER_S, StoredLock

OUT = "fake://bucket/run/events.csv"
LOCK = path_of(f"{OUT}.lock")


@pytest.fixture
def alive(store):
    store.modified_s = time.time()
    return store


@pytest.fixture
def run_of(monkeypatch, tmp_path):
    """A run with this output on a machine of this name."""

    def made(machine: str) -> StoredRun:
        monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / machine))
        options = BatchOptions(Path("weights"), labels=Path(made_here(OUT)))
        return StoredRun(with_places(options, [OUT]))

    return made


def _files(store) -> list[str]:
    return sorted(p.name for p in (store.folder / "bucket").rglob("*") if p.is_file())


def test_the_second_machine_is_told_who_writes_and_since_when(alive, run_of, monkeypatch):
    monkeypatch.setattr(locking, "_who", lambda: "anna@field1")
    with run_of("first") as first:
        first.begin()
        assert _files(alive) == ["events.csv.lock"]
        with run_of("second") as second, pytest.raises(SettingsError) as caught:
            second.begin()
        assert _files(alive) == ["events.csv.lock"]
    message = str(caught.value)
    assert message.startswith(f"{OUT}: anna@field1 has been writing it since 20")
    assert message.endswith("UTC — wait for it, or for 20 minutes if it is dead")
    assert _files(alive) == []
    with run_of("second") as second:  # which may now
        second.begin()


def test_two_runs_of_one_machine_are_kept_apart_without_asking_storage(alive, run_of):
    with run_of("one") as first:
        first.begin()
        alive.failing_writes = lambda: pytest.fail("asked")
        with run_of("one") as second, pytest.raises(SettingsError, match="another run is writing"):
            second.begin()
        alive.failing_writes = lambda: None


def _left_by(machine: str) -> None:
    """A lock whose holder was killed."""
    lock = StoredLock(LOCK, machine)
    assert lock.acquire() is None
    lock._ended.set()
    lock._renewing.join()


def test_a_lock_that_was_not_renewed_for_long_is_taken_over(alive, run_of):
    _left_by("another machine")
    with run_of("one") as run:
        with pytest.raises(SettingsError, match="has been writing"):
            run.begin()
        alive.modified_s = time.time() - DEAD_AFTER_S - 1
        run._lock.release()
        run.begin()
    assert _files(alive) == []


def test_a_run_of_this_machine_that_was_killed_is_gone_on_with_at_once(alive, run_of, tmp_path):
    with run_of("one") as run:
        run.begin()
    _left_by((tmp_path / "one/yamnet-gui/runs/machine").read_text())
    with run_of("one") as run:
        run.begin()


def test_a_run_that_was_taken_over_stops_and_leaves_the_lock_of_the_other(alive, run_of):
    with run_of("one") as run:
        run.begin()
        other = {"who": "ben@field2", "since": "2026-05-01 10:00 UTC", "token": "t", "machine": "m"}
        (alive.folder / "bucket/run/events.csv.lock").write_text(json.dumps(other))
        run.copy_when_due()  # nobody has looked yet
        with pytest.raises(SettingsError, match=r"ben@field2 has taken over at 2026-05-01 10:00"):
            run._bring(Path("events.csv"), path_of(OUT))
        with pytest.raises(SettingsError, match="ben@field2 has taken over"):
            run.copy_when_due()
    assert _files(alive) == ["events.csv.lock"]


def test_a_lock_is_renewed_while_its_holder_lives(alive, run_of, monkeypatch):
    monkeypatch.setattr(locking, "RENEWED_EVERY_S", 0.01)
    with run_of("one") as run:
        run.begin()
        (alive.folder / "bucket/run/events.csv.lock").unlink()
        until = time.monotonic() + 5
        while not _files(alive) and time.monotonic() < until:
            time.sleep(0.005)
        assert _files(alive) == ["events.csv.lock"]


def test_a_store_that_knows_no_conditions_shows_who_came_last(alive, monkeypatch):
    plain = type(alive)._write_bytes
    late = StoredLock(LOCK, "late")

    def both_at_once(self, path, content, *, only_new=False):
        monkeypatch.setattr(type(alive), "_write_bytes", plain)
        plain(self, path, content)
        plain(self, path, late._text())  # overwritten before it could be read back

    monkeypatch.setattr(type(alive), "_write_bytes", both_at_once)
    holder = StoredLock(LOCK, "early").acquire()
    assert holder is not None
    assert holder.machine == "late"


def test_what_is_no_lock_of_ours_is_left_alone(alive):
    file = alive.folder / "bucket/run/events.csv.lock"
    file.parent.mkdir()
    file.write_text("my notes")
    with pytest.raises(StorageError, match="is not a lock of this program"):
        StoredLock(LOCK, "one").acquire()
    assert file.read_text() == "my notes"
