import math

import pytest

from yamnet_gui.analysis import AnalysisSettings
from yamnet_gui.core.errors import SettingsError


@pytest.mark.parametrize(
    "values",
    [
        {"hop_s": 0.0},
        {"hop_s": -0.48},
        {"hop_s": 0.485},
        {"hop_s": math.nan},
        {"hop_s": math.inf},
        {"hop_s": 61.0},
        {"channels": "left"},
        {"gain_db": math.nan},
        {"gain_db": 121.0},
        {"start_s": -1.0},
        {"start_s": math.inf},
        {"end_s": math.nan},
        {"start_s": 3.0, "end_s": 3.0},
    ],
)
def test_what_cannot_be_used_is_refused(values):
    with pytest.raises(SettingsError):
        AnalysisSettings(**values)


def test_equal_settings_have_one_key_however_they_are_written():
    plain = AnalysisSettings()
    same = AnalysisSettings(0.1 + 0.38, "mix", -0.0, 0, None)
    assert plain == same
    assert plain.key() == same.key()


def test_every_setting_changes_the_key():
    others = [
        AnalysisSettings(hop_s=0.24),
        AnalysisSettings(channels="each"),
        AnalysisSettings(gain_db=3.0),
        AnalysisSettings(start_s=1.0),
        AnalysisSettings(end_s=1.0),
    ]
    assert len({settings.key() for settings in [AnalysisSettings(), *others]}) == 6


def test_settings_come_back_from_json():
    settings = AnalysisSettings(0.1, "each", -6.0, 1.5, 9.0)
    assert AnalysisSettings.from_json(settings.to_json()) == settings
