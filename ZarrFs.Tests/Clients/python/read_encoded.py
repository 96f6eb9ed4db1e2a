"""zarr-python or GDAL on encoded stores in directories: the first level against a SHA-256 sum."""
import hashlib
import json
import sys

reader, stores = (lambda given: (given["reader"], given["stores"]))(json.loads(sys.argv[1]))


def read_with_zarr(store):
    import zarr

    array = zarr.open(store["path"], mode="r")
    if store["array"]:
        consolidated = zarr.open_consolidated(store["path"], mode="r")
        assert consolidated[store["array"]].compressor == array[store["array"]].compressor, "consolidated metadata say another codec"
        array = array[store["array"]]
    return array[:]


def read_with_gdal(store):
    from osgeo import gdal

    gdal.UseExceptions()
    root = gdal.OpenEx(store["path"], gdal.OF_MULTIDIM_RASTER).GetRootGroup()
    return root.OpenMDArray(store["array"] or root.GetMDArrayNames()[0]).ReadAsArray()


failures = []
for store in stores:
    try:
        voxels = {"zarr": read_with_zarr, "gdal": read_with_gdal}[reader](store)
        assert str(voxels.dtype) == store["dtype"], f"type {voxels.dtype}"
        assert list(voxels.shape) == store["shape"], f"shape {voxels.shape}"
        assert hashlib.sha256(voxels.tobytes()).hexdigest() == store["sha256"], "other voxels than expected"
    except Exception as failure:
        failures.append(f"{store['path']}: {type(failure).__name__}: {failure}")
sys.exit("\n".join(failures) or 0)
