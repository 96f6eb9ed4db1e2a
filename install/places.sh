# Where install/install puts things and install/uninstall finds them. Sourced.
# shellcheck disable=SC2034 # used by those who source it

PREFIX=${PREFIX:-/opt/zarrfs}
BINDIR=${BINDIR:-/usr/local/bin}
SYSCONFDIR=${SYSCONFDIR:-/etc}
UNITDIR=${UNITDIR:-/etc/systemd/system}
DESTDIR=${DESTDIR:-}
manifest_name=.installed
user_comment="ZarrFs, of its installation" # by which a user of ours is known

for place in "$PREFIX" "$BINDIR" "$SYSCONFDIR" "$UNITDIR" ${DESTDIR:+"$DESTDIR"}; do
  [[ $place == /* && $place != / && $place != *$'\n'* ]] || die "'$place' is not an absolute path of a directory"
done

has_systemd() { [ -d /run/systemd/system ] && command -v systemctl >/dev/null; }
