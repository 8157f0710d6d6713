"""A Node that is started or connected to, and started again."""
