import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { exchange } from "./exchange.ts";

const HELD = 500;
const HEALTH = "GET /health HTTP/1.1\r\nHost: a\r\n\r\n";

/**
 * Clients that begin a request and pause: others are served in the meantime, and each of them as soon as it continues.
 * In the long form one of them never continues, and must be told to go.
 */
export async function holdConnections(
  port: number,
  short: boolean,
  count: (what: string, wrong: string | undefined) => void,
): Promise<void> {
  const held = await Promise.all(Array.from({ length: HELD }, () => begin(port)));
  const { answers } = await exchange(port, [HEALTH], { answers: 1 });
  count("a request beside 500 that are not whole", answers?.[0]?.status === 200 ? undefined : "not served");
  const silent = short ? undefined : held.pop();
  for (const socket of held) {
    socket.write(HEALTH.slice(20));
    const [text] = (await once(socket, "data")) as [Buffer];
    count(
      "a head that was finished at last",
      text.toString().startsWith("HTTP/1.1 200 ") ? undefined : text.toString(),
    );
    socket.destroy();
  }
  if (silent === undefined) return;
  const [text] = (await once(silent, "data")) as [Buffer];
  count("a head that never ends", text.toString().startsWith("HTTP/1.1 408 ") ? undefined : text.toString());
  silent.destroy();
}

async function begin(port: number): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  socket.write(HEALTH.slice(0, 20));
  return socket;
}
