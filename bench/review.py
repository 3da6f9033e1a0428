"""Measure the review app: first paint, processor time per key, memory, at several sizes.

    python bench/review.py 5000 50000

The app runs headless at 110 by 40; every size in a process of its own. Texts are made up (tests/tui), about 100
characters a sentence; the peak of memory includes writing the record first.
"""

from __future__ import annotations

import asyncio
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

_ROOT = Path(__file__).resolve().parents[1]
_KEYS = ("down", "up", "right", "pagedown", "pageup", "n", "down", "l", "end", "up", "home", "down")
_PLACES = (0.0, 0.5, 1.0)
_MEBIBYTE = 1024  # ru_maxrss is in KiB on Linux


def main() -> None:
    """Measure every size named on the command line."""
    if sys.argv[1] == "--one":
        asyncio.run(_measure(int(sys.argv[2])))
        return
    for size in sys.argv[1:]:
        subprocess.run([sys.executable, __file__, "--one", size], check=True, cwd=_ROOT)


async def _measure(n: int) -> None:
    sys.path[:0] = [str(_ROOT), str(_ROOT / "tests" / "tui")]
    import tui_made
    from tui_made import app_on, made

    tui_made.PAIRS = tuple((" ".join([one] * 3), " ".join([two] * 3)) for one, two in tui_made.PAIRS)
    app = app_on(made(n), Path(tempfile.mkdtemp()))
    began = time.perf_counter()
    app.desk.open("nour")
    app.desk.close()
    read = time.perf_counter() - began
    began, began_cpu = time.perf_counter(), time.process_time()
    async with app.run_test(size=(110, 40)) as pilot:
        await pilot.pause()
        first_paint, first_cpu = time.perf_counter() - began, time.process_time() - began_cpu
        spent = []
        for place in _PLACES:
            app.view.go_to(int(place * (n - 1)))
            await pilot.pause()
            for key in _KEYS * 6:
                start = time.process_time()
                await pilot.press(key)
                app.screen._on_timer_update()
                spent.append(time.process_time() - start)
        start = time.process_time()
        await pilot.press("m")
        app.screen._on_timer_update()
        merge = time.process_time() - start
        start = time.process_time()
        await pilot.press("u")
        undo = time.process_time() - start
        start = time.perf_counter()
        await pilot.resize_terminal(90, 40)
        await pilot.pause()
        resized = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _MEBIBYTE
    ordered = sorted(spent)
    print(f"{n} beads: first paint {first_paint:.2f} s ({first_cpu:.2f} s of processor time),", end=" ")
    print(f"of it reading the record {read:.2f} s;")
    print(f"    key {1000 * median(ordered):.1f} ms median, {1000 * ordered[int(len(ordered) * 0.95)]:.1f} ms at 95 %, "
          f"{1000 * ordered[-1]:.1f} ms at most ({len(ordered)} keys);")
    print(f"    merge {merge:.2f} s, undo {undo:.2f} s; resize {resized:.2f} s; peak {peak:.0f} MB")


if __name__ == "__main__":
    main()
