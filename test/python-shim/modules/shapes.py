"""Modules of every loadable shape, and callbacks of every callable one."""

import functools


class NoParser:
    def __init__(self, config, api):
        api.register_media_repository_callbacks(get_media_config_for_user=lambda user_id: config)


class StaticParser(NoParser):
    @staticmethod
    def parse_config(config):
        return {"parsed": config}


class ClassParser(NoParser):
    @classmethod
    def parse_config(cls, config):
        return {"class": cls.__name__}


class Shown(NoParser):
    @staticmethod
    def parse_config(config):
        return {"is": repr(config)}


class CallableObject:
    async def __call__(self, user_id):
        return [user_id]


def with_size(user_id, size):
    raise LookupError(f"with size {size!r}")


def optional_size(user_id, size="none given"):
    raise LookupError(f"with size {size!r}")


class Signatures:
    def __init__(self, config, api):
        for callback in (
            with_size,
            optional_size,
            functools.partial(lambda prefix, user_id, size: with_size(user_id, size), "x"),
            self.method,
            SizeObject(),
        ):
            api.register_media_repository_callbacks(get_media_upload_limits_for_user=callback)

    async def method(self, user_id, size):
        with_size(user_id, size)


class SizeObject:
    def __call__(self, user_id, size):
        with_size(user_id, size)


class Twice:
    def __init__(self, config, api):
        for _ in range(2):
            api.register_media_repository_callbacks(get_media_config_for_user=self.config)
        api.register_third_party_rules_callbacks(on_new_event=self.config)
        api.register_media_repository_callbacks(on_media_upload_limit_exceeded=None)

    async def config(self, user_id):
        return None
