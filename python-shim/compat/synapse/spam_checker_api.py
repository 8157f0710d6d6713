"""The names of `synapse.spam_checker_api` that are supported here."""

from media_bridge_shim.api.absent.unsupported import guard
from media_bridge_shim.api.vocabulary.callback_types import RegistrationBehaviour

__all__ = ["RegistrationBehaviour"]

guard(__name__)
