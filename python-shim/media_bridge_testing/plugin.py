"""What pytest is given: one option, and the fixture."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .choice import choose_synapse
from .driver import Driver
from .media_bridge import MediaBridge

OPTION = "--media-bridge-synapse"
_driver = pytest.StashKey[Driver]()
_synapse = pytest.StashKey[str]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.getgroup("media-bridge").addoption(
        OPTION,
        choices=("auto", "installed", "shim"),
        default="auto",
        help="the synapse package of tested modules: the installed one, the service's names, or (auto) what is there",
    )


def pytest_configure(config: pytest.Config) -> None:
    # Before test files are collected, which import modules, which import `synapse`.
    config.stash[_synapse] = choose_synapse(config.getoption(OPTION))
    config.stash[_driver] = Driver()


def pytest_unconfigure(config: pytest.Config) -> None:
    driver = config.stash.get(_driver, None)
    if driver is not None:
        driver.close()


def pytest_report_header(config: pytest.Config) -> str:
    return f"media-bridge: modules import {config.stash[_synapse]}"


@pytest.fixture
def media_bridge(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: Any) -> Iterator[MediaBridge]:
    """Loads modules and starts services for one test: see `MediaBridge`."""
    bridge = MediaBridge(request.config.stash[_driver], tmp_path, request.path.parent)
    # `time.time()` in a module says what the clock says.
    monkeypatch.setattr("time.time", bridge.clock.time)
    yield bridge
    bridge.close()
