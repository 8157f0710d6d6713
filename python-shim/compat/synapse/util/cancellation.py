"""The names of `synapse.util.cancellation` that are supported here."""

from media_bridge_shim.api.absent.unsupported import guard
from media_bridge_shim.web.answers.cancellation import cancellable, is_function_cancellable

__all__ = ["cancellable", "is_function_cancellable"]

guard(__name__)
