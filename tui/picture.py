"""Repair an SVG screenshot so that a browser shows what the terminal showed.

Textual counts code points where cells are meant, and a browser orders every ``<text>`` once more
(TERMINALS.md, section 2.3).
"""

from __future__ import annotations

import html
import re

from rich.cells import cell_len

__all__ = ["repaired"]

_TEXT = re.compile(r'(<text class="[^"]*" x="[^"]*" y="[^"]*" )textLength="([^"]*)"([^>]*)>([^<]*)</text>')
_STYLE = "text{unicode-bidi:bidi-override;direction:ltr;font-variant-ligatures:none}"


def repaired(svg: str) -> str:
    """Give the picture with widths in cells and no second ordering.

    >>> line = '<text class="a" x="0" y="1" textLength="36.6" clip-path="">بَ</text>'
    >>> repaired("<style></style>" + line).count('textLength="18.3"')
    1
    """

    def measured(match: re.Match[str]) -> str:
        before, length, rest, text = match.groups()
        shown = html.unescape(text)
        cells = float(length) * cell_len(shown) / max(len(shown), 1)
        return f'{before}textLength="{cells:g}"{rest}>{text}</text>'

    return _TEXT.sub(measured, svg.replace("<style>", f"<style>{_STYLE}", 1))
