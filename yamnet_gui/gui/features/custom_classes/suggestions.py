"""Which sounds to label next, for a class that has been trained."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from yamnet_gui.embedding import Strategy
from yamnet_gui.gui.background.latest import LatestJob
from yamnet_gui.gui.features.similarity.feature import SimilarSounds
from yamnet_gui.gui.features.similarity.hits import Hit, HitLabel, ListKind

from .names import source_labels
from .suggest_job import SuggestedPlaces, SuggestJob

if TYPE_CHECKING:
    from yamnet_gui.gui.context import Context

_COUNT = 10


class LabelSuggestions(QObject):
    """Lists ten places whose label would help a custom class, in the list of similar sounds."""

    def __init__(
        self, context: Context, similar_sounds: SimilarSounds, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._similar_sounds = similar_sounds
        self._custom_classes = context.session.custom_classes
        self._embeddings = context.session.embeddings
        self._project = context.session.project
        self._show_message = context.shell.show_message
        self._background = LatestJob("suggestions", self, context.shell.show_error)
        self._seed = 0

    @property
    def busy(self) -> bool:
        return self._background.busy

    def close(self) -> None:
        """Ends the thread."""
        self._background.close()

    def suggest_again(self) -> None:
        """Shows ten more by the strategy that is chosen in the list."""
        self.suggest(self._similar_sounds.panel.strategy.currentData())

    def suggest(self, strategy: Strategy) -> None:
        """Shows ten places whose label would help the chosen custom class."""
        label = self._similar_sounds.panel.asked.currentText()
        one, frames = self._custom_classes.get(label), self._embeddings.frames()
        project = self._project.project
        if one is None or one.classifier is None or frames is None or project is None:
            self._show_message("Train a class first; it then suggests what to label.")
            return
        self._seed += 1
        index = self._custom_classes.index_of(one.label)
        self._similar_sounds.similar.set_label(HitLabel(one.label, index))
        labels = frozenset(source_labels(label, self._custom_classes))
        self._background.run(
            SuggestJob(project, frames, one, labels, strategy, _COUNT, self._seed),
            on_result=partial(self._show, f"Is this {one.label}?", strategy == "random"),
        )

    def _show(self, title: str, random: bool, suggested: SuggestedPlaces) -> None:
        hits = [Hit(s.place, s.score, s.row) for s in suggested.places]
        self._similar_sounds.show_list(ListKind.SUGGESTED, title, hits, random=random)
