from tests.unit.fakes import write_sound


def test_the_cache_says_its_size_and_is_cleared(run, weights, tmp_path):
    assert ": 0.0 MB" in run("cache")[1]
    run("analyze", write_sound(tmp_path / "a.wav", 100.0))
    assert ": 1.3 MB" in run("cache")[1]
    assert "removed 1.3 MB" in run("cache", "--clear")[1]
    assert ": 0.0 MB" in run("cache")[1]
