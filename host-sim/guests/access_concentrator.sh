# An Internet provider's access concentrator: rp-pppoe's server and pppd on vec0, and a router behind
# it, whose other neighbour is on vec1. Its ICMP about packets too big stays at home: PMTU black hole.

modules crc-ccitt ppp_async ppp_deflate bsd_comp pppoe ipv6 8021q iptable_filter ip6table_filter

echo 1 >/proc/sys/net/ipv4/ip_forward
echo 1 >/proc/sys/net/ipv6/conf/all/forwarding
echo 0 >/proc/sys/net/ipv6/conf/all/accept_dad
iptables-legacy -A OUTPUT -p icmp --icmp-type fragmentation-needed -j DROP
ip6tables-legacy -A OUTPUT -p icmpv6 --icmpv6-type packet-too-big -j DROP
ip link set vec1 up
ip address add 203.0.113.1/24 dev vec1
ip -6 address add 2001:db8:3::1/64 dev vec1
ip link set vec0 up

echo '"customer" * "secret" *' >/etc/ppp/chap-secrets
cp /etc/ppp/chap-secrets /etc/ppp/pap-secrets

# serve [access=IF] [auth=require-pap|require-chap] [mru=N] [echo=SECONDS] [words='MORE FOR PPPD']
serve() {
    local access=vec0 auth=require-chap mru=1492 echo=10 words= "$@"
    cat >/run/options <<EOF2
$auth
name lab-ac
lcp-echo-interval $echo
lcp-echo-failure 3
ms-dns 203.0.113.53
ms-dns 203.0.113.54
default-asyncmap
noaccomp
+ipv6
debug
logfile /run/pppd.log
EOF2
    # The server tells its pppd what the line carries, and more, after these options; the last word
    # counts.
    [ "$mru" -lt 1500 ] && words="$words mru $mru mtu $mru"
    printf '#!/bin/sh\nexec /usr/sbin/pppd "$@" %s\n' "$words" >/run/pppd
    chmod +x /run/pppd
    pppoe-server -F -q /run/pppd -I "$access" -C lab-ac -S internet -L 10.64.0.1 -R 10.64.0.10 -N 16 \
        -O /run/options >/run/server.log 2>&1 &
    # Until it listens for discovery, questions are lost.
    local tries=0
    until grep -q ' 8863 ' /proc/net/packet || [ $((tries += 1)) -gt 500 ]; do
        usleep 10000
    done
}

# Every session ends: its pppd dies, and the server sends a PADT.
hang_up() {
    killall -KILL pppd
}

# The server and all it has started die, and nobody hears of it.
crash() {
    killall -STOP pppoe-server 2>/dev/null
    killall -KILL pppoe pppd pppoe-server 2>/dev/null
    true
}
