"""What does Temporal's SDK count, and where does it tell?

Its own endpoint, on this machine and any free port, made with the runtime of the process before its first client;
watching/endpoint.py hands on what it tells under one address.
"""

import socket

from temporalio.runtime import PrometheusConfig

import logs

_ATTEMPTS = 5
_found: list[int] = []


def count() -> None:
    """Let the SDK count, and log through ours, from now on; call before the first client is made."""
    for attempt in range(_ATTEMPTS):
        free = _free_port()
        config = PrometheusConfig(
            bind_address=f"127.0.0.1:{free}", counters_total_suffix=True, unit_suffix=True, durations_as_seconds=True
        )
        try:
            logs.forward_core(config)
        except (RuntimeError, ValueError):
            # Somebody was faster to take the port.
            if attempt == _ATTEMPTS - 1:
                raise
            continue
        _found[:] = [free]
        return


def port() -> int | None:
    """On which port of this machine the SDK tells; None where it does not count."""
    return _found[0] if _found else None


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        number: int = one.getsockname()[1]
        return number
