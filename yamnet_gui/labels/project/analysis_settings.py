"""What a project stores of how a recording was analysed, written and read in this one place."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime

from yamnet_gui.analysis.settings import AnalysisSettings
from yamnet_gui.core.errors import ProjectError, SettingsError
from yamnet_gui.detection import RuleSet

from .codec import parsed
from .models import AnalysisRecord

_RULES = "rules_id"


@dataclass(frozen=True, slots=True)
class StoredSettings:
    """The settings of an analysis and, where all stored events come from one rule set, its id.

    On disk `rules_id` stands among the settings, as earlier versions wrote it.
    """

    settings: AnalysisSettings
    rules_id: str = ""

    @classmethod
    def under(cls, settings: AnalysisSettings, rules: RuleSet) -> "StoredSettings":
        return cls(settings, rules.rules_id)

    def record(self, recording_id: str, model_sha256: str, model_name: str) -> AnalysisRecord:
        """The row of an analysis that was made now."""
        values = self.settings.to_json()
        if self.rules_id:
            values[_RULES] = self.rules_id
        text = json.dumps(values, sort_keys=True)
        key, now = self.settings.key(), datetime.now(UTC)
        return AnalysisRecord(recording_id, model_sha256, model_name, key, text, now)

    @classmethod
    def of(cls, record: AnalysisRecord) -> "StoredSettings":
        """What `record` wrote, in this version or an earlier one.

        Values that an earlier version left out are the usual ones. Raises ProjectError where the
        text cannot be read.
        """
        try:
            values = parsed(record.settings)
            rules_id = str(values.pop(_RULES, ""))
            return cls(AnalysisSettings.from_json(values), rules_id)
        except (ValueError, TypeError, AttributeError, SettingsError) as error:
            reason = f"the settings of its analysis cannot be read ({error})"
            raise ProjectError(record.recording_id, reason) from error
