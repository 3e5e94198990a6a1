"""Previewing and applying rules to a project in the background."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from yamnet_gui.core.class_map import ClassMap
from yamnet_gui.core.events import EventList
from yamnet_gui.detection import RuleSet
from yamnet_gui.gui.jobs.paced import paced
from yamnet_gui.labels.project import Project
from yamnet_gui.quality.references import StoredScores
from yamnet_gui.quality.rule_preview import (
    PreviewProgress,
    RulesPreview,
    apply_rules,
    preview_rules,
)


@dataclass(frozen=True, slots=True)
class PreviewRulesJob:
    """Previews what the rules would change in every recording. `open_events`: current detections
    of recordings that are open, by id."""

    project: Project
    scores: StoredScores
    rules: RuleSet
    class_map: ClassMap
    open_events: Mapping[str, EventList] = field(default_factory=dict)

    def run(self) -> Iterator[PreviewProgress]:
        yield from paced(
            preview_rules(self.project, self.scores, self.rules, self.class_map, self.open_events)
        )


@dataclass(frozen=True, slots=True)
class ApplyRulesJob:
    """Applies a preview; yields the title of the step. Raises ProjectError."""

    project: Project
    preview: RulesPreview

    def run(self) -> Iterator[str]:
        yield apply_rules(self.project, self.preview)
