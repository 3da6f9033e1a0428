"""Collations made up for the tests: our own sentences, any number of beads."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from textual.widgets import Input

from aligner import tei
from aligner.journal import journal_path
from aligner.model import (
    Block,
    Category,
    Collation,
    Direction,
    Edit,
    Judgement,
    Kind,
    Ladder,
    Link,
    Segment,
    Span,
    Witness,
)
from tui.app import ReviewApp
from tui.bidi.layout import Mode
from tui.bidi.terminal import Plan
from tui.desk import Desk
from tui.memory import Memory

PAIRS = (
    ("Talks on the river resume", "استئناف المحادثات بشأن النهر"),
    ("The minister said the dam is safe.", "قال الوزير إنّ السدّ آمن."),
    ("Villagers (about 1,200) fear the worst.", "يخشى القرويون (نحو 1,200) الأسوأ."),
    ("Armed men took part in the protest.", "شارك «مسلحون» في الاحتجاج."),
    ("Nobody was hurt, the BBC reported on 8 April.", "لم يُصب أحد، وفق ما أوردته BBC في 8 أبريل."),
    ("Work goes on.", "العمل لا يزال مستمراً."),
)


def witness(siglum: str, language: str, sentences: list[str]) -> tuple[Witness, tuple[Segment, ...]]:
    """Write a heading, then paragraphs of five sentences."""
    text, blocks, segments = sentences[0], [Block(Span(0, len(sentences[0])), Kind.HEADING)], []
    segments.append(Segment(Span(0, len(text)), 0))
    for first in range(1, len(sentences), 5):
        text += "\n"
        start = len(text)
        for sentence in sentences[first : first + 5]:
            text += " " if len(text) > start else ""
            segments.append(Segment(Span(len(text), len(text) + len(sentence)), len(blocks)))
            text += sentence
        blocks.append(Block(Span(start, len(text)), Kind.PARAGRAPH))
    return Witness(siglum, language, text, tuple(blocks), "0" * 64), tuple(segments)


def made(n: int = 12) -> Collation:
    """Pair n sentences one to one; every fourth has a flag and links."""
    pairs = [PAIRS[k % len(PAIRS)] for k in range(n)]
    source, source_segments = witness("en", "en", [pair[0] for pair in pairs])
    target, target_segments = witness("ar", "ar", [pair[1] for pair in pairs])
    ladder = Ladder(tuple((k, k) for k in range(n + 1)), tuple(Judgement((37 * k % 100) / 100) for k in range(n)))
    links, edits = [], []
    for bead, (one, two) in enumerate(zip(source_segments, target_segments, strict=True)):
        english, arabic = one.span.of(source.text), two.span.of(target.text)
        if english.startswith("Armed"):
            at = two.span.start + arabic.index("«")
            words = Span(one.span.start, one.span.start + 9), Span(at + 1, at + 7)
            links.append(Link(bead, *words, 0.9))
            edits.append(
                Edit(
                    Category.SCARE_QUOTE, Direction.ADDED, words[0], Span(at, at + 8), 0.83,
                    "«مسلحون» stands in quotation marks, Armed men does not", "quote.added", bead=bead,
                )
            )  # fmt: skip
        if english.startswith("The minister"):
            span = Span(one.span.start + 13, one.span.start + 17), Span(two.span.start, two.span.start + 3)
            links.append(Link(bead, *span, 0.8))
    return Collation(target, target_segments, source, source_segments, ladder, tuple(links), tuple(edits))


def app_on(collation: Collation, tmp_path: Path, mode: Mode = Mode.APP, notice: str = "") -> ReviewApp:
    """Write a record without a journal and open it in the app."""
    path = tmp_path / "made.xml"
    journal_path(path).unlink(missing_ok=True)
    tei.write(collation, path)
    return ReviewApp(Desk(path), Plan(mode, "as set", notice=notice), Memory(tmp_path / "state.json"), who="nour")


def drive(app: ReviewApp, act: Callable[..., Awaitable[None]], size: tuple[int, int] = (100, 30)) -> None:
    """Run the app without a terminal and act on it; every key waits until the screen is still."""

    async def go() -> None:
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            await act(pilot)

    try:
        asyncio.run(go())
    finally:
        app.desk.close()


def screen_of(app: ReviewApp) -> list[str]:
    """Give the lines of the screen as the terminal gets them."""
    return ["".join(segment.text for segment in strip) for strip in app.screen._compositor.render_strips()]


async def press(pilot: Any, keys: str) -> None:
    """Press keys one by one; a word in braces, like {/tmp/a.xml}, is put into the line that is asked for."""
    for key in keys.split():
        if key.startswith("{"):
            pilot.app.screen.query_one(Input).value = key.strip("{}")
        else:
            await pilot.press(key)
        await pilot.pause()


async def still(pilot: Any) -> None:
    """Wait until no work is going on in the background and the screen shows it."""
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


def told(app: ReviewApp) -> list[str]:
    """Give what the app has said to the person."""
    return [note.message for note in app._notifications]
