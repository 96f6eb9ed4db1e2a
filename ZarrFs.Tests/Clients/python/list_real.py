"""Lists the volumes of a directory of real data with the sums of their voxels: of a file, or of each slice of a folder."""
import collections
import json
import os
import re
import sys


def natural(path):
    return [int(part) if part.isdigit() else part for part in re.split("([0-9]+)", path)]


def folder(file):
    """The folder that a slice is a part of, or None for a file that is a volume by itself."""
    parts = file.split("/")
    if parts[1] == "slices":
        return "/".join(parts[:4 if parts[2] == "ome-multifile" else 3])
    return "/".join(parts[:3]) if parts[2].startswith("slices-") else None


def main():
    data = json.loads(sys.argv[1])["data"]
    with open(os.path.join(data, "MANIFEST.jsonl")) as file:
        entries = [entry for entry in map(json.loads, file) if entry["file"].startswith("real/")]
    volumes = collections.defaultdict(list)
    for entry in entries:
        volumes[folder(entry["file"]) or entry["file"]].append(entry)
    listed = []
    for source, files in sorted(volumes.items()):
        files.sort(key=lambda entry: natural(entry["file"]))
        listed.append({
            "name": source.replace("/", "-"),
            "source": os.path.join(data, source),
            # The order of a file's planes, slowest axis first; a folder has none.
            "axes": files[0]["series"][0].split("(")[0] if source == files[0]["file"] else "",
            "half": files[0]["format"] == "float" and files[0]["bits"] == 16,
            "sha256": [entry["pixels_sha256"] for entry in files],
        })
    json.dump(listed, sys.stdout)


main()
