#!/usr/bin/env bash
# Chunks in the disk cache after a restart, each figure beside its limit in the same run:
#   warm.sh SLICES WORKDIR [LEVEL] [ROUNDS]
# through the mount as root (the kernel reads the files by itself), through the mount as another user (the program reads them), beside a native
# read of the very same files; over HTTP beside nginx with the same bytes (http.sh). Run as root on a quiet machine.
# WORKDIR takes the cache and must be on a disk, or in memory, but not on an overlay. --chunk-size 128 makes 4 MiB files of uint16.
set -euo pipefail
source=${1:?usage: warm.sh SLICES WORKDIR [LEVEL] [ROUNDS]} work=$2 level=${3:-1} rounds=${4:-7}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
zarrfs=${ZARRFS:-$here/../../ZarrFs.Host/bin/Release/net10.0/zarrfs}
other=65534
mkdir -p "$work/mnt" "$work/cache"
pid=
stop() { [ -z "$pid" ] || { kill "$pid" 2>/dev/null || true; wait "$pid" 2>/dev/null || true; pid=; }; }
trap stop EXIT
start() {
  "$@" run "$source" --mount "$work/mnt" --listen 127.0.0.1:0 --name v --chunk-size "${CHUNK:-128}" --memory "${MEMORY:-2GB}" \
    --cache "$work/cache" --cache-level0 always --preview off --build-pyramid off >"$work/log" 2>&1 &
  pid=$!
  until grep -q Ctrl-C "$work/log"; do
    kill -0 "$pid" || { cat "$work/log" >&2; exit 1; }
    sleep 0.05
  done
  address=$(grep -om1 'http://127.0.0.1:[0-9]*' "$work/log")
}
stored() { find "$work"/cache/v-*.ome.zarr/"$level"/c -type f 2>/dev/null | wc -l; }

"$zarrfs" warm "$source" --levels "$level" --name v --chunk-size "${CHUNK:-128}" --cache "$work/cache" --progress none >/dev/null
echo "$(stored) chunks of level $level in the cache"
cache=$(echo "$work"/cache/v-*.ome.zarr)

start "$zarrfs"
echo "as root:"
/usr/bin/python3 "$here/warm_read.py" "$cache/$level/c" "$work/mnt/v.ome.zarr/$level/c" "$rounds"
echo "over HTTP:"
"$here/http.sh" "$address/v.ome.zarr/$level" "$rounds" 3
stop

# Everything has to be that user's, the mountpoint and a copy of the program too.
program=$work/program
rm -rf "$program"
cp -r "$(dirname "$zarrfs")" "$program"
chown -R $other:$other "$work/cache" "$work/mnt" "$program"
as=(setpriv --reuid=$other --regid=$other --clear-groups)
start "${as[@]}" env HOME=/ DOTNET_CLI_HOME=/tmp "$program/$(basename "$zarrfs")"
echo "as user $other:"
"${as[@]}" /usr/bin/python3 "$here/warm_read.py" "$cache/$level/c" "$work/mnt/v.ome.zarr/$level/c" "$rounds"
