import { expect, test } from "vitest";
import { CallbackChain } from "../../src/callbacks/callback-chain.ts";
import { type CallbackKinds, KINDS, type KindName } from "../../src/callbacks/kinds.ts";
import { nativeArgs } from "../../src/callbacks/asked/native-args.ts";
import { portableArgs } from "../../src/callbacks/asked/said-of.ts";
import type { CallbackContext } from "../../src/callbacks/context/context.ts";
import { UNKNOWN_SIZE } from "../../src/callbacks/unknown-size.ts";
import { CallbackRegistry } from "../../src/callbacks/slots/registry.ts";
import { storedMedia, toFileInfo } from "../../src/media-file.ts";
import { askModule } from "../../src/shadow/asking/ask-module.ts";

const USER = "@alice:example.test";
const thumbnail = { width: 1, height: 2, method: "crop", type: "image/png", length: 3 } as const;
const ARGS: { readonly [K in KindName]: CallbackKinds[K]["args"] } = {
  get_media_config_for_user: [USER],
  is_user_allowed_to_upload_media_of_size: [USER, 2 ** 40],
  get_media_upload_limits_for_user: [USER, 0],
  on_media_upload_limit_exceeded: [
    USER,
    { maxBytes: 2n ** 60n, timePeriodMs: 0.5, infoUri: "https://example.test/", canUpgrade: true },
    1,
    2,
  ],
  check_media_file_for_spam: ["/x", toFileInfo(storedMedia({ fileId: "abcdef", serverName: "a.b", thumbnail }))],
  on_media_uploaded: [USER, "abcdef", 1],
  on_media_deleted: ["abcdef"],
};

test.each(Object.keys(KINDS) as KindName[])("A question of %s survives its way through a file", (kind) => {
  const args = JSON.parse(JSON.stringify(portableArgs(kind, ARGS[kind]))) as ReturnType<typeof portableArgs>;
  expect(nativeArgs(kind, args)).toEqual(ARGS[kind]);
});

test("A size that Synapse did not tell stays unknown: what depends on it fails, and is not false", async () => {
  const kind = "get_media_upload_limits_for_user";
  const args = portableArgs(kind, [USER, UNKNOWN_SIZE]);
  expect(args).toEqual([USER, null]);
  const answers = [() => [], (_user: unknown, size: unknown) => (Number(size) > 5 ? [] : undefined)];
  const said = await Promise.all(
    answers.map(async (call) => (await askModule(moduleWith(registryOf(kind, call)), { kind, args, askedTs: 0 })).said),
  );
  expect(said).toEqual([
    { outcome: "stop", value: [] },
    { outcome: "error", error: { message: expect.stringContaining("does not tell") as string } },
  ]);
  expect(() => nativeArgs("is_user_allowed_to_upload_media_of_size", args)).toThrow(/size is not a number/);
});

test("A question about a file is asked about its copy", async () => {
  const paths: unknown[] = [];
  const registry = registryOf("check_media_file_for_spam", (file) => {
    paths.push((file as { readonly path: string }).path);
    return "NOT_SPAM";
  });
  const args = portableArgs("check_media_file_for_spam", ARGS.check_media_file_for_spam);
  const asked = { kind: "check_media_file_for_spam", args, askedTs: 0 } as const;
  await askModule(moduleWith(registry), { ...asked, file: { path: "/copy", lengthBytes: 1 } });
  await askModule(moduleWith(registry), asked);
  expect(paths).toEqual(["/copy", "/x"]);
});

test("A module is told what the one that decides was told of the request", async () => {
  const contexts: CallbackContext[] = [];
  const registry = registryOf("is_user_allowed_to_upload_media_of_size", (...args) => {
    contexts.push(args.at(-1) as CallbackContext);
    return true;
  });
  const upload = { declaredType: "image/png", fileName: "a.png", declaredSizeBytes: 5, sizeBytes: 5 };
  const context = { isGuest: true, isAppservice: false, upload };
  const asked = { kind: "is_user_allowed_to_upload_media_of_size", args: [USER, 5], user: USER, askedTs: 0 } as const;
  await askModule(moduleWith(registry), { ...asked, context });
  await askModule(moduleWith(registry), asked);
  const [told, bare] = contexts;
  expect([told?.requester, told?.upload]).toMatchObject([
    { userId: USER, isGuest: true, isAppservice: false },
    { userId: USER, ...upload },
  ]);
  expect([bare?.requester?.isGuest, bare?.upload]).toEqual([undefined, undefined]);
});

test("A question with another number of arguments is refused", async () => {
  const module = moduleWith(new CallbackRegistry());
  await expect(askModule(module, { kind: "on_media_deleted", args: [], askedTs: 0 })).rejects.toThrow(
    "on_media_deleted takes 1 arguments, and there are 0",
  );
});

test("A chain tells apart the modules that users meet", async () => {
  const registry = new CallbackRegistry();
  for (const index of [0, 1]) {
    const module = { index, name: String(index), language: "typescript" } as const;
    const facts = { nth: 0, name: "", file: null, isLate: false, takesSize: false, module };
    const call = () => ({ by: index });
    registry.add({ ...facts, language: "typescript", kind: "get_media_config_for_user", call });
  }
  const [zero, one] = [new Set([0]), new Set([1])];
  registry.choose((user) => (user === USER ? zero : one));
  const policy = { deadlineMs: 1_000, onUnavailable: "refuse" } as const;
  const chain = new CallbackChain({
    registry,
    policies: new Proxy({} as ConstructorParameters<typeof CallbackChain>[0]["policies"], { get: () => policy }),
    observe: () => undefined,
    onLate: () => undefined,
    onUnenforced: () => undefined,
    isUserAdmin: () => Promise.resolve(false),
  });
  const ask = async (user: string) => (await chain.decide("get_media_config_for_user", user))?.value;
  expect([await ask(USER), await ask("@bob:example.test")]).toEqual(['{"by":1}', '{"by":0}']);
});

function registryOf(kind: KindName, call: (...args: unknown[]) => unknown): CallbackRegistry {
  const registry = new CallbackRegistry();
  const module = { index: 0, name: "m", language: "typescript" } as const;
  const facts = { nth: 0, name: "", file: null, isLate: false, takesSize: false, module };
  registry.add({ ...facts, language: "typescript", kind, call });
  return registry;
}

function moduleWith(registry: CallbackRegistry) {
  const policy = { deadlineMs: 1_000, onUnavailable: "refuse" } as const;
  return {
    registry,
    policies: new Proxy({} as ConstructorParameters<typeof CallbackChain>[0]["policies"], { get: () => policy }),
    isUserAdmin: () => Promise.resolve(false),
  };
}
