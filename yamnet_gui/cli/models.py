"""`yamnet-gui models`: the user's fine-tuned models, and models for other programs."""

import argparse
from pathlib import Path

from yamnet_gui.analysis.model_export import exporting_model
from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.files import exists
from yamnet_gui.core.text import counted, percent, printable, without_controls
from yamnet_gui.labels.overwrite_guard import check_outputs
from yamnet_gui.yamnet import WeightsFile, inspect_weights
from yamnet_gui.yamnet.exports import EXPORT_FORMATS, Exported, outputs_of
from yamnet_gui.yamnet.model_library import (
    add_model,
    listed_models,
    model_path,
    models_folder,
    remove_model,
)
from yamnet_gui.yamnet.weights import required_weights

from .exit_status import OK
from .network import prepare_network
from .terminal import ProgressLine

YAMNET = "yamnet"
_HELP = "a model file, the name of one of your models, or 'yamnet' for YAMNet itself"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(action=None)
    actions = parser.add_subparsers(dest="action", metavar="ACTION", title="actions")
    actions.add_parser("list", help="list your fine-tuned models (the default)")
    add = actions.add_parser("add", help="add a copy of a model file to your models")
    add.add_argument("file", type=Path, metavar="FILE")
    show = actions.add_parser("show", help="show what a model was trained on and how good it is")
    show.add_argument("model", metavar="MODEL", help=_HELP)
    remove = actions.add_parser("remove", help="remove one of your models")
    remove.add_argument("model", metavar="MODEL", help="its name or file")
    export = actions.add_parser(
        "export",
        help="write a model for other programs, once its scores are found to be the same",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="formats:\n"
        + "\n".join(f"  {one.name:<12} {one.title}: {one.text}" for one in EXPORT_FORMATS.values()),
    )
    export.add_argument("model", metavar="MODEL", help=_HELP)
    export.add_argument(
        "-o", "--output", required=True, type=Path, metavar="OUT", help="file, or folder"
    )
    export.add_argument(
        "--format",
        choices=list(EXPORT_FORMATS),
        help="default: by the ending of OUT (.tflite, .onnx, none for a SavedModel)",
    )


def run(options: argparse.Namespace) -> int:
    """Raises UserError."""
    if options.action == "add":
        file = add_model(options.file)
        print(f"added: {printable(file.path)}")
        prepare_network(file.path, file.identity)
    elif options.action == "show":
        _show(inspect_weights(_path(options.model)))
    elif options.action == "remove":
        path = model_path(options.model)
        remove_model(path)
        print(f"removed: {printable(path)}")
    elif options.action == "export":
        _export(options)
    else:
        _list()
    return OK


def _path(text: str) -> Path:
    if text.casefold() == YAMNET and not exists(Path(text)):
        return required_weights()
    return model_path(text)


def _list() -> None:
    listed = listed_models()
    for one in listed:
        model = one.file.model if one.file is not None else None
        if model is None:
            print(f"{printable(one.path)}: {one.problem}")
            continue
        classes = counted(model.trained, "class")
        more = " and YAMNet's 521" if model.keeps_yamnet else ""
        print(f"{model.name}: {classes}{more}, from {model.created[:10]}")
        print(f"  {printable(one.path)}")
    if not listed:
        print(f"no fine-tuned models in {printable(models_folder())}")


def _show(file: WeightsFile) -> None:
    print(f"{printable(file.path)}: intact, {file.name}, identity {file.identity}")
    if file.model is not None:
        print()
        card = file.model.card or "(it has no card)"
        print("\n".join(map(without_controls, card.splitlines())))  # it may be somebody else's


def _export(options: argparse.Namespace) -> None:
    out: Path = options.output
    name = options.format or _format_of(out)
    form = EXPORT_FORMATS[name]
    if form.suffix and out.suffix.lower() != form.suffix:
        raise SettingsError(out, f"is to be {form.title}", f"let its name end in {form.suffix}")
    model = _path(options.model)
    check_outputs(outputs_of(out, form), (model,))
    result: Exported | None = None
    with ProgressLine() as line:
        steps = exporting_model(model, out, form)
        try:
            while True:
                line.show(f"exporting as {form.title}: {percent(next(steps))}")
        except StopIteration as end:
            result = end.value
        finally:
            steps.close()
    assert result is not None
    print(f"{printable(result.path)}: {form.title}, {result.sentence}")
    for path in result.beside:
        print(f"  its classes: {printable(path)}")


def _format_of(out: Path) -> str:
    for form in EXPORT_FORMATS.values():
        if form.exact and form.suffix == out.suffix.lower():
            return form.name
    endings = ", ".join(f.suffix for f in EXPORT_FORMATS.values() if f.exact and f.suffix)
    raise SettingsError(out, "has an unknown ending", f"use {endings} or none, or --format")
