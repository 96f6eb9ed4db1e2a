// A browser without a window, and a web server of its own for Neuroglancer's page: its data come from another origin, as they do for users.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const bundle = fileURLToPath(new URL("bundle", import.meta.url));
const types = { html: "text/html", css: "text/css", js: "text/javascript" };

async function servePage() {
  const server = createServer(async ({ url }, response) => {
    const path = url === "/" ? "/index.html" : url;
    const body = await readFile(bundle + path).catch(() => null);
    response.writeHead(body === null ? 404 : 200, { "Content-Type": types[path.split(".").pop()] ?? "text/plain" });
    response.end(body);
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  return server;
}

/** Calls `use` with a function that opens Neuroglancer at a link's fragment (#!…). All is ended afterwards, whatever happens. */
export async function withNeuroglancer({ profile, width, height }, use) {
  const server = await servePage();
  try {
    const browser = await chromium.launchPersistentContext(profile, {
      executablePath: "/usr/bin/chromium",
      headless: true,
      viewport: { width, height },
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    });
    try {
      return await use(async (fragment, prepare = () => {}) => {
        const page = await browser.newPage();
        prepare(page);
        await page.goto(`http://127.0.0.1:${server.address().port}/${fragment}`);
        await page.waitForFunction(() => {
          const layers = globalThis.viewer?.layerManager.managedLayers ?? [];
          return layers.length > 0 && layers.every(({ layer }) => layer?.renderLayers.length > 0);
        });
        return page;
      });
    } finally {
      await browser.close();
    }
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

/** Everything a page asks of a server, by whatever thread, and what became of it; and errors of the page itself. */
export function record(page, server) {
  const answers = [];
  const troubles = [];
  const pending = new Set();
  page.on("request", (request) => pending.add(request));
  page.on("requestfinished", (request) => pending.delete(request));
  page.on("requestfailed", (request) => {
    pending.delete(request);
    // Neuroglancer gives up on chunks that it no longer needs.
    const reason = request.failure()?.errorText;
    if (reason !== "net::ERR_ABORTED") troubles.push(`${request.url()}: ${reason}`);
  });
  page.on("response", (response) => {
    const status = response.status();
    if (status >= 400) pending.delete(response.request()); // nobody reads its body, so it never finishes
    if (response.url().startsWith(server)) answers.push({ path: response.url().slice(server.length), status });
  });
  page.on("pageerror", (error) => troubles.push(String(error)));
  page.on("console", (message) => {
    if (message.text().startsWith("Error parsing state")) troubles.push(message.text());
  });
  return { answers, troubles, pending };
}
