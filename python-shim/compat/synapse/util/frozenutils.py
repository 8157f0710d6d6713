"""The names of `synapse.util.frozenutils` that are supported here."""

from media_bridge_shim.api.frozenutils import freeze, unfreeze
from media_bridge_shim.api.unsupported import guard

__all__ = ["freeze", "unfreeze"]

guard(__name__)
