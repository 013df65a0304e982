// TLS before a server of this machine that speaks without it, by the certificate in tests/fixtures/tls.

import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { after } from "node:test";
import { createServer } from "node:tls";

import { root } from "./emulator.mjs";

const file = (name) => join(root, "tests/fixtures/tls", name);

/** What makes the binary trust that certificate. */
export const trusting = { SSL_CERT_FILE: file("authority.pem") };

/** `{url, connections}`: an address of https before the one of http, and a count of the connections by TLS that came about. */
export async function secured(url) {
  const { hostname, port, pathname } = new URL(url);
  const before = { url: "", connections: 0 };
  const server = createServer({ cert: readFileSync(file("server.pem")), key: readFileSync(file("server.key")) }, (socket) => {
    before.connections += 1;
    const behind = connect(Number(port), hostname);
    for (const [one, other] of [[socket, behind], [behind, socket]]) {
      one.on("error", () => other.destroy());
      one.pipe(other);
    }
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  after(() => server.close());
  before.url = `https://localhost:${server.address().port}${pathname === "/" ? "" : pathname}`;
  return before;
}
