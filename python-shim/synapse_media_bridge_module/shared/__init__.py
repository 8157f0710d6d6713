"""What all of the package knows: settings, errors, the values that cross, what differs by release of Synapse."""
