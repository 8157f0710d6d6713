"""Resources that need no servlet: unknown paths, preflight requests, redirects, static files."""

from __future__ import annotations

from typing import Any, NoReturn

from twisted.python.failure import Failure
from twisted.web.pages import notFound
from twisted.web.resource import IResource, Resource
from twisted.web.server import NOT_DONE_YET, Request
from twisted.web.static import File
from twisted.web.util import redirectTo

from ...api.vocabulary.errors import UnrecognizedRequestError
from ..answers.error_answers import return_json_error
from ..answers.headers import set_clickjacking_protection_headers, set_cors_headers


class UnrecognizedRequestResource(Resource):
    """404 `M_UNRECOGNIZED`, for itself and for everything below it that has not been put there."""

    def render(self, request: Any) -> int:
        return_json_error(Failure(UnrecognizedRequestError(code=404)), request, None)
        return NOT_DONE_YET

    def getChild(self, path: bytes, request: Request) -> Resource:
        return NOBODY


class ChildlessUnrecognizedRequestResource(UnrecognizedRequestResource):
    """One for all unknown paths, which is why nothing may be put below it."""

    def putChild(self, path: bytes, child: IResource) -> NoReturn:
        raise RuntimeError("Nothing can be put below the resource of every unknown path")


NOBODY = ChildlessUnrecognizedRequestResource()


class OptionsResource(Resource):
    """Answers `OPTIONS` for itself and everything below it: 204 with the headers of CORS."""

    def render_OPTIONS(self, request: Any) -> bytes:
        request.setResponseCode(204)
        request.setHeader(b"Content-Length", b"0")
        set_cors_headers(request)
        return b""

    def getChildWithDefault(self, path: bytes, request: Request) -> Any:
        return self if request.method == b"OPTIONS" else super().getChildWithDefault(path, request)


class RootRedirect(Resource):
    """Redirects requests for `/` to another path."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.url = path

    def render_GET(self, request: Request) -> bytes:
        # What zope.interface declares is not known to types.
        return redirectTo(self.url.encode("ascii"), request)  # type: ignore[arg-type]

    def getChild(self, name: bytes, request: Request) -> Any:
        return self if not name else super().getChild(name, request)


class RootOptionsRedirectResource(OptionsResource, RootRedirect):
    """Both: a redirect for `/`, and `OPTIONS` for everything."""


class StaticResource(File):
    """A file or a folder, which no other page may frame, and whose folders are not listed."""

    def render_GET(self, request: Request) -> Any:
        set_clickjacking_protection_headers(request)
        return super().render_GET(request)

    def directoryListing(self) -> Any:
        return notFound()
