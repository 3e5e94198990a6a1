from tests.unit.fakes import write_sound
from yamnet_gui.core.folders import user_cache_folder


def test_the_cache_says_its_size_and_is_cleared(run, weights, tmp_path):
    assert ": 0.0 MB" in run("cache")[1]
    run("analyze", write_sound(tmp_path / "a.wav", 100.0))
    assert ": 1.3 MB" in run("cache")[1]
    folder = user_cache_folder()
    for kind, name in (("downloads", ".wav"), ("peaks", ".peaks"), ("spectrograms", ".png")):
        (folder / kind).mkdir(exist_ok=True)
        (folder / kind / f"{'0' * 32}{name}").write_bytes(b"x" * 1_000_000)
    shown = run("cache")[1]
    assert ": 3.3 MB" in shown
    assert "  results: 1.3 MB of at most 8,589.9 MB\n" in shown
    assert "  downloads: 1.0 MB\n" in shown
    assert "  waveforms: 1.0 MB\n" in shown
    assert "spectrograms" not in shown  # the program does not give such a name
    assert "removed 3.3 MB" in run("cache", "--clear")[1]
    assert ": 0.0 MB" in run("cache")[1]
    assert (folder / "spectrograms" / f"{'0' * 32}.png").exists()
