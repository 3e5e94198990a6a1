import threading
from collections import namedtuple

import pytest

from yamnet_gui.core.cached_files import BLOCKS, own_files
from yamnet_gui.core.errors import Cancelled
from yamnet_gui.core.folders import user_cache_folder
from yamnet_gui.core.stopping import stoppable
from yamnet_gui.core.storage import blocks
from yamnet_gui.core.storage import store as asking
from yamnet_gui.core.storage.address import path_of
from yamnet_gui.core.storage.blocks import BLOCK_BYTES
from yamnet_gui.core.storage.errors import ChangedInStorageError, StorageError
from yamnet_gui.core.storage.files import open_for_reading
from yamnet_gui.core.storage.statuses import ask_again, status_of
from yamnet_gui.core.storage.turns import going_first

DiskUsage = namedtuple("DiskUsage", "total used free")
CONTENT = bytes(range(256)) * (12 * BLOCK_BYTES // 256) + b"the end"


@pytest.fixture
def path(store):
    (store.folder / "bucket" / "long.bin").write_bytes(CONTENT)
    return path_of("fake://bucket/long.bin")


def test_only_the_blocks_that_are_read_are_asked_for(store, path):
    with open_for_reading(path) as file:
        assert file.read(4) == CONTENT[:4]
        file.seek(-7, 2)
        assert file.read() == b"the end"
        file.seek(5 * BLOCK_BYTES - 2)
        assert file.read(4) == CONTENT[5 * BLOCK_BYTES - 2 :][:4]
    numbers = [first // BLOCK_BYTES for first, _ in store.asked]
    assert numbers == [0, 12, 4, 5]


def test_what_was_read_once_comes_from_this_disk(store, path):
    for _ in range(2):
        with open_for_reading(path) as file:
            assert file.read() == CONTENT
    assert sum(end - first for first, end in store.asked) == len(CONTENT)
    assert store.looked_at == 1


def test_reading_from_end_to_end_asks_for_several_blocks_at_once(store, path):
    with open_for_reading(path) as file:
        file.read()
    counts = [-(-(end - first) // BLOCK_BYTES) for first, end in store.asked]
    assert counts == [1, 2, 4, 6]


def test_a_damaged_block_is_asked_for_again(store, path):
    with open_for_reading(path) as file:
        file.read(1)
    (block,) = (f.path for f in own_files(user_cache_folder(), BLOCKS))
    content = bytearray(block.read_bytes())
    content[100] ^= 1
    block.write_bytes(content)
    with open_for_reading(path) as file:
        assert file.read(256) == CONTENT[:256]
    assert len(store.asked) == 2


def test_blocks_take_no_more_room_than_they_may(store, path, monkeypatch):
    monkeypatch.setattr(blocks, "LIMIT_BYTES", 3 * BLOCK_BYTES)
    monkeypatch.setattr(blocks, "_WRITTEN_BETWEEN", 1)
    with open_for_reading(path) as file:
        assert file.read() == CONTENT
    kept = own_files(user_cache_folder(), BLOCKS)
    assert 0 < sum(f.bytes for f in kept) <= 3 * BLOCK_BYTES


def test_blocks_leave_room_for_all_else_on_the_disk(store, path, monkeypatch):
    monkeypatch.setattr(blocks, "_WRITTEN_BETWEEN", 1)
    monkeypatch.setattr(blocks.shutil, "disk_usage", lambda _: DiskUsage(0, 0, free=BLOCK_BYTES))
    monkeypatch.setattr(blocks, "SPARED_BYTES", 2 * BLOCK_BYTES)
    with open_for_reading(path) as file:
        assert file.read() == CONTENT
    assert sum(f.bytes for f in own_files(user_cache_folder(), BLOCKS)) <= BLOCK_BYTES + 64


def test_a_disk_that_takes_nothing_is_no_error(store, path, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("YAMNET_GUI_CACHE", str(tmp_path / "file"))
    with open_for_reading(path) as file:
        assert file.read() == CONTENT


def test_two_threads_ask_once_for_the_same_block(store, path):
    ready = threading.Barrier(2)
    read = []

    def work():
        with open_for_reading(path) as file:
            ready.wait(10)
            read.append(file.read(10))

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert read == [CONTENT[:10]] * 2
    assert len(store.asked) == 1


def test_an_object_that_changes_while_it_is_read_is_noticed(store, path):
    with open_for_reading(path) as file:
        file.read(1)
        store.tags["long.bin"] = "two"
        file.seek(9 * BLOCK_BYTES)
        with pytest.raises(ChangedInStorageError, match="changed while it was read"):
            file.read(1)


def test_another_version_has_another_status_and_other_blocks(store, path):
    before = status_of(path)
    with open_for_reading(path) as file:
        file.read(1)
    store.tags["long.bin"] = "two"
    ask_again()
    after = status_of(path)
    assert before.st_size == after.st_size == len(CONTENT)
    assert int(before.st_mtime) == int(after.st_mtime)
    assert before.st_mtime_ns != after.st_mtime_ns
    with open_for_reading(path) as file:
        file.read(1)
    assert len(store.asked) == 2


def test_trouble_that_may_pass_is_tried_again_so_often_and_no_more(store, path):
    def cut():
        raise ConnectionResetError("secret words of the server")

    store.failing = cut
    with (
        open_for_reading(path) as file,
        pytest.raises(StorageError, match=r"the connection was cut") as caught,
    ):
        file.read(1)
    assert len(store.asked) == asking.ATTEMPTS
    assert "secret" not in str(caught.value)
    store.failing = lambda: None
    with open_for_reading(path) as file:
        assert file.read(1) == CONTENT[:1]


def test_work_that_is_to_stop_waits_for_no_further_attempt(store, path):
    stop = threading.Event()

    def cut():
        stop.set()
        raise ConnectionResetError

    store.failing = cut
    with open_for_reading(path) as file, stoppable(stop.is_set), pytest.raises(Cancelled):
        file.read(1)
    assert len(store.asked) == 1


def test_work_that_is_to_stop_waits_for_no_answer(store, path):
    stop, answer = threading.Event(), threading.Event()

    def hang():
        stop.set()
        answer.wait(30)

    store.failing = hang
    with open_for_reading(path) as file, stoppable(stop.is_set), pytest.raises(Cancelled):
        file.read(1)
    answer.set()


def test_what_goes_first_does_not_wait_for_what_is_read_in_advance(store, path):
    """Others ask for a block at a time then, and not while it is being asked for."""
    with open_for_reading(path) as background, open_for_reading(path) as heard:
        background.read(3 * BLOCK_BYTES)
        begun, answer = threading.Event(), threading.Event()

        def first():
            with going_first():
                heard.seek(9 * BLOCK_BYTES)
                heard.read(1)

        def hang():
            if store.asked[-1][0] == 9 * BLOCK_BYTES:
                begun.set()
                answer.wait(30)

        store.failing = hang
        thread = threading.Thread(target=first)
        thread.start()
        begun.wait(30)
        asked = len(store.asked)
        threading.Timer(0.1, answer.set).start()
        background.read(3 * BLOCK_BYTES)
        thread.join()
    assert answer.is_set()
    steps = [end - begin for begin, end in store.asked[asked:]]
    assert steps
    assert set(steps) == {BLOCK_BYTES}


def test_a_busy_server_is_given_the_time_that_it_asks_for(store, path, monkeypatch):
    pauses = []
    monkeypatch.setattr(asking, "_pause", pauses.append)

    def busy():
        wait_s = 7.0 if len(store.asked) == 1 else 9999.0
        raise StorageError(path, "the server answers 429", "try again", passing=True, wait_s=wait_s)

    store.failing = busy
    with open_for_reading(path) as file, pytest.raises(StorageError, match="429"):
        file.read(1)
    assert pauses == [7.0, asking.LONGEST_PAUSE_S]
