"""The Python side of the bridge: runs Synapse's media modules unchanged, spoken to over msgpack frames."""

__version__ = "1.0.0"
