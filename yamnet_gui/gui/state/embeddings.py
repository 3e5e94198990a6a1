"""The owner of the open project's embeddings."""

from PySide6.QtCore import QObject, Signal

from yamnet_gui.embedding import EmbeddingStore, Frames


class Embeddings(QObject):
    """One store at a time, or none: no project, no weights, or a folder that cannot be used.

    `problem` says in words why there is none.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store: EmbeddingStore | None = None
        self.problem = ""

    @property
    def store(self) -> EmbeddingStore | None:
        return self._store

    @property
    def model_sha256(self) -> str:
        """The model whose embeddings these are; "" where there are none."""
        return self._store.model_sha256 if self._store is not None else ""

    def use(self, store: EmbeddingStore | None, problem: str = "") -> EmbeddingStore | None:
        """Takes another store; gives the former one, which the caller closes."""
        before, self._store = self._store, store
        self.problem = problem
        self.changed.emit()
        return before

    def grown(self) -> None:
        """More frames are there."""
        self.changed.emit()

    def frames(self) -> Frames | None:
        """A snapshot of the rows, which may go to a worker; None where there are none."""
        if self._store is None:
            return None
        frames = self._store.frames()
        return frames if frames.live else None
