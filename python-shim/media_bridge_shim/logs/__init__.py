"""What modules log, print and count, with their names."""
