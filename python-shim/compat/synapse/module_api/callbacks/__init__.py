"""The names of `synapse.module_api.callbacks` that are supported here."""

from media_bridge_shim.api.absent.placeholders import (
    AccountValidityModuleApiCallbacks,
    FederationModuleApiCallbacks,
    MediaRepositoryModuleApiCallbacks,
    ModuleApiCallbacks,
    RatelimitModuleApiCallbacks,
    SpamCheckerModuleApiCallbacks,
    ThirdPartyEventRulesModuleApiCallbacks,
)
from media_bridge_shim.api.absent.unsupported import guard

__all__ = [
    "AccountValidityModuleApiCallbacks",
    "FederationModuleApiCallbacks",
    "MediaRepositoryModuleApiCallbacks",
    "ModuleApiCallbacks",
    "RatelimitModuleApiCallbacks",
    "SpamCheckerModuleApiCallbacks",
    "ThirdPartyEventRulesModuleApiCallbacks",
]

guard(__name__)
