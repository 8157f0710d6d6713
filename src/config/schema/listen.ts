import { field, FILE_MODE_FORM, fileMode, flag, FLAG_FORM, group, port, PORT_FORM, text } from "./fields.ts";

const PATH_FORM = "a path, relative to the file that names it";

/** `media_bridge.listen`. */
export const listenSchema = group({
  host: field(text("a host name or address").optional(), {
    form: "a host name or address",
    description: "The address to bind.",
    fallback: "`127.0.0.1`",
  }),
  port: field(port().optional(), {
    form: PORT_FORM,
    description: "The port to bind; 0 lets the system choose one.",
    fallback: "`8800`",
  }),
  path: field(text("a path").optional(), { form: PATH_FORM, description: "A Unix socket, in place of host and port." }),
  mode: field(fileMode().optional(), {
    form: FILE_MODE_FORM,
    description: "The mode of the Unix socket: users who may write to it may connect.",
    fallback: '`"0660"`',
  }),
  x_forwarded: field(flag().prefault(false), {
    form: FLAG_FORM,
    description: "Whether a proxy in front sets `X-Forwarded-For`, which is then taken as the client's address.",
  }),
})
  .refine(({ host, port: number, path }) => path === undefined || (host === undefined && number === undefined), {
    error: "either host and port or path",
    params: { found: "both" },
  })
  .refine(({ path, mode }) => path !== undefined || mode === undefined, {
    error: "mode beside path",
    params: { found: "no path" },
  });
