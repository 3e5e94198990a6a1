from pathlib import Path

from yamnet_gui.detection import DEFAULT_RULE, ContradictionKind, Rule, RuleSet
from yamnet_gui.quality.references import StoredScores
from yamnet_gui.quality.replay import replay_project

from .reviewed import CLASS_MAP, reviewed_project


def rules(on: float) -> RuleSet:
    return RuleSet(default=Rule(on=on, off=on / 2).over(DEFAULT_RULE))


def test_rules_are_held_against_every_decision(tmp_path: Path) -> None:
    project, scores = reviewed_project(tmp_path)
    with project:
        *_, low = replay_project(project, scores, rules(0.3), CLASS_MAP)
        *_, high = replay_project(project, scores, rules(0.7), CLASS_MAP)
        *_, blind = replay_project(project, StoredScores(None, ""), rules(0.7), CLASS_MAP)
    assert low.result is not None
    assert high.result is not None
    assert blind.result is not None
    assert (low.result.decisions, low.result.reproduced, low.result.recordings) == (4, 2, 2)
    rows = [
        (o.recording, o.contradiction.kind, o.contradiction.decision.id)
        for o in low.result.contradictions
    ]
    assert rows == [
        ("one.wav", ContradictionKind.REVIVED, "b"),
        ("one.wav", ContradictionKind.MISSED, "c"),
    ]
    assert [o.contradiction.decision.id for o in high.result.contradictions] == ["c", "d"]
    assert [x.name for x in blind.result.skipped] == ["one.wav", "two.wav"]
    assert blind.result.decisions == 0
