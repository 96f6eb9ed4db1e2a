#!/usr/bin/env bash
# From exec to the first answered `ls` of a mount, in ms:  startup.sh SOURCE WORKDIR [ROUNDS]
set -euo pipefail
source=$1 work=$2 rounds=${3:-5}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
zarrfs=${ZARRFS:-$here/../../ZarrFs.Host/bin/Release/net10.0/zarrfs}
mkdir -p "$work/mnt"
for _ in $(seq "$rounds"); do
  start=$(date +%s%N)
  "$zarrfs" mount "$source" "$work/mnt" >"$work/log" 2>&1 &
  pid=$!
  until [ -n "$(ls "$work/mnt" 2>/dev/null)" ]; do kill -0 "$pid" || { cat "$work/log" >&2; exit 1; }; done
  echo "$(( ($(date +%s%N) - start) / 1000000 )) ms"
  kill "$pid"
  wait "$pid" || true
done
