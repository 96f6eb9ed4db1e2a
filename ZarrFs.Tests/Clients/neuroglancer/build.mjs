// Bundles Neuroglancer, with no data source but Zarr over HTTP, into bundle/. Vite 7 and 8 break its workers; esbuild does not.
import { copyFile, rm } from "node:fs/promises";
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

await rm("bundle", { recursive: true, force: true });
await build({
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
    "neuroglancer/layer:none_by_default",
    "neuroglancer/layer/image:enabled",
  ],
  outdir: "bundle",
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  loader: { ".svg": "text" },
  plugins: [rawIcons],
  logLevel: "warning",
});
await copyFile("index.html", "bundle/index.html");
