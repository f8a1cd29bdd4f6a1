#!/usr/bin/env bash
# Fetches what host-sim's Linux guests are made of: Debian packages, unpacked and not installed, so
# no root is needed. They go to guests/ in cargo's target directory, some 200 MB, once.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
guests="${CARGO_TARGET_DIR:-$here/../../target}/guests"
# A Linux kernel that is a process; PPP; the access concentrator; the shell and the clamp of the guests.
packages=(user-mode-linux ppp pppoe busybox-static iptables)

# What is there was made by this script, and of this shim.
stamp="$(cat "$here/fetch.sh" "$here/wide_registers.c" | cksum)"
if [ "$(cat "$guests/stamp" 2>/dev/null)" = "$stamp" ]; then
    exit 0
fi
for tool in apt-get dpkg-deb cc; do
    if ! command -v "$tool" >/dev/null; then
        echo "The guests are made from Debian packages, and $tool is not here." >&2
        exit 1
    fi
done

mkdir -p "$guests"
work="$(mktemp -d "$guests/fetching.XXXXXX")"
trap 'rm -rf "$work"' EXIT
# The packages themselves even where they are installed, for pppd is nobody's to read there but
# root's; of the libraries that they need, only those that are missing.
apt-get -qq --no-install-recommends --reinstall -o Debug::NoLocking=1 --print-uris \
    install "${packages[@]}" >"$work/uris"
mapfile -t names < <(sed -n "s|^'.*/\([^_/]*\)_[^/]*'.*|\1|p" "$work/uris")
(cd "$work" && apt-get -qq download "${names[@]}")
for package in "$work"/*.deb; do
    dpkg-deb --extract "$package" "$work/packages"
done
# pppd would become whoever fetched it, and not every user could read it.
chmod -R u-s,g-s,a+rX "$work/packages"
cc -O2 -Wall -shared -fPIC -o "$work/wide_registers.so" "$here/wide_registers.c"
rm -rf "$guests/packages" "$guests/stamp"
mv "$work/packages" "$work/wide_registers.so" "$guests/"
printf '%s\n' "$stamp" >"$guests/stamp"
