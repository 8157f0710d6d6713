"""Modules that are compared: what they are asked and say, told to Node."""
