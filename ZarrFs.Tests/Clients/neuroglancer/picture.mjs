// Takes a picture of a root of a served volume in the built-in Neuroglancer: node picture.mjs http://127.0.0.1:9000 NAME.zarr FILE.png
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { click, recordStrictly, withBrowser } from "./browser.mjs";

const [server, root, file] = process.argv.slice(2);
const profile = await mkdtemp(join(tmpdir(), "neuroglancer-"));
try {
  await withBrowser({ profile, width: 1280, height: 800 }, async (browser) => {
    let traffic;
    const page = await click(browser, server, root, (page) => { traffic = recordStrictly(page, server); });
    for (let seen = -1; traffic.pending.size > 0 || seen !== traffic.answers.length;) {
      seen = traffic.answers.length;
      await page.waitForTimeout(2000);
    }
    await page.screenshot({ path: file });
    for (const trouble of traffic.troubles) console.error(trouble);
  });
} finally {
  await rm(profile, { recursive: true, force: true });
}
