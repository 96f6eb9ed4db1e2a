"""Reads every page of some TIFFs with GDAL and writes the bands as they are stored, one after the other: FOLDER/FILE.PAGE.raw.

Prints, for each file, how many pages GDAL reads, or its words.
"""
import json
import os
import sys

import numpy as np
from osgeo import gdal

gdal.UseExceptions()
gdal.PushErrorHandler("CPLQuietErrorHandler")


def main(folder, files):
    read = {}
    for number, path in enumerate(files):
        try:
            pages = 0
            while True:
                try:
                    page = gdal.Open(f"GTIFF_DIR:{pages + 1}:{path}")
                except RuntimeError:
                    if pages == 0:
                        raise
                    break
                samples = page.ReadAsArray()
                with open(os.path.join(folder, f"{number}.{pages}.raw"), "wb") as raw:
                    raw.write(np.ascontiguousarray(samples).tobytes())
                pages += 1
            read[path] = pages
        except RuntimeError as error:
            read[path] = str(error)
    print(json.dumps(read))


arguments = json.loads(sys.argv[1])
main(arguments["folder"], arguments["files"])
