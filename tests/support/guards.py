"""Refusing what a test must never do."""

from __future__ import annotations

import ipaddress
import socket

import pytest

LOCAL_NAMES = ("", "localhost")


class LeftTheMachine(RuntimeError):
    """A test tried to reach another machine."""


def ban_outside_network(patch: pytest.MonkeyPatch) -> None:
    """Make every connection from Python's sockets fail unless it stays on this machine."""
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex

    def guarded_connect(self: socket.socket, address: object) -> None:
        _must_be_local(self, address)
        connect(self, address)  # type: ignore[arg-type]  # passed through untouched

    def guarded_connect_ex(self: socket.socket, address: object) -> int:
        _must_be_local(self, address)
        return connect_ex(self, address)  # type: ignore[arg-type]  # passed through untouched

    patch.setattr(socket.socket, "connect", guarded_connect)
    patch.setattr(socket.socket, "connect_ex", guarded_connect_ex)


def _must_be_local(caller: socket.socket, address: object) -> None:
    if caller.family not in (socket.AF_INET, socket.AF_INET6) or not isinstance(address, tuple):
        return
    if not is_local(str(address[0])):
        raise LeftTheMachine(f"a test tried to reach {address[0]}")


def is_local(host: str) -> bool:
    """Tell whether a host is this machine: a loopback address or a name for it."""
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return host in LOCAL_NAMES
