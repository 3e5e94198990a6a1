"""The Fourier transform of real numbers in single precision."""

import importlib.machinery
import importlib.util
import sys
import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

RealFFT = Callable[[NDArray[np.float32]], NDArray[np.complex64]]

_NAME = "scipy.fft._pocketfft.pypocketfft"
_loading = threading.Lock()
"""Of two threads that load the module at once, the second gets one without functions."""


@cache
def real_fft() -> RealFFT:
    """A function that does what `scipy.fft.rfft` does with float32 rows (n, points), bit by bit.

    The compiled module with the transform is loaded without the package around it, whose import
    takes a quarter of a second and 40 MB for modules that nothing here needs. Where it is not
    where it is expected, the package is imported.
    """
    try:
        transform = _transform(_loaded())
    except (ImportError, AttributeError, TypeError, ValueError, OSError):
        transform = None
    if transform is None:
        import scipy.fft

        return scipy.fft.rfft
    return transform


@cache
def fast_length(length: int) -> int:
    """The shortest length from `length` on whose transform is fast: `scipy.fft.next_fast_len`."""
    try:
        size = _loaded().good_size(length, True)
    except (ImportError, AttributeError, TypeError, OSError):
        import scipy.fft

        return int(scipy.fft.next_fast_len(length, real=True))
    return int(size)


def _loaded() -> Any:
    """SciPy's module of transforms. Raises ImportError where it is not where it is expected."""
    with _loading:
        if _NAME in sys.modules:
            return sys.modules[_NAME]
        scipy = importlib.util.find_spec("scipy")
        folders = scipy.submodule_search_locations if scipy else None
        if not folders:
            raise ImportError("no SciPy")
        folder = Path(next(iter(folders)), "fft", "_pocketfft")
        spec = importlib.machinery.PathFinder.find_spec(_NAME, [str(folder)])
        if spec is None or spec.loader is None:
            raise ImportError(f"no transforms in {folder}")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        sys.modules[_NAME] = module  # where SciPy itself finds it
        return module


def _transform(module: Any) -> RealFFT | None:
    """The transform, tried on a small example; None where it gives something else."""
    r2c = module.r2c

    def transform(rows: NDArray[np.float32]) -> NDArray[np.complex64]:
        return r2c(rows, (rows.ndim - 1,), True, 0, None, 1)

    example = np.array([[1, 2, -3, 4], [0, -1, 5, 2]], np.float32)
    found = transform(example)
    same = found.dtype == np.complex64 and np.allclose(found, np.fft.rfft(example), atol=1e-4)
    return transform if same else None
