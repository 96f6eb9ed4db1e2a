"""Lists the volumes of a directory of real data: those that must be read, with the sums of their voxels, and those that must be refused."""
import collections
import json
import os
import re
import sys

TYPES = {("uint", 8), ("int", 8), ("uint", 16), ("int", 16), ("uint", 32), ("int", 32), ("float", 32), ("float", 64), ("uint", 64), ("int", 64)}


def objection(entry):
    """Why the program does not read a file, by what others found in it; None if it must."""
    if entry.get("compression") != "none":
        return f"compression {entry.get('compression')}"
    if entry["spp"] != 1:
        return f"{entry['spp']} samples a pixel"
    if (entry["format"], entry["bits"]) not in TYPES:
        return f"{entry['format']}{entry['bits']}"
    # Of a palette the indices are the voxels: ImageJ's stacks with a lookup table.
    if entry["photometric"] not in ("MINISBLACK", "PALETTE"):
        return f"photometric {entry['photometric']}"
    return None


def natural(path):
    return [int(part) if part.isdigit() else part for part in re.split("([0-9]+)", path)]


def main():
    data = json.loads(sys.argv[1])["data"]
    with open(os.path.join(data, "MANIFEST.jsonl")) as file:
        entries = [json.loads(line) for line in file]
    volumes = collections.defaultdict(list)
    for entry in entries:
        folder = os.path.dirname(entry["file"])
        if folder.startswith(("real/slices/", "real/derived/slices-")):
            volumes[folder].append(entry)
        elif entry["file"].startswith(("real/stacks/", "real/derived/", "real/formats/", "real/planes/")):
            volumes[entry["file"]].append(entry)
    listed = []
    for source, files in sorted(volumes.items()):
        files.sort(key=lambda entry: natural(entry["file"]))
        objections = {objection(entry) for entry in files} - {None}
        listed.append({
            "name": source.replace("/", "-"),
            "source": os.path.join(data, source),
            "objection": ", ".join(sorted(objections)) or None,
            # One sum for a file, of all its pages; one a slice for a folder.
            "sha256": [entry.get("pixels_sha256") for entry in files],
        })
    json.dump(listed, sys.stdout)


main()
