"""Serves paths, in the ways in which modules for Synapse do it."""

from synapse.http.server import DirectServeHtmlResource, DirectServeJsonResource, respond_with_html
from synapse.http.servlet import assert_params_in_dict, parse_integer, parse_json_object_from_request, parse_string
from synapse.module_api import ModuleApi
from synapse.module_api.errors import Codes, SynapseError
from twisted.internet import reactor
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET

WORDS = ("who", "guest", "where", "number", "refuse", "fail")
PATH = "/_synapse/client/org.example.note"


class Pages:
    def __init__(self, config: dict, api: ModuleApi):
        root = Json(api)
        root.putChild(b"html", Html())
        root.putChild(b"stream", Stream())
        api.register_web_resource(PATH, root)
        api.register_web_resource(f"{PATH}/deeper", Plain())


class Json(DirectServeJsonResource):
    def __init__(self, api: ModuleApi):
        super().__init__()
        self.api = api

    async def _async_render_GET(self, request):
        what = parse_string(request, "what", default="who", allowed_values=WORDS)
        if what == "where":
            return 200, {"worker_name": self.api.worker_name}
        if what == "number":
            return 200, {"number": parse_integer(request, "n", required=True)}
        if what == "refuse":
            fields, headers = {"org.example.why": ["✓"]}, {"X-Of-A-Module": "yes"}
            raise SynapseError(429, "Slower", Codes.LIMIT_EXCEEDED, fields, headers)
        if what == "fail":
            raise ValueError("a secret of the module")
        requester = await self.api.get_user_by_req(request, allow_guest=what == "guest")
        return 200, {"user": requester.user.to_string(), "guest": requester.is_guest}

    async def _async_render_POST(self, request):
        requester = await self.api.get_user_by_req(request)
        body = parse_json_object_from_request(request)
        assert_params_in_dict(body, ["note"])
        return 201, {"user": requester.user.to_string(), "note": body["note"]}


class Html(DirectServeHtmlResource):
    async def _async_render_GET(self, request):
        if parse_string(request, "refuse"):
            raise SynapseError(404, "No <such> page", Codes.NOT_FOUND)
        respond_with_html(request, 200, "<p>grüße ✓</p>")


class Plain(Resource):
    """A resource of Twisted's alone."""

    isLeaf = True

    def render_GET(self, request):
        request.setHeader(b"Content-Type", b"text/plain")
        request.setHeader(b"X-Of-A-Module", b"plain")
        return b"/".join(request.postpath) + b" " + b",".join(request.args.get(b"a", []))

    def render_PUT(self, request):
        request.setResponseCode(202)
        return str(len(request.content.read())).encode()


class Stream(Resource):
    """Answers piece by piece, later."""

    isLeaf = True

    def render_GET(self, request):
        self.write(request, 64)
        return NOT_DONE_YET

    def write(self, request, left):
        if left == 0:
            request.finish()
        else:
            request.write(bytes([left]) * 16_384)
            reactor.callLater(0, self.write, request, left - 1)
