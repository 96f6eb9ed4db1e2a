# unshare --mount bash container.sh DIRECTORY SECONDS [options of systemd-nspawn] [COMMAND]
#
# This machine's own root as a throw-away container without a network, ended after so many seconds: below are the files that are there, above an overlay in
# memory. All mounts are in the namespace of who runs this: they go with the process, however it ends, and nobody else sees them.
set -euo pipefail
# A filesystem of somebody's who unmounts it meanwhile would not end while it is mounted here.
while read -r _ _ _ _ at rest; do
  case "$rest" in *" - fuse.zarrfs "*) umount --lazy "$(printf '%b' "$at")" ;; esac
done </proc/self/mountinfo
directory=$1 seconds=$2
shift 2
mount -t tmpfs tmpfs "$directory"
mkdir "$directory"/{upper,work,root}
mount -t overlay overlay -o "lowerdir=/,upperdir=$directory/upper,workdir=$directory/work" "$directory/root"
# Another machine than this one, and not at its first boot.
rm -f "$directory/root/etc/machine-id"
echo 11112222333344445555666677778888 >"$directory/root/etc/machine-id"
# Its disks are not this one's to mount.
rm -f "$directory/root/etc/fstab"

# A service manager gives the container control groups. Where there is none they are made here, or two containers would have the same.
groups=()
leave() {
  local group
  for group in "${groups[@]}"; do
    echo $$ >"${group%/*}/cgroup.procs"
    find "$group" -depth -type d -exec rmdir {} +
  done
}
if [ ! -d /run/systemd/system ]; then
  set -- --keep-unit "$@"
  trap leave EXIT
  while IFS=: read -r _ controllers path; do
    case "$controllers" in
      '') group=/sys/fs/cgroup/unified ;;
      name=systemd) group=/sys/fs/cgroup/systemd ;;
      *) continue ;;
    esac
    [ -d "$group" ] || group=/sys/fs/cgroup
    group=${group}${path%/}/zarrfs-$$
    mkdir "$group"
    groups+=("$group")
    echo $$ >"$group/cgroup.procs"
  done <<<"$(cat /proc/self/cgroup)"
fi
timeout --kill-after=30 "$seconds" systemd-nspawn --quiet --directory="$directory/root" --machine="zarrfs-$$" --register=no --link-journal=no --settings=no \
  --resolv-conf=off --timezone=off --private-network --console=pipe --bind=/dev/fuse "$@"
