"""Whether a scheduler is at an address, asked before Dask waits for what will never come."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from yamnet_gui.core.errors import SettingsError

_GREETING_S = 5.0


def check_scheduler(place: str) -> None:
    """Raises SettingsError where no scheduler answers at this address."""
    try:
        with ThreadPoolExecutor(1) as apart:  # a notebook has an event loop of its own in this one
            kind = apart.submit(asyncio.run, _kind(place)).result()
    except TimeoutError as error:
        raise no_answer(place, "what is there does not speak Dask's protocol") from error
    except Exception as error:  # there are as many as there are networks
        raise no_answer(place, error) from error
    if kind != "Scheduler":
        raise SettingsError(
            place,
            f"is a {str(kind).lower()}, and no scheduler",
            "give the address of its scheduler",
        )


def no_answer(place: str, error: BaseException | str) -> SettingsError:
    """What is said where nothing, or something else, answers."""
    reason = " ".join(str(error).split()) or type(error).__name__
    advice = "start one with 'dask scheduler', or check the address"
    return SettingsError(place, f"no scheduler answers ({reason})", advice)


async def _kind(place: str) -> Any:
    import dask
    from dask.utils import parse_timedelta
    from distributed.core import connect
    from distributed.security import Security

    within_s = parse_timedelta(dask.config.get("distributed.comm.timeouts.connect"))
    secured = Security().get_connection_args("client")
    # `connect` itself waits without end for a greeting
    comm = await asyncio.wait_for(
        connect(place, timeout=within_s, **secured), within_s + _GREETING_S
    )
    try:
        await comm.write({"op": "identity", "reply": True})
        answer = await asyncio.wait_for(comm.read(), within_s)
    finally:
        comm.abort()
    return answer.get("type", "server") if isinstance(answer, dict) else "server"
