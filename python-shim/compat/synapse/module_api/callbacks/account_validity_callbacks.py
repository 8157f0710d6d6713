"""The names of `synapse.module_api.callbacks.account_validity_callbacks` that are supported here."""

from media_bridge_shim.api.absent.placeholders import AccountValidityModuleApiCallbacks
from media_bridge_shim.api.absent.unsupported import guard
from media_bridge_shim.api.vocabulary.callback_types import Callback

IS_USER_EXPIRED_CALLBACK = Callback
ON_LEGACY_ADMIN_REQUEST = Callback
ON_LEGACY_RENEW_CALLBACK = Callback
ON_LEGACY_SEND_MAIL_CALLBACK = Callback
ON_USER_LOGIN_CALLBACK = Callback
ON_USER_REGISTRATION_CALLBACK = Callback

__all__ = [
    "AccountValidityModuleApiCallbacks",
    "IS_USER_EXPIRED_CALLBACK",
    "ON_LEGACY_ADMIN_REQUEST",
    "ON_LEGACY_RENEW_CALLBACK",
    "ON_LEGACY_SEND_MAIL_CALLBACK",
    "ON_USER_LOGIN_CALLBACK",
    "ON_USER_REGISTRATION_CALLBACK",
]

guard(__name__)
