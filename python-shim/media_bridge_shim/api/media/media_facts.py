"""Constants and errors of `synapse.media`."""

from __future__ import annotations

from ..vocabulary.errors import NotFoundError

DEFAULT_MAX_TIMEOUT_MS = 20_000
MAXIMUM_ALLOWED_MAX_TIMEOUT_MS = 60_000

TEXT_CONTENT_TYPES = [
    "text/css",
    "text/csv",
    "text/html",
    "text/calendar",
    "text/plain",
    "text/javascript",
    "application/json",
    "application/ld+json",
    "application/rtf",
    "image/svg+xml",
    "text/xml",
]
"""What is text, so that its charset is told."""

INLINE_CONTENT_TYPES = [
    "text/css",
    "text/plain",
    "text/csv",
    "application/json",
    "application/ld+json",
    "image/jpeg",
    "image/gif",
    "image/png",
    "image/apng",
    "image/webp",
    "image/avif",
    "video/mp4",
    "video/webm",
    "video/ogg",
    "video/quicktime",
    "audio/mp4",
    "audio/webm",
    "audio/aac",
    "audio/mpeg",
    "audio/ogg",
    "audio/wave",
    "audio/wav",
    "audio/x-wav",
    "audio/x-pn-wav",
    "audio/flac",
    "audio/x-flac",
]
"""What a browser may show by itself."""


class ConsumerRequestedStopError(Exception):
    """The consumer of the bytes wants no more of them."""


class SpamMediaException(NotFoundError):
    """A spam checker refused the file: to clients it is not there."""


class QuarantinedMediaException(NotFoundError):
    """The file is in quarantine: to clients it is not there."""
