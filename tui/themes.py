"""A dark and a light theme whose colours stay apart for colour-blind readers.

The hues are those of Okabe and Ito (Color Universal Design, 2008); every light also has a shape of its
own in ``review.tcss``, so that nothing depends on colour alone.
"""

from __future__ import annotations

from textual.theme import Theme

__all__ = ["DARK", "LIGHT"]

DARK = Theme(
    name="muqabala-dark",
    primary="#56b4e9",
    secondary="#009e73",
    accent="#cc79a7",
    warning="#e69f00",
    error="#d55e00",
    success="#f0e442",
    foreground="#e8e8e8",
    background="#16181c",
    surface="#23272e",
    panel="#2d323b",
    dark=True,
)
LIGHT = Theme(
    name="muqabala-light",
    primary="#0072b2",
    secondary="#007a5a",
    accent="#8f3f6d",
    warning="#8a4b00",
    error="#a83a00",
    success="#006b4f",
    foreground="#1a1a1a",
    background="#fbfaf7",
    surface="#ebe8e0",
    panel="#dcd8ce",
    dark=False,
)
