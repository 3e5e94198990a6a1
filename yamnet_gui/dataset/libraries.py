"""The optional libraries that datasets need, imported late: the program starts without them."""

from typing import Any

from yamnet_gui.core.added_packages import how_to_install
from yamnet_gui.core.errors import DatasetError


def import_pyarrow() -> Any:
    """What writes Parquet. Raises DatasetError where it is not installed."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise _missing("pyarrow") from error
    return pyarrow


def import_duckdb() -> Any:
    """What answers queries. Raises DatasetError where it is not installed."""
    try:
        import duckdb
    except ImportError as error:
        raise _missing("duckdb") from error
    return duckdb


def import_fsspec() -> Any:
    """What lets DuckDB read tables at addresses. Raises DatasetError where it is not installed."""
    try:
        import fsspec
    except ImportError as error:
        advice = how_to_install("fsspec")
        raise DatasetError("A dataset at an address", "needs fsspec", advice) from error
    return fsspec


def _missing(package: str) -> DatasetError:
    advice = how_to_install("duckdb", "pyarrow")
    return DatasetError("A dataset", f"needs the library {package}", advice)
