// Opens links in Neuroglancer, goes to voxels, and prints what it shows there. One argument, JSON:
// { profile, views: [{ server, fragment, voxels: [{ at: [x, y, z], layer, value }] }] }. With a root (NAME.zarr) in place of a fragment it begins
// at the start page, with a click.
import { click, patience, record, recordStrictly, withBrowser, withNeuroglancer } from "./browser.mjs";

const { profile, views } = JSON.parse(process.argv[2]);
const size = { profile, width: 800, height: 600 };

/** Goes to a voxel and reads it until it is what is expected, or until patience ends. */
async function read(page, { at, layer: number = 0, value }) {
  await page.evaluate((at) => { viewer.position.value = Float32Array.from(at); }, at);
  const seen = () => page.evaluate(([at, number]) => {
    const { layer } = viewer.layerManager.managedLayers[number];
    return Number(layer.getValueAt(Float32Array.from(at), { pickedRenderLayer: null }) ?? NaN);
  }, [at, number]);
  for (const end = Date.now() + patience; ;) {
    const found = await seen();
    if (found === value || Date.now() > end) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Says what a page shows at first, and at each voxel. */
async function describe(page, voxels) {
  const space = await page.evaluate(() => {
    const { names, scales, units, bounds } = viewer.coordinateSpace.value;
    return {
      names, units, scales: [...scales], lower: [...bounds.lowerBounds], upper: [...bounds.upperBounds],
      position: [...viewer.position.value], state: viewer.state.toJSON(), title: document.title,
      layers: viewer.layerManager.managedLayers.map(({ name, visible, layer }) => ({
        name, visible, type: layer.type, local: [...layer.localPosition.value],
        contrast: layer.shaderControlState?.state.get("normalized").trackable.value.range ?? [],
        color: [...layer.shaderControlState?.state.get("color")?.trackable.value ?? []],
        shader: layer.shaderError?.value?.message ?? null,
      })),
    };
  });
  const values = [];
  for (const voxel of voxels) values.push(await read(page, voxel));
  return { ...space, values };
}

/** Opens a page, with what it asks and complains of written down from its beginning, and looks at it. */
async function look({ server, voxels, ...link }, recording, open) {
  let traffic;
  try {
    const page = await open((page) => { traffic = recording(page, server); });
    const space = await describe(page, voxels);
    await page.close();
    return { ...space, answers: traffic.answers, troubles: traffic.troubles };
  } catch (cause) {
    const unanswered = [...traffic?.pending ?? []].map((request) => `unanswered: ${request.url()}`);
    throw new Error([`no volume at ${decodeURIComponent(link.fragment ?? link.root)}`, ...traffic?.troubles ?? [], ...unanswered].join("\n"), { cause });
  }
}

async function withPages(use) {
  if (views.every(({ root }) => root === undefined)) {
    await withNeuroglancer(size, (open) => use((view) => look(view, record, (prepare) => open(view.fragment, prepare))));
  } else {
    await withBrowser(size, (browser) => use((view) => look(view, recordStrictly, (prepare) => click(browser, view.server, view.root, prepare))));
  }
}

await withPages(async (see) => {
  const sightings = [];
  for (const view of views) sightings.push(await see(view));
  console.log(JSON.stringify(sightings));
});
