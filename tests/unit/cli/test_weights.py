import pytest

from yamnet_gui.yamnet import weights_folder


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
