"""Small helpers of `synapse.util` and `synapse.config`."""
