"""Projects whose rows a foreign hand changed open in the window or are refused in a sentence."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.labels.project.mutations import Mutation, mutate, mutations, whole_project
from yamnet_gui.gui.workbench import Workbench

_TOGETHER = 100
_ORDER = random.Random(14)


def _parts() -> list[list[Mutation]]:
    every = list(mutations())
    _ORDER.shuffle(every)
    return [every[k : k + _TOGETHER] for k in range(0, len(every), _TOGETHER)]


@pytest.mark.slow
@pytest.mark.parametrize("part", _parts(), ids=lambda part: part[0].name[:40])
def test_mutated_projects_open_in_the_window_or_are_refused_in_a_sentence(
    start: Callable[..., Workbench],
    settled: Callable[[Workbench], None],
    part: list[Mutation],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    whole = tmp_path / "whole.yamnet"
    whole_project(whole)
    bench = start()
    settled(bench)
    for n, mutation in enumerate(part):
        path = tmp_path / f"p{n}.yamnet"
        mutate(whole, path, mutation)
        bench.services.projects.open(path)
        settled(bench)
        texts = [notice.text for notice in bench.shell.notices.notices]
        assert not any("Traceback" in t or "Error:" in t or len(t) > 2000 for t in texts), (
            f"{mutation.name}: {texts}"
        )
        unexpected = [r for r in caplog.records if r.exc_info]
        assert not unexpected, f"{mutation.name}: {unexpected}"
