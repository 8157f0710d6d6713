"""The names of `synapse.storage.database` that are supported here."""

from media_bridge_shim.api.absent.unsupported import guard
from media_bridge_shim.database.clauses import (
    make_in_list_sql_clause,
    make_tuple_comparison_clause,
    make_tuple_in_list_sql_clause,
    user_is_local_like_pattern,
)
from media_bridge_shim.database.transaction import LoggingTransaction

__all__ = [
    "LoggingTransaction",
    "make_in_list_sql_clause",
    "make_tuple_comparison_clause",
    "make_tuple_in_list_sql_clause",
    "user_is_local_like_pattern",
]

guard(
    __name__,
    {
        "DatabasePool": "media_bridge_shim.database.pool",
        "LoggingDatabaseConnection": "media_bridge_shim.database.connection",
    },
)
