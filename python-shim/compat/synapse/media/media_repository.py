"""The names of `synapse.media.media_repository` that are supported here."""

from media_bridge_shim.api.absent.unsupported import guard

guard(
    __name__,
    {
        "Codes": "media_bridge_shim.api.vocabulary.codes",
        "Duration": "media_bridge_shim.api.helpers.duration",
        "FederationDeniedError": "media_bridge_shim.api.vocabulary.errors",
        "FileInfo": "media_bridge_shim.api.media.files",
        "FileStorageProviderBackend": "media_bridge_shim.api.media.storage_provider",
        "HttpResponseException": "media_bridge_shim.api.vocabulary.errors",
        "Linearizer": "media_bridge_shim.api.asynchronous.async_helpers",
        "MediaFilePaths": "media_bridge_shim.api.media.filepaths",
        "MediaRepository": "media_bridge_shim.api.homeserver.media_repository",
        "NotFoundError": "media_bridge_shim.api.vocabulary.errors",
        "NotRetryingDestination": "media_bridge_shim.api.vocabulary.errors",
        "RequestSendFailed": "media_bridge_shim.api.vocabulary.errors",
        "Responder": "media_bridge_shim.api.media.responders",
        "SHA256TransparentIOReader": "media_bridge_shim.api.media.hashing_files",
        "SHA256TransparentIOWriter": "media_bridge_shim.api.media.hashing_files",
        "SynapseError": "media_bridge_shim.api.vocabulary.errors",
        "SynapseRequest": "media_bridge_shim.web.request",
        "ThumbnailInfo": "media_bridge_shim.api.media.files",
        "UserID": "media_bridge_shim.api.vocabulary.types",
        "UserLimitExceededError": "media_bridge_shim.api.vocabulary.errors",
        "cs_error": "media_bridge_shim.api.vocabulary.errors",
        "defer_to_thread": "media_bridge_shim.api.asynchronous.threads",
        "random_string": "media_bridge_shim.api.vocabulary.stringutils",
        "respond_with_json": "media_bridge_shim.web.answers.answers",
        "trace": "media_bridge_shim.api.asynchronous.tracing",
    },
)
