import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { errorsOf, scriptProvider } from "../../../providers/provider-service.ts";
import { fileAppears, fileChanges, localPath } from "../../../support/providers.ts";
import { openGate } from "../../support/gate.ts";
import { create, put } from "../../support/pending-media.ts";
import { ask, start } from "./deletions.ts";

test("A synchronous provider is not given a file whose id was deleted while modules decided", async () => {
  const scripted = scriptProvider("Deleting");
  const gate = await openGate();
  onTestFinished(() => gate.stop());
  const service = await start({ config: { media_storage_providers: [scripted.entry()], modules: [gate.module] } });
  const { mediaId } = await create(service);
  const uploading = put(service, mediaId, "deleted on its way");
  const question = await gate.question();
  expect((await ask(service, "DELETE", `/media/example.test/${mediaId}`))[1]).toMatchObject({ total: 1 });
  // The provider has been asked to delete its copy, and is not asked again.
  await scripted.called("delete", 1);
  question.answer(true);
  const { status, body } = await uploading;
  expect([status, body["errcode"]]).toEqual([404, "M_NOT_FOUND"]);
  expect(scripted.calls("store")).toEqual([]);
  expect([scripted.kept(mediaId), service.files()]).toEqual([undefined, {}]);
});

test("A synchronous provider that is storing a file while its id is deleted is asked to delete it afterwards", async () => {
  const scripted = scriptProvider("Deleting");
  scripted.behave({ store: "slowly" });
  const service = await start({ config: { media_storage_providers: [scripted.entry()] } });
  const { mediaId } = await create(service);
  const uploading = put(service, mediaId, "deleted while it is stored");
  await fileAppears(join(scripted.folder, "has-read"));
  expect((await ask(service, "DELETE", `/media/example.test/${mediaId}`))[1]).toMatchObject({ total: 1 });
  scripted.open();
  expect((await uploading).status).toBe(404);
  await scripted.called("delete", 1);
  await fileChanges(join(scripted.folder, "kept", localPath(mediaId)), () => scripted.kept(mediaId) === undefined);
  expect(scripted.calls().map(({ call }) => call)).toEqual(["store", "delete"]);
  expect(service.files()).toEqual({});
});

test("A synchronous provider whose file is removed by a deletion is not blamed for that", async () => {
  const scripted = scriptProvider("Deleting");
  scripted.behave({ store: "gated" });
  const service = await start({ config: { media_storage_providers: [scripted.entry()] } });
  const { mediaId } = await create(service);
  const uploading = put(service, mediaId, "deleted before it is read");
  await scripted.called("store", 1);
  expect((await ask(service, "DELETE", `/media/example.test/${mediaId}`))[0]).toBe(200);
  scripted.open();
  expect((await uploading).status).toBe(404);
  expect([errorsOf(service), scripted.kept(mediaId), service.files()]).toEqual([[], undefined, {}]);
});
