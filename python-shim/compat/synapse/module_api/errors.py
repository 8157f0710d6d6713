"""The names of `synapse.module_api.errors` that are supported here."""

from media_bridge_shim.api.absent.unsupported import guard
from media_bridge_shim.api.helpers.config import ConfigError
from media_bridge_shim.api.vocabulary.codes import Codes
from media_bridge_shim.api.vocabulary.errors import (
    InvalidClientCredentialsError,
    InvalidRuleException,
    RedirectException,
    RuleNotFoundException,
    SynapseError,
)

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
