import { expect, test } from "vitest";
import { matrixError } from "../../src/errors.ts";
import { refusalOf } from "./support/bodies.ts";
import { RawConnection } from "./support/raw-connection.ts";
import { startSmallServer } from "./support/small-server.ts";

test("A handler that fails with a reason phrase that cannot be sent is answered for in Matrix form", async () => {
  const { port } = await startSmallServer({ "/reason": (_req, res) => void res.writeHead(200, "\u20ac").end() });
  const answer = await RawConnection.ask(port, { method: "GET", target: "/reason" });
  expect(refusalOf(answer)).toEqual([500, "M_UNKNOWN"]);
  expect(answer.headers["content-type"]).toBe("application/json");
});

test("What a handler said of the body that it failed to send is not said of the error", async () => {
  const { port } = await startSmallServer({
    "/half": (_req, res) => {
      res.statusMessage = "All is well";
      res.setHeader("Content-Encoding", "gzip").setHeader("ETag", '"its"').setHeader("X-Module", "kept");
      res.setHeader("Transfer-Encoding", "chunked");
      throw matrixError("NOT_FOUND");
    },
  });
  const { headers, ...answer } = await RawConnection.ask(port, { method: "GET", target: "/half" });
  expect(refusalOf({ headers, ...answer })).toEqual([404, "M_NOT_FOUND"]);
  for (const name of ["content-encoding", "etag", "transfer-encoding"]) expect(headers).not.toHaveProperty(name);
  expect(headers["x-module"]).toBe("kept");
});
