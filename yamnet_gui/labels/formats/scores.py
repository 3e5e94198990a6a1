"""Score tables as sed_scores_eval reads them: one row per centre tile, one column per class."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from yamnet_gui.core.errors import LabelsError
from yamnet_gui.core.events import LabelledRecording
from yamnet_gui.core.files import replacing
from yamnet_gui.core.scores import ScoreTable
from yamnet_gui.labels.overwrite_guard import spare

from .base import Capability, LabelFormat, Output, WriteOptions
from .text import number, one_line

_ROWS_AT_ONCE = 256
SCORE_TABLE_START = "onset\toffset\t"
"""How every score table begins."""


def score_lines(table: ScoreTable, class_names: Sequence[str]) -> Iterator[str]:
    """`onset offset class1 class2 …`, gapless and without overlap; empty tiles left out.

    Scores are written so that they read back to the same float32.
    """
    names = [one_line(name) for name in class_names]
    if len(names) != table.scores.shape[1] or len(set(names)) != len(names):
        raise ValueError("each score column needs a unique name")
    edges = [number(edge) for edge in table.grid.tile_edges().tolist()]
    yield "\t".join(["onset", "offset", *names]) + "\n"
    for first in range(0, table.grid.count, _ROWS_AT_ONCE):
        rows = table.scores[first : first + _ROWS_AT_ONCE].tolist()
        for k, row in enumerate(rows, start=first):
            if edges[k] != edges[k + 1]:
                cells = "\t".join(f"{score:.9g}" for score in row)
                yield f"{edges[k]}\t{edges[k + 1]}\t{cells}\n"


def write_score_table(table: ScoreTable, class_names: Sequence[str], path: Path) -> Path:
    """Writes the scores of one recording; the old file stays where it fails.

    Raises LabelsError where it cannot be written, or that would be over a recording or a project;
    ValueError where names do not fit the scores.
    """
    spare(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as beside, beside.open("w", encoding="utf-8", newline="") as file:
            file.writelines(score_lines(table, class_names))
    except OSError as error:
        raise LabelsError(path, f"cannot be written ({error.strerror or error})") from error
    return path


def _write_labels(recordings: Sequence[LabelledRecording], options: WriteOptions) -> Output:
    raise LabelsError(
        "scores", "are made from an analysis, not from labels", "analyse the recording first"
    )


FORMAT = LabelFormat(
    name="scores",
    title="Score table (sed_scores_eval)",
    suffix=".tsv",
    combined=False,
    capabilities=frozenset({Capability.DURATION, Capability.EMPTY}),
    write=_write_labels,
    needs_scores=True,
)
