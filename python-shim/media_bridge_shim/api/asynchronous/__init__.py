"""Deferreds, threads, clocks and the contexts that follow them."""
