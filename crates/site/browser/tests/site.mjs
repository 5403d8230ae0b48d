// A server of the example rules, and a browser that looks at it.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import assert from "node:assert/strict";
import { chromium } from "playwright-core";

const need = (name) => {
  const value = process.env[name];
  assert.ok(value, `${name} is not set; \`cargo xtask browser\` sets it`);
  return value;
};

/** Starts a server; gives its address and a way to stop it. */
export async function serve() {
  const args = ["serve", "--catalog", need("RULESCOPE_CATALOG"), "--addr", "127.0.0.1:0"];
  const server = spawn(need("RULESCOPE_BIN"), args, { stdio: ["ignore", "ignore", "pipe"] });
  const lines = createInterface({ input: server.stderr });
  for await (const line of lines) {
    const found = line.match(/http:\/\/[\d.]+:\d+/);
    if (found) {
      return {
        address: found[0],
        async stop() {
          server.kill("SIGTERM");
          const [code] = await once(server, "exit");
          assert.equal(code, 0, "it stops in order");
        },
      };
    }
  }
  throw new Error("the server said no address");
}

/** Starts a browser. */
export function browse() {
  const quiet = ["--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-gpu", "--no-sandbox"];
  const executablePath = process.env.CHROMIUM || "/usr/bin/chromium";
  return chromium.launch({ executablePath, args: quiet, timeout: 120_000 });
}

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What keeps anybody from reading a page. The policy of a page would not let axe in by itself. */
export async function barriers(page) {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const result = await window.axe.run(document, { resultTypes: ["violations"] });
    return result.violations.map((v) =>
      `${v.id}: ${v.nodes.slice(0, 3).map((n) => `${n.html.slice(0, 160)} ${n.failureSummary ?? ""}`).join(" | ")}`);
  });
}
