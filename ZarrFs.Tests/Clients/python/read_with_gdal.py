"""GDAL's multidimensional API on the v2 root: a directory of the mount, or an HTTP address through /vsicurl/."""
import numpy as np
from osgeo import gdal

import checking

gdal.UseExceptions()
gdal.SetConfigOption("GDAL_PAM_ENABLED", "NO")


def check(showcase, name, facts):
    path = showcase.path(name)
    remote = path.startswith("http")
    dataset = gdal.OpenEx(f'ZARR:"/vsicurl/{path}"' if remote else path, gdal.OF_MULTIDIM_RASTER)
    root = dataset.GetRootGroup()
    assert sorted(root.GetMDArrayNames(), key=int) == [str(n) for n in range(len(facts["shapes"]))], f"levels {root.GetMDArrayNames()}"
    for level in range(len(facts["shapes"])):
        array = root.OpenMDArray(str(level))
        names = [d.GetName() for d in array.GetDimensions()]
        # A dimension of a group has one size in GDAL; that of the first array opened has the name.
        assert level > 0 or names == ["z", "y", "x"], f"level {level}: dimensions {names}"
        assert list(array.GetBlockSize()) == facts["chunk"], f"level {level}: blocks {array.GetBlockSize()}, expected {facts['chunk']}"
        found = array.ReadAsArray()
        if facts["dtype"] == "int8":
            found = found.astype(np.int8)  # this GDAL has no int8 and reads it as int16
        checking.same(found, showcase.expected(name, level), f"level {level}")


checking.run(check)
