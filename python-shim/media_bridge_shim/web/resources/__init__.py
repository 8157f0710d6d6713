"""What the resources of modules derive from."""
