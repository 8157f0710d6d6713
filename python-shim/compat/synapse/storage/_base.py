"""The names of `synapse.storage._base` that are supported here."""

from media_bridge_shim.api.absent.placeholders import SQLBaseStore
from media_bridge_shim.api.absent.unsupported import guard
from media_bridge_shim.database.clauses import make_in_list_sql_clause

__all__ = ["SQLBaseStore", "make_in_list_sql_clause"]

guard(__name__)
