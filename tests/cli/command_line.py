"""What a command line did, for the tests of this folder."""

import json
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Done:
    """What one command line did."""

    code: int
    out: str
    err: str

    def rows(self) -> list[dict[str, object]]:
        """Rows of ``--format json``."""
        assert self.code == 0, self.err
        return json.loads(self.out)


Cli = Callable[..., Done]
