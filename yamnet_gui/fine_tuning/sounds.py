"""What a model is fine-tuned on: labelled spans of recordings, from wherever they are labelled."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from yamnet_gui.core.errors import SettingsError, UserError
from yamnet_gui.core.events import DECIDED, ReviewState
from yamnet_gui.core.files import exists, is_folder
from yamnet_gui.core.text import close_matches, counted, did_you_mean, grouped
from yamnet_gui.labels.exchange.reading import TableReading, read_tables, unquestioned
from yamnet_gui.labels.project import EventFilter, Project, ProjectEvent, is_project_file
from yamnet_gui.quality.reviewed_examples import AcceptedEvents, sound_files
from yamnet_gui.yamnet.model_info import LONGEST_NAME, MOST_TRAINED_CLASSES, checked_name

_WITHOUT_END = "a folder with a subfolder for each class, a project, or a table of labels"


@dataclass(frozen=True, slots=True)
class TrainingSound:
    """A span of a recording (`end_s` None: to its end) that is an example of `label`.

    `label` None: of none of the classes. Sounds of one `group` are never on both sides of a split:
    those of one recording, or of one original that several files were cut from. `also` are onset,
    offset and label of other classes that sound in the span. `event_id` is that of the project.
    """

    path: Path
    label: str | None
    group: str
    start_s: float = 0.0
    end_s: float | None = None
    channel: int | None = None
    event_id: str = ""
    also: tuple[tuple[float, float, str], ...] = ()


@dataclass(frozen=True)
class TrainingData:
    """Sounds to train on, and where they come from, for display."""

    sounds: tuple[TrainingSound, ...]
    source: str

    @property
    def labels(self) -> tuple[str, ...]:
        """The classes, by name."""
        return tuple(sorted({one.label for one in self.sounds if one.label is not None}))


@dataclass(frozen=True, slots=True)
class DataChoice:
    """What of the data is used, and how.

    `classes` are the labels to train (none: all); sounds of others are examples of none of them,
    as are sounds of the labels in `none`. `same_source` is a regular expression whose first group,
    found in the names of files without ending, says which original they were cut from.
    `recordings_in` are folders to look for recordings of tables in.
    """

    classes: tuple[str, ...] = ()
    none: tuple[str, ...] = ()
    same_source: str = ""
    recordings_in: tuple[Path, ...] = ()


def training_data(source: Path, choice: DataChoice | None = None) -> TrainingData:
    """The sounds of a folder with a subfolder for each class, of a project, or of a label table.

    Raises UserError with a sentence where there are none, or not those that were chosen.
    """
    choice = choice or DataChoice()
    if not exists(source):
        raise SettingsError(source, "there is no such file or folder", f"give {_WITHOUT_END}")
    if is_folder(source):
        sounds = [TrainingSound(path, label, str(path)) for label, path in sound_files(source)]
    elif is_project_file(source):
        sounds = _of_project(source)
    else:
        sounds = _of_table(source, choice.recordings_in)
    if not sounds:
        raise SettingsError(source, "holds no labelled sound", f"give {_WITHOUT_END}")
    sounds = _with_choice(_one_spelling(sounds), choice, source)
    if choice.same_source:
        sounds = _grouped(sounds, choice.same_source)
    for label in sorted({one.label for one in sounds if one.label is not None}):
        try:
            checked_name(label, "name")
        except ValueError as error:
            reason = f"cannot be the name of a class (1 to {LONGEST_NAME} signs that can be shown)"
            raise SettingsError(label, reason, "give the class another name") from error
    data = TrainingData(tuple(sounds), str(source))
    if len(data.labels) > MOST_TRAINED_CLASSES:
        raise SettingsError(
            source,
            f"has {counted(len(data.labels), 'class')}",
            f"train {grouped(MOST_TRAINED_CLASSES)} at most",
        )
    return data


def sounds_of_project(project: Project) -> list[TrainingSound]:
    """Accepted events as examples of their class, rejected ones as examples of none."""
    rows = project.events.rows(EventFilter(states=DECIDED))
    paths = {r.id: project.recordings.locate(r) for r in project.recordings.all()}
    return _examples(project.events.at(rows.tolist()), paths)


def _examples(reviewed: list[ProjectEvent], paths: Mapping[str, Path]) -> list[TrainingSound]:
    """The examples among accepted and rejected events; `paths` of their recordings by id."""
    accepted = AcceptedEvents(reviewed)
    labels = {
        item.event.label: item.event.label
        for item in reviewed
        if item.event.state is ReviewState.ACCEPTED
    }
    sounds = []
    for item in reviewed:
        event, path = item.event, paths[item.recording_id]
        for label in accepted.labels_of(item, labels, others=True):
            also = tuple(a for a in accepted.within(item, labels) if a[2] != label)
            sounds.append(
                TrainingSound(
                    path,
                    label,
                    str(path),
                    event.onset_s,
                    event.offset_s,
                    event.channel,
                    event.id,
                    also,
                )
            )
    return sounds


def _of_project(path: Path) -> list[TrainingSound]:
    with Project.open(path, read_only=True) as project:
        sounds = sounds_of_project(project)
    if not any(one.label for one in sounds):
        raise UserError(path, "has no accepted events to train on", "accept some events first")
    return sounds


def _of_table(path: Path, recordings_in: Sequence[Path]) -> list[TrainingSound]:
    """As of a project, where an event that nobody has reviewed is as good as an accepted one."""
    reading = TableReading(folders=tuple(recordings_in))
    tables = unquestioned(read_tables((), [path], reading), "say where to look for recordings")
    paths = {str(one.recording.path): one.recording.path for one in tables}
    reviewed = [
        ProjectEvent(str(one.recording.path), event)
        for one in tables
        for event in (
            replace(e, state=ReviewState.ACCEPTED) if e.state is ReviewState.UNREVIEWED else e
            for e in one.events
        )
        if event.state in DECIDED
    ]
    return _examples(reviewed, paths)


def _one_spelling(sounds: Iterable[TrainingSound]) -> list[TrainingSound]:
    """The same label in another case is the same class, in the commonest spelling."""
    sounds = list(sounds)
    count = Counter(one.label.strip() for one in sounds if one.label is not None)
    spelling: dict[str, str] = {}
    for label, _ in sorted(count.items(), key=lambda item: (-item[1], item[0])):
        spelling.setdefault(label.casefold(), label)

    def of(label: str) -> str:
        return spelling.get(label.strip().casefold(), label.strip())

    return [
        replace(
            one,
            label=None if one.label is None else of(one.label),
            also=tuple((start, end, of(label)) for start, end, label in one.also),
        )
        for one in sounds
    ]


def _with_choice(
    sounds: list[TrainingSound], choice: DataChoice, source: Path
) -> list[TrainingSound]:
    known = {one.label.casefold(): one.label for one in sounds if one.label is not None}
    for name in (*choice.classes, *choice.none):
        if name.casefold() not in known:
            advice = did_you_mean(close_matches(name, known.values(), 3, 0.6))
            raise SettingsError(name, f"is not a label in {source.name}", advice)
    none = {name.casefold() for name in choice.none}
    chosen = {name.casefold() for name in choice.classes} or set(known)
    classes = {label for key, label in known.items() if key in chosen - none}
    if not classes:
        raise SettingsError(source, "has no class left to train", "leave a label out of --none")
    return [
        replace(
            one,
            label=one.label if one.label in classes else None,
            also=tuple(a for a in one.also if a[2] in classes),
        )
        for one in sounds
        # what is of another class may not be of none of them where one of them sounds as well
        if one.label in classes or not any(a[2] in classes for a in one.also)
    ]


def _grouped(sounds: list[TrainingSound], pattern: str) -> list[TrainingSound]:
    try:
        wanted = re.compile(pattern)
    except re.error as error:
        raise SettingsError(pattern, f"is not a regular expression ({error})") from error
    if wanted.groups != 1:
        raise SettingsError(
            pattern, "needs one group in brackets", r"such as '^\d-(\d+)-' for names of ESC-50"
        )
    grouped = []
    for one in sounds:
        match = wanted.search(one.path.stem)
        grouped.append(replace(one, group=match[1] or one.group) if match else one)
    return grouped
