"""Levels 1 and up against scikit-image, fed with what the program itself shows one level finer."""
import numpy as np
import skimage.measure
import skimage.transform
import zarr

import checking

REDUCTIONS = {"max": np.max, "min": np.min}


def check(showcase, name, facts):
    group = zarr.open_group(showcase.path(name), mode="r")
    for level in range(1, len(facts["shapes"])):
        finer = group[str(level - 1)][:]
        padded = np.pad(finer, [(0, n % 2) for n in finer.shape], mode="edge")
        if facts["method"] == "mean":
            expected = skimage.transform.downscale_local_mean(padded.astype(np.float64), (2, 2, 2))
            if finer.dtype.kind in "iu":
                expected = np.round(expected)
            expected = expected.astype(finer.dtype)
        else:
            expected = skimage.measure.block_reduce(padded, (2, 2, 2), REDUCTIONS[facts["method"]])
        checking.same(group[str(level)][:], expected, f"level {level}")


checking.run(check)
