"""Rules by name, by file or as one threshold: the same in every command and in notebooks."""

from pathlib import Path

import pytest

from tests.unit.fakes import write_sound
from yamnet_gui import analyze, embed
from yamnet_gui.core.resources import bundled_class_map, bundled_ontology
from yamnet_gui.detection import preset, save_rules

CLASSES = bundled_class_map()


@pytest.mark.workflow
def test_a_preset_is_known_to_commands_and_notebooks(run, weights, tmp_path: Path) -> None:
    sound = write_sound(tmp_path / "sound.wav", 5.0)
    file = tmp_path / "rules.json"
    save_rules(file, preset("sensitive", bundled_ontology()), CLASSES)
    tables = []
    for number, rules in enumerate(("sensitive", file)):
        out = tmp_path / f"{number}.csv"
        common = (sound, "-o", out, "--rules", rules)
        assert run("analyze", *common)[0] == 0
        analysed = out.read_text()
        assert run("embed", *common, "--per", "event")[0] == 0
        tables.append((analysed, out.read_text()))
    assert tables[0] == tables[1]
    assert analyze(sound, rules="sensitive").events == analyze(sound, rules=file).events
    named = embed(sound, per="event", rules="sensitive")
    assert named.labels == embed(sound, per="event", rules=file).labels
    for command in (("analyze", sound, "-o", tmp_path / "x.csv"), ("embed", sound, "--per", "event",
                     "-o", tmp_path / "x.csv"), ("evaluate", tmp_path / "0.csv", "--recordings",
                     sound)):  # fmt: skip
        status, _, error = run(*command, "--rules", "sensitiv")
        assert status == 2
        assert "did you mean sensitive?" in error
