"""The same run on the workers of a Dask cluster."""


def check_place(place: str) -> None:
    """Raises SettingsError where this names no cluster, or a library is not installed."""
    from .places import check_place

    check_place(place)
