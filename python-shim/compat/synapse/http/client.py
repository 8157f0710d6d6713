"""The names of `synapse.http.client` that are supported here."""

from media_bridge_shim.api.absent.unsupported import guard

guard(
    __name__,
    {
        "BaseHttpClient": "media_bridge_shim.api.homeserver.http_client",
        "BodyExceededMaxSize": "media_bridge_shim.api.homeserver.http_body",
        "ByteWriteable": "media_bridge_shim.api.homeserver.http_body",
        "Clock": "media_bridge_shim.api.asynchronous.clock",
        "Codes": "media_bridge_shim.api.vocabulary.codes",
        "HttpResponseException": "media_bridge_shim.api.vocabulary.errors",
        "PreserveLoggingContext": "media_bridge_shim.api.asynchronous.logging_context",
        "QuieterFileBodyProducer": "media_bridge_shim.api.homeserver.http_body",
        "RequestTimedOutError": "media_bridge_shim.api.vocabulary.errors",
        "SimpleHttpClient": "media_bridge_shim.api.homeserver.http_client",
        "StrSequence": "media_bridge_shim.api.vocabulary.json_types",
        "SynapseError": "media_bridge_shim.api.vocabulary.errors",
        "encode_query_args": "media_bridge_shim.api.homeserver.http_client",
        "is_unknown_endpoint": "media_bridge_shim.api.homeserver.http_client",
        "json_decoder": "media_bridge_shim.api.helpers.json_coders",
        "make_deferred_yieldable": "media_bridge_shim.api.asynchronous.logging_context",
        "read_body_with_max_size": "media_bridge_shim.api.homeserver.http_body",
        "redact_uri": "media_bridge_shim.web.requests.addresses",
        "run_in_background": "media_bridge_shim.api.asynchronous.logging_context",
        "set_tag": "media_bridge_shim.api.asynchronous.tracing",
        "start_active_span": "media_bridge_shim.api.asynchronous.tracing",
        "tags": "media_bridge_shim.api.asynchronous.tracing",
        "timeout_deferred": "media_bridge_shim.api.asynchronous.async_helpers",
    },
)
