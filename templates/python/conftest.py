pytest_plugins = ["media_bridge_testing"]
