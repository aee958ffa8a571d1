"""The managed local server: real Neo4j Community, without Docker and without installing anything by hand."""

from __future__ import annotations

from toolkit.graphdb.server.manage import ManagedServer, ServerInfo, ServerStatus

__all__ = ["ManagedServer", "ServerInfo", "ServerStatus"]
