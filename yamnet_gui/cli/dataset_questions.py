"""Questions of `yamnet-gui dataset`: events by a filter, similar sounds, taking into a project."""

import argparse
import csv
import sys
from pathlib import Path

import numpy as np

from yamnet_gui.analysis import (
    AnalysisSettings,
    ResultCache,
    analyse_recording,
    finished,
    silence_embedding,
)
from yamnet_gui.core.errors import SettingsError, WeightsError
from yamnet_gui.core.files import exists
from yamnet_gui.core.folders import user_cache_folder
from yamnet_gui.core.storage.address import path_of
from yamnet_gui.core.text import counted, counted_more, grouped, percent, printable
from yamnet_gui.dataset import Dataset, DatasetEvents, EmbeddingIndex, build_index
from yamnet_gui.dataset.taking import take_recordings
from yamnet_gui.embedding import Query
from yamnet_gui.labels.formats.text import escape_formula
from yamnet_gui.labels.overwrite_guard import is_one_of
from yamnet_gui.labels.project import Project
from yamnet_gui.labels.project.attached_datasets import (
    AttachedDataset,
    attach,
    attached_datasets,
)

from .arguments import files_of
from .dataset_filter import add_filter, events_of, filter_of, first_of_filter
from .exit_status import OK, SOME_FAILED
from .network import add_network, chosen_model
from .terminal import ProgressLine

_LIMIT = 20
_QUESTIONS = ("events", "counts", "into", "beside", "index", "like")
_MOST_FRAMES = 4096
"""Frames of a sound that are pooled into one direction."""


def add_questions(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("questions")
    one = group.add_mutually_exclusive_group()
    one.add_argument(
        "--events", action="store_true", help=f"print events as CSV ({_LIMIT} unless --limit)"
    )
    one.add_argument(
        "--counts", action="store_true", help="print how many events of each class there are as CSV"
    )
    one.add_argument(
        "--into",
        type=Path,
        metavar="PROJECT",
        help="copy the events of recordings with such an event into a project, to review them there"
        " (made where it is not there), with --limit those of the first so many events; what the"
        " project has already stays",
    )
    one.add_argument(
        "--beside",
        type=Path,
        metavar="PROJECT",
        help="put the dataset beside a project (made where it is not there): the window looks"
        " through it as through the project's own events",
    )
    one.add_argument(
        "--index",
        action="store_true",
        help="make the index that --like needs, or bring it up to date",
    )
    one.add_argument(
        "--like", type=Path, metavar="SOUND", help="print the places that sound most like this file"
    )
    add_filter(group)
    add_network(parser.add_argument_group("network (with --like)"))


def check_questions(options: argparse.Namespace) -> None:
    """Raises SettingsError where options do not go together."""
    asked = _asked(options)
    _check_filter(options, asked)
    read = (options.folder, options.weights, options.model)
    for project in (options.into, options.beside):
        if project is not None and is_one_of(project, files_of(*read)):
            raise SettingsError(project, "is an input of this command", "name a project")
    if asked and (options.check or options.json):
        other = "--check" if options.check else "--json"
        raise SettingsError(other, f"cannot be combined with {asked}", "ask one after the other")


def _asked(options: argparse.Namespace) -> str:
    """The option that asks a question, "" for none."""
    given = (name for name in _QUESTIONS if getattr(options, name))
    return next((f"--{name}" for name in given), "")


def _check_filter(options: argparse.Namespace, asked: str) -> None:
    """Raises SettingsError where something says which events, and no events are asked for."""
    given = first_of_filter(options)
    if given and asked not in ("--events", "--counts", "--into"):
        advice = "give --events, --counts or --into PROJECT as well"
        raise SettingsError(given, "is about events", advice)
    if asked == "--counts" and (options.sort or options.limit):
        other = "--sort" if options.sort else "--limit"
        raise SettingsError(
            other, "says which events come first; --counts counts all", "leave it out"
        )
    if options.sort and asked == "--into" and options.limit is None:
        raise SettingsError("--sort", "says which events come first", "give --limit as well")
    if options.limit and asked not in ("--events", "--into", "--like"):
        advice = "give --events, --into PROJECT or --like SOUND as well"
        raise SettingsError("--limit", "says how many events or places at most", advice)


def say_missing(dataset: Dataset) -> int:
    """Says where files are left out of what was answered; the exit status."""
    if not dataset.missing:
        return OK
    first = dataset.missing[0]
    others = len(dataset.missing) - 1
    more = f", and {counted_more(others, 'file')}" if others else ""
    print(
        f"yamnet-gui: {printable(dataset.folder)}: {first.path} {first.reason}{more}; without them"
        " the answer has too little — see dataset --check",
        file=sys.stderr,
    )
    return SOME_FAILED


def answer(dataset: Dataset, options: argparse.Namespace) -> bool:
    """Whether a question was asked, and is answered now. Raises UserError."""
    if options.events:
        _events(dataset, options)
    elif options.counts:
        _counts(dataset, options)
    elif options.into is not None:
        _into(dataset, options)
    elif options.beside is not None:
        _beside(dataset, options.beside)
    elif options.index:
        _index(dataset)
    elif options.like is not None:
        _like(dataset, options)
    else:
        return False
    return True


def _events(dataset: Dataset, options: argparse.Namespace) -> None:
    events = DatasetEvents(dataset)
    rows = events_of(options, events, options.limit or _LIMIT)
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["file", "onset_s", "offset_s", "label", "score_max"])
    for row in rows:
        score = "" if row.score_max is None else f"{row.score_max:.3f}"
        times = (f"{row.onset_s:.3f}", f"{row.offset_s:.3f}")
        writer.writerow([escape_formula(row.file), *times, escape_formula(row.label), score])
    total = events.count(filter_of(options, events))
    if total > len(rows):
        print(f"{grouped(len(rows))} of {counted(total, 'event')}", file=sys.stderr)


def _counts(dataset: Dataset, options: argparse.Namespace) -> None:
    events = DatasetEvents(dataset)
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["label", "events"])
    for label, count in events.label_counts(filter_of(options, events)).items():
        writer.writerow([escape_formula(label), count])


def _into(dataset: Dataset, options: argparse.Namespace) -> None:
    events = DatasetEvents(dataset)
    if options.limit is None:
        ids = events.recordings(filter_of(options, events))
    else:
        some = events_of(options, events, options.limit)
        ids = list(dict.fromkeys(event.recording for event in some))
    if not ids:
        raise SettingsError("--into", "no event of the dataset is like that")
    with _project(options.into) as project:
        name = printable(dataset.folder.name)
        here = [d for d in attached_datasets(project) if d.folder == dataset.folder.absolute()]
        locate = here[0].locate if here else path_of
        new, count = take_recordings(project, events, ids, f"take from {name}", locate)
    kept = len(ids) - new
    tail = f"; {counted(kept, 'recording')} the project has already" if kept else ""
    print(f"{counted(new, 'recording')} with {counted(count, 'event')}{tail}")


def _beside(dataset: Dataset, path: Path) -> None:
    here = AttachedDataset(dataset.folder.absolute())
    name = printable(here.name)
    with _project(path) as project:
        if any(one.folder == here.folder for one in attached_datasets(project)):
            print(f"{name} is beside {printable(path)} already")
            return
        project.apply(attach(project, here))
    print(f"{name} is beside {printable(path)} now")


def _project(path: Path) -> Project:
    return Project.open(path) if exists(path) else Project.create(path)


def _index(dataset: Dataset) -> None:
    with ProgressLine() as line:
        for share in build_index(dataset):
            line.show(f"indexing embeddings: {percent(share)}")
    recall = EmbeddingIndex(dataset).recall
    found = "" if recall is None else f"; a search finds {percent(recall)} of the best hundred"
    print(f"{counted(dataset.manifest.rows('embeddings'), 'embedding')} indexed{found}")


def _like(dataset: Dataset, options: argparse.Namespace) -> None:
    index = EmbeddingIndex(dataset)
    model = chosen_model(options)
    if model.sha256 != dataset.info.model_sha256:
        reason = f"is not the model of this dataset ({dataset.info.model_name})"
        raise WeightsError(model.name, reason, "name it with --weights or --model")
    settings = AnalysisSettings.from_json(dataset.info.settings).published
    cache = ResultCache(user_cache_folder())
    analysis = finished(analyse_recording(options.like, model, settings, cache))
    frames = np.array(analysis.embeddings(analysis.tables[0].channel)[:_MOST_FRAMES])
    try:
        query = Query.of([frames], silence=silence_embedding(model))
    except ValueError as error:
        raise SettingsError(options.like, f"cannot be searched with: {error}") from error
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["file", "start_s", "cosine"])
    for match in index.search(query.direction, options.limit or _LIMIT):
        writer.writerow([escape_formula(match.file), f"{match.start_s:.2f}", f"{match.cosine:.3f}"])
    if index.unindexed:
        many = counted(index.unindexed, "embedding")
        print(f"note: {many} not in the index; bring it up to date by --index", file=sys.stderr)
