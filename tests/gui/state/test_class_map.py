"""Custom classes come after those of the model: in the map, the scores, the list."""

import numpy as np
import pytest

from yamnet_gui.core.class_map import ClassMap, NameTakenError, SoundClass
from yamnet_gui.core.scores import FrameGrid, ScoreTable
from yamnet_gui.gui.panels.classes import ClassesPanel
from yamnet_gui.gui.state.class_map import ClassMapState
from yamnet_gui.gui.state.class_view import ClassOrder
from yamnet_gui.gui.state.score_buffer import ScoreBuffer


def table(frames: int, classes: int = 3) -> ScoreTable:
    rng = np.random.default_rng(1)
    scores = rng.random((frames, classes), np.float32) * 0.5
    return ScoreTable(FrameGrid(frames, frames * 0.48 + 0.5), scores)


MODEL = ClassMap((SoundClass(0, "/m/a", "Dog"), SoundClass(1, "/m/b", "Cat")))


class TestMap:
    def test_custom_classes_follow_the_models_own(self):
        known = ClassMapState(MODEL)
        assert known.value.find("owl") is None
        known.set_custom_classes(["Owl", "Wren"])
        assert [c.index for c in known.value] == [0, 1, 2, 3]
        assert known.value.find("owl") == SoundClass(2, "", "Owl")
        known.set_custom_classes(["Wren"])
        assert known.value.find("owl") is None
        assert known.value[2].name == "Wren"
        assert known.model_count == 2

    def test_what_a_worker_was_given_never_changes(self):
        known = ClassMapState(MODEL)
        known.set_custom_classes(["Owl"])
        given = known.value
        known.set_custom_classes(["Wren", "Owl"])
        assert given.names == ("Dog", "Cat", "Owl")
        assert given.find("Owl") == SoundClass(2, "", "Owl")
        assert given.find("Wren") is None

    def test_an_index_from_elsewhere_is_no_reason_to_fail(self):
        assert MODEL[7] == SoundClass(7, "", "class 7")

    @pytest.mark.parametrize("names", [["Owl", "owl "], ["dog"]])
    def test_a_name_means_one_class(self, names: list[str]):
        known = ClassMapState(MODEL)
        with pytest.raises(NameTakenError, match="name"):
            known.set_custom_classes(names)
        assert known.value == MODEL


class TestColumns:
    @pytest.mark.parametrize("custom_count", [1, 30])
    def test_columns_of_custom_classes_are_like_the_others(self, custom_count: int):
        whole = table(10_000, 3 + custom_count)
        plain = ScoreTable(whole.grid, np.ascontiguousarray(whole.scores[:, :3]))
        buffer = ScoreBuffer.of_table(plain)
        buffer.set_class_count(3 + custom_count)
        assert buffer.best[3:].max() == 0
        buffer.put_columns(3, whole.scores[:, 3:])
        wanted = ScoreBuffer.of_table(whole)
        np.testing.assert_array_equal(buffer.table().scores, whole.scores)
        np.testing.assert_array_equal(buffer.best, wanted.best)
        np.testing.assert_allclose(buffer.mean, wanted.mean)
        for span in ((0, 4800), (100, 130)):
            classes = range(3 + custom_count)
            seen = buffer.columns(classes, *span, 300)
            np.testing.assert_array_equal(seen, wanted.columns(classes, *span, 300))

    def test_a_class_that_goes_leaves_no_score_behind(self):
        buffer = ScoreBuffer.of_table(table(50, 4))
        buffer.set_class_count(3)
        assert buffer.table().scores.shape == (50, 3)
        buffer.set_class_count(4)
        assert buffer.best[3] == 0
        assert not buffer.table().scores[:, 3].any()

    def test_more_frames_may_come_without_the_custom_columns(self):
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
    bench.session.document.set_class_count(len(bench.session.class_map.value))
    panel: ClassesPanel = bench.shell.classes
    panel.model.refresh()
    index = len(bench.session.class_map.value) - 1
    assert panel.model.index_of(index).data() == "Owl of mine"
    bench.session.class_view.set_options(order=ClassOrder.ONTOLOGY)
    panel.model.refresh()
    row = panel.model.index_of(index)
    assert row.data() == "Owl of mine"
    assert row.parent().data() == "Custom classes"
    bench.session.class_map.set_custom_classes([])
    bench.session.document.set_class_count(len(bench.session.class_map.value))
    panel.model.refresh()
    assert not panel.model.index_of(index).isValid()
