# What is captured: one function a scenario, each in namespaces of its own. Read by make.sh.
# shellcheck shell=bash

# No small link anywhere: every SYN says 1460 or 1440 on both sides.
plain() {
    set_up
    capture_both_sides plain
    fetch_both 1500
    finish
}

# The pairs that `host-sim check --routed` must find nothing wrong with.
tcpmss_to_pmtu() {
    set_up
    route_mtu 1492
    clamp --clamp-mss-to-pmtu
    capture_both_sides tcpmss
    fetch_both 2000
    finish
}

tcpmss_set() {
    set_up
    clamp --set-mss 1300
    capture_both_sides tcpmss-set-1300
    fetch_both 1500
    finish
}

nft_rt_mtu() {
    set_up
    route_mtu 1492
    in_router nft -f - <<'END'
table inet traces {
    chain forward {
        type filter hook forward priority mangle; policy accept;
        tcp flags syn tcp option maxseg size set rt mtu
    }
}
END
    capture_both_sides nft-rt-mtu
    fetch_both 1500
    finish
}

masquerade() {
    set_up
    route_mtu 1492
    clamp --clamp-mss-to-pmtu
    # A port range of the router's own, so that ports change too and not addresses alone.
    in_router iptables -t nat -A POSTROUTING -o wan -p tcp -j MASQUERADE --to-ports 50000-50100
    in_router iptables -t nat -A POSTROUTING -o wan -j MASQUERADE
    in_router ip6tables -t nat -A POSTROUTING -o wan -p tcp -j MASQUERADE --to-ports 50000-50100
    capture_both_sides masquerade
    fetch_both 1500
    peer dns "$server_v4"
    finish
}

# Everything a clamp must tell apart, through one clamping router.
variety() {
    set_up
    route_mtu 1492
    clamp --clamp-mss-to-pmtu
    capture_both_sides variety
    fetch_both 100
    settings "$client" net.ipv4.tcp_timestamps=0
    fetch_both 100
    settings "$client" net.ipv4.tcp_sack=0 net.ipv4.tcp_window_scaling=0
    fetch_both 100
    settings "$client" net.ipv4.tcp_timestamps=1 net.ipv4.tcp_sack=1 net.ipv4.tcp_window_scaling=1 net.ipv4.tcp_ecn=1
    fetch_both 100
    settings "$client" net.ipv4.tcp_ecn=2
    local mss
    for mss in 536 1451 1452 1453; do peer get "$server_v4" --mss "$mss"; done
    for mss in 1220 1431 1432 1433; do peer get "$server_v6" --mss "$mss"; done
    # A client that believes in jumbo frames.
    ip -n "$client" route change default via "$router_lan_v4" advmss 8960
    ip -n "$client" -6 route change default via "$router_lan_v6" advmss 8940
    fetch_both 100
    ip -n "$client" route change default via "$router_lan_v4"
    ip -n "$client" -6 route change default via "$router_lan_v6"
    peer get "$server_v4" --router-alert
    peer get "$server_v6" --hop-by-hop
    peer get "$server_v6" --destination-options
    peer get "$server_v6" --hop-by-hop --destination-options
    peer get "$server_v4" --md5
    peer get "$server_v6" --md5
    refused "$server_v4"
    refused "[$server_v6]"
    peer dns "$server_v4"
    peer dns "$server_v6"
    peer echo "$server_v4" 56
    peer echo "$server_v6" 56
    peer echo "$server_v4" 1600
    peer echo "$server_v6" 1600
    finish
}

refused() { # ADDRESS: nothing listens there, so a RST comes back
    local status=0
    in_client curl -sS --noproxy '*' --max-time 5 "http://$1:81/" 2>/dev/null || status=$?
    ((status == 7)) || fail "curl to a closed port ended with $status, not 7 (could not connect)"
}

# The first connection asks for a cookie, the second one's SYN carries the request.
fast_open() {
    set_up
    route_mtu 1492
    clamp --clamp-mss-to-pmtu
    capture_both_sides fast-open
    fetch_both 100 --tcp-fastopen
    fetch_both 100 --tcp-fastopen
    finish
}

# DF clear and a small link behind the router: a SYN with data leaves in two fragments, and so does the answer.
fragments() {
    set_up ethernet 1
    route_mtu 800
    capture_both_sides fragments
    local padding
    padding=$(printf 'x%.0s' {1..1100})
    fetch "$server_v4" 100 --tcp-fastopen
    fetch "$server_v4" "1400?$padding" --tcp-fastopen
    finish
}

# Without a clamp, and nobody says that the link is smaller: the handshake passes, the page never comes.
black_hole() {
    set_up
    route_mtu 1492
    in_router iptables -A OUTPUT -p icmp --icmp-type fragmentation-needed -j DROP
    in_router ip6tables -A OUTPUT -p icmpv6 --icmpv6-type packet-too-big -j DROP
    capture_both_sides black-hole
    stalled "$server_v4"
    stalled "$server_v6"
    finish
}

stalled() { # ADDRESS
    local status=0
    fetch "$1" 2000 --max-time 1 2>/dev/null || status=$?
    ((status == 28)) || fail "curl through the black hole ended with $status, not 28 (timed out)"
}

path_mtu_discovery() {
    set_up
    route_mtu 1492
    capture_both_sides path-mtu-discovery
    fetch_both 2000
    finish
}

# Both sides of the router at once, as `-i any` sees them.
cooked() { # 1|2 LINUX_SLL|LINUX_SLL2
    set_up
    route_mtu 1492
    clamp --clamp-mss-to-pmtu
    capture "$router" any "linux-cooked-v$1.pcap" -y "$2"
    fetch_both 100
    finish
}

raw_ip() {
    set_up tun
    route_mtu 1492
    clamp --clamp-mss-to-pmtu
    capture_both_sides raw-ip
    fetch_both 1500
    finish
}

nanoseconds() {
    set_up
    capture "$router" lan nanoseconds.pcap --time-stamp-precision=nano
    fetch_both 100
    finish
}

# 60 cuts every TCP header with options, 80 those of IPv4 with a cookie, 96 those of IPv6 with a Fast Open option.
snap_lengths() {
    set_up
    local length
    for length in 60 80 96; do capture "$router" lan "snap-length-$length.pcap" -s "$length"; done
    fetch_both 1500 --tcp-fastopen
    fetch_both 1500 --tcp-fastopen
    finish
}

two_interfaces() {
    set_up
    route_mtu 1492
    clamp --clamp-mss-to-pmtu
    local log=$scratch/dumpcap.log
    ip netns exec "$router" dumpcap -q -i lan -f "$filter" -i wan -f "$filter" -w "$scratch/dumpcap.pcapng" 2>"$log" &
    captures+=($!)
    wait_for "$log" 'File:'
    fetch_both 1500
    finish
}

# ---------------------------------------------------------------- made from the captures above

wrapped() {
    local kind
    for kind in $(python3 "$here/wrap.py" --list); do
        python3 "$here/wrap.py" "$kind" "$scratch/seed-lan.pcap" "$scratch/wrapped-$kind.pcap"
    done
    python3 "$here/wrap.py" pppoe-vlan "$scratch/seed-wan.pcap" "$scratch/wrapped-pppoe-vlan-clamped.pcap"
}

# A short clamped exchange, the seed of the wrapped captures and of the file formats.
seed() {
    set_up
    route_mtu 1492
    clamp --clamp-mss-to-pmtu
    capture_both_sides seed
    fetch_both 100
    peer dns "$server_v4"
    refused "$server_v4"
    finish
}

formats() {
    local s=$scratch
    editcap -F modpcap "$s/seed-lan.pcap" "$s/modified.pcap"
    python3 "$here/reformat.py" big-endian "$s/seed-lan.pcap" "$s/big-endian.pcap"
    python3 "$here/reformat.py" big-endian "$s/nanoseconds.pcap" "$s/big-endian-nanoseconds.pcap"

    python3 "$here/reformat.py" neutral "$s/dumpcap.pcapng" "$s/two-interfaces.pcapng"

    # A comment on the file and on three packets, name resolution; these two tools leave the statistics out.
    printf '%s client.example\n%s server.example\n' "$client_v4" "$server_v4" >"$s/hosts"
    editcap --capture-comment 'curl through a clamping router, both sides' -a '1:first packet' -a '2:second packet' \
        -a '3:a longer comment, whose length is not a multiple of four' "$s/dumpcap.pcapng" "$s/commented.pcapng"
    tshark -r "$s/commented.pcapng" -H "$s/hosts" -W n -w "$s/named.pcapng" 2>/dev/null
    python3 "$here/reformat.py" neutral "$s/named.pcapng" "$s/comments-and-names.pcapng"

    # Three link types in one file.
    mergecap -w "$s/merged.pcapng" "$s/seed-lan.pcap" "$s/wrapped-raw-ip.pcap" "$s/wrapped-ppp.pcap"
    python3 "$here/reformat.py" neutral "$s/merged.pcapng" "$s/three-link-types.pcapng"

    # Every block kind, and sections of both byte orders.
    python3 "$here/reformat.py" every-block-big-endian "$s/seed-lan.pcap" "$s/every-block-big-endian.pcapng"
    python3 "$here/reformat.py" every-block-little-endian "$s/seed-wan.pcap" "$s/every-block-little-endian.pcapng"
    cat "$s/every-block-little-endian.pcapng" "$s/every-block-big-endian.pcapng" >"$s/two-sections.pcapng"
}
