"""The names of `synapse.media.media_repository` that are supported here."""

from media_bridge_shim.api.unsupported import guard

guard(
    __name__,
    {
        "Codes": "media_bridge_shim.api.codes",
        "Duration": "media_bridge_shim.api.duration",
        "FederationDeniedError": "media_bridge_shim.api.errors",
        "FileInfo": "media_bridge_shim.api.files",
        "FileStorageProviderBackend": "media_bridge_shim.api.storage_provider",
        "HttpResponseException": "media_bridge_shim.api.errors",
        "Linearizer": "media_bridge_shim.api.async_helpers",
        "MediaFilePaths": "media_bridge_shim.api.filepaths",
        "MediaRepository": "media_bridge_shim.api.media_repository",
        "NotFoundError": "media_bridge_shim.api.errors",
        "NotRetryingDestination": "media_bridge_shim.api.errors",
        "RequestSendFailed": "media_bridge_shim.api.errors",
        "Responder": "media_bridge_shim.api.responders",
        "SHA256TransparentIOReader": "media_bridge_shim.api.hashing_files",
        "SHA256TransparentIOWriter": "media_bridge_shim.api.hashing_files",
        "SynapseError": "media_bridge_shim.api.errors",
        "SynapseRequest": "media_bridge_shim.web.request",
        "ThumbnailInfo": "media_bridge_shim.api.files",
        "UserID": "media_bridge_shim.api.types",
        "UserLimitExceededError": "media_bridge_shim.api.errors",
        "cs_error": "media_bridge_shim.api.errors",
        "defer_to_thread": "media_bridge_shim.api.threads",
        "random_string": "media_bridge_shim.api.stringutils",
        "respond_with_json": "media_bridge_shim.web.answers",
        "trace": "media_bridge_shim.api.tracing",
    },
)
