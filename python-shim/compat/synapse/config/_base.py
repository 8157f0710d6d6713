"""The names of `synapse.config._base` that are supported here."""

from media_bridge_shim.api.absent.placeholders import RoutableShardedWorkerHandlingConfig, ShardedWorkerHandlingConfig
from media_bridge_shim.api.absent.unsupported import guard
from media_bridge_shim.api.helpers.config import Config, ConfigError, format_config_error, path_exists, read_file
from media_bridge_shim.api.homeserver.homeserver import RootConfig

__all__ = [
    "Config",
    "ConfigError",
    "RootConfig",
    "RoutableShardedWorkerHandlingConfig",
    "ShardedWorkerHandlingConfig",
    "format_config_error",
    "path_exists",
    "read_file",
]

# Imported when first touched: few modules need them.
guard(
    __name__,
    {
        "StrSequence": "media_bridge_shim.api.vocabulary.json_types",
        "parse_and_validate_server_name": "media_bridge_shim.api.vocabulary.stringutils",
    },
)
