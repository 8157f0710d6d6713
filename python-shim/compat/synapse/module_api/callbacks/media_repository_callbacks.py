"""The names of `synapse.module_api.callbacks.media_repository_callbacks` that are supported here."""

from media_bridge_shim.api.absent.placeholders import MediaRepositoryModuleApiCallbacks
from media_bridge_shim.api.absent.unsupported import guard
from media_bridge_shim.api.vocabulary.callback_types import Callback
from media_bridge_shim.api.vocabulary.json_types import JsonDict
from media_bridge_shim.api.vocabulary.upload_limit import MediaUploadLimit

GET_MEDIA_CONFIG_FOR_USER_CALLBACK = Callback
GET_MEDIA_UPLOAD_LIMITS_FOR_USER_CALLBACK = Callback
IS_USER_ALLOWED_TO_UPLOAD_MEDIA_OF_SIZE_CALLBACK = Callback
ON_MEDIA_UPLOAD_LIMIT_EXCEEDED_CALLBACK = Callback

__all__ = [
    "GET_MEDIA_CONFIG_FOR_USER_CALLBACK",
    "GET_MEDIA_UPLOAD_LIMITS_FOR_USER_CALLBACK",
    "IS_USER_ALLOWED_TO_UPLOAD_MEDIA_OF_SIZE_CALLBACK",
    "JsonDict",
    "MediaRepositoryModuleApiCallbacks",
    "MediaUploadLimit",
    "ON_MEDIA_UPLOAD_LIMIT_EXCEEDED_CALLBACK",
]

# Imported when first touched: few modules need them.
guard(
    __name__,
    {
        "Measure": "media_bridge_shim.api.asynchronous.measure",
        "delay_cancellation": "media_bridge_shim.api.asynchronous.async_helpers",
    },
)
