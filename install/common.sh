# Shared by the scripts here: what must be there before anything is built, each told in one sentence with the next step.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

die() { printf 'zarrfs: %s\n' "$*" >&2; exit 1; }
say() { if [ -t 2 ]; then printf '\033[1m%s\033[0m\n' "$*" >&2; else printf '%s\n' "$*" >&2; fi; }

need_sdk() {
  command -v dotnet >/dev/null || die "the .NET SDK is missing; install .NET SDK 10.0 (https://dotnet.microsoft.com/download) and run this again"
  local have
  have=$(dotnet --list-sdks 2>/dev/null | sed 's/ .*//' | sort -V | tail -n 1)
  case "$have" in
    '') die "there is a dotnet, but no SDK; install .NET SDK 10.0 (https://dotnet.microsoft.com/download) and run this again" ;;
    [1-9].*) die "the newest .NET SDK here is $have; version 10.0 or later is needed (https://dotnet.microsoft.com/download)" ;;
  esac
}

# need_packages COMMAND-OR-FILE=PACKAGE …: installs the Debian packages of what is missing.
need_packages() {
  local missing=() pair what
  for pair in "$@"; do
    what=${pair%%=*}
    case "$what" in
      /*) [ -e "$what" ] || missing+=("${pair#*=}") ;;
      *) command -v "$what" >/dev/null || missing+=("${pair#*=}") ;;
    esac
  done
  [ ${#missing[@]} -eq 0 ] && return
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || die "these packages are missing and only root can install them: apt-get install ${missing[*]}"
    as_root=(sudo)
  fi
  command -v apt-get >/dev/null || die "these Debian packages are missing and there is no apt-get; install their like for this system: ${missing[*]}"
  say "Installing ${missing[*]}"
  "${as_root[@]}" apt-get update -qq >&2 || die "apt-get update failed; see above"
  DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2 \
    || die "apt-get could not install ${missing[*]}; see above"
}

# Decodes compressed pages. Any of its versions since 4.1 will do.
need_libtiff() {
  # Not grep -q: it ends at the first match, and with pipefail ldconfig's broken pipe would count as no match.
  PATH="$PATH:/sbin:/usr/sbin" ldconfig -p 2>/dev/null | grep 'libtiff\.so\.[56]' >/dev/null || need_packages libtiff.so.6=libtiff6
}

# Encode and decode the chunks of Zarr stores.
need_codecs() {
  local have missing=()
  have=$(PATH="$PATH:/sbin:/usr/sbin" ldconfig -p 2>/dev/null) || true
  [[ $have == *libblosc.so.1* ]] || missing+=(libblosc.so.1=libblosc1)
  [[ $have == *libzstd.so.1* ]] || missing+=(libzstd.so.1=libzstd1)
  [ ${#missing[@]} -eq 0 ] || need_packages "${missing[@]}"
}

need_fuse() {
  [ -e /dev/fuse ] || die "/dev/fuse is missing, so nothing can be mounted; load it with 'modprobe fuse', or start the container with --device /dev/fuse --cap-add SYS_ADMIN"
  [ "$(id -u)" -eq 0 ] || command -v fusermount3 >/dev/null || die "without root, mounting takes fusermount3; install it with 'apt-get install fuse3'"
}

# Builds Neuroglancer into ZarrFs.Host/Viewer/dist, from where `build` lays it beside the program; nothing is done if nothing has changed. Fails, and says why,
# where it cannot be built.
build_viewer() {
  local folder="$root/ZarrFs.Host/Viewer" node stamp
  command -v node >/dev/null && command -v npm >/dev/null || { say "Neuroglancer is not built: there is no node with npm"; return 1; }
  node=$(node -p 'process.versions.node')
  [ "${node%%.*}" -ge 18 ] || { say "Neuroglancer is not built: node is $node, and 18 or later is needed"; return 1; }
  stamp=$(cd "$folder" && cat package.json package-lock.json *.mjs *.css *.html *.svg | sha256sum) || return 1
  [ -f "$folder/dist/index.html" ] && [ "$stamp" = "$(cat "$folder/.built" 2>/dev/null)" ] && return
  say "Building Neuroglancer"
  rm -f "$folder/.built"
  (cd "$folder" && npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error --fetch-retries=1 && npm run --silent build) >&2 \
    || { say "Neuroglancer is not built: npm failed, see above"; return 1; }
  printf '%s\n' "$stamp" > "$folder/.built"
}

build() {
  say "Building"
  local output
  output=$(dotnet build "$root/$1" -c Release -v quiet 2>&1) || { printf '%s\n' "$output" >&2; die "the build failed; see above"; }
}
