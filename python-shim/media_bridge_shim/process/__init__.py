"""This process: its limits, its end, and what happens when it can no longer be relied upon."""
