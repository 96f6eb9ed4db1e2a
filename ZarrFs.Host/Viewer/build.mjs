// Bundles Neuroglancer into dist/, with no data source but Zarr over HTTP and S3, each file also compressed, and with the licences of what is in it.
// Vite 7 and 8 break its workers; esbuild does not.
import { copyFile, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import { build } from "esbuild";

// Neuroglancer depends on a tarball of ikonate from outside the registry. package.json puts the released 1.1.1 in its place, which
// lacks three icons. (It holds back msgpackr-extract too, which `npm ci` refuses: 3.0.7 names packages that were never released.)
const likeness = { "code-alt": "edit", "controls-alt": "controls", layers: "stack" };

const rawIcons = {
  name: "raw icons",
  setup: (bundler) =>
    bundler.onResolve({ filter: /^ikonate\/icons\/.*\?raw$/ }, ({ path, importer, kind, resolveDir }) => {
      const icon = path.slice("ikonate/icons/".length, -".svg?raw".length);
      return bundler.resolve(`ikonate/icons/${likeness[icon] ?? icon}.svg`, { importer, kind, resolveDir });
    }),
};

/** The licence of each package that a file of it went into the bundle from. */
async function licences(inputs) {
  const packages = new Set(inputs.map((path) => /^node_modules\/((@[^/]+\/)?[^/]+)\//.exec(path)?.[1]).filter(Boolean));
  const texts = [];
  for (const name of [...packages].sort()) {
    const folder = join("node_modules", name);
    const { version, license } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    const file = (await readdir(folder)).find((file) => /^licen[cs]e/i.test(file));
    const text = file === undefined ? "" : await readFile(join(folder, file), "utf8");
    texts.push(`${name} ${version} (${license ?? "see below"})\n\n${text.trim()}\n`);
  }
  return texts.join(`\n${"-".repeat(120)}\n\n`);
}

/** Writes FILE.gz and FILE.br. What is small or does not shrink is not worth it. */
async function compress(path) {
  const bytes = await readFile(path);
  const brotli = { [constants.BROTLI_PARAM_QUALITY]: 10, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  for (const [ending, packed] of [
    ["gz", await promisify(gzip)(bytes, { level: 9 })],
    ["br", await promisify(brotliCompress)(bytes, { params: brotli })],
  ]) {
    if (packed.length < bytes.length - 512) await writeFile(`${path}.${ending}`, packed);
  }
}

await rm("dist", { recursive: true, force: true });
const { metafile } = await build({
  // Neuroglancer starts its workers by these paths, relative to the main script's.
  entryPoints: {
    "js/main": "main.mjs",
    "js/chunk_worker.bundle": "neuroglancer/unstable/chunk_worker.bundle.js",
    "async_computation.bundle": "neuroglancer/unstable/async_computation.bundle.js",
  },
  conditions: [
    "neuroglancer/datasource:none_by_default",
    "neuroglancer/datasource/zarr:enabled",
    "neuroglancer/kvstore:none_by_default",
    "neuroglancer/kvstore/http:enabled",
    "neuroglancer/kvstore/s3:enabled",
    "neuroglancer/layer:none_by_default",
    "neuroglancer/layer/image:enabled",
    "neuroglancer/layer/segmentation:enabled",
  ],
  outdir: "dist",
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  loader: { ".svg": "text" },
  plugins: [rawIcons],
  metafile: true,
  logLevel: "warning",
});
await copyFile("index.html", "dist/index.html");
await copyFile("favicon.svg", "dist/favicon.svg");
await writeFile("dist/LICENSES.txt", await licences(Object.keys(metafile.inputs)));
await Promise.all([...Object.keys(metafile.outputs), "dist/LICENSES.txt", "dist/index.html"].map(compress));
