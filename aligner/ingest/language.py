"""Tell which language a witness is in: by script first, then among the languages of a script."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from aligner.errors import InputError
from aligner.model import Witness
from aligner.resources import load_words
from aligner.text import arabic_share, normalise_word

__all__ = ["check_scripts", "check_sides", "identify", "other_languages"]

_SAMPLE = 20_000  # characters; more tells no more
_NOT_ARABIC = re.compile(
    "[\u067e\u0686\u0698\u06a9\u06af\u0679\u0688\u0691\u06ba\u06cc\u06d2\u06be\u06c1\u06c6\u06ce\u06d5]"
)  # Persian, Urdu, Kurdish; Farsi yeh and keheh also in Arabic typed on such a keyboard
_LATIN_OR_ARABIC = re.compile("[A-Za-z\u00c0-\u024f\u0620-\u064a\u066e-\u06d5\ufb50-\ufdff\ufe70-\ufefc]")
_LEAST_SHARE = 0.2  # of words that are English function words in running English text
_VARIETIES = frozenset(("arz", "ary", "apc", "acm", "ars", "aeb", "afb"))  # spoken Arabic, by ISO 639-3
_NAMES = {"en": "English", "ar": "Arabic"}


def identify(text: str) -> str:
    """Give the ISO 639-1 code of a text's language.

    >>> identify("The government said that it was not in the plan of the year.")
    'en'
    >>> identify("قالت الحكومة إنها لم تعلم")
    'ar'
    """
    sample = text[:_SAMPLE]
    letters = sum(1 for char in sample if char.isalpha())
    if len(_LATIN_OR_ARABIC.findall(sample)) < 0.5 * letters:
        return _ask(sample, "und")
    if arabic_share(sample) >= 0.5:
        return _ask(sample, "ar") if len(_NOT_ARABIC.findall(sample)) > 0.01 * letters else "ar"
    words = [normalise_word(word) for word in re.findall(r"[A-Za-z\u00c0-\u024f']+", sample)]
    counts = Counter(words)
    share = sum(counts[word] for word in load_words("function-words.en.txt")) / max(1, len(words))
    return "en" if share >= _LEAST_SHARE or len(words) < 8 else _ask(sample, "en")


def _ask(sample: str, otherwise: str) -> str:
    import py3langid  # loads its model for half a second, and only doubtful texts need it

    code, _ = py3langid.classify(sample)
    return "ar" if code in _VARIETIES else str(code) or otherwise


def other_languages(blocks: Sequence[str], language: str) -> tuple[str, ...]:
    """Note how many blocks are written in the other of the two scripts; names alone do not make one so.

    >>> other_languages(["خبر طويل من القاهرة", "A whole paragraph in English."], "ar")
    ('1 block of 2 is written in Latin script',)
    """
    if language not in _NAMES:
        return ()
    shares = [arabic_share(block[:_SAMPLE]) for block in blocks]
    n = sum(share < 0.2 if language == "ar" else share > 0.8 for share in shares)
    script = "Latin" if language == "ar" else "Arabic"
    verb = "block of {} is" if n == 1 else "blocks of {} are"
    return (f"{n} {verb.format(len(blocks))} written in {script} script",) if n else ()


def check_sides(source: Witness | None, target: Witness) -> None:
    """Refuse a pair that is not English to Arabic, and say so if the sides are swapped.

    Raises:
        InputError: swapped, both in one language, or in another language; without a source, not Arabic.
    """
    if source is None:
        _check_alone(target)
        return
    found = source.language, target.language
    if found == ("ar", "en"):
        raise InputError(
            "the sides are swapped: the source is Arabic and the translation English",
            where=f"{source.origin}, {target.origin}",
            remedy="give the English source first and the Arabic translation second",
        )
    for witness, wanted, role in ((source, "en", "source"), (target, "ar", "translation")):
        if witness.language != wanted:
            raise InputError(
                f"the {role} is {_named(witness.language)}, not {_NAMES[wanted]}",
                where=witness.origin,
                remedy="give an English source and its Arabic translation, in this order",
            )


def check_scripts(source: Sequence[str], target: Sequence[str], *, where: str) -> None:
    """Refuse sentences of which the source is in Arabic script and the translation in Latin.

    Raises:
        InputError: the sides are swapped.
    """
    if _share(source) > 0.5 > _share(target):
        raise InputError(
            "the sides are swapped: the source is in Arabic script and the translation is not",
            where=where,
            remedy="give the English source first and the Arabic translation second",
        )


def _share(sentences: Sequence[str]) -> float:
    return arabic_share(" ".join(sentence[:_SAMPLE] for sentence in sentences[:_SAMPLE])[:_SAMPLE])


def _check_alone(target: Witness) -> None:
    if target.language != "ar":
        seems = "; it seems to be the source" if target.language == "en" else ""
        raise InputError(
            f"the text is {_named(target.language)}, not Arabic{seems}",
            where=target.origin,
            remedy="without a source, give the Arabic translation alone",
        )


def _named(language: str) -> str:
    return _NAMES.get(language, f"in another language ({language})")
