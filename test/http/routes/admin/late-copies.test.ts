import { join } from "node:path";
import { expect, test } from "vitest";
import { scriptProvider, startProviderService } from "../../../providers/provider-service.ts";
import { fileAppears, fileChanges, localPath, PROVIDERS } from "../../../support/providers.ts";
import { ask } from "./deletions.ts";

test.each(["Python", "TypeScript"])(
  "A copy that a storage provider in %s makes past its deadline is deleted although its media was deleted before",
  async (language) => {
    const scripted = scriptProvider("Deleting");
    scripted.behave({ store: "in_thread" });
    const inTypeScript = {
      typescript: join(PROVIDERS, "late-provider.ts"),
      store_local: true,
      config: { folder: scripted.folder },
    };
    const entry = language === "Python" ? scripted.entry({ store_synchronous: false }) : inTypeScript;
    const service = await startProviderService([entry], {
      mediaBridge: { storage_providers: { store_deadline: 300 } },
    });
    const mediaId = await service.upload("deleted before it is stored");
    await service.log.waitFor(({ level, message }) => level === "error" && message.includes("could not store"));
    expect((await ask(service, "DELETE", `/media/example.test/${mediaId}`))[1]).toMatchObject({ total: 1 });
    await scripted.called("delete", 1);
    expect(scripted.kept(mediaId)).toBeUndefined();
    // It may have been asked to store the file again before that.
    const stores = scripted.calls("store").length;
    scripted.open();
    await fileChanges(join(scripted.folder, "written.log"), () => scripted.read("written.log").length >= 8 * stores);
    const copy = join(scripted.folder, "kept", localPath(mediaId));
    await fileAppears(join(copy, ".."));
    await fileChanges(copy, () => scripted.kept(mediaId) === undefined);
    expect(scripted.calls("delete").length).toBeGreaterThan(1);
    expect(scripted.calls("store")).toHaveLength(stores);
  },
);
