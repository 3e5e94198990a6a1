"""Whether a dataset is whole: files, sizes, checksums, rows, and recordings that lie twice."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from yamnet_gui.core.errors import DatasetError
from yamnet_gui.core.stopping import check_stopped

from .layout import TABLES
from .libraries import import_pyarrow
from .manifest import stray_files
from .parquet_files import rows_in, sha256_of
from .reading import Dataset
from .summary import overlaps


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong. `subject` is a file or recording, `reason` finishes the sentence.

    `damage`: rows are lost or cannot be trusted; else it is worth a look.
    """

    subject: str
    reason: str
    damage: bool = True


def check(dataset: Dataset) -> Iterator[Finding]:
    """Reads every byte once; findings as they come."""
    damaged = {missing.path for missing in dataset.missing}
    for missing in dataset.missing:
        yield Finding(missing.path, missing.reason)
    pa = import_pyarrow()
    for path, file in dataset.manifest.files.items():
        check_stopped()
        if path in damaged:
            continue
        where = dataset.folder / path
        try:
            if sha256_of(where) != file.sha256:
                yield Finding(path, "is not what was written (its checksum differs)")
                damaged.add(path)
            elif (rows := rows_in(where)) != file.rows:
                yield Finding(path, f"has {rows} rows in place of {file.rows}")
                damaged.add(path)
        except (OSError, pa.ArrowException) as error:
            yield Finding(path, f"cannot be read ({error})")
            damaged.add(path)
    for path in stray_files(dataset.folder, dataset.manifest.files):
        yield Finding(path, "is not listed; other programs count its rows as well")
    if not damaged:
        yield from _contents(dataset)


def _contents(dataset: Dataset) -> Iterator[Finding]:
    """What the rows say of each other, where all of them can be read."""
    try:
        yield from _counts(dataset)
        for pair in overlaps(dataset):
            words = f"overlaps {pair.other} by {pair.duration_s:.0f} s"
            yield Finding(pair.file, words, damage=False)
    except DatasetError as error:
        yield Finding(error.subject, error.reason)


def _counts(dataset: Dataset) -> Iterator[Finding]:
    twice = dataset.ask(
        "SELECT any_value(file), count(*) AS n FROM recordings GROUP BY recording HAVING n > 1"
    )
    for file, count in twice:
        yield Finding(str(file), f"is there {count} times")
    for table in TABLES[1:]:
        if not dataset.files[table]:
            continue
        unknown: list[tuple[Any, ...]] = dataset.ask(
            f"SELECT count(*) FROM (SELECT DISTINCT recording FROM {table}) AS t"
            " ANTI JOIN recordings USING (recording)"
        )
        if unknown[0][0]:
            yield Finding(table, f"has rows of {unknown[0][0]} unknown recordings")
    expected = [("events", "events")]
    if dataset.info.embeddings:
        expected.append(("embeddings", "frames"))
    for name, column in expected:
        rows = dataset.ask(
            f"SELECT file, r.{column}, coalesce(n, 0) FROM recordings AS r LEFT JOIN"
            f" (SELECT recording, count(*) AS n FROM {name} GROUP BY recording) USING (recording)"
            f" WHERE r.{column} <> coalesce(n, 0)"
        )
        for file, wanted, found in rows:
            yield Finding(str(file), f"has {found} rows of {name} in place of {wanted}")
