import numpy as np
import pytest

from yamnet_gui.detection.doubtful import BLOCK_FRAMES, block_count, frames_in_doubt, inner_frames

SPEECH, DOG, SILENCE = 0, 69, 494


def doubtful(frames: int, scores: dict[tuple[int, int], float]) -> list[int]:
    """Of the only block of a recording with these scores at (frame, class)."""
    table = np.zeros((frames, 521), np.float32)
    for place, value in scores.items():
        table[place] = value
    inner = inner_frames(frames, 0)
    return frames_in_doubt(table[inner[0] - 1 : inner[-1] + 2], inner).tolist()


def test_middling_peaks_are_in_doubt():
    assert doubtful(20, {(5, DOG): 0.4, (9, SPEECH): 0.25, (12, SPEECH): 0.74}) == [5, 9, 12]


@pytest.mark.parametrize("score", [0.24, 0.75, 0.9])
def test_faint_and_clear_peaks_are_not(score):
    assert doubtful(20, {(5, DOG): score}) == []


def test_only_the_top_of_a_rise_is_in_doubt():
    assert doubtful(20, {(5, DOG): 0.3, (6, DOG): 0.5, (7, DOG): 0.4}) == [6]


def test_of_a_plateau_the_first_frame_is_in_doubt():
    assert doubtful(20, {(5, DOG): 0.5, (6, DOG): 0.5}) == [5]


def test_silence_is_never_in_doubt():
    assert doubtful(20, {(5, SILENCE): 0.5}) == []


def test_ends_of_a_recording_are_not_looked_at_again():
    assert doubtful(3, {(0, DOG): 0.5, (2, DOG): 0.5, (1, SPEECH): 0.3}) == [1]


def test_of_too_many_those_of_the_most_classes_are_chosen():
    scores = {(frame, DOG + frame % 2): 0.5 for frame in range(1, 63)}
    scores |= {(frame, SPEECH): 0.5 for frame in (50, 54, 58)}
    chosen = doubtful(64, scores)
    assert len(chosen) == BLOCK_FRAMES // 2
    assert set(chosen) >= {50, 54, 58}
    assert chosen == sorted(chosen)


@pytest.mark.parametrize(("count", "blocks"), [(0, 0), (1, 1), (64, 1), (65, 2)])
def test_blocks_cover_a_table(count, blocks):
    assert block_count(count) == blocks
    inner = np.concatenate([[], *(inner_frames(count, b) for b in range(blocks))])
    assert inner.tolist() == list(range(1, count - 1))
