"""Modules of which `describe` tells."""

import functools

import attr


@attr.s(auto_attribs=True)
class Settings:
    max: int
    words: tuple = ("a",)
    _hidden: int = 1


def _two(user, size, extra):
    return None


class Plans:
    @staticmethod
    def parse_config(config):
        return Settings(config["max"])

    def __init__(self, config, api):
        exec_scope = {}
        exec("async def limits(user): return None", exec_scope)
        api.register_media_repository_callbacks(
            is_user_allowed_to_upload_media_of_size=self.allowed,
            get_media_config_for_user=functools.partial(_two, extra=1),
            get_media_upload_limits_for_user=exec_scope["limits"],
        )

    async def allowed(self, user, size):
        return True


class Endless:
    @staticmethod
    def parse_config(config):
        endless = {}
        endless["again"] = endless
        return endless

    def __init__(self, config, api):
        pass
