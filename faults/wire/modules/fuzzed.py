"""Callbacks of every kind: at once, after a turn of the loop, and after an answer of the host."""

import asyncio

from media_bridge_shim.context.service import current
from synapse.module_api import NOT_SPAM, MediaUploadLimit
from twisted.internet import defer, reactor


async def config(user_id):
    await asyncio.sleep(0)
    return {"m.upload.size": 1}


async def allowed(user_id, size):
    facts = {"token": "t", "user_id": user_id, "device_id": None, "address": None, "user_agent": None}
    return (await current().call_host("who_is", facts))["refusal"] is None


def limits(user_id):
    later = defer.Deferred()
    reactor.callLater(0, later.callback, [MediaUploadLimit(1, 2)])
    return later


def exceeded(user_id, limit, sent_bytes, attempted_bytes):
    return limit.max_bytes + sent_bytes + attempted_bytes


def heard(*args):
    return None


async def checked(file_wrapper, file_info):
    return NOT_SPAM


class Module:
    def __init__(self, config_of_module, api):
        for name, callback in (
            ("get_media_config_for_user", config),
            ("is_user_allowed_to_upload_media_of_size", allowed),
            ("get_media_upload_limits_for_user", limits),
            ("on_media_upload_limit_exceeded", exceeded),
            ("on_media_uploaded", heard),
            ("on_media_deleted", heard),
        ):
            api.register_media_repository_callbacks(**{name: callback})
        api.register_spam_checker_callbacks(check_media_file_for_spam=checked)
