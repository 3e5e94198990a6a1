"""What a project knows about how its labels were made, for its report."""

import json
from collections.abc import Iterable
from datetime import datetime

from .project import Analysis, Project
from .report import ReportFacts


def project_facts(project: Project, title: str = "", *, now: datetime | None = None) -> ReportFacts:
    """Title, time and how the labels came about: models, settings, rules and label sets."""
    analyses = [a for r in project.recordings() for a in project.analyses(r.id)[-1:]]
    made = {
        "Project": project.path.name,
        "Model": _listed(a.model_name for a in analyses),
        "Analysis": _listed(_settings(a) for a in analyses),
        "Analysed": _when(analyses),
        "Rules of the project": _listed(
            f"{r.name}, version {r.version}" for r in project.rule_sets()
        ),
        "Label sets": _listed(
            f"{labels.name} ({len(labels.labels)} labels)" for labels in project.label_sets()
        ),
        "Changed by": _listed(name for name in project.reviewers() if name),
    }
    moment = now or datetime.now().astimezone()
    return ReportFacts(
        title or project.path.stem, moment, {k: text for k, text in made.items() if text}
    )


def _listed(texts: Iterable[str]) -> str:
    return "; ".join(sorted({text for text in texts if text}))


def _settings(analysis: Analysis) -> str:
    """Settings in words; as they stand where they are none that is known."""
    try:
        values = json.loads(analysis.settings or "{}")
        parts = [f"a frame every {values['hop_s']:g} s"] if "hop_s" in values else []
        mixed = {"mix": "channels mixed", "each": "each channel on its own"}
        parts += [mixed[values["channels"]]] if values.get("channels") in mixed else []
    except (ValueError, TypeError, AttributeError):
        return analysis.settings
    return ", ".join(parts)


def _when(analyses: Iterable[Analysis]) -> str:
    days = sorted(a.made_utc.date() for a in analyses if a.made_utc is not None)
    if not days:
        return ""
    return f"{days[0]}" if days[0] == days[-1] else f"{days[0]} to {days[-1]}"
