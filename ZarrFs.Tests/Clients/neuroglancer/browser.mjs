// A browser without a window, and two ways to Neuroglancer: from the start page, as people go, and with its page from another origin, as the public one has it.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const bundle = fileURLToPath(new URL("../../../ZarrFs.Host/Viewer/dist", import.meta.url));
/** Milliseconds after which a test has failed: a busy machine needs minutes for what takes a second. */
export const patience = 180_000;

const types = { html: "text/html", css: "text/css", js: "text/javascript", svg: "image/svg+xml" };

/** A web server for Neuroglancer's page: the data come from another origin then. */
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

/** Waits until every layer has something to draw. */
const settled = (page) => page.waitForFunction(() => {
  const layers = globalThis.viewer?.layerManager.managedLayers ?? [];
  return layers.length > 0 && layers.every(({ layer }) => layer?.renderLayers.length > 0);
});

/** Calls `use` with a new browser's context. It is ended afterwards, whatever happens. */
export async function withBrowser({ profile, width, height }, use) {
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
  browser.setDefaultTimeout(patience);
  try {
    return await use(browser);
  } finally {
    await browser.close();
  }
}

/** Calls `use` with a function that opens Neuroglancer's page, from a server of its own, at a link's fragment (#!…). All is ended afterwards. */
export async function withNeuroglancer(options, use) {
  const server = await servePage();
  try {
    return await withBrowser(options, (browser) => use(async (fragment, prepare = () => {}) => {
      const page = await browser.newPage();
      prepare(page);
      await page.goto(`http://127.0.0.1:${server.address().port}/${fragment}`);
      await settled(page);
      return page;
    }));
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

/** Opens the start page and clicks on the link that opens a root (NAME.zarr or NAME.ome.zarr) in the built-in Neuroglancer. */
export async function click(browser, server, root, prepare = () => {}) {
  const page = await browser.newPage();
  prepare(page);
  await page.goto(`${server}/`);
  const links = page.locator('a[href*="/viewer/"]');
  const number = await links.evaluateAll(
    (all, part) => all.findIndex(({ href }) => decodeURIComponent(href.split("#!")[1]).includes(part)), `/${encodeURIComponent(root)}/|`);
  if (number < 0) throw new Error(`the start page has no link that opens ${root} in the viewer`);
  const link = links.nth(number);
  await link.evaluate((anchor) => anchor.removeAttribute("target")); // to stay in the page that is watched
  // What is folded away is there too, for whoever unfolds it.
  if (await link.isVisible()) await link.click();
  else await link.evaluate((anchor) => anchor.click());
  // Not a glob: its * takes no slash, and Neuroglancer soon writes the state in the fragment anew, with the slashes of the volume's address in it.
  await page.waitForURL(({ pathname, hash }) => pathname.endsWith("/viewer/") && hash.startsWith("#!"), { waitUntil: "commit" });
  await settled(page);
  return page;
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

/** Records, beyond that, all that a page of the program must not do: ask another origin, be refused something by its policy, complain. */
export function recordStrictly(page, server) {
  const seen = record(page, server);
  const { origin } = new URL(server);
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.origin !== origin && !["blob:", "data:"].includes(url.protocol)) seen.troubles.push(`asked another origin: ${url}`);
  });
  page.on("console", (message) => {
    // That a root is no array it finds out by a 404, which the browser complains of.
    const isProbe = message.location().url.endsWith("/.zarray") && message.text().includes("404");
    if (message.type() === "error" && !isProbe) seen.troubles.push(`console: ${message.text()} (${message.location().url})`);
  });
  page.addInitScript(() => addEventListener("securitypolicyviolation", (event) =>
    console.error(`policy: ${event.effectiveDirective} refused ${event.blockedURI} (${event.sourceFile}:${event.lineNumber})`)));
  return seen;
}
