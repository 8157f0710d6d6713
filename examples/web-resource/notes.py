"""A Synapse module that serves a path: each user keeps one note, in memory."""

from synapse.http.server import DirectServeJsonResource
from synapse.http.servlet import assert_params_in_dict
from synapse.http.site import SynapseRequest
from synapse.module_api import ModuleApi, parse_json_object_from_request
from synapse.module_api.errors import Codes, ConfigError, SynapseError


class Notes:
    def __init__(self, config: dict, api: ModuleApi):
        api.register_web_resource("/_synapse/client/org.example.note", NoteResource(api, config["max_bytes"]))

    @staticmethod
    def parse_config(config: dict) -> dict:
        if not isinstance(config.get("max_bytes"), int):
            raise ConfigError("notes need max_bytes: an integer")
        return config


class NoteResource(DirectServeJsonResource):
    def __init__(self, api: ModuleApi, max_bytes: int):
        super().__init__()
        self._api = api
        self._max_bytes = max_bytes
        self._notes: dict[str, str] = {}

    async def _async_render_GET(self, request: SynapseRequest):
        requester = await self._api.get_user_by_req(request)
        return 200, {"note": self._notes.get(requester.user.to_string())}

    async def _async_render_PUT(self, request: SynapseRequest):
        requester = await self._api.get_user_by_req(request)
        body = parse_json_object_from_request(request)
        assert_params_in_dict(body, ["note"])
        if len(str(body["note"]).encode()) > self._max_bytes:
            raise SynapseError(413, f"A note has {self._max_bytes} bytes at most", Codes.TOO_LARGE)
        self._notes[requester.user.to_string()] = str(body["note"])
        return 200, {}
