"""What notebooks and scripts use: `analyze`, `embed`, `measure` for any sound, and `read_labels`.

from yamnet_gui import analyze, embed, measure, read_labels

embed("street.wav").vectors            # float32 (frames, 1024)
analyze(samples, 44100).best(3)        # [("Vehicle", 0.71), …]
measure("street.wav", 1.5, 2.0).peak_hz  # 1406.25
read_labels("street.txt")              # {Path("street.wav"): (Event(…), …)}
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
import soundfile
from numpy.typing import ArrayLike, NDArray

from .analysis import (
    AnalysisSettings,
    EventsRequest,
    RecordingEvents,
    ResultCache,
    WeightsModel,
    load_classifiers,
    recording_events,
    result_of,
    with_custom_classes,
)
from .analysis.cache_writer import TemporaryFolder
from .analysis.rule_choice import choose_rules
from .analysis.settings import Finer, finer_or_usual
from .audio import AudioSource, MemorySource, open_audio, track_path
from .audio.measures import Measures as Measures
from .audio.measures import measure as measure_source
from .audio.samples import checked_rate, checked_samples
from .batch import VectorOptions, vectors_of
from .batch.one_into_dataset import add_to_dataset
from .batch.one_recording import options_of_one
from .batch.rerun import Rerun as Rerun
from .batch.rerun import RerunOptions
from .batch.rerun import rerun as rerun_steps
from .batch.run_provenance import write_result_provenance
from .batch.tables import window_bounds
from .batch.vectors import PER, POOLS, Per, Pool
from .core.cached_files import CHECKSUMS
from .core.download import DOWNLOAD_LIMIT_BYTES, in_parts_or_fetched
from .core.errors import RecordingError, SettingsError
from .core.events import Event
from .core.folders import user_cache_folder
from .core.pipeline import completed
from .core.resources import ontology_of
from .core.scores import DEFAULT_HOP_S
from .core.spans import TimeSpan
from .core.storage.address import path_of
from .core.storage.notation import is_address, is_stored, written
from .dataset import Contents, Dataset, DatasetEvents, dataset_activity, is_dataset
from .labels.exchange.activity import ActivityBy, activity_rows, project_activity
from .labels.exchange.activity import ActivityRow as ActivityRow
from .labels.project import Project
from .yamnet import RUNTIME_CHOICES, RuntimeChoice, RuntimeName
from .yamnet.model_library import model_path

Sound = str | os.PathLike[str] | ArrayLike
Floats = NDArray[np.float32]
DatasetContents = Contents
"""What a dataset has besides recordings and events, in the words of notebooks."""


@dataclass(frozen=True)
class Embedded:
    """Vectors of one sound: one row per frame, per event, or one in all.

    `vectors`: float32 (rows, numbers). `start_s`, `end_s`: float64 (rows,), seconds. `channels`:
    int32 (rows,), -1 for the mix. `columns` names the numbers of a row. `labels` (rows,) are the
    events' names, empty otherwise.
    """

    vectors: Floats
    start_s: NDArray[np.float64]
    end_s: NDArray[np.float64]
    channels: NDArray[np.int32]
    columns: tuple[str, ...]
    labels: tuple[str, ...]
    model_sha256: str
    runtime: RuntimeName

    def __len__(self) -> int:
        return len(self.vectors)


@dataclass(frozen=True)
class Analyzed:
    """Scores and events of one sound.

    `scores`: float32 (frames, classes), uncalibrated; `embeddings`: float32 (frames, 1024);
    `start_s`, `end_s`: float64 (frames,), what each frame heard. All are of the mix, or of channel
    `channel`. `events` are the detected events, in order of their onsets.
    """

    scores: Floats
    embeddings: Floats
    start_s: NDArray[np.float64]
    end_s: NDArray[np.float64]
    class_names: tuple[str, ...]
    events: tuple[Event, ...]
    duration_s: float
    model_sha256: str
    runtime: RuntimeName
    warnings: tuple[str, ...] = ()
    keeper: object = field(default=None, repr=False, compare=False)

    def best(self, count: int = 5) -> list[tuple[str, float]]:
        """The classes with the highest mean score, best first."""
        mean = self.scores.mean(axis=0)
        return [
            (self.class_names[k], float(mean[k])) for k in np.argsort(-mean, kind="stable")[:count]
        ]

    def of(self, name: str) -> Floats:
        """The scores of one class over time, float32 (frames,). Raises KeyError."""
        if name not in self.class_names:
            raise KeyError(name)
        return self.scores[:, self.class_names.index(name)]


def analyze(
    sound: Sound,
    rate: int | None = None,
    *,
    threshold: float | None = None,
    rules: str | os.PathLike[str] | None = None,
    classes: Sequence[str] = (),
    classifiers: Sequence[str | os.PathLike[str]] = (),
    one_per_sound: bool | None = None,
    hop_s: float = DEFAULT_HOP_S,
    finer: Finer | None = None,
    weights: str | os.PathLike[str] | None = None,
    model: str | os.PathLike[str] | None = None,
    runtime: RuntimeChoice = "auto",
    cache: bool = True,
    track: int | None = None,
    limit_bytes: int = DOWNLOAD_LIMIT_BYTES,
    provenance: str | os.PathLike[str] | None = None,
    cluster: str = "",
    dataset: str | os.PathLike[str] | None = None,
    dataset_contents: DatasetContents | None = None,
) -> Analyzed:
    """What the network hears in a sound, and the events that rules make of it.

    `sound` is a path, an http(s) address (fetched into the cache, no more than `limit_bytes`), or
    samples (n,) or (n, channels) in [-1, 1] with their `rate` in Hz. `threshold` is one plain
    threshold for all classes, `rules` a preset such as "strict" or a rules file; without either
    the balanced rules hold. `classes` (names or AudioSet ids) limits the events; `classifiers` are
    files of custom classes. `one_per_sound`: one event for one sound, at its most particular class,
    as the window and `yamnet-gui analyze` show it (None: unless `classes` are named); else also its
    broader classes, and Silence.
    `finer`: frames that are looked at again before rules see them, "off", "doubtful" or
    "everywhere" (None: "doubtful", or "off" with a `threshold`); `scores` are the published ones.
    `model` is a fine-tuned model, its file or its name under Tools › Models; without it YAMNet
    hears the sound, with `weights` or those that are installed.
    `runtime` is what runs the network: "litert", "tensorflow", or "auto" (TensorFlow where there is
    a GPU, else LiteRT). `track` is the sound track of a file that holds several, counted from 1
    (None: the first that is not silent).
    With `cache`, what was analysed before comes at once. `provenance` is a file to write that says
    how the results were made, and that `rerun` repeats; the sound is then a file. With a `cluster`
    ("local:4" or others, as `yamnet-gui analyze --cluster` takes them) its workers share the
    sections of a long file; they must see the cache. `dataset` is a folder as `yamnet-gui analyze
    --dataset` makes it, to which the file is added, unless it is in it and has not changed; all
    recordings in it are analysed alike. `dataset_contents` says what a new one has besides events,
    such as `DatasetContents(frames=0.1, embeddings=True)`. Raises UserError with a sentence that
    says what is wrong.
    """
    for name, wanted in (("provenance", provenance), ("dataset", dataset)):
        if wanted is not None and not isinstance(sound, str | os.PathLike):
            raise SettingsError(name, "is of files; samples have no name to find them again by")
    if dataset is not None and not cache:
        raise SettingsError("dataset", "needs the cache", "leave out cache=False")
    loaded = _model(weights, model, runtime, cache)
    custom = load_classifiers([Path(c) for c in classifiers], loaded.sha256)
    class_map = with_custom_classes(loaded.classes, custom)
    chosen = tuple(c.index for c in class_map.select(classes))
    ruled = choose_rules(class_map, rules, threshold, classifiers=custom, model=loaded.info)
    settings = AnalysisSettings(hop_s, finer=finer_or_usual(finer, plain=threshold is not None))
    request = EventsRequest(settings, ruled, custom, chosen)
    result = _result(sound, rate, request, loaded, cache, limit_bytes, track, cluster)
    analysis = result.analysis
    table = analysis.tables[0]
    starts, ends = window_bounds(table.grid)
    one_event = not classes if one_per_sound is None else one_per_sound
    if dataset is not None:
        recording, files = analysis.recording.path, [Path(c) for c in classifiers]
        if is_address(str(sound)) and not is_stored(recording):
            reason = "takes what stays where it is; this was fetched into the cache"
            raise SettingsError("dataset", reason, "download it to a file of yours")
        options = options_of_one(
            loaded, request, recording, one_per_sound=one_event, classifiers=files
        )
        contents = dataset_contents or DatasetContents()
        add_to_dataset(Path(dataset), recording, options, ResultCache(), contents)
    labelled = result.labelled(class_map, ontology_of(class_map), one_per_sound=one_event)
    if provenance is not None:
        write_result_provenance(
            Path(provenance),
            loaded,
            request,
            labelled,
            analysis,
            one_per_sound=one_event,
            classifiers=[Path(c) for c in classifiers],
        )
    return Analyzed(
        scores=table.scores,
        embeddings=analysis.embeddings(table.channel),
        start_s=starts,
        end_s=ends,
        class_names=class_map.names,
        events=tuple(labelled.events),
        duration_s=analysis.recording.duration_s,
        model_sha256=loaded.sha256,
        runtime=analysis.runtime,
        warnings=analysis.warnings,
        keeper=analysis,
    )


def rerun(
    provenance: str | os.PathLike[str],
    *,
    weights: str | os.PathLike[str] | None = None,
    source: str | os.PathLike[str] | None = None,
    recordings_in: Sequence[str | os.PathLike[str]] = (),
    runtime: RuntimeChoice | None = None,
    jobs: int = 1,
) -> Rerun:
    """Repeats what a provenance file describes: `same`, and every one of its `differences`.

    Nothing is taken from the cache or written. `weights` and `source` (project or table of an
    export) are where these are now, `recordings_in` folders to search. Raises UserError.
    """
    if runtime is not None and runtime not in RUNTIME_CHOICES:
        raise SettingsError("runtime", f"'{runtime}' is none of {', '.join(RUNTIME_CHOICES)}")
    options = RerunOptions(
        None if weights is None else Path(weights),
        None if source is None else Path(source),
        tuple(Path(folder) for folder in recordings_in),
        runtime,
        jobs,
    )
    return completed(rerun_steps(Path(provenance), options))


def activity(
    project: str | os.PathLike[str],
    *,
    by: Sequence[ActivityBy | str] = tuple(ActivityBy),
    classes: Sequence[str] = (),
    recordings: Sequence[str] | None = None,
) -> tuple[ActivityRow, ...]:
    """How many events of each class a project or dataset has by hour of day, day and recording.

    The rows are those of `yamnet-gui activity`: `raw`, `calibrated` and `estimated` are None where
    nothing was recorded or nothing is known, which is not 0. `by` are of "hour of day", "day" and
    "recording"; `classes` are labels (none: all), `recordings` ids of the project's recordings
    (None: all, and only then is there an estimate). The project may be open elsewhere. Of a dataset
    (its folder or address) all recordings count, and `calibrated` and `estimated` are None. Raises
    UserError with a sentence that says what is wrong.
    """
    known = [one.value for one in ActivityBy]
    for name in by:
        if name not in known:
            raise SettingsError(str(name), f"is not one of {', '.join(known)}")
    chosen = [ActivityBy(name) for name in by]
    place = path_of(os.fspath(project))
    if is_dataset(place):
        if recordings is not None:
            raise SettingsError("recordings", "are those of a project; of a dataset all count")
        with Dataset(place) as dataset:
            grid = dataset_activity(DatasetEvents(dataset))
            return tuple(activity_rows(grid, chosen, classes))
    with Project.open(place, read_only=True) as opened:
        grid = project_activity(opened, recordings)
        return tuple(activity_rows(grid, chosen, classes))


def embed(
    sound: Sound,
    rate: int | None = None,
    *,
    per: Per = "frame",
    pool: Pool | Sequence[Pool] = "mean",
    scores: Sequence[str] = (),
    channels: Literal["mix", "each"] = "mix",
    threshold: float | None = None,
    rules: str | os.PathLike[str] | None = None,
    hop_s: float = DEFAULT_HOP_S,
    finer: Finer | None = None,
    weights: str | os.PathLike[str] | None = None,
    model: str | os.PathLike[str] | None = None,
    runtime: RuntimeChoice = "auto",
    cache: bool = True,
    track: int | None = None,
    limit_bytes: int = DOWNLOAD_LIMIT_BYTES,
    cluster: str = "",
) -> Embedded:
    """The network's embeddings of a sound, per "frame", per "event" or per "recording".

    `pool`: how frames become one vector: "mean", "max" or both, one after the other. `scores`
    names classes whose score is added: per frame itself, else its mean, standard deviation, least,
    median, highest, and the share of frames at or above 0.5. `threshold` and `rules` say which
    events there are. Everything else as in `analyze`. Raises UserError.
    """
    loaded = _model(weights, model, runtime, cache)
    class_map = loaded.classes
    pools: tuple[Pool, ...] = (pool,) if isinstance(pool, str) else tuple(pool)
    if per not in PER:
        raise SettingsError("per", f"'{per}' is none of {', '.join(PER)}")
    if not pools or not set(pools) <= set(POOLS):
        raise SettingsError("pool", f"takes {', '.join(POOLS)} or both")
    options = VectorOptions(per, pools, tuple(c.index for c in class_map.select(scores)))
    ruled = choose_rules(class_map, rules, threshold, model=loaded.info) if per == "event" else None
    look: Finer = "off" if ruled is None else finer_or_usual(finer, plain=threshold is not None)
    request = EventsRequest(AnalysisSettings(hop_s, channels, finer=look), ruled)
    result = _result(sound, rate, request, loaded, cache, limit_bytes, track, cluster)
    parts = list(vectors_of(result.analysis, options, result.events, class_map))
    columns = tuple(options.columns(class_map))
    counts = [len(p.start_s) for p in parts]
    numbers = [-1 if p.channel is None else p.channel for p in parts]
    return Embedded(
        vectors=np.concatenate(
            [np.zeros((0, len(columns)), np.float32), *(p.values for p in parts)]
        ),
        start_s=np.concatenate([np.zeros(0), *(p.start_s for p in parts)]),
        end_s=np.concatenate([np.zeros(0), *(p.end_s for p in parts)]),
        channels=np.repeat(np.array(numbers, np.int32), counts),
        columns=columns,
        labels=tuple(label for p in parts for label in p.labels),
        model_sha256=loaded.sha256,
        runtime=result.analysis.runtime,
    )


def measure(
    sound: Sound,
    start_s: float = 0.0,
    end_s: float | None = None,
    *,
    rate: int | None = None,
    low_hz: float | None = None,
    high_hz: float | None = None,
    channel: int | None = None,
    track: int | None = None,
) -> Measures:
    """Levels, frequencies and signal-to-noise ratio of a span, and of a band of frequencies.

    `sound` is a path or samples (n,) or (n, channels) with their `rate` in Hz; `end_s` None is the
    end. `low_hz` and `high_hz` bound the frequencies, `channel` counts from 0 (None: all of them).
    Raises UserError.
    """
    if not (start_s >= 0 and (end_s is None or start_s <= end_s < float("inf"))):
        raise SettingsError("span", f"{start_s} to {end_s} s is no span of time")
    if low_hz is not None and high_hz is not None and low_hz > high_hz:
        raise SettingsError("low_hz", f"{low_hz} lies above high_hz, {high_hz}")
    source: AudioSource
    if isinstance(sound, str | os.PathLike):
        if rate is not None:
            raise SettingsError("rate", "goes with samples; a file says its own")
        path = path_of(os.fspath(sound))
        source = open_audio(path if track is None else track_path(path, track))
    else:
        source = MemorySource(checked_samples(sound), checked_rate(rate))
    with source:
        end = max(source.info.duration_s, start_s) if end_s is None else end_s
        try:
            return measure_source(source, TimeSpan(start_s, end), low_hz, high_hz, channel)
        except ValueError as error:
            raise SettingsError("channel", str(error)) from error


def _result(
    sound: Sound,
    rate: int | None,
    request: EventsRequest,
    model: WeightsModel,
    cache: bool,
    limit_bytes: int,
    track: int | None = None,
    cluster: str = "",
) -> RecordingEvents:
    """The analysis of whatever was given, and its events. Raises UserError."""
    if isinstance(sound, str | os.PathLike):
        if rate is not None:
            raise SettingsError("rate", "goes with samples; a file says its own")
        text = os.fspath(sound)
        path = in_parts_or_fetched(text, limit_bytes)
        path = path if track is None else track_path(path, track)
        stored = ResultCache() if cache else None
        if cluster:
            if stored is None:
                raise SettingsError("cluster", "needs the cache, where workers leave the result")
            from .batch.cluster.one import store_from_cluster

            store_from_cluster(path, model, request, stored, cluster)
        try:
            return result_of(recording_events(path, model, request, stored))
        except RecordingError as error:
            if not is_address(text):
                raise
            # nobody knows the name that it has in the cache
            raise RecordingError(written(text), error.reason, error.advice) from error
    if cluster:
        raise SettingsError("cluster", "takes files; samples would have to travel")
    folder = TemporaryFolder()  # goes when this function ends; the analysis has one of its own
    path = folder.path / "samples.wav"
    soundfile.write(path, checked_samples(sound), checked_rate(rate), subtype="FLOAT", format="WAV")
    return result_of(recording_events(path, model, request))


def _model(
    weights: str | os.PathLike[str] | None,
    model: str | os.PathLike[str] | None,
    runtime: RuntimeChoice,
    cache: bool,
) -> WeightsModel:
    if runtime not in RUNTIME_CHOICES:
        raise SettingsError("runtime", f"'{runtime}' is none of {', '.join(RUNTIME_CHOICES)}")
    memo = user_cache_folder() / CHECKSUMS.folder if cache else None
    if weights is not None and model is not None:
        raise SettingsError("model", "cannot be combined with weights")
    path = Path(weights) if weights is not None else None
    return WeightsModel(path if model is None else model_path(os.fspath(model)), memo, runtime)


def read_labels(
    tables: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    *,
    recordings_in: Sequence[str | os.PathLike[str]] = (),
    match: str = "",
    format_name: str | None = None,
) -> dict[Path, tuple[Event, ...]]:
    """The events of label tables in any format, by the path of their recording.

    Recordings are found as by `yamnet-gui import`: by the path in the table, by name beside it or
    below, or below the folders `recordings_in`; `match` is a pattern of table names such as
    "{recording}_notes*". Raises LabelsError where a table cannot be read, or where it is not clear
    which recording it is about.
    """
    from .labels.exchange.reading import TableReading, read_tables, unquestioned

    if isinstance(tables, str):
        paths = [Path(tables)]
    elif isinstance(tables, Sequence):
        paths = [Path(table) for table in tables]
    else:
        paths = [Path(tables)]
    reading = TableReading(
        format_name, pattern=match, folders=tuple(Path(folder) for folder in recordings_in)
    )
    read = unquestioned(read_tables((), paths, reading), "give recordings_in or match")
    return {r.recording.path: tuple(r.events) for r in read}
