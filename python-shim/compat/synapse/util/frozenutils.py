"""The names of `synapse.util.frozenutils` that are supported here."""

from media_bridge_shim.api.absent.unsupported import guard
from media_bridge_shim.api.helpers.frozenutils import freeze, unfreeze

__all__ = ["freeze", "unfreeze"]

guard(__name__)
