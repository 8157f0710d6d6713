"""Files of media: what modules are told of one, and how storage providers keep and send it."""
