"""Web resources of modules: what they derive from, and the private listener on which they answer."""
