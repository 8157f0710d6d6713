"""The names of `synapse.util.iterutils` that are supported here."""

from media_bridge_shim.api.absent.unsupported import guard

guard(
    __name__,
    {
        "batch_iter": "media_bridge_shim.api.helpers.iteration",
        "chunk_seq": "media_bridge_shim.api.helpers.iteration",
        "partition": "media_bridge_shim.api.helpers.iteration",
        "sorted_topologically": "media_bridge_shim.api.helpers.iteration",
        "sorted_topologically_batched": "media_bridge_shim.api.helpers.iteration",
    },
)
