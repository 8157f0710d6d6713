"""The channel to the host: descriptors, frames, msgpack, and the event loop that serves them first."""
