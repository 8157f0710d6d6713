import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createTemporaryFolder } from "../../storage/files/temporary-folder.ts";
import { RawConnection } from "../support/raw-connection.ts";
import { startTestService } from "../../support/service.ts";

/** Writes its head in every form that Node.js takes. */
const MODULE = `
import { defineModule } from "synapse-media-bridge";

const forms = {
  "/object": { "X-Request-Id": "its own", "X-Other": "1" },
  "/list": ["X-Request-Id", "its own", "X-Other", "1"],
  "/pairs": [["X-Request-Id", "its own"], ["X-Other", "1"]],
};

export default defineModule({
  name: "forms",
  setup(api) {
    api.registerWebResource("/forms", (req, res) => {
      res.writeHead(200, forms[req.url]).end("ok");
    });
  },
});
`;

test.each(["object", "list", "pairs"])(
  "The answer of a web resource that gives its headers as %s has the request's name once, and its other headers",
  async (form) => {
    const folder = createTemporaryFolder();
    writeFileSync(join(folder, "forms.ts"), MODULE);
    const service = await startTestService({ config: { modules: [{ typescript: join(folder, "forms.ts") }] } });
    onTestFinished(() => service.stop());
    const headers = [["Connection", "close"]] as const;
    const answer = await RawConnection.ask(service.port, { method: "GET", target: `/forms/${form}`, headers });
    expect(answer.headers).toMatchObject({ "x-request-id": expect.stringMatching(/^[\da-f]{8}-\d+$/), "x-other": "1" });
    expect(Object.keys(answer.headers).filter((name) => name.length === 1)).toEqual([]);
  },
);
