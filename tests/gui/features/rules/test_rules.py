"""Rules in the window: their panel, and how the project stores them."""

import math
from pathlib import Path

import pytest
from PySide6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox

from tests.gui.support import projects
from tests.unit.fakes import write_sound
from yamnet_gui.detection import BALANCED_RULE, EVERYTHING, Rule, load_rules, preset
from yamnet_gui.gui.features.rules import rules_persistence
from yamnet_gui.gui.features.rules.feature import RulesFeature
from yamnet_gui.labels.project import Project, StoredRules, set_rules

pytestmark = pytest.mark.workflow


@pytest.fixture
def demo(start, settled):
    bench = start("demo")
    settled(bench)
    return bench


def rules_of(bench) -> RulesFeature:
    return next(f for f in bench.features if isinstance(f, RulesFeature))


def choose(bench, name: str) -> int:
    index = bench.session.class_map.value.select([name])[0].index
    bench.session.class_view.choose(index)
    return index


def choose_scope(panel, place: int) -> None:
    """Chooses a scope in the box as the user does."""
    panel.scope_box.setCurrentIndex(place)
    panel.scope_box.activated.emit(place)


def enter(row, value) -> None:
    """Enters a value as the user does, in the editor of a row."""
    if isinstance(row.editor, QDoubleSpinBox):
        row.editor.setValue(value)
    elif isinstance(row.editor, QComboBox):
        place = row.editor.findData(value)
        row.editor.setCurrentIndex(place)
        row.editor.activated.emit(place)
    elif isinstance(row.editor, QCheckBox):
        row.editor.setChecked(value)


def test_the_panel_shows_the_value_in_effect_and_its_origin(demo):
    panel = rules_of(demo).panel
    siren = choose(demo, "Siren")
    assert panel.scope.class_index == siren
    row = panel.row("on")
    assert (row.editor.value(), row.origin.text(), row.reset.isHidden()) == (
        0.25,
        "all",
        True,
    )
    enter(row, 0.4)
    assert demo.session.rules.rule_set.classes[siren].on == 0.4
    row = panel.row("on")  # up to date, though the panel stands behind another
    assert (row.origin.text(), row.reset.isHidden()) == ("", False)
    row.reset.click()
    assert siren not in demo.session.rules.rule_set.classes
    assert panel.row("on").editor.value() == 0.25


def test_classes_inherit_the_rules_of_their_branch(demo):
    panel = rules_of(demo).panel
    siren = choose(demo, "Siren")
    alarm = next(
        scope
        for scope in (panel.scope_box.itemText(i) for i in range(panel.scope_box.count()))
        if scope.startswith("Alarm")
    )
    choose_scope(panel, panel.scope_box.findText(alarm))
    for name, value in (("merge_gap_s", 2.0), ("method", "boxes"), ("longest_s", 0.0)):
        enter(panel.row(name), value)
    rule = demo.session.rules.rule_set.resolved(siren)
    assert (rule.merge_gap_s, rule.method, rule.longest_s) == (2.0, "boxes", math.inf)
    assert demo.session.rules.rule_set.resolved(0).method == "hysteresis"
    choose(demo, "Telephone")  # an alarm, too: the scope stays the branch
    assert panel.scope.name == "Alarm"
    choose(demo, "Speech")
    assert panel.scope.class_index == 0
    choose(demo, "Siren")
    choose_scope(panel, 0)
    assert panel.row("method").origin.text() == "Alarm"
    assert panel.row("method").editor.currentData() == "boxes"
    assert not panel.row("longest_s").editor.isEnabled()  # boxes are not cut


def test_every_value_can_be_set_for_all_classes_and_reset(demo):
    panel = rules_of(demo).panel
    choose_scope(panel, panel.scope_box.count() - 1)
    assert panel.scope == EVERYTHING
    values = {
        "on": 0.5, "off": 0.2, "smoothing_s": 1.44, "merge_gap_s": 0.3, "shortest_s": 0.1,
        "longest_s": 5.0, "padding_s": 0.2, "cooldown_s": 1.0, "method": "plain",
        "edges": "plain", "enabled": False,
    }  # fmt: skip
    for name, value in values.items():
        enter(panel.row(name), value)
    default = demo.session.rules.rule_set.default
    assert {name: getattr(default, name) for name in values} == values
    assert not panel.row("on").editor.isEnabled()
    for name in values:
        panel.row(name).reset.click()
    assert demo.session.rules.rule_set.default == BALANCED_RULE


def test_events_follow_a_rule_at_once(demo, settled):
    panel = rules_of(demo).panel
    siren = choose(demo, "Siren")
    before = [e for e in demo.session.document.events if e.class_index == siren]
    enter(panel.row("enabled"), False)
    settled(demo)
    assert before
    assert not [e for e in demo.session.document.events if e.class_index == siren]


def test_undo_redo_and_a_restart_bring_rules_back(start, settled):
    bench = start("demo")
    settled(bench)
    panel = rules_of(bench).panel
    siren = choose(bench, "Siren")
    for value in (0.4, 0.5, 0.6):  # one drag
        enter(panel.row("on"), value)
        settled(bench)
    enter(panel.row("padding_s"), 0.5)
    settled(bench)
    assert bench.session.undo_steps.undo_title == "padding of Siren"
    undo, redo = (bench.shell.window.actions_by_id[name] for name in ("undo", "redo"))
    undo.trigger()
    settled(bench)
    assert bench.session.rules.rule(siren).padding_s == 0.0
    assert bench.session.rules.rule(siren).on == 0.6
    assert bench.session.undo_steps.undo_title == "threshold of Siren"
    undo.trigger()
    settled(bench)
    assert bench.session.rules.rule(siren).on == 0.25
    redo.trigger()
    redo.trigger()
    settled(bench)
    wanted = bench.session.rules.rule_set
    assert (wanted.resolved(siren).on, wanted.resolved(siren).padding_s) == (0.6, 0.5)
    enter(panel.row("cooldown_s"), 3.0)  # closed before it rests
    bench.shell.window.close()
    bench.close()
    again = start("demo")
    settled(again)
    rule = again.session.rules.rule(siren)
    assert (rule.on, rule.padding_s, rule.cooldown_s) == (0.6, 0.5, 3.0)


def test_presets_and_named_rules_can_be_chosen(demo, settled):
    feature = rules_of(demo)
    panel = feature.panel
    assert panel.sets.currentText() == "Balanced"
    feature.use("strict")
    assert demo.session.rules.rule_set == preset("strict", demo.session.ontology)
    assert panel.sets.currentText() == "Strict"
    choose(demo, "Siren")
    enter(panel.row("on"), 0.2)
    assert panel.sets.currentIndex() == -1
    assert panel.sets.placeholderText() == "Strict, changed"
    feature.save("night")
    enter(panel.row("on"), 0.3)
    feature.save("night")
    stored = rules_persistence.saved(demo.session.project.project.settings.rule_sets())["night"]
    assert stored.version == 2
    assert panel.sets.currentText() == "night"
    feature.use("balanced")
    settled(demo)
    panel.sets.activated.emit(panel.sets.findData("night"))
    assert demo.session.rules.rule_set.resolved(choose(demo, "Siren")).on == 0.3
    assert (demo.session.rules.rule_set.name, demo.session.rules.rule_set.version) == ("night", 2)


def test_rules_go_to_a_file_and_come_back(demo, tmp_path: Path):
    feature = rules_of(demo)
    feature.use("alarms")
    path = tmp_path / "alarms.json"
    feature.files.write(path)
    assert load_rules(path) == demo.session.rules.rule_set
    feature.use("balanced")
    feature.files.read(path)
    assert demo.session.rules.rule_set == preset("alarms", demo.session.ontology)
    path.write_text("{}")
    feature.files.read(path)
    assert demo.session.rules.rule_set == preset("alarms", demo.session.ontology)
    assert any("not a rules file" in notice.text for notice in demo.shell.notices.notices)


def test_another_project_has_its_own_rules(demo, settled, tmp_path: Path):
    feature = rules_of(demo)
    feature.use("strict")
    settled(demo)
    demo.services.projects.create(tmp_path / "other.yamnet")
    settled(demo)
    assert demo.session.rules.rule_set == preset("balanced", demo.session.ontology)
    demo.services.projects.open_personal()
    settled(demo)
    assert demo.session.rules.rule_set.name == "strict"


def test_a_project_whose_rules_cannot_be_read_gets_the_default_rules(demo, settled, tmp_path: Path):
    path, unreadable = tmp_path / "other.yamnet", StoredRules("present", "odd", 1, "{}")
    with Project.create(path) as project:
        project.apply(set_rules(None, unreadable))
    rules_of(demo).use("strict")
    settled(demo)
    demo.services.projects.open(path)
    settled(demo)
    assert demo.session.rules.rule_set == preset("balanced", demo.session.ontology)
    assert any("rules odd" in notice.text for notice in demo.shell.notices.notices)
    assert demo.session.project.project.settings.rule_sets() == [unreadable]


def test_rules_are_applied_to_the_project_after_a_preview(
    start, settled, qtbot, tiny_weights, tmp_path: Path
):
    bench = start(weights=tiny_weights)
    for number in range(2):
        bench.open(write_sound(tmp_path / f"s{number}.wav", 12.0, seed=number))
        settled(bench)
    feature, project = rules_of(bench), bench.session.project.project
    bench.services.projects.store_detections()
    settled(bench)
    ids = {r.name: r.id for r in project.recordings.all()}
    before = {name: len(project.events.of(key)) for name, key in ids.items()}
    assert min(before.values()) > 0
    touched = bench.session.document.events.events[0]
    bench.session.selection.select([touched.id])
    bench.shell.window.actions_by_id["accept"].trigger()
    bench.session.rules.set(bench.session.rules.rule_set.with_default(Rule(on=0.7, shortest_s=0.2)))
    settled(bench)
    bench.shell.window.actions_by_id["apply_rules"].trigger()
    dialog = feature.applier.dialog
    qtbot.waitUntil(lambda: dialog.preview is not None)
    preview = dialog.preview
    assert preview.in_words() in dialog.title.text()
    assert {one.name for one in preview.recordings} == {"s0.wav", "s1.wav"}
    assert preview.vanish > 0
    assert preview.protected == 1
    item = dialog.tree.topLevelItem(0)
    item.setExpanded(True)
    assert item.childCount() == sum(int(item.text(c) or 0) for c in (1, 2, 3))
    assert {n: len(project.events.of(key)) for n, key in ids.items()} == before
    dialog.apply.click()
    settled(bench)
    after = {name: len(project.events.of(key)) for name, key in ids.items()}
    assert sum(before.values()) - sum(after.values()) == preview.vanish - preview.appear
    assert project.events.get(ids["s1.wav"], touched.id) is not None
    assert any(preview.in_words() in notice.text for notice in bench.shell.notices.notices)
    bench.shell.window.actions_by_id["apply_rules"].trigger()
    qtbot.waitUntil(lambda: feature.applier.dialog.preview is not None)
    assert feature.applier.dialog.preview.empty
    assert not feature.applier.dialog.apply.isEnabled()
    feature.applier.dialog.reject()


def test_a_preview_without_stored_scores_shows_what_is_missing(
    start, settled, qtbot, tmp_path: Path
):
    bench = start(projects.made(tmp_path))
    settled(bench)
    feature = rules_of(bench)
    feature.apply_to_project()
    qtbot.waitUntil(lambda: feature.applier.dialog.preview is not None)
    assert "analyse the recordings first" in feature.applier.dialog.title.text()
    assert not feature.applier.dialog.apply.isEnabled()
    feature.applier.dialog.reject()


def test_a_preview_closes_with_its_project(start, settled, tmp_path: Path):
    bench = start(projects.made(tmp_path / "one"))
    settled(bench)
    feature = rules_of(bench)
    feature.apply_to_project()
    assert feature.applier.dialog is not None
    bench.services.projects.open(projects.made(tmp_path / "two"))
    settled(bench)
    assert feature.applier.dialog is None


def test_a_preview_can_be_cancelled_at_any_time(demo, settled):
    feature = rules_of(demo)
    feature.apply_to_project()
    feature.applier.dialog.reject()
    settled(demo)
    assert feature.applier.dialog is None
    feature.apply_to_project()  # and the window closed while it runs
