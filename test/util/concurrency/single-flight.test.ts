import { describe, expect, it } from "vitest";
import { SingleFlight } from "../../../src/util/concurrency/single-flight.ts";

describe("a single flight", () => {
  it("does once, for all who ask with the same key meanwhile, what they ask for, and apart what others do", async () => {
    const flights = new SingleFlight<string>();
    const landing = Promise.withResolvers<void>();
    const begun: string[] = [];
    const ask = (key: string, name: string) =>
      flights.share(key, async () => {
        begun.push(name);
        await landing.promise;
        return name;
      });
    const asked = [ask("a", "first"), ask("a", "second"), ask("b", "third")];
    landing.resolve();
    expect(await Promise.all(asked)).toEqual(["first", "first", "third"]);
    expect(begun).toEqual(["first", "third"]);
  });

  it("begins anew once the outcome is there, also for one who asks the moment it is", async () => {
    const flights = new SingleFlight<number>();
    let calls = 0;
    const ask = () => flights.share("key", async () => (calls += 1));
    const again = ask().then(ask);
    expect(await again).toBe(2);
    expect(await ask()).toBe(3);
  });

  it("shares a failure, and begins anew after it", async () => {
    const flights = new SingleFlight<string>();
    const failure = new Error("failed");
    const outcomes = await Promise.allSettled([
      flights.share("key", async () => Promise.reject(failure)),
      flights.share("key", async () => "unasked"),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    await expect(flights.share("key", async () => "well")).resolves.toBe("well");
  });
});
