"""Work that runs ahead of the consumer of its results."""

import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar, cast

from .stopping import inherited

T = TypeVar("T")
R = TypeVar("R")


def completed(steps: Generator[T, None, R], on_step: Callable[[T], object] = lambda _: None) -> R:
    """Runs a generator to its end; what it returns. `on_step` gets what it gives on the way."""
    while True:
        try:
            on_step(next(steps))
        except StopIteration as end:
            return cast(R, end.value)


def mapped(function: Callable[[T], R], items: Iterable[T], calls: int) -> Generator[R, None, None]:
    """`function` of every item in order, with up to `calls` of them running at the same time.

    The first result comes as soon as it is there. Whatever the items or `function` raise is raised
    here in its place. Closing the generator waits for the calls that run and begins no more.
    """
    function = inherited(function)
    waiting: deque[Future[R]] = deque()
    first = True
    with ThreadPoolExecutor(calls, thread_name_prefix="mapped") as pool:
        try:
            for item in items:
                waiting.append(pool.submit(function, item))
                # one is ready to begin as soon as another ends
                if len(waiting) > calls or (first and waiting[0].done()):
                    first = False
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def prefetched(source: Iterable[T], depth: int = 2) -> Generator[T, None, None]:
    """The items of `source`, computed in a separate thread up to `depth` ahead.

    Whatever `source` raises is raised here, after the items that came before it. Closing the
    generator stops the thread after the item it is working on, closes `source` in that thread and
    waits for it, so that no thread outlives the generator. Nothing runs before the first item is
    asked for.

    Raises ValueError where `depth` is less than 1.
    """
    if depth < 1:
        raise ValueError("at least one item must fit between the threads")
    return _prefetched(source, depth)


def _prefetched(source: Iterable[T], depth: int) -> Generator[T, None, None]:
    producer = _Producer(source, depth)
    producer.start()
    try:
        while producer.wait():
            yield producer.take()
        if producer.error is not None:
            raise producer.error
    finally:
        producer.stop()


class _Producer(Generic[T]):
    """A thread that fills a bounded queue from an iterable."""

    def __init__(self, source: Iterable[T], depth: int) -> None:
        self.error: BaseException | None = None
        self._source = source
        self._depth = depth
        self._items: deque[T] = deque()
        self._changed = threading.Condition()
        self._finished = False
        self._stopping = False
        self._thread = threading.Thread(target=inherited(self._run), name="prefetch", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wait(self) -> bool:
        """Waits until there is an item (True) or the source has ended (False)."""
        with self._changed:
            self._changed.wait_for(lambda: self._items or self._finished)
            return bool(self._items)

    def take(self) -> T:
        with self._changed:
            item = self._items.popleft()
            self._changed.notify_all()
        return item

    def stop(self) -> None:
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._thread.join()
        self._items.clear()

    def _run(self) -> None:
        try:
            try:
                for item in self._source:
                    if not self._put(item):
                        break
            finally:
                close = getattr(self._source, "close", None)
                if close is not None:
                    close()
        except BaseException as error:  # noqa: BLE001 - handed to the consuming thread
            self.error = error
        with self._changed:
            self._finished = True
            self._changed.notify_all()

    def _put(self, item: T) -> bool:
        """Waits for room; False where the consumer has stopped."""
        with self._changed:
            self._changed.wait_for(lambda: len(self._items) < self._depth or self._stopping)
            if self._stopping:
                return False
            self._items.append(item)
            self._changed.notify_all()
            return True
