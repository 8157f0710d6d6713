"""Frames to and from Node, and the requests in both directions."""
