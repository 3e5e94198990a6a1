"""Results in a cache folder are removed only where the program made them."""

import shutil

import pytest

from yamnet_gui.analysis import ResultCache, analyse_recording, finished
from yamnet_gui.analysis.cached_results import is_own_result


@pytest.fixture
def result(sound, model, cache):
    return finished(analyse_recording(sound, model, cache=cache)).folder


def test_results_are_ours_and_everything_beside_them_is_not(cache, result):
    thesis = cache.folder / "results" / "ab" / "thesis.docx"
    thesis.parent.mkdir(exist_ok=True)
    thesis.write_text("theirs")
    photos = cache.folder / "results" / "ab" / ("0" * 64)
    photos.mkdir()
    (photos / "photo.jpg").write_text("theirs")
    notes = cache.folder / "checksums" / "notes.txt"
    notes.write_text("theirs")
    assert is_own_result(result)
    assert cache.clear() > 0
    ResultCache(cache.folder, limit_bytes=0).shrink()
    assert not result.exists()
    for path in (thesis, photos / "photo.jpg", notes):
        assert path.read_text() == "theirs"


@pytest.mark.parametrize("place", ["results", "results/??", "results/??/*"])
def test_no_link_is_followed(cache, result, tmp_path, place):
    (at,) = cache.folder.glob(place)
    elsewhere = tmp_path / "elsewhere"
    shutil.move(at, elsewhere)
    at.symlink_to(elsewhere)
    before = sorted(path for path in elsewhere.rglob("*"))
    assert cache.clear() == 0
    ResultCache(cache.folder, limit_bytes=0).shrink()
    assert sorted(path for path in elsewhere.rglob("*")) == before


def test_a_folder_of_somebody_under_the_name_of_a_result_stays(sound, model, cache, result):
    shutil.rmtree(result)
    result.mkdir()
    (result / "photo.jpg").write_text("theirs")
    analysis = finished(analyse_recording(sound, model, cache=cache))
    assert analysis.warnings
    assert (result / "photo.jpg").read_text() == "theirs"
