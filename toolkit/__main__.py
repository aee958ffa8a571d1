"""``python -m toolkit`` and the ``scicities`` command."""

import sys

_INTERRUPTED = 130


def run() -> None:
    """Run the command line and end the process with its exit code."""
    try:
        from toolkit.cli import main  # takes a moment, in which a person may have thought better of it
        from toolkit.cli.usage_errors import clean_other_messages

        clean_other_messages()
        sys.exit(main())
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        sys.exit(_INTERRUPTED)


if __name__ == "__main__":
    run()
