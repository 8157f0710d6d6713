"""`read_templates`: Jinja templates of a module's own folder."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, urlencode

from .config import ConfigError


def read_templates(
    filenames: Sequence[str], folder: str | None, public_baseurl: str | None, server_name: str
) -> list[Any]:
    """Templates from `folder`, autoescaped, with Synapse's filters.

    `ConfigError` where the folder, a file or Jinja is missing.
    """
    try:
        import jinja2
    except ImportError as error:
        raise ConfigError("Templates need the Python package jinja2, which is not installed") from error
    if folder is None:
        raise ConfigError("This service has no templates of its own: give read_templates() a folder")
    if not os.path.isdir(folder):
        raise ConfigError(f"There is no folder of templates {folder}")
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder), autoescape=jinja2.select_autoescape(default=True)
    )
    environment.filters["format_ts"] = format_ts
    environment.filters["localpart_from_email"] = lambda address: address.rsplit("@", 1)[0]
    environment.filters["mxc_to_http"] = MxcToHttp(public_baseurl)
    environment.globals["server_name"] = server_name
    return [read_template(environment, name, folder) for name in filenames]


def read_template(environment: Any, name: str, folder: str) -> Any:
    import jinja2

    try:
        return environment.get_template(name)
    except jinja2.TemplateNotFound as error:
        raise ConfigError(f"There is no template {name} in {folder}") from error


def format_ts(value_ms: int, format: str) -> str:
    """A time in milliseconds of the epoch, in `strftime`'s notation."""
    return time.strftime(format, time.localtime(value_ms / 1000))


class MxcToHttp:
    """The filter `mxc_to_http`: the address of a thumbnail of an `mxc:` URI."""

    def __init__(self, public_baseurl: str | None) -> None:
        self._base = public_baseurl or ""

    def __call__(self, value: str, width: int, height: int, resize_method: str = "crop") -> str:
        if not value.startswith("mxc://"):
            return ""
        media, hash_mark, fragment = value[len("mxc://") :].partition("#")
        query = urlencode({"width": width, "height": height, "method": resize_method})
        return f"{self._base}_matrix/media/v1/thumbnail/{quote(media)}?{query}{hash_mark}{fragment}"
