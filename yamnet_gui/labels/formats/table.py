"""The table of all formats."""

from collections.abc import Mapping
from types import MappingProxyType

from . import audacity, own_csv
from .base import LabelFormat

FORMATS: Mapping[str, LabelFormat] = MappingProxyType(
    {module.FORMAT.name: module.FORMAT for module in (own_csv, audacity)}
)
"""Every label format by its name, in the order in which they are offered."""
