"""TypeScript modules inside a Synapse, as one module of its configuration (docs/inside-synapse.md)."""

from .module import TypeScriptModules

__all__ = ["TypeScriptModules", "__version__"]
__version__ = "0.1.0"
