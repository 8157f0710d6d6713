"""From the configuration to modules: import, `parse_config`, construct, describe."""
