import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { CROWD, LARGEST_BYTES, LIMIT_BYTES } from "./requests.ts";

const GATE = `
from synapse.http.server import DirectServeJsonResource
from synapse.module_api import MediaUploadLimit


class Gate:
    def __init__(self, config, api):
        api.register_media_repository_callbacks(
            get_media_config_for_user=self.config,
            is_user_allowed_to_upload_media_of_size=self.allowed,
            get_media_upload_limits_for_user=self.limits,
        )
        if config["checks"]:
            api.register_spam_checker_callbacks(check_media_file_for_spam=self.spam)
        api.register_web_resource("/_synapse/client/python", Echo(api))

    async def config(self, user_id):
        return {"m.upload.size": ${LARGEST_BYTES}, "who": user_id}

    async def allowed(self, user_id, size):
        return size <= ${LARGEST_BYTES} or user_id.startswith("@${CROWD.keeper}:")

    async def limits(self, user_id):
        return [MediaUploadLimit(${LIMIT_BYTES}, 86_400_000)] if user_id.startswith("@${CROWD.limited}:") else None

    async def spam(self, file_wrapper, file_info):
        with open(file_wrapper.path, "rb") as file:
            return file.read(4) == b"spam"


class Echo(DirectServeJsonResource):
    def __init__(self, api):
        super().__init__()
        self._api = api

    async def _async_render_POST(self, request):
        # Closed once the client has left.
        body = request.content.read()
        requester = await self._api.get_user_by_req(request)
        return 200, {"bytes": len(body), "who": requester.user.to_string()}
`;

const ECHO = `
import { defineModule } from "synapse-media-bridge";

export default defineModule({
  name: "echo",
  setup(api) {
    api.registerWebResource("/_synapse/client/typescript", async (request, response) => {
      const { userId } = await api.getUserByRequest(request);
      let bytes = 0;
      for await (const piece of request) bytes += piece.length;
      response.setHeader("Access-Control-Allow-Origin", "*");
      response.setHeader("Content-Type", "application/json");
      response.end(JSON.stringify({ bytes, who: userId }));
    });
    api.registerMediaRepositoryCallbacks({ isUserAllowedToUploadMediaOfSize: async () => true });
  },
});
`;

/** Modules of both languages, with web resources that say what they got; answers their entries in the configuration. */
export function writeCrowdModules(folder: string, isChecked: boolean): object[] {
  writeFileSync(join(folder, "gate.py"), GATE);
  writeFileSync(join(folder, "echo.ts"), ECHO);
  return [{ module: "gate.Gate", config: { checks: isChecked } }, { typescript: "./echo.ts" }];
}
