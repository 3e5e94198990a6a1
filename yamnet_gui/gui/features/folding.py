"""Kinds of a sound shown as one event, and events listed by branch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray

from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.ontology import OntologyNode
from yamnet_gui.detection import FOLDS

from .feature import Feature

if TYPE_CHECKING:
    from yamnet_gui.gui.workbench import Workbench

_TITLES = {"finer": "Finer kinds", "kinds": "Kinds", "main": "Main kinds"}
_KEY = "fold"


class FoldingKinds(Feature):
    """Offers levels and branches, and selects what is shown together.

    What stands to choose follows the chosen class: itself and everything that it is a kind of.
    """

    def __init__(self, workbench: Workbench) -> None:
        super().__init__(workbench)
        bench = workbench
        panel = bench.events_panel
        panel.fold_chosen.connect(self.fold)
        panel.branch_chosen.connect(bench.folding.set_branch)
        bench.folding.changed.connect(self._offer)
        bench.folding.changed.connect(self._select_together)
        bench.classes.chosen_changed.connect(self._offer)
        bench.selection.changed.connect(self._select_together)
        bench.controller.select_together(bench.folding.members)
        stored = bytes(bench.settings.bytes(_KEY).data()).decode("utf-8", "replace")
        self._offered: tuple[object, ...] = ()
        if stored:
            self.fold(stored)
        self._offer()

    def fold(self, level: str) -> None:
        """Shows what is below a node, or below every node of a level, as one event."""
        try:
            self._bench.folding.set_level(level)
        except SettingsError as error:
            self._bench.show_error(error)
            return
        self._bench.settings.set_bytes(_KEY, QByteArray(level.encode()))

    def _offer(self) -> None:
        bench = self._bench
        folding, panel = bench.folding, bench.events_panel
        nodes = self._nodes(folding.level, folding.branch)
        offered = (folding.level, folding.branch, tuple(node.mid for node in nodes))
        if offered == self._offered:
            return
        self._offered = offered
        own = [(node.mid, node.name) for node in nodes]
        panel.fold.show_choices(
            [
                [("", "Unfolded")],
                [(name, f"Fold: {_TITLES[name]}") for name in reversed(FOLDS)],
                [(mid, f"Fold: {name}") for mid, name in own],
            ],
            folding.level,
        )
        roots = [(node.mid, node.name) for node in bench.ontology.roots]
        known = {mid for mid, _ in own}
        panel.branch.show_choices(
            [
                [("", "All kinds")],
                [(mid, f"Only {name}") for mid, name in own],
                [(mid, f"Only {name}") for mid, name in roots if mid not in known],
            ],
            folding.branch,
        )

    def _nodes(self, *also: str) -> list[OntologyNode]:
        """What the chosen class is a kind of and itself, from the root on, and what holds now."""
        bench = self._bench
        chosen = bench.classes.chosen
        node = bench.ontology.of_class(chosen) if chosen is not None else None
        found = [node, *bench.ontology.above(node.mid)] if node is not None else []
        found.reverse()
        for mid in also:
            held = bench.ontology.node(mid)
            if held is not None and held not in found:
                found.append(held)
        return found

    def _select_together(self) -> None:
        """Whoever selects a member selects all that are shown with it."""
        selection = self._bench.selection
        together = self._bench.folding.members_of(selection.ids)
        if set(together) != set(selection.ids):
            selection.select(together)
