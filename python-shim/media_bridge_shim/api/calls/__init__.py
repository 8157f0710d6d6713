"""What `ModuleApi` asks the homeserver, by way of the host."""
