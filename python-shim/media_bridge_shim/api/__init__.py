"""What Python modules import and call: the implementation behind the `synapse` packages in `compat/`."""

IMITATED_VERSION = "1.163.2"
"""The Synapse release whose names, signatures and behaviour this package follows."""
