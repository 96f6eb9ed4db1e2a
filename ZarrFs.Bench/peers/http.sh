#!/bin/bash
# Chunks in memory over HTTP, against nginx serving the same files from the page cache, alternately in one run.
#   zarrfs serve SOURCE --listen 127.0.0.1:9000 &
#   http.sh http://127.0.0.1:9000/NAME.zarr/0 [ROUNDS] [SECONDS]
# The chunk size is the served volume's: --chunk-size 128 makes 4 MiB of uint16, 64 makes 512 KiB (of uint8: 256 KiB).
# Takes up to 64 chunks of the level, checks that both servers give the same bytes, then wrk asks for them in turn.
set -euo pipefail
base=${1:?usage: http.sh URL-OF-A-LEVEL [ROUNDS] [SECONDS]}
rounds=${2:-5}
seconds=${3:-5}
for tool in nginx wrk curl python3; do command -v "$tool" >/dev/null || { echo "http.sh needs $tool" >&2; exit 1; }; done

root=$(mktemp -d)
nginx=
trap '[ -z "$nginx" ] || kill "$nginx"; rm -rf "$root"' EXIT
mkdir "$root/www"

python3 - "$base" "$root" <<'PY'
import json, os, sys, urllib.parse, urllib.request
base, root = sys.argv[1].rstrip('/'), sys.argv[2]
prefix = urllib.parse.urlsplit(base).path
found = []
def walk(path):
    for entry in json.load(urllib.request.urlopen(f'{base}{path}/?format=json')):
        if len(found) == 64: return
        child = f"{path}/{entry['name']}"
        if entry['type'] == 'directory': walk(child)
        elif entry['name'].isdigit(): found.append(child)
walk('')
for chunk in found:
    file = root + '/www' + prefix + chunk
    os.makedirs(os.path.dirname(file), exist_ok=True)
    with open(file, 'wb') as out: out.write(urllib.request.urlopen(base + chunk).read())
size = os.path.getsize(root + '/www' + prefix + found[0])
print(f'{len(found)} chunks of {size} bytes')
with open(root + '/turn.lua', 'w') as lua:
    lua.write('local paths = {%s}\nlocal n = 0\n' % ','.join(json.dumps(prefix + chunk) for chunk in found))
    lua.write('request = function() n = n % #paths + 1; return wrk.format("GET", paths[n]) end\n')
with open(root + '/paths', 'w') as out: out.writelines(prefix + chunk + '\n' for chunk in found)
PY

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat > "$root/nginx.conf" <<EOF
daemon off; worker_processes auto; pid $root/pid; error_log $root/error.log;
events { worker_connections 512; }
http { access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; server { listen 127.0.0.1:$port; root $root/www; } }
EOF
chmod -R a+rX "$root"
nginx -c "$root/nginx.conf" & nginx=$!
sleep 1

server=${base%"/${base#*://*/}"}
while read -r path; do
  cmp <(curl -sf "$server$path") <(curl -sf "http://127.0.0.1:$port$path") || { echo "$path differs" >&2; exit 1; }
done < "$root/paths"

measure() { wrk -t2 -c16 -d"$2" -s "$root/turn.lua" "$1" | awk '/Requests\/sec/ {print int($2)} /Socket errors|Non-2xx/ {print "errors:", $0 > "/dev/stderr"}'; }
measure "http://127.0.0.1:$port" 2 >/dev/null
measure "$server" 4 >/dev/null
for _ in $(seq "$rounds"); do
  theirs=$(measure "http://127.0.0.1:$port" "$seconds")
  ours=$(measure "$server" "$seconds")
  awk -v o="$ours" -v t="$theirs" 'BEGIN {printf "nginx %d/s   zarrfs %d/s   ratio %.2f\n", t, o, o / t}'
done
