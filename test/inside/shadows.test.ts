import { describe, expect, test, vi } from "vitest";
import { ALLOWED, NOT_ENDED, told, useShadowHost } from "./shadow-host.ts";

/** Allows what it is asked about where it learns that Synapse cannot be reached. */
const ASKING = `
export default {
  name: "asking",
  setup(api) {
    api.registerMediaRepositoryCallbacks({
      isUserAllowedToUploadMediaOfSize: (user) =>
        api.homeserver.isUserAdmin(user).catch(({ code }) => code === "HOMESERVER_UNREACHABLE"),
    });
  },
};
`;

const host = useShadowHost();

describe("The shadows of a Synapse's modules", () => {
  test("compare what modules of both languages decide, and change nothing of it", { timeout: 60_000 }, async () => {
    const { synapse, opened } = await host.start();
    expect(await opened()).toEqual({});
    await host.loaded(2);
    const verdicts = [];
    for (const size of [100, 101, 102]) verdicts.push(await synapse.run(size));
    expect(verdicts.map((verdict) => (verdict as [[number | null]])[0][0])).toEqual([null, 0, 0]);
    synapse.connection.notify("asked", told);
    synapse.connection.notify("not_asked", { module: 1, kind: ALLOWED, count: 3 });
    await vi.waitFor(() => {
      expect(host.counts(0)).toEqual([
        [ALLOWED, "different_effect", 1],
        [ALLOWED, "same", 2],
      ]);
      expect(host.counts(1)).toEqual([
        [ALLOWED, "dropped", 3],
        [ALLOWED, "same", 1],
      ]);
    }, 20_000);
  });

  test(
    "learn from a Synapse that cannot be asked what the modules that decide learn",
    { timeout: 60_000 },
    async () => {
      // The test's end of the socket answers no such request.
      const { opened, synapse } = await host.start({ candidate: ASKING });
      await opened();
      await host.loaded(2);
      await synapse.run(100);
      synapse.connection.notify("asked", { ...told, args: ["@a:example.test", 100] });
      await vi.waitFor(
        () => expect([host.counts(0), host.counts(1)]).toEqual([[[ALLOWED, "same", 1]], [[ALLOWED, "same", 1]]]),
        20_000,
      );
    },
  );

  test.each([
    ["0%", 0],
    ["0.5%", 0.005],
    ["100%", 1],
  ])("say once which share they take, which is %s", { timeout: 60_000 }, async (sample, share) => {
    const { synapse, opened } = await host.start({ sample });
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    try {
      await opened();
      vi.advanceTimersByTime(10_000);
      // What was sent before is heard before the answer.
      await synapse.connection.request("ping", null);
      expect(synapse.shares).toEqual([
        {
          shares: [
            [0, share],
            [1, share],
          ],
        },
      ]);
    } finally {
      vi.useRealTimers();
    }
  });

  test("leave the socket to another configuration though they cannot be ended", { timeout: 60_000 }, async () => {
    const { synapse, opened } = await host.start();
    const share = host.openShadows;
    host.openShadows = async (request) => {
      const shadows = await share(request);
      return {
        ...shadows,
        async leave(graceMs) {
          await shadows.leave(graceMs);
          throw new Error("not today");
        },
      };
    };
    await opened();
    synapse.leave();
    await host.freed();
    expect(await host.log.waitFor(({ message }) => message === NOT_ENDED)).toMatchObject({ level: "error" });
  });

  test("take no nonsense, and the modules decide on", { timeout: 60_000 }, async () => {
    const { synapse, opened } = await host.start();
    await expect(synapse.connection.request("shadows", {})).rejects.toThrow(/./);
    await opened();
    await expect(opened()).rejects.toThrow(/sent twice/);
    const nonsense = [null, {}, { ...told, module: -1 }, { ...told, kind: "constructor" }, { ...told, part: 2 }];
    for (const params of [...nonsense, { ...told, module: 7 }, { ...told, said: { outcome: "stop" } }]) {
      synapse.connection.notify("asked", params);
    }
    synapse.connection.notify("not_asked", { module: 1, kind: ALLOWED, count: 1e9 });
    expect(await synapse.run(100)).toEqual([[null, null, [expect.any(Number) as number]]]);
    const refused = host.log.lines.filter(({ message }) => message === "a notification from Synapse could not be used");
    expect(refused).toHaveLength(nonsense.length + 2);
  });

  test(
    "fail a start that waits for one which is required, and the next start may succeed",
    { timeout: 60_000 },
    async () => {
      const { synapse, opened } = await host.start({ candidate: "throw new Error('not today');", required: true });
      expect(await opened()).toMatchObject({
        failed: { message: expect.stringMatching(/modules\.0\.shadow.*not today.*shadow\.required/s) as string },
      });
      expect(await synapse.run(100)).toEqual([[null, null, [expect.any(Number) as number]]]);
      synapse.leave();
      const next = await host.start({ required: true });
      expect(await next.opened()).toEqual({});
    },
  );
});
