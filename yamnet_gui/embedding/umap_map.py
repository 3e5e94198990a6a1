"""Maps by UMAP, where its library is installed."""

import contextlib
import io
import re
import sys
import threading
from collections.abc import Generator

import numpy as np

from yamnet_gui.core.added_packages import how_to_install
from yamnet_gui.core.errors import Cancelled, SettingsError

from .frames import Floats
from .projection_result import Projection, ProjectionProgress

_LOOK_S = 0.1
_PERCENT = re.compile(r"(\d+)%")


def umap_map(
    components: Floats, words: str, seed: int = 0
) -> Generator[ProjectionProgress, None, None]:
    """UMAP (McInnes et al., 2018) of principal components (n, k).

    The library has no way to be stopped; its progress bar writes to a file of ours, which tells us
    how far it is and, once the generator is closed, ends the work there.
    """
    try:
        import umap
    except ImportError:
        raise SettingsError(
            "UMAP",
            "needs the package umap-learn",
            f"{how_to_install('umap-learn')}, or choose t-SNE",
        ) from None
    bar = _Bar()
    placed: list[Floats] = []
    wrong: list[Exception] = []

    def work() -> None:
        bar.reader = threading.get_ident()
        try:
            model = umap.UMAP(
                n_neighbors=min(15, len(components) - 1),
                random_state=seed,
                n_jobs=1,
                verbose=True,
                tqdm_kwds={"file": bar},
            )
            with contextlib.redirect_stdout(bar):
                placed.append(np.asarray(model.fit_transform(components), np.float32))
        except Cancelled:
            pass
        except Exception as error:  # noqa: BLE001 - raised again by the generator
            wrong.append(error)

    thread = threading.Thread(target=work, name="umap")
    thread.start()
    try:
        while thread.is_alive():
            thread.join(_LOOK_S)
            yield ProjectionProgress(0.9 * bar.share, "arranging the points")
    finally:
        bar.stopped = True
        thread.join()
    if wrong:
        raise wrong[0]
    yield ProjectionProgress(1.0, "done", result=Projection("umap", placed[0], words))


class _Bar(io.StringIO):
    """Where the progress bar writes: reads the share from it, and raises where it must stop.

    What other threads print in the meantime goes where it should.
    """

    def __init__(self) -> None:
        super().__init__()
        self.share = 0.0
        self.stopped = False
        self.reader = 0
        self._elsewhere = sys.stdout

    def write(self, text: str) -> int:
        if threading.get_ident() != self.reader:
            return self._elsewhere.write(text)
        if self.stopped:
            raise Cancelled
        for percent in _PERCENT.findall(text):
            self.share = int(percent) / 100
        return len(text)
