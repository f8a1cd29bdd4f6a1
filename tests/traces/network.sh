# Client, router and server in namespaces, captures of the links between them, and traffic over them.
# Read by the scripts that make captures; they set $here, this folder.
# shellcheck shell=bash

client_v4=192.0.2.2 router_lan_v4=192.0.2.1 lan_v4=192.0.2.0/24
server_v4=198.51.100.2 router_wan_v4=198.51.100.1 wan_v4=198.51.100.0/24
client_v6=2001:db8:1::2 router_lan_v6=2001:db8:1::1 lan_v6=2001:db8:1::/64
server_v6=2001:db8:2::2 router_wan_v6=2001:db8:2::1 wan_v6=2001:db8:2::/64

# Listener reports (MLD) and router solicitations come when the kernel likes: they would make no two runs alike.
filter='not ip6 dst host ff02::16 and not ip6 dst host ff02::2'

fail() { printf 'make.sh: %s\n' "$*" >&2; exit 1; }

# ---------------------------------------------------------------- network

client=traces$$-client router=traces$$-router server=traces$$-server
scratch=$(mktemp -d)
running=() # process ids of this scenario's servers and cables
captures=() # process ids of the captures under way

in_client() { ip netns exec "$client" "$@"; }
in_router() { ip netns exec "$router" "$@"; }

# What runs in the background is always a command, never a function: its process id would be a subshell's.
stop() { # PID...
    local process
    for process; do
        kill -TERM "$process" 2>/dev/null || true
        wait "$process" 2>/dev/null || true
    done
}

tear_down() {
    stop ${captures[@]+"${captures[@]}"}
    stop ${running[@]+"${running[@]}"}
    captures=() running=()
    local namespace
    for namespace in "$client" "$router" "$server"; do
        ip netns delete "$namespace" 2>/dev/null || true
    done
}

clean_up() {
    tear_down
    rm -rf "$scratch"
}
trap clean_up EXIT

wait_for() { # FILE TEXT
    local _
    for _ in {1..100}; do
        grep -q "$2" "$1" 2>/dev/null && return
        sleep 0.05
    done
    fail "waited in vain for '$2' in: $(cat "$1" 2>/dev/null)"
}

start() { # NAME COMMAND...: a process that says "ready" and runs until tear_down
    local log=$scratch/$1.log
    shift
    : >"$log"
    "$@" >"$log" 2>&1 &
    running+=($!)
    wait_for "$log" ready
}

settings() { # NAMESPACE NAME=VALUE...
    local namespace=$1
    shift
    ip netns exec "$namespace" sysctl -qw "$@"
}

add_namespaces() { # NO PATH MTU DISCOVERY (0 or 1)
    local namespace
    for namespace in "$client" "$router" "$server"; do
        ip netns add "$namespace"
        ip -n "$namespace" link set lo up
        settings "$namespace" net.ipv6.conf.default.{accept_ra=0,accept_dad=0} \
            "net.ipv4.ip_no_pmtu_disc=$1" net.ipv4.{tcp_mtu_probing=0,tcp_ecn=2,tcp_timestamps=1}
    done
    settings "$router" net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
    # 1: client, 2: server, 0x400: every listener takes Fast Open, not only those that ask.
    settings "$client" net.ipv4.tcp_fastopen=1
    settings "$server" net.ipv4.tcp_fastopen=0x402
}

add_ethernet_links() {
    ip -n "$client" link add name eth0 address 02:00:00:00:01:02 type veth peer name lan address 02:00:00:00:01:01 netns "$router"
    ip -n "$server" link add name eth0 address 02:00:00:00:02:02 type veth peer name wan address 02:00:00:00:02:01 netns "$router"
    # Otherwise captures hold segments larger than the link's MTU, and checksums nobody has filled in.
    local place off=(tso off gso off gro off tx off rx off)
    for place in "$client eth0" "$router lan" "$router wan" "$server eth0"; do
        ip netns exec "${place% *}" ethtool -K "${place#* }" "${off[@]}" >/dev/null
    done
}

# A TUN device carries bare IP. One cable at a time, so that every name is this run's own.
add_tun_links() {
    local side inner
    for side in lan wan; do
        [[ $side == lan ]] && inner=$client || inner=$server
        start "cable-$side" python3 "$here/peer.py" cable "t$$$side" "t$$eth0"
        ip link set "t$$$side" netns "$router" name "$side"
        ip link set "t$$eth0" netns "$inner" name eth0
    done
}

set_up() { # [LINK KIND (ethernet or tun) [NO PATH MTU DISCOVERY (0 or 1; 1 leaves DF clear)]]
    add_namespaces "${2:-0}"
    "add_${1:-ethernet}_links"
    local place namespace device v4 v6
    for place in "$client eth0 $client_v4 $client_v6" "$router lan $router_lan_v4 $router_lan_v6" \
        "$router wan $router_wan_v4 $router_wan_v6" "$server eth0 $server_v4 $server_v6"; do
        read -r namespace device v4 v6 <<<"$place"
        ip -n "$namespace" address add "$v4/24" dev "$device"
        ip -n "$namespace" address add "$v6/64" dev "$device" nodad
        ip -n "$namespace" link set "$device" mtu 1500 up
    done
    ip -n "$client" route add default via "$router_lan_v4"
    ip -n "$client" route add default via "$router_lan_v6"
    ip -n "$server" route add default via "$router_wan_v4"
    ip -n "$server" route add default via "$router_wan_v6"
    start serve ip netns exec "$server" python3 "$here/peer.py" serve "$client_v4" "$client_v6"
}

# The router's routes only: a veth device with a lower MTU drops large frames below IP, where nobody answers.
route_mtu() { # BYTES
    ip -n "$router" route change "$lan_v4" dev lan mtu "$1"
    ip -n "$router" route change "$wan_v4" dev wan mtu "$1"
    ip -n "$router" -6 route change "$lan_v6" dev lan metric 256 mtu "$1"
    ip -n "$router" -6 route change "$wan_v6" dev wan metric 256 mtu "$1"
}

clamp() { # TARGET OPTION...
    in_router iptables -t mangle -A FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS "$@"
    in_router ip6tables -t mangle -A FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS "$@"
}

# ---------------------------------------------------------------- capturing

capture() { # NAMESPACE DEVICE FILE [TCPDUMP OPTION...]
    local namespace=$1 device=$2 file=$scratch/$3 log=$scratch/$3.log
    shift 3
    # Without -B the ring of `-i any` holds eight packets, and loses the ninth of a burst.
    ip netns exec "$namespace" tcpdump -Z root --immediate-mode -B 16384 -U -n -i "$device" -w "$file" "$@" "$filter" 2>"$log" &
    captures+=($!)
    wait_for "$log" 'listening on'
}

capture_both_sides() { # NAME [TCPDUMP OPTION...]
    local name=$1
    shift
    capture "$router" lan "$name-lan.pcap" "$@"
    capture "$router" wan "$name-wan.pcap" "$@"
}

finish() {
    sleep 0.3 # the last ACKs
    stop "${captures[@]}"
    captures=()
    if grep -H '[1-9][0-9]* packets\? dropped by kernel' "$scratch"/*.log; then fail 'a capture lost packets'; fi
    tear_down
}

# ---------------------------------------------------------------- traffic

port=40000
fetch() { # ADDRESS BYTES [CURL OPTION...]
    local address=$1 bytes=$2
    shift 2
    [[ $address == *:* ]] && address="[$address]"
    # Ports of our own choosing, so that a new run differs from the last one in fewer bytes.
    port=$((port + 1))
    in_client curl -sS --noproxy '*' --local-port $port --max-time 5 -o /dev/null "$@" "http://$address/$bytes"
}

fetch_both() { # BYTES [CURL OPTION...]
    local bytes=$1
    shift
    fetch "$server_v4" "$bytes" "$@"
    fetch "$server_v6" "$bytes" "$@"
}

peer() { in_client python3 "$here/peer.py" "$@"; }
