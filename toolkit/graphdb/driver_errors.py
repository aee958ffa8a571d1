"""The driver's exceptions in our words; nothing else lets one through."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager

from neo4j.exceptions import AuthError, ConfigurationError, DriverError, Neo4jError

from toolkit.errors import QueryRefused, Unreachable

__all__ = ["translated"]

_LINE = re.compile(r"\(line (\d+), ")
_FULL = ("TransactionLogError", os.strerror(errno.ENOSPC), os.strerror(errno.EFBIG))
_OFFSET = re.compile(r" \(offset: \d+\)\)")


@contextmanager
def translated(uri: str, credentials: str = "", *, prefix_lines: int = 0) -> Iterator[None]:
    """Turn what the driver raises inside the block into our errors.

    Parameters
    ----------
    uri
        Where the block talks to.
    credentials
        Whose they are and where they come from, for the error that refuses them.
    prefix_lines
        Lines we put before the user's statement; the error's line numbers are the user's.

    Raises
    ------
    Unreachable
        No connection, or the credentials were refused.
    QueryRefused
        The server refused the statement.
    """
    try:
        yield
    except AuthError as error:
        with_what = f" ({credentials})" if credentials else ""
        if error.code == "Neo.ClientError.Security.Forbidden":
            raise QueryRefused(f"{uri} forbids this{with_what}: {error.message}", code=error.code) from error
        raise Unreachable(f"{uri} refuses the credentials{with_what}: {error.message}") from error
    except Neo4jError as error:
        code = error.code or ""
        if code == "Neo.ClientError.Security.AuthenticationRateLimit":
            raise Unreachable(
                f"{uri} was given a wrong password too often; wait some seconds, then give it right."
            ) from error
        said = _LINE.sub(lambda found: f"(line {max(int(found[1]) - prefix_lines, 1)}, ", str(error.message or error))
        message = f"{uri} refused the statement: {_OFFSET.sub(')', said)} [{code}]"
        if code.endswith(".ParameterMissing"):
            message += " Each is given its value: parameters={…}, or -P NAME=VALUE."
        if any(mark in message for mark in _FULL):
            message = (
                f"The disk of the server at {uri} is full, or it can't write its files [{code}]. Make room there, then "
                "give the same command again; the workspace's own server starts anew by itself. What it had committed "
                "stays."
            )
        raise QueryRefused(message, code=code, retryable=error.is_retryable()) from error
    except ConfigurationError as error:
        raise Unreachable(f"No connection to {uri} can be made this way: {error}") from error
    except DriverError as error:
        told = (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(":. ")
        raise Unreachable(
            f"Neo4j does not answer at {uri} ({told}). Does it run, and is the address right? "
            "`scicities server status` tells about the workspace's own."
        ) from error
