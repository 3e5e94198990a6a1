"""Classes that people taught stand behind those of the model: in the map, the scores, the list."""

import numpy as np
import pytest

from yamnet_gui.core.class_map import SoundClass
from yamnet_gui.core.scores import FrameGrid, ScoreTable
from yamnet_gui.gui.panels.classes import ClassesPanel
from yamnet_gui.gui.state.class_map import KnownClasses
from yamnet_gui.gui.state.class_view import ClassOrder
from yamnet_gui.gui.state.score_buffer import ScoreBuffer


def table(frames: int, classes: int = 3) -> ScoreTable:
    rng = np.random.default_rng(1)
    scores = rng.random((frames, classes), np.float32) * 0.5
    return ScoreTable(FrameGrid(frames, frames * 0.48 + 0.5), scores)


class TestMap:
    def test_taught_classes_follow_the_models_own(self):
        known = KnownClasses([SoundClass(0, "/m/a", "Dog"), SoundClass(1, "/m/b", "Cat")])
        assert known.find("owl") is None
        known.set_custom_classes(["Owl", "Wren"])
        assert [c.index for c in known] == [0, 1, 2, 3]
        assert known.find("owl") == SoundClass(2, "", "Owl")
        known.set_custom_classes(["Wren"])
        assert known.find("owl") is None
        assert known[2].name == "Wren"
        assert [c.name for c in known.classes[known.own :]] == ["Wren"]

    def test_an_index_from_elsewhere_is_no_reason_to_fail(self):
        known = KnownClasses([SoundClass(0, "/m/a", "Dog")])
        assert known[7] == SoundClass(7, "", "class 7")

    @pytest.mark.parametrize("names", [["Owl", "owl "], ["dog"]])
    def test_a_name_means_one_class(self, names: list[str]):
        known = KnownClasses([SoundClass(0, "/m/a", "Dog")])
        with pytest.raises(ValueError, match="name"):
            known.set_custom_classes(names)
        assert len(known) == 1


class TestColumns:
    @pytest.mark.parametrize("taught", [1, 30])
    def test_columns_of_taught_classes_are_like_the_others(self, taught: int):
        whole = table(10_000, 3 + taught)
        plain = ScoreTable(whole.grid, np.ascontiguousarray(whole.scores[:, :3]))
        buffer = ScoreBuffer.of_table(plain)
        buffer.set_class_count(3 + taught)
        assert buffer.best[3:].max() == 0
        buffer.put_columns(3, whole.scores[:, 3:])
        wanted = ScoreBuffer.of_table(whole)
        np.testing.assert_array_equal(buffer.table().scores, whole.scores)
        np.testing.assert_array_equal(buffer.best, wanted.best)
        np.testing.assert_allclose(buffer.mean, wanted.mean)
        for span in ((0, 4800), (100, 130)):
            classes = range(3 + taught)
            seen = buffer.columns(classes, *span, 300)
            np.testing.assert_array_equal(seen, wanted.columns(classes, *span, 300))

    def test_a_class_that_goes_leaves_no_score_behind(self):
        buffer = ScoreBuffer.of_table(table(50, 4))
        buffer.set_class_count(3)
        assert buffer.table().scores.shape == (50, 3)
        buffer.set_class_count(4)
        assert buffer.best[3] == 0
        assert not buffer.table().scores[:, 3].any()

    def test_more_frames_may_come_without_the_taught_columns(self):
        whole = table(50)
        buffer = ScoreBuffer(whole.grid, 3)
        buffer.set_class_count(4)
        buffer._put(0, whole.scores[:20])
        buffer.put_columns(3, np.ones((20, 1), np.float32))
        buffer._put(20, whole.scores[20:])
        np.testing.assert_array_equal(buffer.table().scores[:, :3], whole.scores)
        assert buffer.table().scores[:, 3].sum() == 20


def test_the_class_list_shows_taught_classes(start, settled, sound_file):
    bench = start(sound_file)
    settled(bench)
    bench.session.class_map.set_custom_classes(["Owl of mine"])
    bench.session.document.set_class_count(len(bench.session.class_map))
    panel: ClassesPanel = bench.shell.classes
    panel.model.refresh()
    index = len(bench.session.class_map) - 1
    assert panel.model.index_of(index).data() == "Owl of mine"
    bench.session.class_view.set_options(order=ClassOrder.ONTOLOGY)
    panel.model.refresh()
    row = panel.model.index_of(index)
    assert row.data() == "Owl of mine"
    assert row.parent().data() == "Custom classes"
    bench.session.class_map.set_custom_classes([])
    bench.session.document.set_class_count(len(bench.session.class_map))
    panel.model.refresh()
    assert not panel.model.index_of(index).isValid()
