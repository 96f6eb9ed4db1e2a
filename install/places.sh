# Where install/install puts things and install/uninstall finds them. Sourced.
# shellcheck disable=SC2034 # used by those who source it

PREFIX=${PREFIX:-/opt/zarrfs}
BINDIR=${BINDIR:-/usr/local/bin}
SYSCONFDIR=${SYSCONFDIR:-/etc}
UNITDIR=${UNITDIR:-/etc/systemd/system}
DESTDIR=${DESTDIR:-}
manifest_name=.installed
user_comment="ZarrFs, of its installation" # by which a user of ours is known

for name in PREFIX BINDIR SYSCONFDIR UNITDIR DESTDIR; do
  declare -n place=$name
  # As completion writes directories; names are made by adding to the end.
  while [[ $place == */ && $place != / ]]; do place=${place%/}; done
  unset -n place
done

for place in "$PREFIX" "$BINDIR" "$SYSCONFDIR" "$UNITDIR" ${DESTDIR:+"$DESTDIR"}; do
  [[ $place == /* && $place != / ]] || die "'$place' is not an absolute path of a directory"
  # Units, of which these become parts, would have others escaped, each in its own way.
  [[ $place == "$DESTDIR" && $place != *$'\n'* || $place != *[!A-Za-z0-9/._+-]* ]] || die "'$place' has a character other than letters, digits and / . _ + -"
done

has_systemd() { [ -d /run/systemd/system ] && command -v systemctl >/dev/null; }
