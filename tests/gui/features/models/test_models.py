"""A project is made with a model of one's own: its classes hold everywhere in the window."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.gui.support.dialogs import rejected_at_the_end
from tests.tiny_models import write_tiny_model
from yamnet_gui.gui.features.models.dialog import ModelsDialog
from yamnet_gui.gui.features.models.feature import ModelsFeature
from yamnet_gui.gui.workbench import Workbench
from yamnet_gui.yamnet.model_library import add_model, listed_models

pytestmark = pytest.mark.workflow

Start = Callable[..., Workbench]
Settled = Callable[[Workbench], None]


def test_the_whole_way_of_a_model_through_the_window(
    bench: Workbench, settled: Settled, qtbot: QtBot, tiny_weights: Path, tmp_path: Path
) -> None:
    session, window = bench.session, bench.shell.window
    path = write_tiny_model(tmp_path / "m.h5", tiny_weights, thresholds=(0.4, 0.999)).path
    before = session.document.scores.class_count
    feature = bench.feature(ModelsFeature)
    window.actions_by_id["models"].trigger()
    dialog = window.findChild(ModelsDialog)
    rejected_at_the_end(qtbot, dialog)
    qtbot.waitUntil(lambda: dialog.list.count() == 1)
    assert "YAMNet — in use" in dialog.list.item(0).text()
    assert not dialog.use.isEnabled()
    feature.add(path)
    qtbot.waitUntil(lambda: dialog.list.count() == 2)
    qtbot.waitUntil(lambda: dialog.chosen is not None and not dialog.chosen.is_yamnet)
    assert "2 classes" in dialog.list.item(1).text()
    assert "garden" in dialog.card.toPlainText()
    dialog.use.click()
    settled(bench)
    qtbot.waitUntil(lambda: "in use" in dialog.list.item(1).text())
    assert not dialog.remove.isEnabled()
    assert session.class_map.value.names == ("chiffchaff", "hammer drill")
    assert session.document.recording is not None
    assert session.document.scores.class_count == 2
    assert session.document.model.name == "garden"
    assert session.rules.rule(0).on == 0.4
    assert bench.shell.classes.search.placeholderText() == "Search 2 classes"
    labels = {event.label for event in session.document.events}
    assert labels <= {"chiffchaff", "hammer drill"}
    assert "chiffchaff" in labels
    bench.services.models.choose(None)
    settled(bench)
    assert session.document.scores.class_count == before
    assert session.class_map.value.names[0] == "Speech"
    assert session.ontology.of_class(0).name == "Speech"


def test_a_project_opens_with_its_model_and_says_where_it_is_missing(
    start: Start, settled: Settled, bench: Workbench, tiny_weights: Path, tmp_path: Path,
    sound_file: Path,
) -> None:  # fmt: skip
    made = write_tiny_model(tmp_path / "m.h5", tiny_weights)
    file = add_model(made.path)
    project = tmp_path / "garden.yamnet"
    bench.services.projects.create(project)
    settled(bench)
    bench.feature(ModelsFeature).use(file)
    settled(bench)
    bench.services.projects.open_personal()
    settled(bench)
    assert bench.session.class_map.value.names[0] == "Speech"
    bench.services.projects.open(project)
    settled(bench)
    assert bench.session.class_map.value.names == ("chiffchaff", "hammer drill")
    bench.services.projects.open_personal()
    settled(bench)
    listed_models()[0].path.unlink()
    bench.services.projects.open(project)
    settled(bench)
    assert bench.session.class_map.value.names == ("chiffchaff", "hammer drill")
    bench.services.analysis.start()
    settled(bench)
    shown = " ".join(one.label.text() for one in bench.shell.notices.notices)
    assert "the model of this project is not among your models" in shown


def test_a_file_that_is_no_model_is_refused_in_the_dialog(
    bench: Workbench, qtbot: QtBot, tmp_path: Path
) -> None:
    text = tmp_path / "x.h5"
    text.write_text("hello")
    feature = bench.feature(ModelsFeature)
    feature.show()
    dialog = bench.shell.window.findChild(ModelsDialog)
    rejected_at_the_end(qtbot, dialog)
    feature.add(text)
    qtbot.waitUntil(lambda: "is not an HDF5 file" in dialog.message.text())
    assert listed_models() == []
