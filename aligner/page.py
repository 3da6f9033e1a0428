"""Self-contained HTML pages: one file, no network, nothing inline but one style and one script.

The security policy of a page names its own style and script by hash, so that nothing an article
contains can run or fetch anything, whatever happens to the markup.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING

from aligner.resources import data_bytes

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["direction", "fill", "policy", "printable", "web_link"]

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_LAYOUT = "\t\n\r"


def _asset(name: str) -> str:
    return data_bytes(f"report/{name}").decode("utf-8")


def fill(template: str, *, style: str, script: str, **values: object) -> str:
    """Fill a template of ``data/report`` into one HTML page; everything in ``values`` is escaped.

    ``style`` and ``script`` name the stylesheets and scripts, several by a plus sign; the page holds
    them inline and its security policy allows these and no others.
    """
    from markupsafe import Markup

    css, js = ("\n".join(map(_asset, names.split("+"))) for names in (style, script))
    return (
        _environment()
        .get_template(template)
        .render(style=Markup(css), script=Markup(js), policy=policy(css, js), **values)
    )


def policy(style: str, script: str) -> str:
    """Give the content security policy that allows this style, this script and nothing else.

    >>> policy("", "").split("; ")[0]
    "default-src 'none'"
    """
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src '{_source_hash(style)}'",
            f"script-src '{_source_hash(script)}'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _source_hash(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"


def direction(language: str) -> str:
    """Give the writing direction of a language as HTML names it, ``auto`` for one CLDR does not know.

    >>> direction("ar"), direction("en"), direction("x-none")
    ('rtl', 'ltr', 'auto')
    """
    from babel import Locale, UnknownLocaleError

    try:
        return "rtl" if Locale.parse(language, sep="-").character_order == "right-to-left" else "ltr"
    except (UnknownLocaleError, ValueError):
        return "auto"


def printable(text: str) -> str:
    """Put the replacement character for what HTML cannot hold, one code point for one.

    >>> printable("a\\x00b\\ud800") == "a\\N{REPLACEMENT CHARACTER}b\\N{REPLACEMENT CHARACTER}"
    True
    """
    return "".join(_REPLACEMENT if _is_barred(character) else character for character in text)


def _is_barred(character: str) -> bool:
    code = ord(character)
    return (code < 0x20 and character not in _LAYOUT) or 0xD800 <= code < 0xE000 or code == 0x7F


def web_link(url: str) -> str:
    """Give the address back if a browser may safely follow it, else nothing.

    >>> web_link("https://example.org/a"), web_link("javascript:alert(1)")
    ('https://example.org/a', '')
    """
    return url if url.lower().startswith(("https://", "http://")) else ""


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    environment = Environment(
        loader=FunctionLoader(_asset),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_finalise,
    )
    environment.filters.update(_FILTERS)
    return environment


def _finalise(value: object) -> object:
    """Clean every plain string a template prints; markup was cleaned where it was made."""
    from markupsafe import Markup

    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _words(name: object) -> str:
    return str(name).replace("-", " ")


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _sureness(probability: float) -> str:
    """A machine's probability; nothing is quite sure, so that 100 % is never said."""
    return _percent(min(0.99, probability))


def _thousands(number: int) -> str:
    return f"{number:,}"


_FILTERS: Mapping[str, Callable[..., object]] = {
    "words": _words,
    "percent": _percent,
    "sureness": _sureness,
    "thousands": _thousands,
    "web_link": web_link,
    "direction": direction,
}
