"""The names of `synapse.util.module_loader` that are supported here."""

from media_bridge_shim.api.absent.unsupported import guard

guard(
    __name__,
    {
        "ConfigError": "media_bridge_shim.api.helpers.config",
        "StrSequence": "media_bridge_shim.api.vocabulary.json_types",
        "load_module": "media_bridge_shim.api.helpers.python_modules",
        "load_python_module": "media_bridge_shim.api.helpers.python_modules",
    },
)
