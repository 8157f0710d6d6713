"""The caches of `synapse.util.caches`."""
