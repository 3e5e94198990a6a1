import importlib.util
import subprocess
import sys
import threading
import types

import numpy as np
import pytest

from yamnet_gui.core import fft
from yamnet_gui.core.fft import fast_length, real_fft


@pytest.fixture(autouse=True)
def forgotten() -> None:
    real_fft.cache_clear()
    fast_length.cache_clear()


def test_it_gives_the_same_bits_as_scipy() -> None:
    import scipy.fft

    random = np.random.default_rng(0)
    for shape in ((512, 512), (3, 1000), (1, 4096)):
        rows = random.standard_normal(shape).astype(np.float32)
        assert np.array_equal(real_fft()(rows), scipy.fft.rfft(rows))


@pytest.mark.parametrize("length", [1, 400, 511, 1025, 4411])
def test_the_fast_length_is_scipys(length: int) -> None:
    import scipy.fft

    assert fast_length(length) == scipy.fft.next_fast_len(length, real=True)


@pytest.mark.workflow
def test_scipy_is_not_imported_and_works_afterwards() -> None:
    code = """
import sys
import numpy as np
from yamnet_gui.core.fft import real_fft
rows = np.random.default_rng(0).standard_normal((4, 512)).astype(np.float32)
mine = real_fft()(rows)
print("scipy.fft" in sys.modules)
import scipy.fft, scipy.signal
print(np.array_equal(scipy.fft.rfft(rows), mine))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]


class Missing:
    """A version of SciPy whose module has other functions."""


class Scaled:
    """A version of SciPy whose arguments mean something else."""

    @staticmethod
    def r2c(rows: np.ndarray, *_more: object) -> np.ndarray:
        return np.fft.rfft(rows).astype(np.complex64) / 4

    @staticmethod
    def good_size(_length: int, _real: bool) -> int:
        raise TypeError


@pytest.mark.parametrize("module", [Missing, Scaled])
def test_another_scipy_is_used_through_its_package(
    module: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    import scipy.fft

    monkeypatch.setattr(fft, "_loaded", module)
    assert real_fft() is scipy.fft.rfft
    assert fast_length(511) == 512


def test_threads_that_need_it_at_once_load_it_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """SciPy's module is empty where two threads load it at the same time."""
    monkeypatch.delitem(sys.modules, fft._NAME, raising=False)
    loads: list[object] = []

    def load(spec: object) -> types.ModuleType:
        loads.append(spec)
        threading.Event().wait(0.05)
        raise ImportError("as slow as a real one")

    monkeypatch.setattr(importlib.util, "module_from_spec", load)
    busy = threading.Semaphore(0)

    def go() -> None:
        busy.release()
        with pytest.raises(ImportError):
            fft._loaded()

    running: list[int] = []
    threads = [threading.Thread(target=go) for _ in range(2)]
    for thread in threads:
        thread.start()
        busy.acquire()
    threading.Event().wait(0.02)
    running.append(len(loads))
    for thread in threads:
        thread.join()
    assert running == [1]
