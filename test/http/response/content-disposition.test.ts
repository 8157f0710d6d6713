import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mediaHeaders } from "../../../src/http/response/media-headers.ts";

describe("the Content-Disposition of media", () => {
  it("carries any file name to the client as it is, in characters that a header may hold", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary", minLength: 1 }), fc.string({ minLength: 1 })), (name) => {
        const header = dispositionOf("image/png", name);
        expect(header).toMatch(/^[\x20-\x7e]+$/);
        expect(fileNameIn(header)).toBe(name.toWellFormed());
      }),
      { numRuns: 300 },
    );
  });

  it("survives lone surrogates", () => {
    expect(fileNameIn(dispositionOf("image/png", "a\ud800b"))).toBe("a\ufffdb");
  });

  it.each([
    ["image/png", "inline"],
    ["IMAGE/PNG", "inline"],
    ["text/plain; charset=utf-8", "inline"],
    ["text/html", "attachment"],
    ["image/svg+xml", "attachment"],
    ["application/octet-stream", "attachment"],
    ["", "attachment"],
    ["image/png, text/html", "attachment"],
  ])("The Content-Disposition of %j is %s", (type, disposition) => {
    expect(dispositionOf(type, null)).toBe(disposition);
    expect(dispositionOf(type, "name")).toBe(`${disposition}; filename=name`);
  });

  it("is inline for no type that is not on the list, whatever it looks like", () => {
    const allowed = /^(text\/(css|plain|csv)|application\/(ld\+)?json|(image|video|audio)\/[a-z0-9-]+)$/;
    fc.assert(
      fc.property(fc.string(), (type) => {
        const essence = (type.split(";")[0] ?? "").trim().toLowerCase();
        return dispositionOf(type, null) === "attachment" || allowed.test(essence);
      }),
    );
    expect(allowed.test("text/html")).toBe(false);
  });
});

function dispositionOf(mediaType: string, fileName: string | null): string {
  return mediaHeaders({ etag: '"x"', mediaType, fileName })["Content-Disposition"] ?? "";
}

/** The file name as a client reads it: RFC 6266. */
function fileNameIn(header: string): string | undefined {
  const encoded = /; filename\*=utf-8''([^;]+)$/.exec(header)?.[1];
  return encoded === undefined ? /; filename=(.+)$/.exec(header)?.[1] : decodeURIComponent(encoded);
}
