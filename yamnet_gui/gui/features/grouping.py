"""Events of subclasses shown as one, and events listed by branch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray

from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.ontology import OntologyNode
from yamnet_gui.detection import GROUPING_LEVELS
from yamnet_gui.gui.controllers.one_per_sound import ONE_PER_SOUND

from .feature import Feature

if TYPE_CHECKING:
    from yamnet_gui.gui.context import Context

_TITLES = {"finer": "Finer kinds", "kinds": "Kinds", "main": "Main kinds"}
_TIPS = {
    "finer": "Small groups of the hierarchy, such as Dog for Bark and Howl",
    "kinds": "Such as Domestic animals, pets for dogs and cats",
    "main": "The highest groups, such as Animal or Music",
}
_BRANCH_TIPS = {
    "Only Source-ambiguous sounds": "AudioSet's group of sounds that many things make, such as "
    "Thump, Crack or Click",
    "Only Channel, environment and background": "AudioSet's group for rooms, noise and recording",
}
_KEY = "fold"


class GroupingFeature(Feature):
    """Offers levels and branches, and selects events together that are shown as one.

    The choices follow the selected class: itself and everything above it.
    """

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._class_view = context.session.class_view
        self._grouping = context.session.grouping
        self._class_map = context.session.class_map
        self._selection = context.session.selection
        self._settings = context.session.settings
        self._events_panel = context.shell.events
        self._show_error = context.shell.show_error
        panel = self._events_panel
        panel.grouping_chosen.connect(self.group)
        panel.branch_chosen.connect(self._grouping.set_branch)
        panel.foot.one_per_sound_chosen.connect(lambda on: self._settings.set(ONE_PER_SOUND, on))
        self._grouping.changed.connect(self._offer)
        self._grouping.changed.connect(self._select_together)
        self._class_view.chosen_changed.connect(self._offer)
        self._selection.changed.connect(self._select_together)
        stored = bytes(self._settings.bytes(_KEY).data()).decode("utf-8", "replace")
        self._offered: tuple[object, ...] = ()
        if stored:
            self.group(stored)
        self._offer()

    def group(self, level: str) -> None:
        """Shows what is below a node, or below every node of a level, as one event."""
        try:
            self._grouping.set_level(level)
        except SettingsError as error:
            self._show_error(error)
            return
        self._settings.set_bytes(_KEY, QByteArray(level.encode()))

    def _offer(self) -> None:
        grouping, panel = self._grouping, self._events_panel
        nodes = self._nodes(grouping.level, grouping.branch)
        offered = (grouping.level, grouping.branch, tuple(node.mid for node in nodes))
        if offered == self._offered:
            return
        self._offered = offered
        own = [(node.mid, node.name) for node in nodes]
        panel.group_by.show_choices(
            [
                [("", "Ungrouped")],
                [(name, f"Group: {_TITLES[name]}") for name in reversed(GROUPING_LEVELS)],
                [(mid, f"Group: {name}") for mid, name in own],
            ],
            grouping.level,
            _TIPS,
        )
        roots = [(node.mid, node.name) for node in self._class_map.ontology.roots]
        known = {mid for mid, _ in own}
        panel.branch.show_choices(
            [
                [("", "All kinds")],
                [(mid, f"Only {name}") for mid, name in own],
                [(mid, f"Only {name}") for mid, name in roots if mid not in known],
            ],
            grouping.branch,
            _BRANCH_TIPS,
        )

    def _nodes(self, *also: str) -> list[OntologyNode]:
        """The nodes above the selected class from the root on, itself, and the current choices."""
        chosen = self._class_view.chosen
        node = self._class_map.ontology.of_class(chosen) if chosen is not None else None
        nodes = [node, *self._class_map.ontology.above(node.mid)] if node is not None else []
        nodes.reverse()
        for mid in also:
            current = self._class_map.ontology.node(mid)
            if current is not None and current not in nodes:
                nodes.append(current)
        return nodes

    def _select_together(self) -> None:
        """Selects all members of a group when one of them is selected."""
        selection = self._selection
        if not self._grouping.level:
            return
        together = self._grouping.members_of(selection.ids)
        if set(together) != set(selection.ids):
            selection.select(together)
