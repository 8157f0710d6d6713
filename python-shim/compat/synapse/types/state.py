"""The names of `synapse.types.state` that are supported here."""

from media_bridge_shim.api.absent.placeholders import StateFilter
from media_bridge_shim.api.absent.unsupported import guard

__all__ = ["StateFilter"]

# Imported when first touched: few modules need them.
guard(
    __name__,
    {
        "EventTypes": "media_bridge_shim.api.vocabulary.constants",
        "MutableStateMap": "media_bridge_shim.api.vocabulary.json_types",
        "StateKey": "media_bridge_shim.api.vocabulary.json_types",
        "StateMap": "media_bridge_shim.api.vocabulary.json_types",
    },
)
