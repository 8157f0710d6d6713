import { writeFileSync } from "node:fs";
import { join } from "node:path";

export type Language = "python" | "typescript";

/** What is wrong with a candidate, by name: the body of its callbacks in each language. */
export const WRONGS: Readonly<Record<string, Readonly<Record<Language, string>>>> = {
  "loops for ever": { typescript: "for (;;);", python: "while True: pass" },
  "never answers": { typescript: "return new Promise(() => {});", python: "await asyncio.Future()" },
  "ends its process": { typescript: "process.exit(1);", python: "os._exit(1)" },
  "answers with wrong types": { typescript: 'return ["yes", 7n, Symbol()];', python: 'return ["yes", object()]' },
  "keeps memory": {
    typescript: "kept.push(new Array(50_000).fill(kept.length), Buffer.alloc(1_000_000, 1)); return undefined;",
    python: 'kept.append(b"x" * 2_000_000)',
  },
  "prints without end": {
    typescript: 'for (let n = 0; n < 1_000; n += 1) console.log("x".repeat(1_000)); return undefined;',
    python: 'for _ in range(1_000): print("x" * 1_000, flush=True)',
  },
};

/** Which uploads the modules that decide let pass. */
export function isAllowed(sizeBytes: number): boolean {
  return sizeBytes % 2 === 0;
}

export const CONFIG = { "m.upload.size": 7 };

const ORIGINALS: Readonly<Record<Language, string>> = {
  typescript: `
import { defineModule } from "synapse-media-bridge";
export default defineModule({
  name: "original",
  setup(api, { decides }) {
    api.registerMediaRepositoryCallbacks({
      isUserAllowedToUploadMediaOfSize: (_user, size) => !decides || size % 2 === 0,
      getMediaConfigForUser: () => (decides ? ${JSON.stringify(CONFIG)} : undefined),
      onMediaUploaded: () => undefined,
    });
  },
});
`,
  python: `
class Original:
    def __init__(self, config, api):
        self.decides = config["decides"]
        api.register_media_repository_callbacks(
            is_user_allowed_to_upload_media_of_size=self.allowed,
            get_media_config_for_user=self.config,
            on_media_uploaded=self.uploaded,
        )

    async def allowed(self, user, size):
        return not self.decides or size % 2 == 0

    async def config(self, user):
        return ${JSON.stringify(CONFIG)} if self.decides else None

    async def uploaded(self, user, media_id, size):
        pass
`,
};

/**
 * Writes modules of one language, each with a shadow of the other one that does something wrong, and answers the entries
 * of the configuration.
 */
export function writeShadowed(folder: string, language: Language): object[] {
  const other = language === "python" ? "typescript" : "python";
  writeFileSync(join(folder, "original.ts"), ORIGINALS.typescript);
  writeFileSync(join(folder, "original.py"), ORIGINALS.python);
  const names = Object.keys(WRONGS);
  return names.map((name, position) => {
    const file = `candidate${position}`;
    const body = WRONGS[name]?.[other] ?? "";
    writeFileSync(join(folder, `${file}.${other === "python" ? "py" : "ts"}`), candidate(other, body));
    const decides = position === names.length - 1;
    return {
      ...(language === "python" ? { module: "original.Original" } : { typescript: "./original.ts" }),
      config: { decides },
      shadow: {
        ...(other === "python" ? { module: `${file}.Candidate` } : { typescript: `./${file}.ts` }),
        config: {},
      },
    };
  });
}

function candidate(language: Language, body: string): string {
  if (language === "python") {
    return `
import asyncio
import os

kept = []


class Candidate:
    def __init__(self, config, api):
        api.register_media_repository_callbacks(
            is_user_allowed_to_upload_media_of_size=self.wrong,
            get_media_config_for_user=self.wrong,
            on_media_uploaded=self.wrong,
        )

    async def wrong(self, *args):
        ${body}
`;
  }
  return `
import { defineModule } from "synapse-media-bridge";
const kept = [];
const wrong = () => { ${body} };
export default defineModule({
  name: "candidate",
  setup(api) {
    api.registerMediaRepositoryCallbacks({
      isUserAllowedToUploadMediaOfSize: () => wrong(),
      getMediaConfigForUser: () => wrong(),
      onMediaUploaded: () => wrong(),
    });
  },
});
`;
}
