"""``python -m aligner.cli``."""

from aligner.cli import main

main()
