"""`yamnet-gui finetune`: a model of your own from YAMNet's weights."""

import argparse
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from yamnet_gui.core.text import counted, duration_in_words, megabytes, percent, printable
from yamnet_gui.fine_tuning import (
    DEPTHS,
    OUTPUTS,
    DataChoice,
    FinetunePlan,
    FinetuneSettings,
    Outcome,
    SoundChanges,
    WayFigures,
    fine_tune,
    plan,
    training_data,
)
from yamnet_gui.fine_tuning.comparison import NAMES, figure_text
from yamnet_gui.fine_tuning.description import plain_json
from yamnet_gui.fine_tuning.outcome import pass_text
from yamnet_gui.labels.overwrite_guard import check_outputs
from yamnet_gui.training import workers_of

from .arguments import add_cluster, description_of, files_of, number
from .metrics import write_json, write_text
from .terminal import ProgressLine

_EPILOG = """\
DATA is a folder with a subfolder of sounds for each class, a project (its accepted events, and its
rejected ones as sounds of none of the classes), or a table of labels.

  finetune sounds/ -o garden.h5                     the last layer: a minute or two
  finetune review.yamnet -o bats.h5 --depth blocks  the last three blocks: some minutes
  finetune clips.csv -o mine.h5 --dry-run           what there is and how long it would take

Some of the recordings are held out, never to be heard in training; on them YAMNet's own classes, a
classifier on its embeddings and the new model are compared at the end. What was interrupted goes on
when the same command is given again.

Exit status: 0 success; 2 bad input or options; 130 interrupted.
"""
_SHOWN = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _EPILOG
    usual = FinetuneSettings()
    parser.add_argument("data", type=Path, metavar="DATA", help="labelled sounds")
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="MODEL.h5", help="model file to write"
    )
    data = parser.add_argument_group("the data")
    data.add_argument(
        "--classes", nargs="+", default=[], metavar="NAME", help="labels to train (default: all)"
    )
    data.add_argument(
        "--none", nargs="+", default=[], metavar="NAME",
        help="labels of sounds that belong to none of the classes",
    )  # fmt: skip
    data.add_argument(
        "--same-source",
        default="",
        metavar="REGEX",
        help="the group in brackets, found in the names of files, says which original they were cut"
        " from; those of one original stay on one side",
    )
    data.add_argument(
        "--recordings-in", nargs="+", default=[], type=Path, metavar="FOLDER",
        help="also look for the recordings of a table below these folders",
    )  # fmt: skip
    how = parser.add_argument_group("training")
    how.add_argument(
        "--depth",
        choices=DEPTHS,
        default=usual.depth,
        help="what is trained: the last layer (head), also the last block or the last three blocks,"
        f" or all (default: {usual.depth})",
    )
    how.add_argument(
        "--activation",
        choices=OUTPUTS,
        default=usual.output,
        help="sigmoid: a sound may belong to several classes; softmax: to one at most (default:"
        f" {usual.output})",
    )
    how.add_argument(
        "--without-yamnet",
        action="store_true",
        help="the new classes instead of YAMNet's 521, not beside them",
    )
    how.add_argument(
        "--no-augmentation", action="store_true", help="train on the sounds as they are"
    )
    how.add_argument(
        "--epochs", type=_whole, default=usual.epochs, metavar="N",
        help=f"passes over the data, at most (default: {usual.epochs})",
    )  # fmt: skip
    how.add_argument(
        "--learning-rate", type=number, default=usual.learning_rate, metavar="X",
        help=f"of the last layer (default: {usual.learning_rate:g})",
    )  # fmt: skip
    how.add_argument(
        "--held-out", type=number, default=usual.held_out, metavar="SHARE",
        help=f"share of the recordings to compare on (default: {usual.held_out:g})",
    )  # fmt: skip
    how.add_argument(
        "--train-batch-norm",
        action="store_true",
        help="the statistics of batch norm follow the new sounds (default: they stay)",
    )
    how.add_argument(
        "--seed", type=_whole, default=usual.seed, metavar="N",
        help=f"the same seed gives the same model (default: {usual.seed})",
    )  # fmt: skip
    how.add_argument("--weights", type=Path, metavar="FILE", help="weights or model to begin with")
    add_cluster(how, "embed the sounds")
    parser.add_argument(
        "--restart", action="store_true", help="begin again where training was interrupted"
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="only show what there is and how long it would take"
    )
    parser.add_argument("--json", type=Path, metavar="OUT", help="write all figures as JSON")
    parser.add_argument("--card", type=Path, metavar="OUT.md", help="write the model card as well")


def run(options: argparse.Namespace) -> int:
    """Raises UserError."""
    settings = FinetuneSettings(
        depth=options.depth,
        output=options.activation,
        keep_yamnet=not options.without_yamnet,
        changes=None if options.no_augmentation else SoundChanges(),
        epochs=options.epochs,
        learning_rate=options.learning_rate,
        held_out=options.held_out,
        train_batch_norm=options.train_batch_norm,
        seed=options.seed,
    ).checked()
    outputs = (options.output, options.json, options.card)
    given = (options.data, options.weights, *options.recordings_in)
    check_outputs(outputs, (*given, *files_of(description_of(options.cluster))))
    workers = workers_of(options.cluster)
    choice = DataChoice(
        tuple(options.classes),
        tuple(options.none),
        options.same_source,
        tuple(options.recordings_in),
    )
    data = training_data(options.data, choice)
    check_outputs(outputs, (), [one.path for one in data.sounds])
    _show_plan(plan(data, settings))
    if options.dry_run:
        return 0
    outcome = None
    with ProgressLine() as line:
        for step in fine_tune(
            data,
            options.output,
            settings,
            weights=options.weights,
            restart=options.restart,
            elsewhere=workers,
        ):
            outcome = step.outcome
            left = (
                ""
                if step.seconds_left is None
                else f", at most {duration_in_words(step.seconds_left)} left"
            )
            line.show(f"{percent(step.share)}: {step.text}{left}")
            if step.epoch is not None:
                line.clear()
                best = " (best)" if step.best_epoch == step.epoch.epoch else ""
                print(f"pass {step.epoch.epoch}: {pass_text(step.epoch)}{best}")
    assert outcome is not None
    _show_outcome(outcome)
    if options.json is not None:
        write_json(options.json, _figures(outcome))
    if options.card is not None:
        write_text(options.card, outcome.card)
    print(printable(options.output))
    return 0


def _show_plan(planned: FinetunePlan) -> None:
    names = [one.label or "(none of them)" for one in planned.classes]
    width = max(map(len, names), default=0)
    for name, one in zip(names, planned.classes, strict=True):
        note = f"   {one.note}" if one.note else ""
        print(
            f"{name:{width}}  {counted(one.examples, 'example'):>14}"
            f"  {counted(one.recordings, 'recording'):>14}{note}"
        )
    for warning in planned.warnings:
        print(f"yamnet-gui: {warning.sentence}", file=sys.stderr)
    print(
        f"{duration_in_words(planned.sound_s)} of sound, {counted(planned.frames, 'frame')}; about"
        f" {duration_in_words(planned.seconds)} for {counted(planned.epochs, 'pass')} on"
        f" {planned.device}; {megabytes(planned.disk_bytes)} on the disk meanwhile,"
        f" {megabytes(planned.model_bytes)} for the model"
    )


def _show_outcome(outcome: Outcome) -> None:
    for warning in outcome.warnings:
        print(f"yamnet-gui: {warning.sentence}", file=sys.stderr)
    if outcome.doubtful:
        print("Labels that may be wrong; listen to them:")
    for one in outcome.doubtful[:_SHOWN]:
        print(
            f"  {printable(one.path)} at {one.start_s:.2f} s: {one.label or 'none'},"
            f" perhaps {one.suggested or 'none'}"
        )
    if outcome.ways:
        print("On the held-out recordings (95% intervals):")
    print("\n".join(map(_line, outcome.ways)))
    if outcome.drift is not None:
        print(outcome.drift.sentence)
    print(outcome.advice.sentence)


def _line(way: WayFigures) -> str:
    right = figure_text(way.accuracy, way.accuracy_interval)
    return f"  {NAMES[way.way]:31} right {right}, mean F1 {figure_text(way.f1, way.f1_interval)}"


def _figures(outcome: Outcome) -> dict[str, Any]:
    assert outcome.file is not None
    assert outcome.file.model is not None
    figures = {
        "format": 1,
        "model": printable(outcome.file.path),
        "identity": outcome.identity,
        "curves": [asdict(one) for one in outcome.curves],
        "doubtful": [asdict(one) | {"path": printable(one.path)} for one in outcome.doubtful],
    }
    return plain_json(figures) | outcome.file.model.figures


def _whole(text: str) -> int:
    if not text.isdecimal() or len(text) > 12:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number")
    return int(text)
