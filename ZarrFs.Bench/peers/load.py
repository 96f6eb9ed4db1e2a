#!/usr/bin/env python3
"""Loads a running 'zarrfs serve' and says what it stood.

  load.py slow     http://127.0.0.1:9000 VOLUME [--slow 200] [--normal 16] [--seconds 30]
  load.py overload http://127.0.0.1:9000 VOLUME [--clients 128] [--seconds 600] [--pid PID]

slow: the rate of normal clients alone, and beside slow ones who take 1 kB/s each; the verdict is the ratio (0.80 is asked for).
overload: clients who ask again as soon as they are answered, for chunks of all levels, some leaving midway. Every chunk is compared with its hash taken before,
when nobody else asked; /healthz is asked ten times a second; the resident memory of the server is sampled.

VOLUME is a directory of the tree such as scroll.zarr (Zarr v2, uncompressed). Exact chunks are compared; a preview (X-ZarrFs-Provisional) may change and is only counted.
Workers are processes, not threads: Python's lock would be what is measured.
"""
import argparse, asyncio, hashlib, json, multiprocessing, os, random, socket, sys, time, urllib.error, urllib.request
from urllib.parse import urlsplit


def get(url):
    with urllib.request.urlopen(url, timeout=600) as answer:
        return answer.read(), answer.headers


def chunks_of(root, most):
    """Paths of some chunks of each level, and the bytes of one."""
    levels = json.loads(get(f"{root}/.zattrs")[0])["multiscales"][0]["datasets"]
    chosen = []
    for level in levels:
        array = json.loads(get(f"{root}/{level['path']}/.zarray")[0])
        counts = [-(-size // chunk) for size, chunk in zip(array["shape"], array["chunks"])]
        rng = random.Random(level["path"])
        places = {tuple(rng.randrange(count) for count in counts) for _ in range(most)}
        separator = array.get("dimension_separator", ".")
        chosen += [f"{level['path']}/{separator.join(map(str, place))}" for place in sorted(places)]
    return chosen


# --- one worker: some clients on one event loop, on plain sockets -------------------------------------------------------------------------

async def answer(reader, cut=None):
    """Status, headers and body of one answer; with cut, gives up after that many bytes of the body."""
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    status = int(lines[0].split()[1])
    headers = dict(line.lower().split(": ", 1) for line in lines[1:] if ": " in line)
    length = int(headers.get("content-length", 0))
    if cut is not None and length > cut:
        await reader.readexactly(cut)
        return status, headers, None
    return status, headers, await reader.readexactly(length)


def request(path, host):
    return f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()


async def normal(address, paths, until, result, hashes, leaving):
    reader = writer = None
    rng = random.Random(os.urandom(8))
    while time.monotonic() < until:
        path = rng.choice(paths)
        try:
            if writer is None:
                reader, writer = await asyncio.open_connection(*address, limit=1 << 20)
            writer.write(request(path, "%s:%d" % address))
            cut = rng.randrange(1, 100_000) if rng.random() < leaving else None
            status, headers, body = await asyncio.wait_for(answer(reader, cut), 120)
            result["statuses"][status] = result["statuses"].get(status, 0) + 1
            if body is None:
                writer.close(); writer = None
                result["left"] += 1
            elif status == 200:
                result["bytes"] += len(body)
                if "x-zarrfs-provisional" in headers:
                    result["provisional"] += 1
                elif hashes is not None and path in hashes:
                    result["compared"] += 1
                    if hashlib.blake2b(body, digest_size=16).digest() != hashes[path]:
                        result["wrong"].append(path)
            elif status in (429, 503):
                await asyncio.sleep(0.2 + 0.3 * rng.random())
        except (OSError, asyncio.IncompleteReadError, asyncio.TimeoutError) as failure:
            name = type(failure).__name__
            result["broken"][name] = result["broken"].get(name, 0) + 1
            if writer is not None: writer.close()
            writer = None
            await asyncio.sleep(0.1)
    if writer is not None: writer.close()


async def slow(address, paths, until, result):
    """Takes 1 kB a second, through a small window, and comes again when it is cut off."""
    loop = asyncio.get_running_loop()
    rng = random.Random(os.urandom(8))
    while time.monotonic() < until:
        taker = socket.socket()
        taker.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        taker.setblocking(False)
        try:
            await loop.sock_connect(taker, address)
            await loop.sock_sendall(taker, request(rng.choice(paths), "%s:%d" % address))
            while time.monotonic() < until:
                received = await asyncio.wait_for(loop.sock_recv(taker, 250), 30)
                if not received: break
                result["slow bytes"] += len(received)
                await asyncio.sleep(0.25)
        except (OSError, asyncio.TimeoutError):
            pass
        finally:
            taker.close()
        result["slow ended"] += 1
        await asyncio.sleep(0.5)


def worker(kind, count, address, paths, seconds, hashes, leaving, out):
    result = {"bytes": 0, "statuses": {}, "left": 0, "provisional": 0, "compared": 0, "wrong": [], "broken": {}, "slow bytes": 0, "slow ended": 0}

    async def run():
        until = time.monotonic() + seconds
        await asyncio.gather(*(
            slow(address, paths, until, result) if kind == "slow" else normal(address, paths, until, result, hashes, leaving) for _ in range(count)))

    asyncio.run(run())
    out.put(result)


def start(kind, count, processes, address, paths, seconds, hashes=None, leaving=0.0):
    out = multiprocessing.Queue()
    shares = [count // processes + (i < count % processes) for i in range(processes)]
    for share in filter(None, shares):
        multiprocessing.Process(target=worker, args=(kind, share, address, paths, seconds, hashes, leaving, out), daemon=True).start()
    return [out] * len(list(filter(None, shares)))


def gather(outs):
    total = None
    for out in outs:
        one = out.get()
        if total is None:
            total = one
            continue
        for key, value in one.items():
            if isinstance(value, dict):
                for name, number in value.items(): total[key][name] = total[key].get(name, 0) + number
            else:
                total[key] += value
    return total


# --- what is asked beside ----------------------------------------------------------------------------------------------------------------

def health(address, seconds, out):
    took = []
    until = time.monotonic() + seconds
    connection = None
    while time.monotonic() < until:
        begin = time.monotonic()
        try:
            if connection is None: connection = socket.create_connection(address, timeout=30)
            connection.sendall(request("/healthz", "%s:%d" % address))
            data = b""
            while b"}}" not in data:
                piece = connection.recv(4096)
                if not piece: raise OSError("closed")
                data += piece
            took.append(time.monotonic() - begin)
        except OSError:
            took.append(30.0)
            connection = None
        time.sleep(max(0, 0.1 - (time.monotonic() - begin)))
    out.put(sorted(took))


def resident(pid):
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) * 1024


def percentile(sorted_values, share):
    return sorted_values[min(len(sorted_values) - 1, int(share * len(sorted_values)))] if sorted_values else float("nan")


def scenario_slow(arguments, address, prefix, root):
    # In memory all the time: what is measured is the sending, not the making.
    paths = [f"{prefix}/{chunk}" for chunk in chunks_of(root, 24)]
    for path in paths: get(f"http://{address[0]}:{address[1]}{path}")
    alone = gather(start("normal", arguments.normal, 2, address, paths, arguments.seconds))
    slow_ones = start("slow", arguments.slow, 1, address, paths, arguments.seconds + 15)
    time.sleep(10)
    beside = gather(start("normal", arguments.normal, 2, address, paths, arguments.seconds))
    memory = f", server's memory {resident(arguments.pid) / 1e6:.0f} MB" if arguments.pid else ""
    slow_total = gather(slow_ones)
    again = gather(start("normal", arguments.normal, 2, address, paths, arguments.seconds))
    rates = [total["bytes"] / arguments.seconds / 1e6 for total in (alone, beside, again)]
    print(f"normal alone {rates[0]:.0f} MB/s, beside {arguments.slow} slow {rates[1]:.0f} MB/s, alone again {rates[2]:.0f} MB/s{memory}")
    print(f"statuses {beside['statuses']}, broken {beside['broken']}; slow ones took {slow_total['slow bytes'] / 1e3:.0f} kB, {slow_total['slow ended']} ended")
    ratio = rates[1] / max(rates[0], rates[2])
    good = ratio >= 0.8 and not beside["broken"]
    print(f"verdict: {'PASS' if good else 'FAIL'}: ratio {ratio:.2f}")
    return good


def scenario_overload(arguments, address, prefix, root):
    chunks = [f"{prefix}/{chunk}" for chunk in chunks_of(root, arguments.chunks)]
    hashes = {}
    for path in chunks:
        body, headers = get(f"http://{address[0]}:{address[1]}{path}")
        if "X-ZarrFs-Provisional" not in headers: hashes[path] = hashlib.blake2b(body, digest_size=16).digest()
    print(f"{len(chunks)} chunks, {len(hashes)} of them exact, hashed while nobody else asks", flush=True)

    begin = time.monotonic()
    outs = start("normal", arguments.clients, 2, address, chunks, arguments.seconds, hashes, leaving=0.05)
    out = multiprocessing.Queue()
    multiprocessing.Process(target=health, args=(address, arguments.seconds, out), daemon=True).start()
    most = 0
    while time.monotonic() - begin < arguments.seconds:
        if arguments.pid: most = max(most, resident(arguments.pid))
        time.sleep(0.5)
    total = gather(outs)
    took = out.get()
    alive = get(f"http://{address[0]}:{address[1]}/healthz")[0]
    p50, p99 = percentile(took, 0.5) * 1e3, percentile(took, 0.99) * 1e3
    print(f"{total['bytes'] / arguments.seconds / 1e6:.0f} MB/s, statuses {total['statuses']}, left midway {total['left']}, broken {total['broken']}")
    print(f"compared {total['compared']}, wrong {len(total['wrong'])} {total['wrong'][:3]}, provisional {total['provisional']}")
    print(f"healthz {len(took)} times: p50 {p50:.1f} ms, p99 {p99:.1f} ms, longest {took[-1] * 1e3:.1f} ms; most resident memory {most / 1e6:.0f} MB; it lives: {alive.decode()}")
    good = p99 <= 50 and not total["wrong"] and total["compared"] > 0 and not set(total["statuses"]) - {200, 429, 503}
    if arguments.most_memory and most > arguments.most_memory * 1e6: good = False
    print(f"verdict: {'PASS' if good else 'FAIL'}")
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenario", choices=["slow", "overload"])
    parser.add_argument("server")
    parser.add_argument("volume")
    parser.add_argument("--slow", type=int, default=200)
    parser.add_argument("--normal", type=int, default=16)
    parser.add_argument("--clients", type=int, default=128)
    parser.add_argument("--chunks", type=int, default=400, help="chunks of a level, at most")
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--pid", type=int, help="the server's, for its memory")
    parser.add_argument("--most-memory", type=float, help="MB that the server may have resident")
    arguments = parser.parse_args()
    parts = urlsplit(arguments.server)
    address = (parts.hostname, parts.port)
    prefix = f"{parts.path.rstrip('/')}/{arguments.volume}"
    root = f"{arguments.server.rstrip('/')}/{arguments.volume}"
    scenario = scenario_slow if arguments.scenario == "slow" else scenario_overload
    sys.exit(0 if scenario(arguments, address, prefix, root) else 1)


if __name__ == "__main__":
    main()
