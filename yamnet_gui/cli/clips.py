"""Clips on the command line: options and cutting."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.text import counted, grouped
from yamnet_gui.labels.exchange.clips import (
    DEFAULT_TEMPLATE,
    MANIFEST_NAME,
    Clip,
    ClipOptions,
    Overlap,
    Split,
    Windows,
    cut_clips,
    split_sizes,
)
from yamnet_gui.labels.exchange.own_clips import LIST_NAME

from .arguments import number, positive_count
from .terminal import ProgressLine


def add_clip_options(group: Any) -> None:
    group.add_argument(
        "--clip-format",
        choices=["wav", "flac"],
        default="wav",
        help="file format of the clips (default: wav)",
    )
    group.add_argument(
        "--padding",
        type=_seconds,
        default=0.0,
        metavar="S",
        help="seconds of sound to add before and after each event",
    )
    group.add_argument(
        "--clip-length",
        type=_seconds,
        metavar="S",
        help="make all clips this long, centred on the event",
    )
    group.add_argument(
        "--overlap",
        choices=[rule.value for rule in Overlap],
        default=Overlap.KEEP.value,
        help="events that overlap others: keep, skip, or cut only the segment in which"
        " it is alone (default: keep)",
    )
    group.add_argument(
        "--one-folder",
        action="store_true",
        help="write all clips into one folder (default: one folder per label)",
    )
    group.add_argument(
        "--template",
        default=DEFAULT_TEMPLATE,
        help="template for file names: {recording} {onset} {offset} {label} {score} {id} {n}"
        f" (default: {DEFAULT_TEMPLATE})".replace("%", "%%"),
    )
    group.add_argument(
        "--pictures", action="store_true", help="also write a spectrogram image of each clip"
    )
    group.add_argument("--most", type=positive_count, metavar="N", help="at most N clips per label")
    group.add_argument(
        "--random",
        action="store_true",
        help="with --most: choose at random instead of spreading over recordings",
    )
    group.add_argument(
        "--split",
        nargs=3,
        type=float,
        metavar=("TRAIN", "VALIDATION", "TEST"),
        help="split the recordings, such as 0.8 0.1 0.1; each recording is in one part only",
    )
    group.add_argument(
        "--windows",
        type=_seconds,
        metavar="S",
        help="cut windows of this duration instead of events, with the labels of all events in"
        " them; windows without events only where everything was reviewed",
    )
    group.add_argument(
        "--hop",
        type=_seconds,
        metavar="S",
        help="with --windows: a window every S seconds (default: end to end)",
    )
    group.add_argument(
        "--audiofolder",
        action="store_true",
        help="also write metadata.csv, by which Hugging Face's datasets load the clips:"
        ' load_dataset("audiofolder", data_dir=FOLDER)',
    )
    group.add_argument(
        "--seed", type=int, default=0, help="random seed for the selection and the split"
    )


def clip_options(options: argparse.Namespace) -> ClipOptions:
    """Raises SettingsError where the options do not fit together."""
    if options.clip_length is not None and options.clip_length == 0:
        raise SettingsError("--clip-length", "must be greater than 0 s")
    if options.hop is not None and options.windows is None:
        raise SettingsError("--hop", "means something only with --windows")
    return ClipOptions(
        format=options.clip_format,
        padding_s=options.padding,
        fixed_length_s=options.clip_length,
        overlap=Overlap(options.overlap),
        folder_per_label=not options.one_folder,
        template=options.template,
        most_per_label=options.most,
        stratified=not options.random,
        split=Split(*options.split) if options.split else None,
        seed=options.seed,
        pictures=options.pictures,
        windows=None if options.windows is None else Windows(options.windows, options.hop),
        audiofolder=options.audiofolder,
    )


def cut(clips: Sequence[Clip], folder: Path, options: ClipOptions, *, dry_run: bool) -> int:
    """Cuts the clips and prints the path of the manifest; the number that could not be cut.

    Raises LabelsError where the manifest cannot be written.
    """
    for part, (count, recordings) in split_sizes(clips).items():
        sizes = f"{counted(count, 'clip')} of {counted(recordings, 'recording')}"
        print(f"{part}: {sizes}", file=sys.stderr)
    if dry_run:
        tables = f"{MANIFEST_NAME} and metadata.csv" if options.audiofolder else MANIFEST_NAME
        listed = f"listed in {tables} and {LIST_NAME} there"
        print(
            f"{counted(len(clips), 'clip')} would be cut into {folder}, {listed}", file=sys.stderr
        )
        return 0
    failed = 0
    shown: set[str] = set()  # a missing recording is named once, not for each of its clips
    with ProgressLine() as line:
        for n, done in enumerate(cut_clips(clips, folder, options), start=1):
            if done.problem:
                failed += done.written is None
            if done.problem and done.problem not in shown:
                shown.add(done.problem)
                line.clear()
                print(done.problem, file=sys.stderr)
            line.show(
                f"{grouped(n)}/{counted(len(clips), 'clip')}, {done.clip.recording.path.name}"
            )
    cut = len(clips) - failed
    without = f", {grouped(failed)} could not be cut" if failed else ""
    print(f"{counted(cut, 'clip')} cut{without}", file=sys.stderr)
    print(folder / MANIFEST_NAME)
    return failed


def _seconds(text: str) -> float:
    value = number(text)
    if not 0 <= value < 1e6:
        raise argparse.ArgumentTypeError("must be a duration in seconds")
    return value
