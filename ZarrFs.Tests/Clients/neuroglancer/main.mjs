// Neuroglancer as its authors serve it: the state comes from the address, behind #!. It leaves itself at window.viewer.
import "neuroglancer";
import { setupDefaultViewer } from "neuroglancer/unstable/ui/default_viewer_setup.js";

setupDefaultViewer();
