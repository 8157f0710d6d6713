import { workerData } from "node:worker_threads";
import { openStore, PAIR, refused } from "./questions.ts";

const { dataPath, index } = workerData as { readonly dataPath: string; readonly index: number };
const store = openStore(dataPath, { pair: { ...PAIR, index } });
for (let size = 0; size < 2000; size += 1) store.add(refused(size));
await store.close();
