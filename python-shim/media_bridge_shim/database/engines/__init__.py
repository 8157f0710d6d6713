"""SQLite and PostgreSQL, as modules know them from Synapse."""
