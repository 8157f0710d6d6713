import { describe, expect, it } from "vitest";
import type { KindName } from "../../../src/callbacks/kinds.ts";
import { INTERNAL_ERROR, type Person } from "../../callbacks/person.ts";
import { placesOf, steps, upTo, type Language, type Refusal, type Step } from "../../callbacks/script.ts";
import type { Shared } from "./callbacks.ts";

const DECIDING = [
  "get_media_config_for_user",
  "is_user_allowed_to_upload_media_of_size",
  "get_media_upload_limits_for_user",
  "check_media_file_for_spam",
] as const;

const SECRET = "a secret of the module";

/** Errors that a deciding callback raises: they end the walk and become the answer. */
export function describeErrors(shared: Shared, languages: readonly Language[]): void {
  describe.each(DECIDING)("an error of %s", (kind) => {
    describe.each(placesOf(languages))("in $language", ({ language, instance }) => {
      const fail = async (step: Step) => {
        const person = shared().person(steps(kind, { [instance]: step }));
        const filesBefore = shared().service.files();
        const linesBefore = shared().service.log.lines.length;
        const answer = await provoke(kind, person);
        expect(person.asked(kind)).toEqual(upTo(instance));
        expect(shared().service.files()).toEqual(filesBefore);
        return { ...answer, lines: shared().service.log.lines.slice(linesBefore) };
      };

      it.each(["async", "sync", "deferred"] as const)("is answered as it was worded (%s)", async (how) => {
        const refuse: Refusal = {
          code: 418,
          msg: "Ein Teekännchen",
          errcode: "ORG_EXAMPLE_TEAPOT",
          additional_fields: { "org.example.plan": { name: "free", ids: [1, null] }, status: "x", toString: 1 },
          headers: { "X-Plan": "free", "Retry-After": "7" },
        };
        const { status, headers, body } = await fail({ refuse, how });
        expect(status).toBe(418);
        expect(body).toEqual({ errcode: "ORG_EXAMPLE_TEAPOT", error: "Ein Teekännchen", ...refuse.additional_fields });
        expect([headers.get("x-plan"), headers.get("retry-after")]).toEqual(["free", "7"]);
        expect(headers.get("content-type")).toBe("application/json");
        expect(headers.get("cache-control")).toBe("no-cache, no-store, must-revalidate");
        expect(headers.get("access-control-allow-origin")).toBe("*");
      });

      it.each([
        ["a status that is not an error's", { code: 200 }],
        ["a status of a redirect", { code: 302 }],
        ["a status beyond 599", { code: 600 }],
        ["a header with a line break", { headers: { "X-Plan": "free\r\nSet-Cookie: a=b" } }],
        ["a header whose name is not valid", { headers: { "X Plan": "free" } }],
      ])("An error with %s is the module's failure", async (_what, wrong) => {
        const { status, text, headers } = await fail({ refuse: { code: 400, msg: SECRET, errcode: "M_X", ...wrong } });
        expect({ status, text }).toEqual({ status: 500, text: INTERNAL_ERROR });
        expect([headers.get("set-cookie"), headers.get("x-plan")]).toEqual([null, null]);
      });

      const names =
        language === "python"
          ? ["error", "cancelled", "cancelled by Twisted", "exit", "interrupt"]
          : ["error", "cancelled", "text", "nothing"];
      it.each(names.flatMap((raise) => (["async", "sync", "deferred"] as const).map((how) => ({ raise, how }))))(
        "that is not a Matrix error is 500 without a word of it, and a traceback in the log ($raise, $how)",
        async (step) => {
          const { status, text, headers, lines } = await fail(step);
          expect({ status, text }).toEqual({ status: 500, text: INTERNAL_ERROR });
          expect(headers.get("content-type")).toBe("application/json");
          const failures = lines.filter(({ level }) => level === "error");
          expect(failures).toHaveLength(1);
          expect(failures[0]?.facts).toMatchObject({ module: shared().moduleName(instance), callback: kind });
          if (step.raise !== "error") return;
          expect(tracebackOf(failures[0]?.facts ?? {})).toContain(
            language === "python" ? "scripted.py" : "scripted.ts",
          );
          expect(tracebackOf(failures[0]?.facts ?? {})).toContain(SECRET);
        },
      );

      it("has the fields' names as they are, whatever they are", async () => {
        const fields = JSON.parse('{"__proto__":1,"constructor":[2],"error":"other words","":3}') as Record<
          string,
          unknown
        >;
        const { status, text } = await fail({
          refuse: { code: 403, msg: "words", errcode: "M_X", additional_fields: fields },
        });
        expect(status).toBe(403);
        for (const member of ['"__proto__":1', '"constructor":[2]', '"error":"other words"', '"":3'])
          expect(text).toContain(member);
      });
    });
  });
}

function provoke(kind: KindName, person: Person) {
  return kind === "get_media_config_for_user" ? person.config() : person.upload();
}

function tracebackOf(facts: Record<string, unknown>): string {
  const stack = (error: unknown): string => (error instanceof Error ? `${error.stack}\n${stack(error.cause)}` : "");
  return `${JSON.stringify(facts["traceback"])}\n${stack(facts["err"])}`;
}
