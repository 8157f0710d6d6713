"""The names of `synapse.http.client` that are supported here."""

from media_bridge_shim.api.unsupported import guard

guard(
    __name__,
    {
        "BaseHttpClient": "media_bridge_shim.api.http_client",
        "BodyExceededMaxSize": "media_bridge_shim.api.http_body",
        "ByteWriteable": "media_bridge_shim.api.http_body",
        "Clock": "media_bridge_shim.api.clock",
        "Codes": "media_bridge_shim.api.codes",
        "HttpResponseException": "media_bridge_shim.api.errors",
        "PreserveLoggingContext": "media_bridge_shim.api.logging_context",
        "QuieterFileBodyProducer": "media_bridge_shim.api.http_body",
        "RequestTimedOutError": "media_bridge_shim.api.errors",
        "SimpleHttpClient": "media_bridge_shim.api.http_client",
        "StrSequence": "media_bridge_shim.api.json_types",
        "SynapseError": "media_bridge_shim.api.errors",
        "encode_query_args": "media_bridge_shim.api.http_client",
        "is_unknown_endpoint": "media_bridge_shim.api.http_client",
        "json_decoder": "media_bridge_shim.api.json_coders",
        "make_deferred_yieldable": "media_bridge_shim.api.logging_context",
        "read_body_with_max_size": "media_bridge_shim.api.http_body",
        "redact_uri": "media_bridge_shim.web.addresses",
        "run_in_background": "media_bridge_shim.api.logging_context",
        "set_tag": "media_bridge_shim.api.tracing",
        "start_active_span": "media_bridge_shim.api.tracing",
        "tags": "media_bridge_shim.api.tracing",
        "timeout_deferred": "media_bridge_shim.api.async_helpers",
    },
)
