"""zarr-python 2 and GDAL read a ramp over HTTPS, whose certificate nobody vouches for: with a user's password, and with a token in front of the path."""
import json
import sys

import aiohttp
import fsspec
import numpy as np
import zarr
from osgeo import gdal

arguments = json.loads(sys.argv[1])
address, name, user, password, token = (arguments[key] for key in ("address", "name", "user", "password", "token"))
z, y, x = np.ogrid[0 : arguments["z"], 0 : arguments["y"], 0 : arguments["x"]]
ramp = (1 + 36 * x + 54 * y + 212 * z).astype(np.uint16)


def same(found, what):
    assert found.dtype == ramp.dtype and found.shape == ramp.shape, f"{what}: {found.dtype} {found.shape}"
    assert np.array_equal(found, ramp), f"{what}: {np.count_nonzero(found != ramp)} voxels differ"


def with_zarr(url, what, **options):
    same(zarr.open_group(fsspec.get_mapper(url, ssl=False, **options), mode="r")["0"][:], f"zarr-python, {what}")


def with_gdal(url, what):
    dataset = gdal.OpenEx(f'ZARR:"/vsicurl/{url}"', gdal.OF_MULTIDIM_RASTER)
    same(dataset.GetRootGroup().OpenMDArray("0").ReadAsArray(), f"GDAL, {what}")


gdal.UseExceptions()
gdal.SetConfigOption("GDAL_PAM_ENABLED", "NO")
gdal.SetConfigOption("GDAL_HTTP_UNSAFESSL", "YES")
link = f"{address}/t/{token}/{name}.zarr"
with_zarr(link, "token")
with_zarr(f"{address}/{name}.zarr", "password", client_kwargs={"auth": aiohttp.BasicAuth(user, password)})
with_zarr(f"{address}/{name}.zarr", "bearer", client_kwargs={"headers": {"Authorization": f"Bearer {token}"}})
with_gdal(link, "token")
gdal.SetConfigOption("GDAL_HTTP_USERPWD", f"{user}:{password}")
gdal.SetConfigOption("GDAL_HTTP_AUTH", "BASIC")
with_gdal(f"{address}/{name}.zarr", "password")
