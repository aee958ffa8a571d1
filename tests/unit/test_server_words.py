"""What Java and Neo4j say when they end, put into a sentence; and a disk that is full while jars are fetched."""

from __future__ import annotations

import errno
import os

import pytest

from toolkit.errors import ServerError
from toolkit.graphdb.server import jars
from toolkit.graphdb.server.process import says_port_taken, telling_line


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("Caused by: java.io.IOException: No space left on device\n\tat java.base/x", "the disk is full"),
        (
            "FileLockException: Lock file has been locked by another process: store_lock",
            "another Neo4j has the data open",
        ),
        ("java.net.BindException: Address already in use", "a port was taken by another program"),
        (
            "Caused by: PortBindException: Address 127.0.0.1:7687 is already in use, cannot bind to it.",
            "a port was taken by another program",
        ),
        ("Error: LinkageError\n java.lang.UnsupportedClassVersionError: class file version 65", "needs a newer Java"),
        ("Error: Could not reserve enough space for object heap", "there is not enough memory"),
        ("Exception in thread main java.lang.OutOfMemoryError: Java heap space", "the heap is too small"),
    ],
)
def test_causes_that_are_known_are_named(tmp_path, said, sentence):
    log = tmp_path / "console.log"
    log.write_text(f"INFO starting\n{said}\n", encoding="utf-8")
    assert sentence in telling_line(tmp_path / "absent.log", log)
    assert says_port_taken(log) == ("already in use" in said)


def test_other_causes_are_quoted_without_the_stack(tmp_path):
    log = tmp_path / "neo4j.log"
    log.write_text("INFO all well\nERROR The moon is full\n\tat org.neo4j.X(X.java:1)\n", encoding="utf-8")
    assert telling_line(log) == "ERROR The moon is full"
    assert telling_line(tmp_path / "absent.log") == "it ended without a word"


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "the disk is full. Make room, or set SCICITIES_CACHE"),
        (errno.EROFS, "Set SCICITIES_CACHE to a folder"),
    ],
)
def test_a_folder_for_jars_that_takes_no_more(number, words):
    told = jars._not_fetched(OSError(number, os.strerror(number)), "Neo4j's jars could not be downloaded")
    assert isinstance(told, ServerError)
    assert words in str(told)
