# Run inside of the container, as its root: the life of the services from installing to uninstalling. What is to be seen goes to files, named for what it is,
# each with the exit code in another; LiveSystemTests says what it should be.
set -uxo pipefail
exec {BASH_XTRACEFD}>&2 # the trace is for the log, not for the facts
facts=/zarrfs-test/facts install=/zarrfs-test/install

fact() { # NAME COMMAND …
  local name=$1
  shift
  "$@" >"$facts/$name" 2>&1
  echo $? >"$facts/$name.code"
}

await() { # COMMAND …
  local tries
  for ((tries = 0; tries < 1800; tries++)); do
    "$@" >/dev/null 2>&1 && return
    sleep 0.1
  done
  echo "did not happen: $*"
  journalctl --no-pager -o short-precise -u 'zarrfs*' | tail -n 100
  exit 1
}

configure() { # FILE PORT MOUNT VOLUME …
  local file=$1 port=$2 mount=$3 volumes='' name
  shift 3
  for name; do volumes+="${volumes:+, }{ \"source\": \"/data/$name\", \"name\": \"$name\", \"chunkSize\": 32 }"; done
  printf '{ "volumes": [ %s ], %s "http": { "listen": "127.0.0.1:%s" }, "memory": "80MB" }\n' "$volumes" "$mount" "$port" >"$file"
}

main_pid() { systemctl show --property=MainPID --value "$1"; }
rights() { stat -c 'User: %U' "/proc/$(main_pid "$1")" && grep -E '^(Cap...|NoNewPrivs|Seccomp):' "/proc/$(main_pid "$1")/status"; }
seen_by_nobody() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }
said() { journalctl --sync && journalctl --no-pager -o cat -u "$@"; }
has_said() { said "$1" | grep -F "$2"; }
is_settled() { systemctl show --property=StatusText "$1" | grep -F ', served on'; } # it says so again after reading the configuration
is_another() { [ "$(main_pid "$1")" != "$2" ] && [ "$(main_pid "$1")" != 0 ] && systemctl is-active "$1"; }
http_chunk() { curl -sS --fail "http://127.0.0.1:$1/$2.zarr/0/0/0/0" | sha256sum; }
mounted() { grep -F ' /mnt/lab ' /proc/self/mounts; }

# What may be installed on this machine is no part of this.
rm -rf /opt/zarrfs /etc/zarrfs /usr/local/bin/zarrfs /var/cache/zarrfs* /var/lib/zarrfs /data
userdel zarrfs
cp -r /zarrfs-test/data /data
chmod -R u=rwX,go=rX /data
mkdir -p /mnt/lab

fact install "$install/install" --from /zarrfs-test/program

# A configuration with a mistake in it, then one whose source is not there.
echo '{ "volumes": [ }' >/etc/zarrfs/zarrfs.json
fact start-mistaken systemctl start zarrfs
journalctl --sync
fact status-mistaken systemctl status --no-pager --full zarrfs
fact errors-mistaken journalctl --no-pager -o cat -p err _SYSTEMD_UNIT=zarrfs.service
systemctl reset-failed zarrfs
configure /etc/zarrfs/zarrfs.json 9000 '' nothing
cp -r /data/scroll /data/coming
fact start-sourceless systemctl start zarrfs
# Not while it is just being tried.
status_tells() { (systemctl status --no-pager --full zarrfs || true) | tee "$facts/status-sourceless" | grep -F 'Status: "/data/nothing'; }
await status_tells
# The disk comes while it is tried again, and with all that is on it.
mv /data/coming /data/nothing
await systemctl is-active zarrfs
systemctl stop zarrfs
systemctl reset-failed zarrfs

# HTTP alone.
configure /etc/zarrfs/zarrfs.json 9000 '' scroll
fact start systemctl start zarrfs
fact status systemctl show --property=ActiveState,StatusText zarrfs
fact rights rights zarrfs
fact chunk http_chunk 9000 scroll
configure /etc/zarrfs/zarrfs.json 9000 '' scroll two
fact reload systemctl reload zarrfs
await http_chunk 9000 two
fact chunk-reloaded http_chunk 9000 two
echo '{ "volumes": [ }' >/etc/zarrfs/zarrfs.json
systemctl reload zarrfs
await has_said zarrfs 'is refused'
await is_settled zarrfs
fact status-refused systemctl show --property=ActiveState,StatusText zarrfs
fact chunk-refused http_chunk 9000 two
fact said said zarrfs

# The mount.
lab='"mount": { "path": "/mnt/lab", "allowOther": true }, "cache": { "path": "/var/cache/zarrfs-lab" },'
configure /etc/zarrfs/lab.json 9001 "$lab" scroll
fact start-mount systemctl start zarrfs-mount@lab
fact status-mount systemctl show --property=ActiveState,StatusText zarrfs-mount@lab
fact rights-mount rights zarrfs-mount@lab
fact chunk-mount seen_by_nobody sha256sum /mnt/lab/scroll.zarr/0/0/0/0
exec 5</mnt/lab/scroll.zarr/0/0/0/1
configure /etc/zarrfs/lab.json 9001 "$lab" scroll two
systemctl reload zarrfs-mount@lab
await test -d /mnt/lab/two.zarr
fact chunk-mount-reloaded seen_by_nobody sha256sum /mnt/lab/two.zarr/0/0/0/0
fact chunk-held sha256sum <&5
exec 5<&-

# Killed: the next one takes the dead mount away.
pid=$(main_pid zarrfs-mount@lab)
kill -9 "$pid"
await is_another zarrfs-mount@lab "$pid"
fact chunk-killed seen_by_nobody sha256sum /mnt/lab/scroll.zarr/0/0/0/0
fact said-mount said zarrfs-mount@lab

# Hung: nothing is heard of it any more. Its manager's patience is short only now, since a busy machine may need more.
mkdir -p /run/systemd/system/zarrfs-mount@lab.service.d
printf '[Service]\nWatchdogSec=3s\nTimeoutAbortSec=3s\nRestartSec=100ms\n' >/run/systemd/system/zarrfs-mount@lab.service.d/short.conf
systemctl daemon-reload
systemctl reset-failed zarrfs-mount@lab # that many starts in such a time are no fault here
systemctl restart zarrfs-mount@lab
pid=$(main_pid zarrfs-mount@lab)
[ "$pid" = 0 ] || kill -STOP "$pid" # 0: found too slow already
await is_another zarrfs-mount@lab "$pid"
journalctl --sync
fact said-hung journalctl --no-pager -o cat UNIT=zarrfs-mount@lab.service
rm -r /run/systemd/system/zarrfs-mount@lab.service.d
systemctl daemon-reload
systemctl reset-failed zarrfs-mount@lab
systemctl restart zarrfs-mount@lab
fact chunk-hung seen_by_nobody sha256sum /mnt/lab/scroll.zarr/0/0/0/0

fact stop-mount systemctl stop zarrfs-mount@lab
fact status-stopped systemctl show --property=ActiveState,Result zarrfs-mount@lab
fact mounted mounted

# With one service running, the other one not.
fact uninstall "$install/uninstall" --purge
fact files-left find /opt /etc /usr/local/bin /var/cache /var/lib -maxdepth 3 -name 'zarrfs*'
fact user-left getent passwd zarrfs
fact units-left systemctl list-units --all --plain --no-legend 'zarrfs.service' 'zarrfs-mount@*'
touch "$facts/done"
