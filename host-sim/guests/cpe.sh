# A Linux router as customers have them: pppd and rp-pppoe's plugin on vec0, masquerade, and the
# kernel's clamp. vec1 is its LAN.

modules crc-ccitt pppoe ipv6 8021q iptable_nat iptable_mangle xt_MASQUERADE xt_TCPMSS xt_tcpudp

echo 1 >/proc/sys/net/ipv4/ip_forward
ip link set vec0 up
ip link set vec1 up
ip address add 192.168.1.1/24 dev vec1
iptables-legacy -t nat -A POSTROUTING -o ppp0 -j MASQUERADE
iptables-legacy -t mangle -A FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu

# dial [access=IF] [user=NAME] [password=WORD] [mru=N] [echo=SECONDS]
dial() {
    local access=vec0 user=customer password=secret mru=1492 echo=10 "$@"
    printf '"%s" * "%s" *\n' "$user" "$password" >/etc/ppp/chap-secrets
    cp /etc/ppp/chap-secrets /etc/ppp/pap-secrets
    pppd plugin rp-pppoe.so "$access" user "$user" noauth defaultroute \
        usepeerdns persist maxfail 0 holdoff 1 nodetach debug logfile /run/pppd.log \
        lcp-echo-interval "$echo" lcp-echo-failure 3 noccp \
        mru "$mru" mtu "$mru" +ipv6 >/run/dial.log 2>&1 &
    dialer=$!
}
hang_up() {
    kill "$dialer"
    wait "$dialer"
}

# Leaves SYNs as they are.
unclamp() {
    iptables-legacy -t mangle -F FORWARD
}
