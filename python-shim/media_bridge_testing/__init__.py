"""A pytest plugin for tests of Python media modules: `pytest -p media_bridge_testing`, or `pytest_plugins`.

Its fixture `media_bridge` loads modules, calls their callbacks, moves their clock, answers what they ask of the
homeserver, and starts whole services. It takes the `synapse` package that is installed and, where there is none, the
names of this service.
"""

from .plugin import (
    media_bridge,
    pytest_addoption,
    pytest_configure,
    pytest_report_header,
    pytest_unconfigure,
)

__all__ = ["media_bridge", "pytest_addoption", "pytest_configure", "pytest_report_header", "pytest_unconfigure"]
