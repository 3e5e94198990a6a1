import pytest

from yamnet_gui.cli import network
from yamnet_gui.yamnet import LiteRTError, inspect_weights, weights_folder


def test_where_the_weights_are_and_that_they_are_intact(run, weights):
    status, out, _ = run("weights")
    assert status == 0
    assert str(weights) in out
    assert "intact" in out
    assert "not the published file" in out


def test_no_weights_say_how_to_get_them(run, monkeypatch):
    monkeypatch.delenv("YAMNET_GUI_WEIGHTS", raising=False)
    status, _, err = run("weights")
    assert status == 2
    assert "weights fetch" in err
    assert err.count("\n") == 1


def steps(_weights, _identity, _choice):
    """Stands for making the file, which takes seconds."""
    yield 0.5


def failure(weights, _identity, _choice):
    raise LiteRTError(weights, "cannot be converted")
    yield


@pytest.fixture(autouse=True)
def prepared(monkeypatch):
    """The weights for which LiteRT's file was made."""
    calls = []

    def making(weights, identity, choice):
        calls.append((weights, identity))
        return steps(weights, identity, choice)

    monkeypatch.setattr(network, "preparing_litert", making)
    return calls


def test_weights_are_prepared_when_they_are_taken(run, tiny_weights, monkeypatch, prepared):
    monkeypatch.delenv("YAMNET_GUI_WEIGHTS", raising=False)
    assert run("weights", "use", tiny_weights)[0] == 0
    assert prepared == [(weights_folder() / "yamnet.h5", inspect_weights(tiny_weights).identity)]
    monkeypatch.setattr(network, "preparing_litert", failure)
    status, out, err = run("weights", "use", tiny_weights)  # they can be used all the same
    assert (status, "intact" in out) == (0, True)
    assert "cannot be converted — TensorFlow runs the network instead" in err


def test_a_local_copy_is_taken_and_found(run, tiny_weights, monkeypatch):
    monkeypatch.delenv("YAMNET_GUI_WEIGHTS", raising=False)
    assert run("weights", "use", tiny_weights)[0] == 0
    assert (weights_folder() / "yamnet.h5").read_bytes() == tiny_weights.read_bytes()
    assert run("weights")[0] == 0


@pytest.mark.parametrize("content", [b"", b"not HDF5", b"\x89HDF\r\n\x1a\n" + bytes(500)])
def test_a_broken_copy_is_refused(run, tmp_path, content):
    path = tmp_path / "broken.h5"
    path.write_bytes(content)
    status, _, err = run("weights", "use", path)
    assert status == 2
    assert err.startswith(f"yamnet-gui: {path}: ")
    assert err.count("\n") == 1


def test_copies_are_listed_with_the_command_that_uses_them(
    run, tiny_weights, tmp_path, monkeypatch
):
    monkeypatch.delenv("YAMNET_GUI_WEIGHTS", raising=False)
    assert run("weights", "find")[:2] == (
        1,
        "no YAMNet in the caches of TensorFlow Hub, Kaggle and Keras\n",
    )
    copy = tmp_path / "my keras" / "yamnet.h5"
    copy.parent.mkdir()
    copy.write_bytes(tiny_weights.read_bytes())
    monkeypatch.setenv("KERAS_HOME", str(copy.parent))
    status, out, _ = run("weights", "find")
    assert status == 0
    assert f"Keras's cache: {copy}" in out
    assert f"yamnet-gui weights use '{copy}'" in out
    assert run("weights", "use", copy)[0] == 0


@pytest.mark.workflow
def test_the_installation_test_compares_runtimes_and_measures(run, weights):
    status, out, _ = run("weights", "--test")
    assert status == 0  # which classes are highest is not asked of unknown weights
    for sound in ("zeros", "noise", "sine"):
        assert f"TensorFlow: {sound}: " in out
    assert "frames/s; an hour of sound takes" in out
    if "LiteRT" in out:
        assert "TensorFlow and LiteRT: scores differ by" in out
    assert "FAILED" not in out
