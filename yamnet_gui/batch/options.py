"""What a run makes of each recording, and where it puts it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from yamnet_gui.analysis.settings import AnalysisSettings
from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.files import is_file, is_folder
from yamnet_gui.dataset.units import Contents
from yamnet_gui.labels.formats import label_format
from yamnet_gui.yamnet import RuntimeChoice

from .table_files import check_table
from .vectors import VectorOptions


@dataclass(frozen=True, slots=True)
class EventOptions:
    """How scores become events.

    `rules` is what `detection.rules_to_json` gives. `classes` are indices (empty: all). `top`
    keeps, at each moment, only so many of the highest classes. `groups` are ids of
    ontology nodes: events below one of them become events of it. `one_per_sound`: without events
    for which others stand.
    """

    rules: dict[str, Any]
    classes: tuple[int, ...] = ()
    top: int | None = None
    groups: tuple[str, ...] = ()
    one_per_sound: bool = False


@dataclass(frozen=True, slots=True)
class BatchOptions:
    """All settings of a run. Paths are None where the table is not wanted.

    `labels` gets the events in `label_format`, or, where that is the format of score tables, the
    scores of each recording; `clips` one row per recording; `scores` and
    `embeddings` one row per frame, or, where they end in .npz or are folders, one .npz for each
    recording. `per_recording` wants a file of labels for each recording in the folder `labels`.
    `cache` is the folder of the cache, None for none. `classifiers` are files of custom classes,
    whose scores stand behind those of the network, which `runtime` runs
    (`requested_runtime`: what the user asked for). `zone` is that of
    start times without one, as `audio.zone_named` takes it. `provenance` gets how the results were
    made (`core.provenance`), by what `command`, with the events even where there are no `labels`.
    `dataset` is a folder that gets events and the other `dataset_contents`, beside what is in it.
    `vectors` are of what `vector_options` say, and go into one file.
    """

    weights: Path
    settings: AnalysisSettings = field(default_factory=AnalysisSettings)
    cache: Path | None = None
    labels: Path | None = None
    label_format: str = "csv"
    per_recording: bool = False
    events: EventOptions | None = None
    clips: Path | None = None
    mean_embedding: bool = False
    scores: Path | None = None
    embeddings: Path | None = None
    best: int = 5
    classifiers: tuple[Path, ...] = ()
    runtime: RuntimeChoice = "auto"
    requested_runtime: RuntimeChoice = "auto"
    zone: str = ""
    provenance: Path | None = None
    command: tuple[str, ...] = ()
    dataset: Path | None = None
    dataset_contents: Contents = field(default_factory=Contents)
    vectors: Path | None = None
    vector_options: VectorOptions = field(default_factory=VectorOptions)
    elsewhere: tuple[tuple[Path, Path], ...] = ()
    """Folders of this computer, each with the address that what is made in it is brought to."""

    def place_of(self, output: Path) -> Path:
        """Where an output is in the end: at an address, or where it is."""
        for here, address in self.elsewhere:
            if output.is_relative_to(here):
                return address / output.relative_to(here)
        return output

    @property
    def events_wanted(self) -> bool:
        """Whether events are made of the scores."""
        others = self.dataset is not None or self.vectors is not None
        return self.labels_wanted or (others and self.events is not None)

    @property
    def labels_wanted(self) -> bool:
        """Whether events become parts of a table."""
        wanted = self.labels is not None or self.provenance is not None
        return wanted and self.events is not None and not self.score_tables

    @property
    def score_tables(self) -> bool:
        """Whether `labels` gets the scores of each recording instead of events."""
        return self.labels is not None and label_format(self.label_format).needs_scores

    @property
    def outputs(self) -> tuple[Path, ...]:
        """The files to write."""
        tables = (self.labels, self.clips, self.scores, self.embeddings)
        wanted = (*tables, self.provenance, self.dataset, self.vectors)
        return tuple(path for path in wanted if path is not None)

    def recipe(self, model_sha256: str, custom_classes: Sequence[str] = ()) -> dict[str, Any]:
        """What the parts of an unfinished run depend on.

        `custom_classes`: checksums of the classifiers.
        """
        recipe = {
            "model": model_sha256,
            "settings": self.settings.to_json(),
            "labels": "scores" if self.score_tables else self.events_wanted,
            "rules": self.events.rules if self.events else None,
            "classes": list(self.events.classes) if self.events else [],
            "top": self.events.top if self.events else None,
            "clips": self.clips.suffix if self.clips else None,
            "mean_embedding": self.mean_embedding,
            "scores": self.scores.suffix if self.scores else None,
            "embeddings": self.embeddings.suffix if self.embeddings else None,
            "best": self.best,
            "taught": list(custom_classes),
        }
        if self.dataset is not None:
            recipe |= {"dataset": asdict(self.dataset_contents) | self.event_choice()}
            recipe |= {"zone": self.zone}
        if self.vectors is not None:
            recipe |= {"vectors": asdict(self.vector_options)}
        if self.requested_runtime != "auto":  # which may go on where another version began
            recipe["runtime"] = self.requested_runtime
        return recipe

    def event_choice(self) -> dict[str, Any]:
        """What decides on the events of a dataset besides the rules."""
        events = self.events
        return {
            "classes": list(events.classes) if events else [],
            "top": events.top if events else None,
            "groups": list(events.groups) if events else [],
            "one_per_sound": events.one_per_sound if events else False,
        }

    def check(self, several: bool) -> None:
        """Raises SettingsError or LabelsError where the outputs do not fit together."""
        if self.labels is not None:
            chosen = label_format(self.label_format)
            if not chosen.can_write:
                raise SettingsError(self.label_format, "is not a format that can be written")
            if chosen.needs_scores and self.settings.channels != "mix":
                raise SettingsError(
                    "--channels each",
                    f"{chosen.title} holds one row of scores at a time",
                    "use --channels mix, or --scores FILE, whose rows name the channel",
                )
            alone = self.per_recording or not chosen.combined
            if self.dataset is not None and chosen.needs_scores:
                reason = "gives scores, and a dataset holds events"
                raise SettingsError(f"--format {self.label_format}", reason, "run it by itself")
            if several and alone and (is_file(self.labels) or _looks_like_file(self.labels)):
                raise SettingsError(
                    self.labels,
                    f"{chosen.title} gives one file for each recording",
                    "name a folder (with / at its end)",
                )
        if self.clips is not None:
            check_table(self.clips)
        for path in (self.scores, self.embeddings):
            if path is None:
                continue
            if not is_npz(path):
                check_table(path)
            elif several and path.suffix.lower() == ".npz":
                raise SettingsError(
                    path,
                    "an .npz holds one recording",
                    "name a folder (with / at its end), a .csv or a .parquet",
                )
        names = [path.resolve() for path in self.outputs]
        if len(set(names)) != len(names):
            raise SettingsError(self.outputs[0], "is named for two different tables")


def is_npz(path: Path) -> bool:
    """Whether each recording gets its own .npz: by that ending, or by being a folder."""
    return path.suffix.lower() == ".npz" or is_folder(path) or not path.suffix


def _looks_like_file(path: Path) -> bool:
    return bool(path.suffix) and not is_folder(path)
