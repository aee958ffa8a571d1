"""``python -m toolkit`` and the ``scicities`` command."""

import sys

from toolkit.cli import main


def run() -> None:
    """Run the command line and end the process with its exit code."""
    sys.exit(main())


if __name__ == "__main__":
    run()
