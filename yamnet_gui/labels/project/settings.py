"""Settings of the whole project: label sets, rules, reviewers and small stored texts."""

from .change_set import ChangeSet
from .connection import ProjectConnection
from .models import LabelSet, StoredRules
from .row_rules import RowReader

_REVIEWERS = RowReader("reviewers", "name")


class ProjectSettings:
    """`Project.settings`. Methods raise ProjectError where the file cannot be read or written."""

    def __init__(self, connection: ProjectConnection) -> None:
        self._connection = connection

    def label_sets(self) -> list[LabelSet]:
        with self._connection.reading():
            return self._connection.tables.label_sets()

    def rule_sets(self) -> list[StoredRules]:
        with self._connection.reading():
            return self._connection.tables.rule_sets()

    def reviewers(self) -> list[str]:
        """Everyone who has changed something, by name."""
        with self._connection.reading():
            rows = self._connection.database.execute("SELECT name FROM reviewers ORDER BY name")
            return [row[0] for row in _REVIEWERS.each(rows.fetchall())]

    def value(self, name: str, default: str = "") -> str:
        """A text that `set_value` or the command `set_texts` stored."""
        with self._connection.reading():
            text = self._connection.tables.text(name)
        return default if text is None else text

    def set_value(self, name: str, value: str) -> None:
        """Stores a small text (the position in a queue, say); cannot be undone."""

        def work() -> ChangeSet:
            self._connection.tables.put_text(name, value)
            return ChangeSet()

        self._connection.write("store it", work)
