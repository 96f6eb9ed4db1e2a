"""What the checks have in common: they look at every volume and print, for each, what is wrong or null."""
import json
import os
import sys
import traceback

import numpy as np


class Showcase:
    """The volumes of one run: where they are shown and what they must hold."""

    def __init__(self, arguments):
        self.root = arguments["root"].rstrip("/")
        self.workspace = arguments["workspace"]
        with open(os.path.join(self.workspace, "volumes.json")) as file:
            self.volumes = json.load(file)

    def expected(self, name, level):
        return np.load(os.path.join(self.workspace, "expected", name, f"{level}.npy"))

    def path(self, name, suffix=".zarr"):
        return f"{self.root}/{name}{suffix}"


def same(found, expected, what):
    """Equal shape, type and voxels; says where the first difference is."""
    found = np.asarray(found)
    assert found.shape == expected.shape, f"{what}: shape {found.shape}, expected {expected.shape}"
    assert found.dtype == expected.dtype, f"{what}: type {found.dtype}, expected {expected.dtype}"
    wrong = found != expected
    if wrong.any():
        at = tuple(int(i[0]) for i in np.nonzero(wrong))
        raise AssertionError(f"{what}: {wrong.sum()} of {wrong.size} voxels differ, first at {at}: {found[at]}, expected {expected[at]}")


def run(check):
    """Calls check(showcase, name, facts) for each volume."""
    showcase = Showcase(json.loads(sys.argv[1]))
    verdicts = {}
    for name, facts in showcase.volumes.items():
        try:
            check(showcase, name, facts)
            verdicts[name] = None
        except AssertionError as failure:
            verdicts[name] = str(failure) or traceback.format_exc()
        except Exception:
            verdicts[name] = traceback.format_exc()
    json.dump(verdicts, sys.stdout)
