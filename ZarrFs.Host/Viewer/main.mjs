// Neuroglancer as its authors serve it: the state comes from the address, behind #!. It leaves itself at window.viewer, for scripts.
import "neuroglancer";
import { setupDefaultViewer } from "neuroglancer/unstable/ui/default_viewer_setup.js";
import { makeIcon } from "neuroglancer/unstable/widget/icon.js";
import home from "ikonate/icons/home.svg?raw";
import "./main.css";

/** The way back, as the first of Neuroglancer's own icons. */
function addWayBack() {
  const link = makeIcon({ svg: home, title: "All volumes", href: "../" });
  link.removeAttribute("target");
  link.setAttribute("aria-label", link.title);
  document.querySelector(".neuroglancer-viewer-top-row")?.prepend(link);
}

if (document.createElement("canvas").getContext("webgl2") === null) {
  document.body.textContent =
    "Neuroglancer needs WebGL 2, which this browser does not have or has switched off. The start page shows pictures without it, and how to open the volumes in other programs.";
} else {
  setupDefaultViewer();
  addWayBack();
}
