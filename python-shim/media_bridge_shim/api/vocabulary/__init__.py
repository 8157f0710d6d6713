"""Words, errors, types and small values that modules and the service exchange."""
