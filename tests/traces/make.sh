#!/usr/bin/env bash
# Makes the captures in this folder: real curl through a real Linux router, in network namespaces.
#
#     sudo tests/traces/make.sh [FOLDER]        (without FOLDER: beside this script)
#
#     client ──── lan ─ router ─ wan ──── server
#
# Each scenario gets fresh namespaces, because Linux remembers path MTUs and Fast Open cookies.
# Captures appear in FOLDER only when all of them were made and none holds a malformed packet.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
destination=$(realpath "${1:-$here}")

# shellcheck source=tests/traces/network.sh
source "$here/network.sh"

require_tools() {
    [[ $(id -u) == 0 ]] || fail 'needs root, for network namespaces'
    local tool package missing=()
    while read -r tool package; do
        command -v "$tool" >/dev/null || missing+=("$package")
    done <<'END'
capinfos wireshark-common
curl curl
dumpcap wireshark-common
editcap wireshark-common
ethtool ethtool
ip iproute2
ip6tables iptables
iptables iptables
mergecap wireshark-common
nft nftables
python3 python3
sysctl procps
tcpdump tcpdump
tshark tshark
END
    ((${#missing[@]} == 0)) ||
        fail "tools are missing: apt-get install --no-install-recommends $(printf '%s\n' "${missing[@]}" | sort -u | xargs)"
}

# ---------------------------------------------------------------- checking

# "FILE packets syns mss-values", after tshark has found every header whole and every checksum right.
describe() { # FILE
    local file=$1 complaints packets syns
    local checks=(-o tcp.desegment_tcp_streams:FALSE -o ip.check_checksum:TRUE -o tcp.check_checksum:TRUE -o udp.check_checksum:TRUE)
    complaints=$(tshark -n -r "$file" "${checks[@]}" \
        -Y '_ws.malformed || ip.checksum.status==0 || ((tcp.checksum.status==0 || udp.checksum.status==0) && !icmp && !icmpv6)' 2>&1 |
        grep -v '^Running as user' || true)
    [[ -z $complaints ]] || fail "$(basename "$file"): $complaints"
    packets=$(capinfos -TrMc "$file" | cut -f2)
    syns=$(tshark -n -r "$file" -Y 'tcp.flags.syn==1 && !icmp && !icmpv6' -T fields -e tcp.options.mss_val 2>/dev/null)
    printf '%-34s %-8s %4s packets %3s SYNs  MSS %s\n' "$(basename "$file")" "$(capinfos -TrE "$file" | cut -f2)" \
        "$packets" "$(grep -c . <<<"$syns" || true)" "$(sort -n <<<"$syns" | uniq -c | awk '{printf "%s%s×%s", s, $2, $1; s=" "}')"
}

made=(
    {plain,tcpmss,tcpmss-set-1300,nft-rt-mtu,masquerade,variety,fast-open,fragments}-{lan,wan}.pcap
    {black-hole,path-mtu-discovery,raw-ip,seed}-{lan,wan}.pcap
    linux-cooked-v{1,2}.pcap nanoseconds.pcap snap-length-{60,80,96}.pcap
    modified.pcap big-endian.pcap big-endian-nanoseconds.pcap
    two-interfaces.pcapng comments-and-names.pcapng three-link-types.pcapng
    every-block-big-endian.pcapng two-sections.pcapng
    wrapped-pppoe-vlan-clamped.pcap
)

main() {
    require_tools
    export PYTHONDONTWRITEBYTECODE=1
    local kind file
    for kind in $(python3 "$here/wrap.py" --list); do made+=("wrapped-$kind.pcap"); done

    plain
    tcpmss_to_pmtu
    tcpmss_set
    nft_rt_mtu
    masquerade
    variety
    fast_open
    fragments
    black_hole
    path_mtu_discovery
    cooked 1 LINUX_SLL
    cooked 2 LINUX_SLL2
    raw_ip
    nanoseconds
    snap_lengths
    two_interfaces
    seed
    wrapped
    formats

    for file in "${made[@]}"; do describe "$scratch/$file"; done
    for file in "${made[@]}"; do
        cp "$scratch/$file" "$destination/$file"
        chmod 644 "$destination/$file"
    done
    (cd "$destination" && du -cb "${made[@]}" | tail -1)
}

# shellcheck source=tests/traces/scenarios.sh
source "$here/scenarios.sh"
main
