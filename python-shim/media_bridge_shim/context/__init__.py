"""What code of a module runs in: whose code it is, for which request, in which service."""
