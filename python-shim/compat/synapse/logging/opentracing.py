"""The names of `synapse.logging.opentracing` that are supported here."""

from media_bridge_shim.api.unsupported import guard

guard(
    __name__,
    {
        "ConfigError": "media_bridge_shim.api.config",
        "SynapseBaggage": "media_bridge_shim.api.tracing",
        "SynapseTags": "media_bridge_shim.api.tracing",
        "active_span": "media_bridge_shim.api.tracing",
        "active_span_context_as_string": "media_bridge_shim.api.tracing",
        "ensure_active_span": "media_bridge_shim.api.tracing",
        "extract_text_map": "media_bridge_shim.api.tracing",
        "force_tracing": "media_bridge_shim.api.tracing",
        "get_active_span_text_map": "media_bridge_shim.api.tracing",
        "init_tracer": "media_bridge_shim.api.tracing",
        "inject_header_dict": "media_bridge_shim.api.tracing",
        "inject_request_headers": "media_bridge_shim.api.tracing",
        "inject_response_headers": "media_bridge_shim.api.tracing",
        "is_context_forced_tracing": "media_bridge_shim.api.tracing",
        "log_kv": "media_bridge_shim.api.tracing",
        "only_if_tracing": "media_bridge_shim.api.tracing",
        "set_homeserver_whitelist": "media_bridge_shim.api.tracing",
        "set_operation_name": "media_bridge_shim.api.tracing",
        "set_tag": "media_bridge_shim.api.tracing",
        "span_context_from_request": "media_bridge_shim.api.tracing",
        "span_context_from_string": "media_bridge_shim.api.tracing",
        "start_active_span": "media_bridge_shim.api.tracing",
        "start_active_span_follows_from": "media_bridge_shim.api.tracing",
        "start_active_span_from_edu": "media_bridge_shim.api.tracing",
        "tag_args": "media_bridge_shim.api.tracing",
        "tags": "media_bridge_shim.api.tracing",
        "trace": "media_bridge_shim.api.tracing",
        "trace_servlet": "media_bridge_shim.api.tracing",
        "trace_with_opname": "media_bridge_shim.api.tracing",
        "whitelisted_homeserver": "media_bridge_shim.api.tracing",
    },
)
