"""Callbacks that answer with what an expression of the configuration says, or do what it does."""

import asyncio  # noqa: F401
import enum
import os  # noqa: F401
import signal  # noqa: F401
import sys  # noqa: F401
import threading  # noqa: F401
import time  # noqa: F401
from types import MappingProxyType, SimpleNamespace  # noqa: F401

from synapse.module_api import NOT_SPAM, MediaUploadLimit  # noqa: F401
from synapse.module_api.errors import Codes, SynapseError  # noqa: F401
from twisted.internet import defer, reactor  # noqa: F401

KINDS = {
    "config": "get_media_config_for_user",
    "allowed": "is_user_allowed_to_upload_media_of_size",
    "limits": "get_media_upload_limits_for_user",
    "exceeded": "on_media_upload_limit_exceeded",
}


class Color(str, enum.Enum):
    RED = "red"


def throw(error):
    raise error


def sleep(seconds):
    waiting = defer.Deferred()
    reactor.callLater(seconds, waiting.callback, None)
    return waiting


class OwnError(SynapseError):
    def error_dict(self, config):
        return {"errcode": "ORG_OWN", "error": "mine", "code": 1, "msg": 2}


class Falsy:
    def __bool__(self):
        raise ValueError("no truth here")


class Module:
    """`{kind: expression}`; `await` works in it."""

    def __init__(self, config, api):
        for kind, expression in config.items():
            scope = dict(globals())
            exec(f"async def callback(*args): return {expression}", scope)
            if kind == "spam":
                api.register_spam_checker_callbacks(check_media_file_for_spam=scope["callback"])
            else:
                api.register_media_repository_callbacks(**{KINDS[kind]: scope["callback"]})


class Asked:
    """Coroutines that answer with what the expression in their first argument says."""

    def __init__(self, config, api):
        api.register_media_repository_callbacks(**dict.fromkeys(KINDS.values(), self.answer))
        api.register_spam_checker_callbacks(check_media_file_for_spam=self.answer_for_file)

    async def answer(self, *args):
        return eval(args[0])

    async def answer_for_file(self, file, info):
        return eval(file.path)


class AskedPlain:
    """The same by functions that are not coroutines."""

    def __init__(self, config, api):
        api.register_media_repository_callbacks(**dict.fromkeys(KINDS.values(), lambda *args: eval(args[0])))


class Silent:
    """Lets every walk continue."""

    def __init__(self, config, api):
        api.register_media_repository_callbacks(
            get_media_config_for_user=lambda user_id: None,
            is_user_allowed_to_upload_media_of_size=lambda user_id, size: True,
            get_media_upload_limits_for_user=lambda user_id: None,
        )
        api.register_spam_checker_callbacks(check_media_file_for_spam=lambda file, info: NOT_SPAM)
