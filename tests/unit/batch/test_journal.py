import os

import pytest

from yamnet_gui.batch.journal import Journal, Record
from yamnet_gui.core.errors import SettingsError

DONE = Record(
    "k1", os.fsdecode(b"odd\xff.wav"), 5, 7, "", 1.5, (("Bee, wasp, etc.", 0.1),), ("ends early",)
)
BAD = Record("k2", "bad.wav", 5, 7, reason="is empty")


def test_records_come_back(tmp_path):
    with Journal(tmp_path / "run", {"a": (1, 2)}) as journal:
        journal.add(DONE)
        journal.add(BAD)
    with Journal(tmp_path / "run", {"a": (1, 2)}) as journal:
        assert journal.records == {"k1": DONE, "k2": BAD}
        assert journal.resumed


def test_a_torn_line_is_dropped_and_does_not_spoil_the_next(tmp_path):
    with Journal(tmp_path / "run", {}) as journal:
        journal.add(DONE)
        journal.add(BAD)
    path = tmp_path / "run" / "journal.jsonl"
    path.write_bytes(path.read_bytes()[:-10])
    with Journal(tmp_path / "run", {}) as journal:
        assert list(journal.records) == ["k1"]
        journal.add(BAD)
    with Journal(tmp_path / "run", {}) as journal:
        assert list(journal.records) == ["k1", "k2"]


@pytest.mark.parametrize(("recipe", "restart"), [({"hop": 2}, False), ({"hop": 1}, True)])
def test_other_settings_or_a_request_restart_the_run(tmp_path, recipe, restart):
    with Journal(tmp_path / "run", {"hop": 1}) as journal:
        journal.add(DONE)
        part = journal.part(DONE, "clips.csv").path
        part.write_text("x")
    with Journal(tmp_path / "run", recipe, restart) as journal:
        assert not journal.resumed
        assert not part.exists()


def test_a_second_run_for_the_same_tables_is_refused(tmp_path):
    with Journal(tmp_path / "run", {}), pytest.raises(SettingsError, match="another run"):
        Journal(tmp_path / "run", {})
    Journal(tmp_path / "run", {}).close()


def test_removing_leaves_nothing(tmp_path):
    with Journal(tmp_path / "run", {}) as journal:
        journal.remove()
    assert list(tmp_path.iterdir()) == []
