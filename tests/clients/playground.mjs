// Starts `baton playground` for a test and stops it again.

import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { createInterface } from "node:readline";

export async function freePort() {
  const server = createServer();
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

export async function startPlayground(baton, secret) {
  const args = ["playground", "--baton", baton, "--signing-secret", secret, "--listen", "127.0.0.1:0"];
  const child = spawn(process.env.BATON_BIN, args, { stdio: ["ignore", "inherit", "pipe"] });
  process.on("exit", () => child.kill());
  for await (const line of createInterface({ input: child.stderr })) {
    const found = /^playground listening on (http:\S+)/.exec(line);
    if (found) return { url: found[1], stop: () => child.kill() };
  }
  throw new Error("the playground did not start");
}
