#!/usr/bin/env bash
# The mount's figures on a stack of slices, each beside its limit in the same run:
#   mount.sh SLICES WORKDIR [MEMORY]
# chunks in memory through the mount, second read from the kernel's page cache beside a native file, find, cold stat, memory.
# WORKDIR takes a native copy of 64 chunks. Run as root: caches are dropped in between.
set -euo pipefail
source=$1 work=$2 memory=${3:-2GB}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
zarrfs=${ZARRFS:-$here/../../ZarrFs.Host/bin/Release/net10.0/zarrfs}
mkdir -p "$work/mnt" "$work/native"
"$zarrfs" mount "$source" "$work/mnt" --name v --memory "$memory" --chunk-size "${CHUNK:-128}" >"$work/log" 2>&1 &
pid=$!
trap 'kill "$pid" 2>/dev/null; wait "$pid" 2>/dev/null || true' EXIT
until grep -q Ctrl-C "$work/log"; do
  kill -0 "$pid" || { cat "$work/log" >&2; exit 1; }
  sleep 0.05
done
rss() { awk '/VmRSS/ {printf "%.0f MB\n", $2/1024}' "/proc/$pid/status"; }
sleep 1
echo "idle RSS $(rss)"
/usr/bin/python3 "$here/mount_read.py" "$work/mnt/v.zarr/0" "$work/native"
echo "RSS after reading $(rss), budget $memory"
level=$work/mnt/v.zarr/0
echo 2 >/proc/sys/vm/drop_caches
start=$(date +%s.%N)
files=$(find "$level" -type f | wc -l)
end=$(date +%s.%N)
awk -v n="$files" -v s="$start" -v e="$end" 'BEGIN {printf "find -type f: %d files, %.0f/s\n", n, n/(e-s)}'
echo 2 >/proc/sys/vm/drop_caches
/usr/bin/python3 "$here/mount_stat.py" "$level"
