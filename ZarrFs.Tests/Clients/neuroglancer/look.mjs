// Opens links in Neuroglancer, goes to voxels, and prints what it shows there. One argument, JSON:
// { profile, views: [{ server, fragment, voxels: [{ at: [x, y, z], layer, value }] }] }.
import { record, withNeuroglancer } from "./browser.mjs";

const patience = 20_000;
const { profile, views } = JSON.parse(process.argv[2]);

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

async function look(open, { server, fragment, voxels }) {
  let traffic;
  const page = await open(fragment, (page) => { traffic = record(page, server); }).catch((cause) => {
    throw new Error([`no volume at ${decodeURIComponent(fragment)}`, ...traffic.troubles].join("\n"), { cause });
  });
  const space = await page.evaluate(() => {
    const { names, scales, units, bounds } = viewer.coordinateSpace.value;
    return {
      names, units, scales: [...scales], lower: [...bounds.lowerBounds], upper: [...bounds.upperBounds],
      position: [...viewer.position.value], state: viewer.state.toJSON(),
      layers: viewer.layerManager.managedLayers.map(({ name, visible, layer }) => ({
        name, visible, local: [...layer.localPosition.value],
        contrast: layer.shaderControlState.state.get("normalized").trackable.value.range,
        color: [...layer.shaderControlState.state.get("color")?.trackable.value ?? []],
        shader: layer.shaderError?.value?.message ?? null,
      })),
    };
  });
  const values = [];
  for (const voxel of voxels) values.push(await read(page, voxel));
  await page.close();
  return { ...space, values, answers: traffic.answers, troubles: traffic.troubles };
}

await withNeuroglancer({ profile, width: 800, height: 600 }, async (open) => {
  const sightings = [];
  for (const view of views) sightings.push(await look(open, view));
  console.log(JSON.stringify(sightings));
});
