"""The same weights as HDF5, as SavedModel, in an archive and in caches of other programs."""

import io
import os
import shutil
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import h5py
import numpy as np
import pytest

from tests.tiny_network import write_tiny_saved_model
from yamnet_gui.core.errors import WeightsError
from yamnet_gui.core.model_identity import all_names, current_identity, remember_identity
from yamnet_gui.yamnet import inspect_weights, load_network, load_weights, use_weights
from yamnet_gui.yamnet.crc32c import crc32c
from yamnet_gui.yamnet.weights_copies import find_copies
from yamnet_gui.yamnet.weights_hdf5 import write_hdf5

KERNEL = "layer5/pointwise_conv/layer5/pointwise_conv/kernel:0"
DATA = "variables/variables.data-00000-of-00001"


@pytest.fixture(scope="module")
def saved_model(tiny_weights: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_saved_model(tmp_path_factory.mktemp("saved") / "yamnet", tiny_weights)


@pytest.fixture(scope="module")
def archive(saved_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("archive") / "yamnet.tar.gz"
    with tarfile.open(path, "w:gz", compresslevel=1) as file:
        file.add(saved_model, ".")
    return path


def test_the_checksum_is_that_of_the_standard() -> None:
    assert crc32c(b"123456789") == 0xE3069283  # RFC 3720 has the others
    assert crc32c(bytes(32)) == 0x8A9136AA
    assert crc32c(b"\xff" * 32) == 0x62A8AB43
    assert crc32c(b"") == 0


@pytest.mark.slow
def test_every_form_is_one_model(tiny_weights: Path, saved_model: Path, archive: Path) -> None:
    forms = [tiny_weights, saved_model, archive, saved_model.parent, saved_model / "saved_model.pb"]
    files = [inspect_weights(path) for path in forms]
    assert len({file.identity for file in files}) == 1
    assert len({file.name for file in files}) == 1
    ours = load_weights(tiny_weights)
    for path in forms[1:]:
        theirs = load_weights(path)
        assert all(np.array_equal(a, b) for a, b in zip(ours.kernels, theirs.kernels, strict=True))
        assert np.array_equal(ours.logits_kernel, theirs.logits_kernel)


@pytest.mark.workflow
def test_every_form_becomes_the_same_stored_file(saved_model: Path, archive: Path) -> None:
    one = use_weights(saved_model)
    content = one.path.read_bytes()
    assert content.startswith(b"\x89HDF")
    two = use_weights(archive)
    assert two.path.read_bytes() == content
    assert (one.identity, one.path) == (two.identity, two.path)


def test_reading_a_saved_model_imports_no_tensorflow(saved_model: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from yamnet_gui.yamnet import inspect_weights;"
        f"inspect_weights(Path({str(saved_model)!r})); print('tensorflow' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert run.stdout == "False\n", run.stderr


@pytest.mark.parametrize("at", [1_000, 5_000_000, 15_000_000])
def test_a_changed_byte_of_the_variables_is_noticed(
    saved_model: Path, tmp_path: Path, at: int
) -> None:
    copy = shutil.copytree(saved_model, tmp_path / "copy")
    content = bytearray((copy / DATA).read_bytes())
    content[at] ^= 1
    (copy / DATA).write_bytes(content)
    with pytest.raises(WeightsError, match="checksum"):
        inspect_weights(copy)


@pytest.mark.parametrize("name", [DATA, "variables/variables.index"])
@pytest.mark.parametrize("size", [0, 20, 700])
def test_truncated_variables_are_refused(
    saved_model: Path, tmp_path: Path, name: str, size: int
) -> None:
    copy = shutil.copytree(saved_model, tmp_path / "copy")
    (copy / name).write_bytes((copy / name).read_bytes()[:size])
    with pytest.raises(WeightsError, match=r"truncated|damaged|checksum"):
        inspect_weights(copy)


@pytest.mark.workflow
def test_random_changes_of_the_index_are_refused_or_harmless(
    saved_model: Path, tmp_path: Path
) -> None:
    copy = shutil.copytree(saved_model, tmp_path / "copy")
    path = copy / "variables/variables.index"
    content, random = path.read_bytes(), np.random.default_rng(5)
    for _ in range(40):
        changed = bytearray(content)
        for place in random.integers(0, len(content), 3):
            changed[place] = random.integers(256)
        path.write_bytes(changed)
        with pytest.raises(WeightsError):
            inspect_weights(copy)


def add(archive: tarfile.TarFile, name: str, content: bytes = b"", kind: bytes = b"0") -> None:
    member = tarfile.TarInfo(name)
    member.size, member.type, member.linkname = len(content), kind, "/etc/passwd"
    archive.addfile(member, io.BytesIO(content))


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE])
def test_a_link_in_place_of_the_variables_is_refused(tmp_path: Path, kind: bytes) -> None:
    with tarfile.open(tmp_path / "a.tar.gz", "w:gz") as file:
        add(file, "variables/variables.index", kind=kind)
    with pytest.raises(WeightsError, match="link or another special"):
        inspect_weights(tmp_path / "a.tar.gz")


def test_nothing_outside_is_written(archive: Path, tmp_path: Path) -> None:
    evil = tmp_path / "in" / "evil.tar.gz"
    evil.parent.mkdir()
    with tarfile.open(evil, "w:gz") as file:
        add(file, "../../escaped", b"x")
        add(file, "/tmp/escaped-by-yamnet-gui", b"x")
    with pytest.raises(WeightsError, match="no SavedModel"):
        inspect_weights(evil)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["in"]
    assert not Path("/tmp/escaped-by-yamnet-gui").exists()


def test_an_archive_that_unpacks_to_far_too_much_is_refused(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "bomb.tar.gz", "w:gz", compresslevel=1) as file:
        add(file, "zeros", bytes(150 * 2**20))
    with pytest.raises(WeightsError, match="far more than YAMNet's weights"):
        inspect_weights(tmp_path / "bomb.tar.gz")


def test_a_pipe_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.h5")
    with pytest.raises(WeightsError, match="not a regular file"):
        inspect_weights(tmp_path / "pipe.h5")


def copy_of(weights: Path, folder: Path) -> Path:
    return Path(shutil.copy(weights, folder / "copy.h5"))


def test_links_to_other_files_are_not_followed(tiny_weights: Path, tmp_path: Path) -> None:
    copy = copy_of(tiny_weights, tmp_path)
    with h5py.File(copy, "r+") as file:
        del file[KERNEL]
        file[KERNEL] = h5py.ExternalLink(str(tiny_weights), KERNEL)
    with pytest.raises(WeightsError, match="has no array layer5/pointwise_conv/kernel"):
        inspect_weights(copy)


def test_other_storage_is_refused(tiny_weights: Path, tmp_path: Path) -> None:
    copy = copy_of(tiny_weights, tmp_path)
    shape = (1, 1, 128, 256)
    virtual = h5py.VirtualLayout(shape, np.float32)
    virtual[:] = h5py.VirtualSource(str(tiny_weights), KERNEL, shape)
    for make in (
        lambda f: f.create_dataset(
            KERNEL, shape, np.float32, external=[("/dev/zero", 0, h5py.h5f.UNLIMITED)]
        ),
        lambda f: f.create_virtual_dataset(KERNEL, virtual),
        lambda f: f.create_dataset(KERNEL, shape, np.float32, compression="gzip"),
    ):
        with h5py.File(copy, "r+") as file:
            del file[KERNEL]
            make(file)
        with pytest.raises(WeightsError, match="compressed, in parts or in other files"):
            inspect_weights(copy)


@pytest.mark.workflow
def test_many_objects_are_refused_without_looking_at_them(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "many.h5", "w") as file:
        for k in range(20_000):
            file.create_group(f"g{k}")
    began = time.process_time()
    with pytest.raises(WeightsError, match="more than 4,000 objects"):
        inspect_weights(tmp_path / "many.h5")
    with h5py.File(tmp_path / "many.h5") as file:
        looked = time.process_time() - began
        began = time.process_time()
        assert sum(1 for name in file if file[name].name) == 20_000
    assert looked < time.process_time() - began  # a ratio: less than looking at each


def test_a_circle_of_groups_ends(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "circle.h5", "w") as file:
        file.create_group("a")["again"] = file["/"]
    with pytest.raises(WeightsError, match="more than 4,000 objects"):
        inspect_weights(tmp_path / "circle.h5")


@pytest.mark.workflow
def test_copies_in_caches_are_found_once(
    tiny_weights: Path, saved_model: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert find_copies() == []
    hub = tmp_path / "hub"
    shutil.copytree(saved_model, hub / "9616fd04ec2360621642ef9455b84f4b668e219e")
    (hub / "other" / "variables").mkdir(parents=True)
    monkeypatch.setenv("TFHUB_CACHE_DIR", str(hub))
    keras = tmp_path / "keras" / "datasets"
    keras.mkdir(parents=True)
    shutil.copy(tiny_weights, keras / "yamnet.h5")
    (keras / "not-yamnet.h5").write_bytes(b"\x89HDF\r\n\x1a\n")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    (copy,) = find_copies()
    assert copy.owner == "TensorFlow Hub's cache"
    assert use_weights(hub).identity == copy.file.identity  # the cache itself can be named
    shutil.rmtree(hub)
    (copy,) = find_copies()
    assert copy.owner == "Keras's cache"


def test_kaggles_cache_is_searched(
    saved_model: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shutil.copytree(saved_model, tmp_path / "models/google/yamnet/tensorFlow2/yamnet/1")
    monkeypatch.setenv("KAGGLEHUB_CACHE", str(tmp_path))
    assert [copy.owner for copy in find_copies()] == ["Kaggle's cache"]


def test_what_was_stored_under_the_files_sha256_belongs_to_its_numbers(tiny_weights: Path) -> None:
    file = inspect_weights(tiny_weights)
    assert current_identity(file.sha256) == file.identity
    assert file.sha256 in all_names(file.identity)
    remember_identity(file.identity, "f" * 64)  # the published file with these numbers came later
    assert current_identity(file.sha256) == "f" * 64
    assert inspect_weights(tiny_weights).identity == "f" * 64


def test_writing_is_deterministic(tiny_weights: Path, tmp_path: Path) -> None:
    from yamnet_gui.yamnet.weights_hdf5 import model_in_hdf5

    arrays = model_in_hdf5(tiny_weights, tiny_weights.read_bytes())[0]
    write_hdf5(tmp_path / "one.h5", arrays)
    write_hdf5(tmp_path / "two.h5", dict(reversed(arrays.items())))
    assert (tmp_path / "one.h5").read_bytes() == (tmp_path / "two.h5").read_bytes()


@pytest.mark.workflow
@pytest.mark.weights
@pytest.mark.reference
def test_real_weights_are_one_model_in_every_form(
    weights_file: Path, reference: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = reference / "models" / f"{weights_file.stem}-savedmodel.tar.gz"
    if not archive.exists():
        pytest.skip("no SavedModel of these weights in the reference folder")
    hub = tmp_path / "hub" / "9616fd04ec2360621642ef9455b84f4b668e219e"
    with tarfile.open(archive) as file:
        file.extractall(hub, filter="data")
    monkeypatch.setenv("TFHUB_CACHE_DIR", str(hub.parent))
    (copy,) = find_copies()
    used = use_weights(hub.parent)
    forms = [inspect_weights(path) for path in (weights_file, archive, hub)]
    assert {file.identity for file in (*forms, copy.file, used)} == {used.identity}
    patches = np.random.default_rng(0).normal(-3, 2, (3, 96, 64)).astype(np.float32)
    scores, _ = load_network(weights_file)(patches)
    for path in (used.path, archive):
        assert np.array_equal(load_network(path)(patches)[0], scores)
