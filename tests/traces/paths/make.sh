#!/usr/bin/env bash
# Makes the captures in this folder: paths with and without a black hole, for `host-sim diagnose`.
#
#     sudo tests/traces/paths/make.sh [FOLDER]        (without FOLDER: beside this script)
#
# Their answers stand in ../black-holes.tsv.
set -euo pipefail

folder=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
here=$(dirname "$folder")
destination=$(realpath "${1:-$folder}")
# shellcheck source=tests/traces/network.sh
source "$here/network.sh"

fail() { printf 'make.sh: %s\n' "$*" >&2; exit 1; }

visitor() { in_client timeout 8 python3 "$folder/peer.py" "$@"; }

# Nobody says that the link is smaller.
hole() { # BYTES
    route_mtu "$1"
    in_router iptables -A OUTPUT -p icmp --icmp-type fragmentation-needed -j DROP
    in_router ip6tables -A OUTPUT -p icmpv6 --icmpv6-type packet-too-big -j DROP
}

hangs() { # ADDRESS BYTES SECONDS [CURL OPTION...]
    local status=0 address=$1 bytes=$2 seconds=$3
    shift 3
    fetch "$address" "$bytes" --max-time "$seconds" "$@" 2>/dev/null || status=$?
    ((status == 28)) || fail "curl through the black hole ended with $status, not 28 (timed out)"
}

offloads() { # on|off
    local place
    for place in "$client eth0" "$router lan" "$router wan" "$server eth0"; do
        ip netns exec "${place% *}" ethtool -K "${place#* }" tso "$1" gso "$1" gro "$1" >/dev/null
    done
}

# ---------------------------------------------------------------- black holes

download() { # BYTES
    set_up
    hole "$1"
    capture_both_sides "download-$1"
    hangs "$server_v4" 20000 4
    hangs "$server_v6" 20000 4
    finish
}

upload() { # BYTES
    set_up
    hole "$1"
    capture_both_sides "upload-$1"
    local padding
    padding=$(printf 'x%.0s' {1..4000})
    hangs "$server_v4" "100?$padding" 4
    hangs "$server_v6" "100?$padding" 4
    finish
}

without_options() {
    set_up
    hole 1454
    settings "$client" net.ipv4.tcp_timestamps=0 net.ipv4.tcp_sack=0
    capture_both_sides without-options
    hangs "$server_v4" 20000 4
    finish
}

with_offloads() {
    set_up
    hole 1492
    offloads on
    capture_both_sides offloads
    hangs "$server_v4" 30000 4
    finish
}

short_snap_length() {
    set_up
    hole 1492
    capture_both_sides snap-68 -s 68
    hangs "$server_v4" 20000 4
    finish
}

both_sides_in_one() {
    set_up
    hole 1492
    capture "$router" any cooked.pcap -y LINUX_SLL2
    hangs "$server_v4" 20000 4
    hangs "$server_v6" 20000 4
    finish
}

# The sender notices by itself (RFC 4821): Linux, net.ipv4.tcp_mtu_probing.
probing() {
    set_up
    hole 1400
    settings "$server" net.ipv4.tcp_mtu_probing=1
    capture_both_sides probing
    fetch "$server_v4" 10000 --max-time 30
    finish
}

# ---------------------------------------------------------------- none

discovery() {
    set_up
    route_mtu 1300
    capture_both_sides discovery
    fetch_both 8000
    finish
}

clamped() {
    set_up
    hole 1300
    clamp --clamp-mss-to-pmtu
    capture_both_sides clamped
    fetch_both 8000
    finish
}

loss() { # ONE OF SO MANY
    set_up
    in_router iptables -A FORWARD -p tcp -m statistic --mode random --probability "0.$1" -j DROP
    in_router ip6tables -A FORWARD -p tcp -m statistic --mode random --probability "0.$1" -j DROP
    capture_both_sides "loss-$1"
    fetch "$server_v4" 20000 --max-time 8 || true
    fetch "$server_v6" 20000 --max-time 8 || true
    finish
}

closed_window() {
    set_up
    capture_both_sides closed-window
    visitor late "$server_v4" 20000 3
    visitor late "$server_v6" 20000 3
    finish
}

closed_ports() {
    set_up
    in_router iptables -A FORWARD -p tcp --dport 82 -j DROP
    capture_both_sides closed-ports
    in_client curl -sS --noproxy '*' --max-time 2 "http://$server_v4:81/" 2>/dev/null || true
    in_client curl -sS --noproxy '*' --max-time 4 "http://$server_v4:82/" 2>/dev/null || true
    finish
}

idle() {
    set_up
    capture_both_sides idle
    visitor idle "$server_v4" 3
    finish
}

# The client goes away in the middle: the server's segments get no answer.
gone() {
    set_up
    capture_both_sides gone
    in_client timeout 8 python3 "$folder/peer.py" slow "$server_v4" 60000 &
    local visit=$!
    sleep 0.5
    ip -n "$client" link set eth0 down
    sleep 4
    kill "$visit" 2>/dev/null || true
    wait "$visit" 2>/dev/null || true
    finish
}

one_direction() {
    set_up
    filter="src host $server_v4" capture "$router" wan one-direction.pcap
    hole 1492
    hangs "$server_v4" 20000 4
    finish
}

offloads_without_hole() {
    set_up
    offloads on
    capture_both_sides offloads-plain
    fetch_both 30000
    finish
}

main() {
    [[ $(id -u) == 0 ]] || fail 'needs root, for network namespaces'
    export PYTHONDONTWRITEBYTECODE=1
    download 1492
    download 1300
    upload 1492
    without_options
    with_offloads
    short_snap_length
    both_sides_in_one
    probing
    discovery
    clamped
    loss 05
    loss 30
    closed_window
    closed_ports
    idle
    gone
    one_direction
    offloads_without_hole
    local file
    for file in "$scratch"/*.pcap; do
        install -m 644 "$file" "$destination"
    done
    for file in download-1492-lan upload-1492-lan; do
        python3 "$here/wrap.py" pppoe-vlan "$scratch/$file.pcap" "$destination/pppoe-$file.pcap"
    done
    du -cb "$destination"/*.pcap | tail -1
}

main
