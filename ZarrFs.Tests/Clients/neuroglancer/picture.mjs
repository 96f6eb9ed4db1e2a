// Takes a picture of what the first Neuroglancer link of a served volume shows: node picture.mjs http://127.0.0.1:9000 FILE.png
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { record, withNeuroglancer } from "./browser.mjs";

const [server, file] = process.argv.slice(2);
const start = await (await fetch(server)).text();
const [, fragment] = start.match(/<a href="[^"#]*(#![^"]*)"/);
const profile = await mkdtemp(join(tmpdir(), "neuroglancer-"));
try {
  await withNeuroglancer({ profile, width: 1280, height: 800 }, async (open) => {
    let traffic;
    const page = await open(fragment, (page) => { traffic = record(page, server); });
    for (let seen = -1; traffic.pending.size > 0 || seen !== traffic.answers.length;) {
      seen = traffic.answers.length;
      await page.waitForTimeout(2000);
    }
    await page.screenshot({ path: file });
  });
} finally {
  await rm(profile, { recursive: true, force: true });
}
