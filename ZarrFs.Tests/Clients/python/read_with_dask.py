"""dask on the v2 root."""
import dask
import dask.array

import checking


def check(showcase, name, facts):
    for level in range(len(facts["shapes"])):
        array = dask.array.from_zarr(showcase.path(name), component=str(level))
        expected = showcase.expected(name, level)
        checking.same(array.compute(), expected, f"level {level}")
        checking.same(array[::-1].max(axis=0).compute(), expected.max(axis=0), f"level {level}, maximum along z")


with dask.config.set(scheduler="threads"):
    checking.run(check)
