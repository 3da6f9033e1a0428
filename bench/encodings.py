"""Tell legacy encodings apart: our decoder beside charset-normalizer, on single lines of news.

    python bench/encodings.py ../shared/corpora/dev

Prints, per encoding and length of the sample, how often the text came back exactly, was refused, or
came back wrong without a word.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from aligner.errors import InputError
from aligner.ingest.decode import decode

ENCODINGS = {
    "ar": ("cp1256", "iso8859-6", "mac_arabic", "cp720", "utf-8", "utf-16", "utf-16-le", "utf-16-be"),
    "en": ("cp1252", "mac_roman", "utf-8", "utf-16", "utf-16-le", "utf-16-be"),
}
LENGTHS = (20, 60, 200, 2000)


def lines(folder: Path, language: str) -> Iterator[str]:
    """Give the lines of the documents of one language, in order of their names."""
    for path in sorted(folder.rglob(f"*.{language}.txt")):
        yield from (line for line in path.read_text(encoding="utf-8").splitlines() if line.strip())


def samples(folder: Path, language: str, length: int) -> list[str]:
    """Cut about 300 samples that begin at a line's start and hold so many characters."""
    whole = "\n".join(lines(folder, language))
    starts = [i + 1 for i, letter in enumerate(whole) if letter == "\n"]
    step = max(1, len(starts) // 300)
    return [whole[start : start + length] for start in starts[::step]]


def ours(data: bytes) -> str | None:
    """Decode with ours; None where it refuses."""
    try:
        return decode(data).text
    except InputError:
        return None


def theirs(data: bytes) -> str | None:
    """Decode with charset-normalizer's best guess; None where it has none."""
    from charset_normalizer import from_bytes

    best = from_bytes(data).best()
    return None if best is None else str(best)


def tally(texts: list[str], encoding: str, read: Callable[[bytes], str | None]) -> str:
    """Count texts that came back right, refused and wrong; those the encoding cannot hold are left out."""
    counts = {"right": 0, "refused": 0, "wrong": 0}
    for text in texts:
        try:
            data = text.encode(encoding)
        except UnicodeEncodeError:
            continue
        if data.isascii() and "16" not in encoding:
            continue
        got = read(data)
        counts["refused" if got is None else "right" if got == text else "wrong"] += 1
    return "{right:4d} {refused:4d} {wrong:4d}".format(**counts)


def main(folder: Path) -> None:
    """Print the table."""
    print(f"{'':22s} ours: right refused wrong   charset-normalizer: the same")
    for language, encodings in ENCODINGS.items():
        for encoding in encodings:
            for length in LENGTHS:
                texts = samples(folder, language, length)
                left = f"{language} {encoding:10s} {length:5d}"
                print(left, tally(texts, encoding, ours), "  ", tally(texts, encoding, theirs), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
