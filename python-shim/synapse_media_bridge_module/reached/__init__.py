"""What TypeScript modules reach in this Synapse."""
