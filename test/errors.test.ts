import { expect, test } from "vitest";
import { matrixError } from "../src/errors.ts";

test("An error that is worth a second try carries the Retry-After of its entry in the catalogue, beside other headers", () => {
  expect(matrixError("MODULES_BUSY").headers).toEqual({ "Retry-After": "1" });
  expect(matrixError("STOPPING", { headers: { Connection: "close" } }).headers).toEqual({
    "Retry-After": "5",
    Connection: "close",
  });
});

test("A Retry-After that the thrower gives wins over the catalogue's", () => {
  const headers = { "Retry-After": "42" };
  expect(matrixError("HOMESERVER_UNAVAILABLE", { headers }).headers).toEqual(headers);
});

test("An error that a second try does not help carries no Retry-After", () => {
  expect(matrixError("NOT_FOUND").headers).toEqual({});
  expect(matrixError("METHOD_NOT_ALLOWED", { headers: { Allow: "GET" } }).headers).toEqual({ Allow: "GET" });
});
