"""A dataset opened for questions: DuckDB reads what a question needs of the files, and no more."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from yamnet_gui.core.errors import Cancelled, DatasetError
from yamnet_gui.core.storage.notation import is_stored
from yamnet_gui.core.storage.statuses import status_of
from yamnet_gui.core.threads import usable_cores

from .info import DatasetInfo, read_info
from .layout import TABLES, Table, partition_in, schema
from .libraries import import_duckdb, import_pyarrow
from .manifest import Manifest, read_manifest
from .parquet_files import recordings_in
from .stored_tables import note_statuses, stored_tables, table_name

_MEMORY = "512MB"
"""What DuckDB may hold; what does not fit goes through temporary files."""


@dataclass(frozen=True, slots=True)
class Missing:
    """A file that the manifest lists, and that is not there, has another size or is no table."""

    path: str
    reason: str


class Dataset:
    """Answers in SQL; tables are those of `layout`, each with its partition as a column more.

    Files that are missing, or that DuckDB cannot open, are left out, and are in `missing`. Close
    it, or use it as a context. Raises DatasetError where the folder is no dataset, and without
    DuckDB.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.info: DatasetInfo = read_info(folder)
        self.manifest: Manifest = read_manifest(folder)
        self.missing: list[Missing] = []
        duckdb = import_duckdb()
        self._interrupted = duckdb.InterruptException
        self._error = (duckdb.Error, UnicodeDecodeError)  # the latter of damaged text
        if is_stored(folder):
            note_statuses(folder)
        self.files = {table: self._present(table) for table in TABLES}
        self._connection: Any = duckdb.connect(
            config={"memory_limit": _MEMORY, "threads": usable_cores()}
        )
        self._connection.execute("SET enable_progress_bar = false")
        try:
            if is_stored(folder):
                self._connection.register_filesystem(stored_tables())
            for table in TABLES:
                self._make_view(table)
        except BaseException:
            self._connection.close()
            raise

    def ask(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows of an answer. Raises DatasetError where a file is damaged."""
        try:
            answer: list[tuple[Any, ...]] = self._connection.execute(sql, list(values)).fetchall()
        except self._interrupted as error:
            raise Cancelled from error
        except self._error as error:
            raise self._damaged(error) from error
        return answer

    def arrays(self, sql: str, values: Sequence[Any] = ()) -> dict[str, Any]:
        """The columns of an answer as NumPy arrays, by name. Raises as `ask`."""
        try:
            answer: dict[str, Any] = self._connection.execute(sql, list(values)).fetchnumpy()
        except self._interrupted as error:
            raise Cancelled from error
        except self._error as error:
            raise self._damaged(error) from error
        return answer

    def interrupt(self) -> None:
        """Ends the question that another thread waits for: it raises Cancelled there."""
        self._connection.interrupt()

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> "Dataset":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _damaged(self, error: Exception) -> DatasetError:
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        return DatasetError(self.folder, f"cannot be read ({first})", "see dataset --check")

    def _present(self, table: Table) -> list[str]:
        """The files of a table that are there as listed, by path from the folder."""
        present = []
        for path, file in self.manifest.of(table).items():
            reason = size_problem(self.folder / path, file.bytes)
            if reason:
                self.missing.append(Missing(path, reason))
            else:
                present.append(path)
        return present

    def _make_view(self, table: Table) -> None:
        if self.files[table]:
            try:
                self._connection.execute(self._view_of(table))
            except self._error:  # one file is enough for that
                self.files[table] = [p for p in self.files[table] if self._opens(p)]
                if self.files[table]:
                    self.ask(self._view_of(table))
        if not self.files[table]:
            pa = import_pyarrow()
            columns = list(schema(table, classes=1, numbers=1, frames=self.info.frames))
            if table == "embeddings":  # DuckDB widens halves of files, and takes none from memory
                columns[-1] = pa.field("embedding", pa.list_(pa.float32()))
            columns += [(self.info.partition, pa.string()), ("file_row_number", pa.int64())]
            self._connection.register(table, pa.schema(columns).empty_table())

    def _view_of(self, table: Table) -> str:
        return f"CREATE VIEW {table} AS SELECT * FROM {self._source(self.files[table])}"

    def _source(self, files: Sequence[str]) -> str:
        named = ", ".join(_quoted(table_name(self.folder / path)) for path in files)
        return (
            f"read_parquet([{named}], hive_partitioning = true, hive_types_autocast = false,"
            " file_row_number = true)"
        )

    def _opens(self, path: str) -> bool:
        """Whether a file is a table; one that is not is among the missing."""
        try:
            self._connection.execute(f"SELECT * FROM {self._source([path])} LIMIT 0")
        except self._error:
            self.missing.append(Missing(path, "is damaged"))
            return False
        return True


def recordings_to_mend(dataset: Dataset) -> set[str]:
    """The recordings of all partitions of which a file is missing or damaged."""
    broken = {partition_in(missing.path) for missing in dataset.missing}
    return {
        key
        for path in dataset.files["recordings"]
        if partition_in(path) in broken
        for key in recordings_in(dataset.folder / path)
    }


def check_lists(folder: Path) -> None:
    """Raises DatasetError where a file is not there as written that says which recordings there
    are: nothing can be added without it."""
    for path, file in read_manifest(folder).of("recordings").items():
        reason = size_problem(folder / path, file.bytes)
        if reason:
            advice = "bring it back from a copy, or write to another folder"
            raise DatasetError(folder / path, reason, advice)


def size_problem(path: Path, size: int) -> str:
    """What is wrong with a file at a glance; "" where nothing is."""
    try:
        found = status_of(path).st_size
    except OSError as error:
        return "is missing" if isinstance(error, FileNotFoundError) else f"{error.strerror}"
    return "" if found == size else f"has {found} bytes in place of {size}"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
