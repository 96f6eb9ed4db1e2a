// From the start of the program to the first picture with data in the built-in Neuroglancer: node first_picture.mjs PROGRAM ARGUMENTS…, such as
// node first_picture.mjs install/run /data/slices --listen 127.0.0.1:9123. The browser is open before, as a user's is; he clicks on the first link at once.
// It takes `npm ci` in ZarrFs.Tests/Clients/neuroglancer.
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { withBrowser } from "../../ZarrFs.Tests/Clients/neuroglancer/browser.mjs";

// Of the canvas; before there is any data, lines, letters and the scale bar are less than one hundredth.
const shareOfData = 0.05;
const [program, ...options] = process.argv.slice(2);

/** The share of pixels that are not black. */
const drawn = (page) => page.evaluate(() => {
  const { display } = globalThis.viewer ?? {};
  if (display === undefined) return 0;
  display.draw();
  const { gl } = display;
  const { drawingBufferWidth: width, drawingBufferHeight: height } = gl;
  const pixels = new Uint8Array(4 * width * height);
  gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
  let count = 0;
  for (let i = 0; i < pixels.length; i += 4) if (Math.max(pixels[i], pixels[i + 1], pixels[i + 2]) > 20) count++;
  return count / (width * height);
});

const profile = await mkdtemp(join(tmpdir(), "first-picture-"));
let child;
try {
  await withBrowser({ profile, width: 1280, height: 800 }, async (browser) => {
    const page = await browser.newPage();
    await page.goto("about:blank");

    const begin = performance.now();
    const parts = [];
    const tell = (part) => parts.push([part, (performance.now() - begin) / 1000]);
    child = spawn(program, options, { stdio: ["ignore", "pipe", "inherit"] });
    let server;
    for await (const line of createInterface(child.stdout)) {
      server = /^Serving on (\S+?)\/? /.exec(line)?.[1] ?? server;
      if (line.startsWith("Ctrl-C")) break;
    }
    if (server === undefined) throw new Error(`${program} ended, or serves nothing`);
    tell("the program answers");
    await page.goto(`${server}/`, { waitUntil: "domcontentloaded" });
    tell("the start page is there");
    await page.locator('a[href*="/viewer/#!"]').first().evaluate((link) => { link.removeAttribute("target"); link.click(); });
    await page.waitForFunction(() => globalThis.viewer !== undefined);
    tell("the viewer runs");
    await page.waitForFunction(() => {
      const { managedLayers } = viewer.layerManager;
      return managedLayers.length > 0 && managedLayers.every(({ layer }) => layer?.renderLayers.length > 0);
    });
    tell("it knows the volume");
    while (await drawn(page) < shareOfData) await page.waitForTimeout(20);
    tell("the first picture");

    let last = 0;
    for (const [part, seconds] of parts) {
      console.log(`${seconds.toFixed(2).padStart(6)} s  (+${(seconds - last).toFixed(2)})  ${part}`);
      last = seconds;
    }
  });
} finally {
  if (child !== undefined && child.exitCode === null) {
    child.kill("SIGINT");
    await once(child, "exit");
  }
  await rm(profile, { recursive: true, force: true });
}
