"""Looks at a bundle from the inside: is everything there that is imported late?

Run by `smoke.py` in the bundle: imports every module of the program, and uses each library that is
imported only when it is needed, since compiled modules ask for others that nobody sees.
"""

import importlib
import pkgutil
import ssl
import sys

import numpy as np

import yamnet_gui
from yamnet_gui.core.licences import parts


def main() -> int:
    count = 0
    for module in pkgutil.walk_packages(yamnet_gui.__path__, "yamnet_gui."):
        if module.name.rpartition(".")[2] not in ("__main__", "convert", "export_process"):
            importlib.import_module(module.name)
            count += 1
    assert count > 400, f"only {count} modules"
    _use_libraries()
    listed = parts()
    without = [part.name for part in listed if not (part.files or part.note)]
    assert len(listed) > 40, f"only {len(listed)} parts"
    assert not without, f"no licence texts of {without}"
    print(f"all {count} modules of the program, its libraries, {len(listed)} licences")
    return 0


def _use_libraries() -> None:
    import openTSNE
    import pyqtgraph
    import requests
    import resampy
    import threadpoolctl
    import usearch.index

    from yamnet_gui.embedding.kernels import widen

    random = np.random.default_rng(0)
    points = random.random((60, 8))
    assert openTSNE.TSNE(perplexity=5, n_iter=5, early_exaggeration_iter=5, n_jobs=1).fit(
        points
    ).shape == (60, 2)
    assert resampy.resample(points[0].repeat(150), 48_000, 16_000).size == 400
    assert np.allclose(widen(points.astype(np.float16)), points, atol=1e-3)
    assert usearch.index.Index(ndim=8).size == 0
    assert threadpoolctl.threadpool_info()
    assert pyqtgraph.colormap.get("viridis") is not None
    assert ssl.create_default_context(cafile=requests.certs.where()).get_ca_certs()


if __name__ == "__main__":
    sys.exit(main())
