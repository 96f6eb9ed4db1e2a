// zarrita on both roots, over HTTP or in a directory, with consolidated metadata and without: whole arrays against SHA-256 sums made elsewhere.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import FileSystemStore from "@zarrita/storage/fs";
import * as zarr from "zarrita";

const { root, workspace, only, roots = ["v2", "v3"] } = JSON.parse(process.argv[2]);
const volumes = JSON.parse(readFileSync(`${workspace}/volumes.json`, "utf8"));

function expect(condition, message) {
  if (!condition) throw new Error(message);
}

function sha256(data) {
  return createHash("sha256").update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)).digest("hex");
}

async function checkRoot(url, format, facts) {
  const plain = url.startsWith("http") ? new zarr.FetchStore(url) : new FileSystemStore(url);
  const consolidated = await zarr.withConsolidatedMetadata(plain, { format });
  const listed = consolidated.contents().filter((node) => node.kind === "array").map((node) => node.path).sort();
  const levels = facts.shapes.map((_, level) => `/${level}`).sort();
  expect(JSON.stringify(listed) === JSON.stringify(levels), `${format}: consolidated metadata lists ${listed}, expected ${levels}`);

  for (const store of [plain, consolidated]) {
    const group = await zarr.open[format](store, { kind: "group" });
    for (const [level, shape] of facts.shapes.entries()) {
      const array = await zarr.open[format](group.resolve(String(level)), { kind: "array" });
      expect(array.dtype === facts.dtype, `${format}, level ${level}: type ${array.dtype}, expected ${facts.dtype}`);
      expect(String(array.shape) === String(shape), `${format}, level ${level}: shape ${array.shape}, expected ${shape}`);
      expect(String(array.chunks) === String(facts.chunk), `${format}, level ${level}: chunks ${array.chunks}, expected ${facts.chunk}`);
      if (store === consolidated && level > 0) continue; // the same bytes again
      const { data } = await zarr.get(array);
      expect(sha256(data) === facts.sha256[level], `${format}, level ${level}: other voxels than expected`);
    }
  }
}

const verdicts = {};
for (const [name, facts] of Object.entries(volumes)) {
  if (only && !only.includes(name)) continue;
  try {
    if (roots.includes("v2")) await checkRoot(`${root}/${name}.zarr`, "v2", facts);
    const leading = Array(facts.axes.length - 3).fill(1);
    if (roots.includes("v3")) await checkRoot(`${root}/${name}.ome.zarr`, "v3", { ...facts, shapes: facts.allShapes, sha256: facts.allSha256, chunk: [...leading, ...facts.chunk] });
    verdicts[name] = null;
  } catch (failure) {
    verdicts[name] = failure.stack;
  }
}
console.log(JSON.stringify(verdicts));
