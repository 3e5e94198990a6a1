"""Arguments of `yamnet-gui evaluate`, and which of them fit together."""

import argparse
from pathlib import Path
from typing import Any

from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.scores import DEFAULT_HOP_S
from yamnet_gui.detection import PRESETS
from yamnet_gui.labels.formats import FORMATS

from .arguments import add_finer, add_old_name
from .network import add_network

_EPILOG = """\
  evaluate REFERENCE ESTIMATED              compare two label tables
  evaluate REFERENCE --recordings PATH …    compare what rules detect in recordings
  evaluate --project P                      compare with the decisions in a project; only reviewed
                                            segments and events with a decision count
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _EPILOG
    formats = sorted(name for name, fmt in FORMATS.items() if fmt.can_read)
    parser.add_argument(
        "reference",
        type=Path,
        nargs="?",
        metavar="REFERENCE",
        help="reference labels: a table, or a folder",
    )
    parser.add_argument(
        "estimated", type=Path, nargs="?", metavar="ESTIMATED", help="table of estimated events"
    )
    for side, old in (("reference", "truth"), ("estimated", "predicted")):
        parser.add_argument(
            f"--{side}-format",
            choices=formats,
            metavar="FORMAT",
            help=f"format of {side.upper()} (default: detected)",
        )
        add_old_name(parser, f"--{old}-format", f"--{side}-format", choices=formats)
    _add_sources(parser.add_argument_group("evaluate rules instead of a table"))
    _add_counting(parser.add_argument_group("scoring"))
    out = parser.add_argument_group("output")
    out.add_argument("--json", type=Path, metavar="OUT", help="write all metrics as JSON")
    out.add_argument(
        "--mismatches",
        type=Path,
        metavar="OUT",
        help="write every missed, false or confused event as CSV",
    )
    add_old_name(out, "--mistakes", "--mismatches", type=Path)


def _add_sources(group: Any) -> None:
    group.add_argument("--project", type=Path, metavar="P", help="project file")
    group.add_argument(
        "--recordings",
        type=Path,
        nargs="+",
        metavar="PATH",
        help="sound files; analysed first if no result is stored",
    )
    group.add_argument(
        "--rules", metavar="RULES", help=f"rule file, or a preset: {', '.join(PRESETS)}"
    )
    add_network(group)
    group.add_argument(
        "--hop", type=float, default=DEFAULT_HOP_S, metavar="S", help="seconds between frames"
    )
    add_finer(group)
    group.add_argument(
        "--tune",
        choices=["default", "classes"],
        metavar="WHAT",
        help="optimise the rules: 'default' for all classes together, 'classes' for each one;"
        " the expected score comes from held-out recordings",
    )
    group.add_argument(
        "--tune-on",
        choices=["0.5", "0.2", "segments"],
        default="0.5",
        metavar="MEASURE",
        help="event F1 with a collar of 0.5 (default) or 0.2 s, or 'segments' of 1 s",
    )
    group.add_argument(
        "--rules-out",
        type=Path,
        metavar="OUT",
        help="write the tuned rules to this file, for --rules",
    )


def _add_counting(group: Any) -> None:
    group.add_argument(
        "--label",
        action="append",
        dest="labels",
        metavar="LABEL",
        help="score only this label; can be repeated (default: all reference labels)",
    )
    group.add_argument(
        "--exact",
        action="store_true",
        help="match labels exactly; do not count a label for its parents in the ontology",
    )
    group.add_argument(
        "--below",
        action="store_true",
        help="with --project: count a label together with its subclasses",
    )


def check(options: argparse.Namespace) -> None:
    """Raises SettingsError where the sources do not fit together."""
    sources = [s is not None for s in (options.estimated, options.project, options.recordings)]
    if sum(sources) != 1:
        raise SettingsError(
            "evaluate",
            "needs a table, recordings or a project",
            "give REFERENCE ESTIMATED, or REFERENCE --recordings PATH, or --project P",
        )
    if options.reference is None and options.project is None:
        raise SettingsError("REFERENCE", "is missing", "give a table of reference labels")
    if options.estimated is not None and (options.tune or options.rules):
        raise SettingsError("ESTIMATED", "has no rules", "give --recordings or --project instead")
    if options.rules_out is not None and not options.tune:
        raise SettingsError("--rules-out", "requires --tune")
