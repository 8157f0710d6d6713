import { z } from "zod";
import { field, group, port, PORT_FORM, text } from "./fields.ts";

const HOST_NAMES_FORM = "a list of host names without ports";
const HOST_NAME = text(HOST_NAMES_FORM).regex(/^[^\s:/]+$/, { error: HOST_NAMES_FORM });

/** `media_bridge.metrics`. */
export const metricsSchema = group({
  host: field(text("a host name or address").prefault("127.0.0.1"), {
    form: "a host name or address",
    description: "The address to bind.",
  }),
  port: field(port().prefault(9800), { form: PORT_FORM, description: "The port to bind." }),
  hosts: field(z.array(HOST_NAME, { error: HOST_NAMES_FORM }).prefault([]), {
    form: HOST_NAMES_FORM,
    description:
      "By which names people ask for the status page, beside `localhost` and the bound address: those of a proxy in front of it. Other names are answered 421.",
  }),
});
