"""Where outputs that belong at an address are made, and which addresses take them."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from yamnet_gui.audio.hashing import text_key
from yamnet_gui.core.errors import SettingsError
from yamnet_gui.core.storage.address import path_of
from yamnet_gui.core.storage.notation import address_of, is_address, is_stored
from yamnet_gui.labels.project.paths import data_folder

from .options import BatchOptions


def made_here(output: str) -> str:
    """Where the output of this name is made: itself, or a file of this computer for an address.

    A name that ends in "/" still does. Raises UserError where it is no address that can be used.
    """
    address = _address(output)
    if address is None:
        return output
    here = _folder_for(address.parent) / address.name
    return f"{here}/" if output.endswith("/") else str(here)


def with_places(options: BatchOptions, outputs: Iterable[str]) -> BatchOptions:
    """The options, with the addresses that outputs named in `outputs` are brought to."""
    addresses = [address for output in outputs if (address := _address(output)) is not None]
    places = {_folder_for(address.parent): address.parent for address in addresses}
    return replace(options, elsewhere=tuple(places.items()))


def check_places(outputs: Iterable[str], recordings: Iterable[Path]) -> None:
    """Raises SettingsError where a recording would be written over, or a place takes no results."""
    sources = {address_of(path) for path in recordings if is_stored(path)}
    for output in outputs:
        address = _address(output)
        if address is None:
            continue
        if "/" not in address_of(address).partition("://")[2]:
            raise SettingsError(address, "names no file", "write the name of a file behind it")
        if address_of(address).partition("#")[0] in sources:
            raise SettingsError(address, "is a recording", "choose another output")
        if address_of(address).startswith(("http://", "https://")):
            raise SettingsError(
                address,
                "web servers take no results",
                "name a file, or s3://, gs://, az://, sftp://",
            )


def runs_folder() -> Path:
    """The folder of this computer in which outputs are made that belong elsewhere."""
    return data_folder() / "runs"


def _address(output: str) -> Path | None:
    """The path of an address, however it is written; None for a file of this computer."""
    return path_of(output) if is_address(output) or is_stored(output) else None


def _folder_for(address: Path) -> Path:
    return runs_folder() / text_key(address_of(address))
