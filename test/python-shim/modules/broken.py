"""Modules that cannot be loaded."""

import sys

from synapse.module_api.errors import ConfigError


class Parse:
    @staticmethod
    def parse_config(config):
        number, day = config["nested"][0]["number"], config.get("day")
        raise ConfigError(f"bad {config['secret']!r}, {number}, {day} and {day!r}", path=("limits", "size"))


class Init:
    def __init__(self, config, api):
        raise ValueError("cannot start with " + config["secret"])


class Exit:
    def __init__(self, config, api):
        sys.exit(3)


class NotCallable:
    def __init__(self, config, api):
        api.register_media_repository_callbacks(get_media_config_for_user="nonsense")


class UnknownKeyword:
    def __init__(self, config, api):
        api.register_media_repository_callbacks(get_media_future=print)
