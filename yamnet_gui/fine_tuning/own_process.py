"""Fine-tuning in a process of its own, which may be killed and leaves a window free.

TensorFlow and its 900 MB never load into the window's process, whose thread they would hold up.
"""

import multiprocessing
import os
import signal
import threading
from collections.abc import Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event
from pathlib import Path

from yamnet_gui.core.errors import SettingsError, UserError

from .outcome import FinetuneProgress
from .settings import FinetuneSettings
from .sounds import TrainingData

_LOOK_EVERY_S = 0.1
_ENDING_S = 5.0


@dataclass(frozen=True)
class FinetuneRequest:
    """What `fine_tune` is called with."""

    data: TrainingData
    out: Path
    settings: FinetuneSettings
    weights: Path | None = None
    restart: bool = False


@dataclass(frozen=True, slots=True)
class _Failed:
    """A UserError in a form that travels between processes."""

    subject: str
    reason: str
    advice: str


class StopTraining:
    """Asks training to stop and keep the best pass so far, from any thread."""

    def __init__(self) -> None:
        self.event: Event = multiprocessing.get_context("spawn").Event()

    def set(self) -> None:
        self.event.set()


def fine_tune_apart(
    request: FinetuneRequest, stop: StopTraining
) -> Generator[FinetuneProgress | None, None, None]:
    """The steps of `fine_tune`, run by another process; None many times a second in between.

    Closing the generator kills the process, after which training can be resumed. Raises UserError.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    arguments = (theirs, request, stop.event)
    process = context.Process(target=_serve, args=arguments, daemon=True)
    process.start()
    theirs.close()
    try:
        yield from _received(ours)
    finally:
        process.kill()
        process.join(_ENDING_S)
        ours.close()


def _received(
    ours: "Connection[None, FinetuneProgress | _Failed]",
) -> Iterator[FinetuneProgress | None]:
    while True:
        if not ours.poll(_LOOK_EVERY_S):
            yield None
            continue
        try:
            step = ours.recv()
        except EOFError as error:
            reason = "ended before the model was finished"
            advice = "start it again: it goes on after its last whole pass"
            raise SettingsError("Fine-tuning", reason, advice) from error
        if isinstance(step, _Failed):
            raise UserError(step.subject, step.reason, step.advice)
        yield step
        if step.outcome is not None:
            return


def _serve(
    pipe: "Connection[FinetuneProgress | _Failed, None]",
    request: FinetuneRequest,
    stop: Event,
) -> None:
    """What the process runs; it ends with its parent."""
    from .run import fine_tune

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the window decides what Ctrl+C means
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with suppress(BrokenPipeError):
        try:
            steps = fine_tune(
                request.data,
                request.out,
                request.settings,
                weights=request.weights,
                stop=stop.is_set,
                restart=request.restart,
            )
            for step in steps:
                pipe.send(step)
        except UserError as error:
            pipe.send(_Failed(error.subject, error.reason, error.advice))
    pipe.close()
    os._exit(0)  # TensorFlow would take two seconds to say goodbye


def _end_with_parent() -> None:
    process = multiprocessing.parent_process()
    if process is not None:
        process.join()
    os._exit(1)
