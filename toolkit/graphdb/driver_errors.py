"""The first statement on a connection, and the driver's exceptions in our words; nothing else lets one through."""

from __future__ import annotations

import errno
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager

import neo4j
from neo4j.exceptions import AuthError, ConfigurationError, DriverError, Neo4jError

from toolkit.errors import QueryRefused, Unreachable

__all__ = ["first_answer", "translated"]

_RATE_LIMIT = "Neo.ClientError.Security.AuthenticationRateLimit"
"""After three wrong passwords the server refuses every login of the user for 5 s."""
_LOCKED_SECONDS = 15.0

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
        if code == _RATE_LIMIT:
            raise Unreachable(
                f"{uri} refuses all logins of this user for some seconds, because it was given a wrong password "
                "several times. Stop the program that does so, check the password, and try again."
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


def first_answer(driver: neo4j.Driver, database: str, *, wait_for_lock: bool) -> None:
    """Run one statement, which shows that server, credentials and database are right.

    Parameters
    ----------
    wait_for_lock
        Wait while the server refuses all logins of the user, because another program gave wrong passwords: where the
        password is known to be right, the lock (5 s) ends by itself.

    Raises
    ------
    neo4j.exceptions.Neo4jError, neo4j.exceptions.DriverError
        It fails; :func:`translated` makes our errors of them.
    """
    begun = time.monotonic()
    while True:
        try:
            # not verify_connectivity: it can't name a database without a preview warning, and never asks for one
            with driver.session(database=database, default_access_mode=neo4j.READ_ACCESS) as session:
                session.run("RETURN 1").consume()
        except Neo4jError as error:
            if not wait_for_lock or error.code != _RATE_LIMIT or time.monotonic() - begun > _LOCKED_SECONDS:
                raise
            time.sleep(0.5)
        else:
            return
