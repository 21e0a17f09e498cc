"""What a supervisor is told (systemd's sd_notify): ready, alive, stopping. Without one, nothing."""

import os
import socket
import time


def notify(*states: str) -> None:
    """Send states like `READY=1` to the socket that NOTIFY_SOCKET names; one that is gone is no trouble of ours."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return
    if address.startswith("@"):  # the abstract namespace
        address = f"\0{address[1:]}"
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.sendto("\n".join(states).encode(), address)
    except OSError:
        return


def notify_reloading() -> None:
    """To be followed by `READY=1`."""
    notify("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")
