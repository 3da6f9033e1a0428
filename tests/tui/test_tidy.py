"""Python looks for garbage in pauses only, and as before when the app has gone."""

from __future__ import annotations

import gc

import pytest
from tui_made import app_on, drive, made, press

from tui.tidy import Tidying, untidied


def test_it_waits_until_nothing_was_heard_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    collected: list[int] = []
    monkeypatch.setattr(gc, "collect", lambda: collected.append(1))
    tidying = Tidying()
    tidying.begin()
    try:
        tidying.heard()
        assert not tidying.rest()
        tidying.heard()
        assert not tidying.rest() and not collected
        assert tidying.rest() and len(collected) == 1
        assert not tidying.rest() and len(collected) == 1
    finally:
        tidying.end()


def test_while_the_app_runs_no_search_falls_into_a_key_and_afterwards_all_is_as_before(tmp_path) -> None:
    before = gc.get_threshold()

    async def act(pilot) -> None:
        await press(pilot, "j k")
        assert gc.get_threshold()[2] > 10**6 and gc.get_freeze_count() > 0
        assert not pilot.app._tidying.rest() and pilot.app._tidying.rest()

    drive(app_on(made(6), tmp_path), act)
    assert gc.get_threshold() == before and not gc.get_freeze_count()


def test_untidied_puts_the_collector_back_even_after_an_error() -> None:
    with pytest.raises(KeyError), untidied():
        assert not gc.isenabled()
        raise KeyError
    assert gc.isenabled()
