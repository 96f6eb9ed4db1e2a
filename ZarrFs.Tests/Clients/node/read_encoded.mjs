// zarrita on encoded stores in directories: the first level against a SHA-256 sum made elsewhere.
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import * as zarr from "zarrita";

const { stores } = JSON.parse(process.argv[2]);
const failures = [];
for (const { path, array, format, dtype, shape, sha256 } of stores) {
  const files = { get: (key) => readFile(path + key).then((bytes) => new Uint8Array(bytes), () => undefined) };
  try {
    const opened = await zarr.open[format](zarr.root(files).resolve(array), { kind: "array" });
    if (opened.dtype !== dtype) throw new Error(`type ${opened.dtype}`);
    if (String(opened.shape) !== String(shape)) throw new Error(`shape ${opened.shape}`);
    const { data } = await zarr.get(opened);
    const found = createHash("sha256").update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)).digest("hex");
    if (found !== sha256) throw new Error("other voxels than expected");
  } catch (failure) {
    failures.push(`${path}: ${failure.stack}`);
  }
}
if (failures.length > 0) {
  console.error(failures.join("\n"));
  process.exit(1);
}
