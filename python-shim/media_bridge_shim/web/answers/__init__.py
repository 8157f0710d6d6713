"""How a resource answers."""
