"""The review app: a second thin shell over the calls of ``aligner``."""
