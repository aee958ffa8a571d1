"""What there is to know of a managed server: how to reach it, and what it does and takes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

__all__ = ["ServerInfo", "ServerStatus"]


@dataclass(frozen=True)
class ServerInfo:
    """How to reach a running server."""

    uri: str
    http_url: str
    username: str
    password: str
    version: str
    pid: int

    def __repr__(self) -> str:
        return f"ServerInfo(uri={self.uri!r}, http_url={self.http_url!r}, version={self.version!r}, pid={self.pid})"


@dataclass(frozen=True)
class ServerStatus:
    """What the server does and takes: uptime [s], store and resident memory [bytes]; zero where it is stopped."""

    running: bool
    home: Path
    version: str
    uri: str
    http_url: str
    pid: int | None
    uptime: float
    store_bytes: int
    memory_bytes: int
