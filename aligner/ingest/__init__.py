"""Read what people have into witnesses."""

from aligner.ingest.language import check_scripts, check_sides, identify
from aligner.ingest.rows import Pair, read_pairs, read_sentences, refuse_endless
from aligner.ingest.witness import read_witness, witness_from_bytes

__all__ = [
    "Pair",
    "check_scripts",
    "check_sides",
    "identify",
    "read_pairs",
    "read_sentences",
    "read_witness",
    "refuse_endless",
    "witness_from_bytes",
]
