#!/usr/bin/env bash
# Makes the captures of real PPPoE sessions anew: pppoe.sh, or pppoe.sh FOLDER. No root is needed; the
# packages of the Linux guests are fetched if they are not there (host-sim/guests/fetch.sh).
set -euo pipefail
traces="$(cd "$(dirname "$0")" && pwd)"
to="$(realpath "${1:-$traces}")"
cd "$traces/../.."
bash host-sim/guests/fetch.sh
cargo build --quiet --profile firmware -p clamp-firmware --bin mps2-an500 --target thumbv7em-none-eabihf
scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT

# NAME WORDS...: a session and a short download, seen from both sides of the router.
capture() {
    local name=$1
    shift
    cargo run --quiet -p host-sim -- lab pppoe --bytes 10000 --capture "$scratch" "$@" >/dev/null
    cp "$scratch/with-clamp-lan.pcap" "$to/pppoe-$name-lan.pcap"
    cp "$scratch/with-clamp-wan.pcap" "$to/pppoe-$name-wan.pcap"
}

# The firmware's image in QEMU, and a real access concentrator.
capture session
capture vlan-baby-jumbo --vlan 7 --mtu 1500
# Linux in its place.
capture linux-router --linux-router
# The access concentrator of host-sim's own.
capture in-process --native --in-process
