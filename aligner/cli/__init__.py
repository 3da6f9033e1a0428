"""The command line: one short function per command over the calls of the library.

stdout is data, stderr is talk. Exit 0 done, 1 some inputs failed or a check found faults, 2 usage,
130 interrupted. Heavy modules are imported inside the commands, so that ``--help`` answers at once.
"""

from __future__ import annotations

import errno
import gc
import os
import sys

import click

from aligner import __version__
from aligner.cli import corpora, records, texts
from aligner.cli.settings import sparing_inputs
from aligner.errors import AlignerError

__all__ = ["COLLECTED", "cli", "main"]

COLLECTED = (50_000, 20, 100)
"""How seldom Python looks for cycles: hardly any are made here, and looking took a sixth of the time."""
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def main() -> None:
    """Run the command line and turn errors into a message and an exit status."""
    gc.set_threshold(*COLLECTED)
    try:
        cli(standalone_mode=False)
    except AlignerError as error:
        click.echo(f"muqabala: {error}", err=True)
        sys.exit(1)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("muqabala: interrupted", err=True)
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except OSError as error:
        if error.errno not in _FULL:
            raise
        where = error.filename or "standard output"
        click.echo(f"muqabala: {where}: cannot write: {error.strerror}; make room, or write elsewhere", err=True)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what is still held back would fail again at exit
        sys.exit(1)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="muqabala")
def cli() -> None:
    """Collate an Arabic translation with its English source, flag framing edits, keep the record in TEI.

    \b
    muqabala demo                                      see it work on a bundled pair
    muqabala collate en.txt ar.txt -o pair.xml         two texts to one TEI record
    muqabala collate ar.txt --no-source -o pair.xml    the translation alone: marks, no edits
    """


for _command in (*texts.COMMANDS, *records.COMMANDS, *corpora.COMMANDS):
    if _command.callback:
        _command.callback = sparing_inputs(_command.callback)
    cli.add_command(_command)
