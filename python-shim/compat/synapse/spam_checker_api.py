"""The names of `synapse.spam_checker_api` that are supported here."""

from media_bridge_shim.api.callback_types import RegistrationBehaviour
from media_bridge_shim.api.unsupported import guard

__all__ = ["RegistrationBehaviour"]

guard(__name__)
