"""Which events of a dataset a question is about, and in which order."""

import argparse
import math
from datetime import date
from typing import Any

from yamnet_gui.core.clock_time import TimeOfDay
from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.text import percent
from yamnet_gui.dataset import DatasetEvent, DatasetEvents
from yamnet_gui.labels.project import EventFilter, QueueKind, Sort, SortKey

from .arguments import number, positive_count, share
from .terminal import ProgressLine

SORTS = {
    "time": Sort(),
    "label": Sort(SortKey.LABEL),
    "score": Sort(SortKey.SCORE, descending=True),
    "duration": Sort(SortKey.DURATION, descending=True),
}
REVIEW_ORDERS = {
    kind.value: kind for kind in (QueueKind.UNCERTAINTY, QueueKind.RANDOM, QueueKind.STRATIFIED)
}
_FILTERS = (
    "classes", "min_score", "max_score", "min_duration", "day", "hours", "text", "sort",
)  # fmt: skip


def add_filter(group: Any) -> None:
    group.add_argument("--classes", nargs="+", metavar="NAME", help="only events of these labels")
    for name, more in (("min", "at least"), ("max", "at most")):
        group.add_argument(
            f"--{name}-score", type=share, metavar="X", help=f"only events with {more} this score"
        )
    group.add_argument(
        "--min-duration",
        type=_seconds,
        metavar="S",
        help="only events of at least so many seconds",
    )
    group.add_argument(
        "--day", type=_day, metavar="DATE", help="only events of this day, such as 2026-05-01"
    )
    group.add_argument(
        "--hours",
        type=_hours,
        metavar="RANGE",
        help="only events in these hours of the recorder's clock, such as 22:30-5",
    )
    group.add_argument(
        "--text", default="", help="only events with this in their label or recording's path"
    )
    group.add_argument(
        "--sort",
        choices=[*SORTS, *REVIEW_ORDERS],
        help="order of the events (default: time): doubtful first (uncertainty), shuffled (random),"
        " or shuffled and from each band of scores in turn (stratified)",
    )
    group.add_argument(
        "--limit", type=positive_count, metavar="N", help="so many events or places at most"
    )


def first_of_filter(options: argparse.Namespace) -> str:
    """An option about events that was given, "" for none."""
    given = [name for name in _FILTERS if getattr(options, name) not in (None, "")]
    return f"--{given[0].replace('_', '-')}" if given else ""


def filter_of(options: argparse.Namespace, events: DatasetEvents) -> EventFilter:
    """Raises SettingsError for a class that the dataset does not have."""
    for name in options.classes or ():
        if name not in events.labels:
            raise SettingsError(name, "is not the label of an event of this dataset")
    return EventFilter(
        labels=frozenset(options.classes) if options.classes else None,
        min_score=options.min_score,
        max_score=options.max_score,
        min_duration_s=options.min_duration,
        text=options.text,
        day=options.day,
        time_of_day=options.hours,
    )


def events_of(options: argparse.Namespace, events: DatasetEvents, limit: int) -> list[DatasetEvent]:
    """The first events that meet the filter, in the order that was asked for."""
    wanted, order = filter_of(options, events), options.sort or "time"
    if order in SORTS:
        return events.page(wanted, SORTS[order], 0, limit)
    with ProgressLine() as line:
        for share in events.prepare():
            line.show(f"reading events: {percent(share)}")
    return events.queue(REVIEW_ORDERS[order], wanted, limit)


def _seconds(text: str) -> float:
    value = number(text)
    if not 0 <= value < math.inf:
        raise argparse.ArgumentTypeError("must be a number of seconds from 0 on")
    return value


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _hours(text: str) -> TimeOfDay:
    hours = TimeOfDay.parse(text)
    if hours is None:
        raise argparse.ArgumentTypeError("must be two times of the day, such as 4-8 or 22:30-5")
    return hours
