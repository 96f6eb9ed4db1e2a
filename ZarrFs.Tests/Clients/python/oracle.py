"""What a volume must look like, by plain numpy: nothing of the program under test is asked."""
import numpy as np


def level_below(finer, method):
    """Halves z, y and x: boxes of 2x2x2 voxels, odd edges repeat the last plane."""
    if method == "nearest":
        return np.ascontiguousarray(finer[::2, ::2, ::2])
    padded = np.pad(finer, [(0, n % 2) for n in finer.shape], mode="edge")
    z, y, x = (n // 2 for n in padded.shape)
    boxes = padded.reshape(z, 2, y, 2, x, 2).transpose(0, 2, 4, 1, 3, 5).reshape(z, y, x, 8)
    if method == "max":
        return boxes.max(axis=-1)
    if method == "min":
        return boxes.min(axis=-1)
    if method == "mode":
        return most_frequent(boxes)
    mean = boxes.astype(np.float64).sum(axis=-1) / 8
    if np.issubdtype(finer.dtype, np.integer):
        mean = np.round(mean)  # ties to even
    return mean.astype(finer.dtype)


def most_frequent(boxes):
    """The most frequent of the last axis; of several, the smallest."""
    ordered = np.sort(boxes, axis=-1)
    best = ordered[..., 0].copy()
    most = np.zeros(best.shape, int)
    for i in range(ordered.shape[-1]):
        candidate = ordered[..., i]
        votes = (ordered == candidate[..., None]).sum(axis=-1)
        better = votes > most
        best[better] = candidate[better]
        most[better] = votes[better]
    return best


def levels(finest, chunk, count, method):
    """All levels; count None means until one fits in a chunk."""
    pyramid = [np.ascontiguousarray(finest)]
    while (len(pyramid) < count) if count else any(n > c for n, c in zip(pyramid[-1].shape, chunk)):
        pyramid.append(level_below(pyramid[-1], method))
    return pyramid


def crop(volume, ranges):
    """scroll2zarr's x0:x1,y0:y1,z0:z1: ends exclusive and clamped, a lone number is an end."""
    if not ranges:
        return volume
    slices = []
    for text in ranges.split(","):
        first, end = text.split(":") if ":" in text else ("", text)
        slices.append(slice(int(first) if first else None, int(end) if end else None))
    x, y, z = slices
    return volume[z, y, x]


def view(volume, options):
    """The volume as --ranges and --type show it."""
    volume = crop(volume, options.get("ranges", ""))
    if options.get("type") == "uint8" and volume.dtype == np.uint16:
        volume = (volume // 256).astype(np.uint8)
    return volume


def chosen(options, names):
    """Time point and channel that the root of three axes shows."""
    channel = options.get("channel") or "0"
    return int(options.get("time") or 0), names.index(channel) if channel in names else int(channel)


def chunk_shape(options):
    sizes = [int(n) for n in options.get("chunkSize", "128").split(",")]
    return sizes if len(sizes) == 3 else sizes * 3


def level_count(options):
    text = options.get("levels", "auto")
    return None if text == "auto" else int(text)
