"""Commands for recordings, label sets, rules and stored texts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from yamnet_gui.core.text import counted

from .command import Change, Command
from .models import LabelSet, Recording, StoredRules, StoredText


def _names(recordings: Sequence[Recording]) -> str:
    """What a step is about: one by its name, several by their number."""
    many = len(recordings) != 1
    return counted(len(recordings), "recording") if many else recordings[0].name


def add_recordings(recordings: Iterable[Recording]) -> Command:
    items = tuple(recordings)
    title = f"add {_names(items)}"
    return Command(title, tuple(Change(r.id, None, r) for r in items))


def remove_recordings(recordings: Iterable[Recording]) -> Command:
    """Takes recordings with all their events out of the project; undo brings everything back."""
    items = tuple(recordings)
    title = f"remove {_names(items)}"
    return Command(title, tuple(Change(r.id, r, replace(r, removed=True)) for r in items))


def relocate(moved: Iterable[tuple[Recording, str]]) -> Command:
    """New paths for recordings, as `ProjectRecordings.stored_path` writes them."""
    items = tuple(moved)
    title = f"find {_names([r for r, _ in items])}"
    return Command(title, tuple(Change(r.id, r, replace(r, path=path)) for r, path in items))


def set_starts(starts: Iterable[tuple[Recording, datetime | None, str]]) -> Command:
    """Clock times of first samples (None: not known), each with where it comes from."""
    items = tuple(starts)
    changes = (
        Change(r.id, r, replace(r, recorded_at=moment, start_source=source))
        for r, moment, source in items
    )
    return Command(f"start time of {_names([r for r, _, _ in items])}", tuple(changes))


def set_label_set(old: LabelSet | None, new: LabelSet | None) -> Command:
    name = (new or old).name if (new or old) else ""  # type: ignore[union-attr]
    return Command(f"label set {name}", (Change("", old, new),))


def set_rules(old: StoredRules | None, new: StoredRules | None) -> Command:
    name = (new or old).name if (new or old) else ""  # type: ignore[union-attr]
    return Command(f"rules {name}", (Change("", old, new),))


def set_texts(title: str, texts: Mapping[str, tuple[str, str]]) -> Command:
    """Small texts by name, (before, after) each; "" for none. Those that stay are left out."""
    return Command(
        title,
        tuple(
            Change(
                "", StoredText(name, old) if old else None, StoredText(name, new) if new else None
            )
            for name, (old, new) in texts.items()
            if old != new
        ),
    )
