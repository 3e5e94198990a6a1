"""Progress comes as often as it can be seen."""

from collections.abc import Iterator

from yamnet_gui.gui.jobs.paced import paced


class Clock:
    now_s = 50.0

    def __call__(self) -> float:
        return self.now_s


def test_ten_steps_a_second_and_the_last_are_shown() -> None:
    clock = Clock()

    def steps() -> Iterator[int]:
        for number in range(1000):
            yield number
            clock.now_s += 0.001

    shown = list(paced(steps(), clock))
    assert shown[0] == 0
    assert shown[-1] == 999
    assert 10 <= len(shown) <= 12


def test_few_slow_steps_are_all_shown_once() -> None:
    clock = Clock()

    def steps() -> Iterator[int]:
        for number in range(3):
            clock.now_s += 1.0
            yield number

    assert list(paced(steps(), clock)) == [0, 1, 2]
    assert list(paced(iter(()), clock)) == []
