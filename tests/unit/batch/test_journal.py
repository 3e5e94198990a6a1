import json
import os
from dataclasses import asdict, replace

import pytest

from yamnet_gui.batch import journal as module
from yamnet_gui.batch.journal import Journal, Record
from yamnet_gui.batch.parts import Part
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


@pytest.mark.parametrize("lost", [b"\0" * 40, b'{"key": "k1"}', b"[1]", b"\xff\xfe"])
def test_a_line_that_the_disk_lost_costs_its_recording_and_not_the_whole_run(tmp_path, lost):
    others = [replace(BAD, key=f"k{n}") for n in range(3, 6)]
    with Journal(tmp_path / "run", {}) as journal:
        for record in (DONE, *others):
            journal.add(record)
    path = tmp_path / "run" / "journal.jsonl"
    lines = path.read_bytes().splitlines()
    lines[1] = lost
    path.write_bytes(b"\n".join(lines) + b"\n")
    with Journal(tmp_path / "run", {}) as journal:
        assert list(journal.records.values()) == others


@pytest.mark.parametrize(("recipe", "restart"), [({"hop": 2}, False), ({"hop": 1}, True)])
def test_other_settings_or_a_request_restart_the_run(tmp_path, recipe, restart):
    with Journal(tmp_path / "run", {"hop": 1}) as journal:
        journal.add(DONE)
        part = journal.part(DONE, "clips.csv").path
        part.write_text("x")
    with Journal(tmp_path / "run", recipe, restart) as journal:
        assert not journal.resumed
        assert not part.exists()


def test_a_journal_of_the_second_version_goes_on(tmp_path):
    """There each part had a file of its own, named by key and kind."""
    folder = tmp_path / "run"
    folder.mkdir()
    old = {k: v for k, v in asdict(DONE).items() if k != "parts"}
    lines = [{"journal": 2, "recipe": {}}, old]
    (folder / "journal.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    (folder / "k1.clips.csv").write_text("a row")
    for _ in range(2):  # the second time it is one of this version
        with Journal(folder, {}) as journal:
            assert journal.records == {"k1": DONE}
            part = journal.part(journal.records["k1"], "clips.csv")
            assert part.is_whole()
            assert b"".join(part.blocks()) == b"a row"


def test_parts_come_back_from_the_folder_of_the_journal_alone(tmp_path):
    parts = (("clips.csv", "a.parts", 3, 4, 5), ("labels.npz", "../../b.parts", 0, 1, 2))
    with Journal(tmp_path / "run", {}) as journal:
        journal.add(replace(DONE, parts=parts))
    with Journal(tmp_path / "run", {}) as journal:
        record = journal.records["k1"]
        assert record.parts[0] == parts[0]
        assert journal.part(record, "clips.csv") == Part(journal.folder / "a.parts", 3, 4, 5)
        assert journal.part(record, "labels.npz").path == journal.folder / "b.parts"


def test_records_can_be_read_at_once_and_reach_the_disk_in_groups(tmp_path, monkeypatch):
    synced, clock = [], [0.0]
    monkeypatch.setattr(module, "sync", lambda path: synced.append(path.name))
    monkeypatch.setattr(module.time, "monotonic", lambda: clock[0])
    with Journal(tmp_path / "run", {}) as journal:
        for k in range(5):
            parts = (("clips.csv", f"{k % 2}.parts", 0, 0, 0),)
            journal.add(replace(DONE, key=f"k{k}", parts=parts))
            lines = (tmp_path / "run" / "journal.jsonl").read_text().splitlines()
            assert len(lines) == k + 2
        assert synced == []
        clock[0] = 2.0
        journal.sync_when_due()
        assert sorted(synced) == ["0.parts", "1.parts"]
        journal.sync_when_due()
        assert len(synced) == 2
        journal.add(replace(DONE, key="k9", parts=(("clips.csv", "9.parts", 0, 0, 0),)))
    assert synced[2:] == ["9.parts"]


def test_a_second_run_for_the_same_tables_is_refused(tmp_path):
    with Journal(tmp_path / "run", {}), pytest.raises(SettingsError, match="another run"):
        Journal(tmp_path / "run", {})
    Journal(tmp_path / "run", {}).close()


def test_removing_leaves_nothing(tmp_path):
    with Journal(tmp_path / "run", {}) as journal:
        journal.remove()
    assert list(tmp_path.iterdir()) == []
