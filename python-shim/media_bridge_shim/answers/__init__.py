"""From answers and exceptions to the wire: without secrets, and of bounded length."""
