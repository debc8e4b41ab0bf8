"""Ports of this machine: whether one is taken, and the first free one. Serves nothing."""

from __future__ import annotations

import errno
import os
import socket

TRIES = 100  # ports from the default one on


def free_port(host: str, first: int) -> int:
    """The first port from `first` on that is free at `host`.

    Raises ValueError (message fit for the user) if a hundred are taken, or if this machine does not have the
    address or may not open the port.
    """
    for port in range(first, min(first + TRIES, 65536)):
        if not is_taken(host, port):
            return port
    raise ValueError(
        f"the ports from {first} to {port} are taken by other programs; choose another with --port."
    )


def is_taken(host: str, port: int) -> bool:
    """Whether a program listens on that port. Errors as of free_port."""
    name = "localhost" if host in ("", "0.0.0.0") else host.strip("[]")
    if _answers(name, port) or _answers("127.0.0.1", port):
        return True
    return not (_can_be_opened(host.strip("[]"), port) and _can_be_opened("127.0.0.1", port))


def _answers(host: str, port: int) -> bool:
    """Whether something accepts a connection: macOS lets a second program open a port of all addresses."""
    try:
        with socket.create_connection((host, port), timeout=0.3):
            return True
    except OSError:
        return False


def _can_be_opened(host: str, port: int) -> bool:
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError:
        raise ValueError(f"{host!r} is no address and no name of this machine, as --host must be.") from None
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        if os.name == "posix":  # elsewhere this option lets two programs have one port
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
            if error.errno in (errno.EACCES, errno.EPERM):
                if os.name == "nt":  # reserved by another program
                    return False
                raise ValueError(f"this user may not open port {port}; choose one above 1023.") from None
            raise ValueError(f"this machine has no address {host!r}, as --host must be.") from None
    return True
