"""The names of `synapse.module_api.errors` that are supported here."""

from media_bridge_shim.api.codes import Codes
from media_bridge_shim.api.config import ConfigError
from media_bridge_shim.api.errors import (
    InvalidClientCredentialsError,
    InvalidRuleException,
    RedirectException,
    RuleNotFoundException,
    SynapseError,
)
from media_bridge_shim.api.unsupported import guard

__all__ = [
    "Codes",
    "ConfigError",
    "InvalidClientCredentialsError",
    "InvalidRuleException",
    "RedirectException",
    "RuleNotFoundException",
    "SynapseError",
]

guard(__name__)
