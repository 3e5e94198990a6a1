"""`yamnet-gui analyze`: recordings to events, summaries and tables of scores."""

import argparse
import sys
from pathlib import Path

from yamnet_gui.batch import (
    BatchProgress,
    BatchSummary,
    Plan,
    Record,
    make_plan,
    run_batch,
    with_sound_track,
)
from yamnet_gui.batch.output_places import check_places, made_here, with_places
from yamnet_gui.batch.stored_run import StoredRun
from yamnet_gui.core.errors import RecordingError
from yamnet_gui.core.files import exists
from yamnet_gui.core.sound_track import file_of
from yamnet_gui.core.text import counted, duration_in_words, grouped, percent, printable
from yamnet_gui.labels.overwrite_guard import check_outputs

from .analyze_options import add_arguments, batch_options
from .arguments import description_of, files_of
from .exit_status import OK, SOME_FAILED
from .run_report import WarningsShown, report, show_failures, show_written
from .terminal import ProgressLine

__all__ = ["add_arguments", "run"]


def run(options: argparse.Namespace) -> int:
    """Runs the command; 0, 1 where some recordings failed. Raises UserError."""
    plan = with_sound_track(make_plan(options.paths), options.track)
    if not plan.recordings and len(plan.problems) == 1:
        path, reason = plan.problems[0]
        raise RecordingError(printable(path), reason)
    if len(plan.recordings) == 1 and not exists(file_of(plan.recordings[0])):
        # before the weights are looked at, which takes longer
        raise RecordingError(printable(plan.recordings[0]), "there is no such file")
    addresses = _make_here(options, plan)
    outputs = [Path(o) for o in _outputs(options)]
    given = files_of(options.rules, *options.paths, description_of(options.cluster))
    refused = [path for path, _ in plan.problems]  # read as well, if only to be refused
    check_outputs(
        outputs,
        (*given, *refused, options.weights, *files_of(options.model), *options.classifier),
        plan.recordings,
    )
    batch = with_places(batch_options(options), addresses)
    check_outputs(outputs, (batch.weights,))
    several = len(plan.recordings) > 1
    summary: BatchSummary | None = None
    warnings = WarningsShown()
    with StoredRun(batch) as stored, ProgressLine() as line:
        stored.begin(restart=options.restart)
        for progress in run_batch(
            plan, batch, jobs=options.jobs, cluster=options.cluster, restart=options.restart
        ):
            if progress.record is not None:
                line.clear()
                _show_record(progress.record, several, warnings)
            line.show(progress_in_words(progress))
            stored.copy_when_due()
            summary = progress.summary
        assert summary is not None
        line.clear()
        if len(summary.failed) == 1 and summary.done == 0:
            path, reason = summary.failed[0]
            raise RecordingError(printable(path), reason)
        for remark in summary.remarks:
            print(f"note: {remark}", file=sys.stderr)
        show_written(stored.finish(summary.written))
    if several or summary.failed:
        print(report(summary), file=sys.stderr)
        show_failures(summary)
    return SOME_FAILED if summary.failed else OK


def _outputs(options: argparse.Namespace) -> list[str]:
    named = (
        options.output,
        options.scores,
        options.embeddings,
        options.provenance,
        options.dataset,
    )
    return [str(output) for output in named if output]


def _make_here(options: argparse.Namespace, plan: Plan) -> list[str]:
    """Puts files of this computer in the place of outputs at addresses; what was named before."""
    named = _outputs(options)
    check_places(named, plan.recordings)
    for name in ("output", "scores", "embeddings"):
        if (value := getattr(options, name)) is not None:
            setattr(options, name, made_here(value))
    for name in ("provenance", "dataset"):
        if (path := getattr(options, name)) is not None:
            setattr(options, name, Path(made_here(str(path))))
    return named


def _show_record(record: Record, several: bool, warnings: WarningsShown) -> None:
    name = printable(record.file)
    if not record.ok:
        if several:
            print(f"{name}: {record.reason}", file=sys.stderr)
        return
    warnings.show(name, record.warnings)
    print(f"{name} :")
    width = max((len(label) for label, _ in record.best), default=0)
    for label, score in record.best:
        print(f"  {label:{width}} : {score:.3f}")
    sys.stdout.flush()


def progress_in_words(progress: BatchProgress) -> str:
    """How far a run is, how fast, and what is left."""
    share = progress.share
    parts = [
        f"{grouped(progress.files_done)}/{counted(progress.files_total, 'file')}",
        f"{progress.audio_s / 3600:.2f} h of audio",
        f"{progress.speed:.0f} × real time"
        if progress.workers is None
        else f"{progress.speed / 3600:.2f} h a second",
        percent(share),
    ]
    if share > 0:
        parts.append(f"{duration_in_words(progress.elapsed_s * (1 - share) / share)} left")
    if progress.failed:
        parts.append(f"{grouped(progress.failed)} failed")
    if progress.workers is not None:
        parts.append(counted(progress.workers, "worker"))
    if progress.path is not None:
        parts.append(printable(progress.path.name))
    return ", ".join(parts)
