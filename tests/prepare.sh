# What the tests need, and how it gets here; sourced by run.sh and long.sh. Debian and Ubuntu packages are installed
# when this runs as root or sudo needs no password; otherwise it says what is missing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# A missing or different snapshot is a failure, not something to write.
export INSTA_UPDATE=no CARGO_TERM_COLOR="${CARGO_TERM_COLOR:-never}"

step() {
    local name="$1" started=$SECONDS
    shift
    printf '\n== %s\n' "$name"
    "$@"
    printf -- '-- %s: %d s\n' "$name" $((SECONDS - started))
}

# command:package
needed=(
    chromium-headless-shell:chromium-headless-shell
    curl:curl
    dhcpd:isc-dhcp-server
    editcap:wireshark-common
    ethtool:ethtool
    ip:iproute2
    iperf3:iperf3
    iptables:iptables
    nft:nftables
    qemu-system-arm:qemu-system-arm
    radvd:radvd
    tcpdump:tcpdump
    tcprewrite:tcpreplay
    tshark:tshark
    unshare:util-linux
    valgrind:valgrind
)

install_packages() {
    # Debian keeps the tools of an administrator out of other people's PATH.
    PATH="$PATH:/usr/sbin:/sbin"
    local packages=() entry as_root=()
    for entry in "${needed[@]}"; do
        command -v "${entry%%:*}" >/dev/null || packages+=("${entry##*:}")
    done
    [ ${#packages[@]} -eq 0 ] && return
    if [ "$(id -u)" -ne 0 ]; then
        as_root=(sudo -n)
    fi
    if ! command -v apt-get >/dev/null || ! "${as_root[@]}" true; then
        echo "Install these first: ${packages[*]}" >&2
        return 1
    fi
    "${as_root[@]}" apt-get update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "${packages[@]}"
}

# Root of a namespace is enough for the tests that build networks.
as_some_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    else
        unshare --map-root-user -- "$@"
    fi
}

fetch_guests() {
    bash host-sim/guests/fetch.sh && return
    echo 'Once more, with the lists of packages of today.'
    if [ "$(id -u)" -eq 0 ]; then
        apt-get update -qq
    else
        sudo -n apt-get update -qq
    fi
    bash host-sim/guests/fetch.sh
}

# The fuzzer and the interpreter need a nightly compiler.
install_nightly() {
    rustup toolchain list | grep -q '^nightly' || rustup toolchain install nightly --profile minimal
    rustup +nightly component add miri rust-src
    command -v cargo-fuzz >/dev/null || cargo install --quiet --locked cargo-fuzz
}

install_provers() {
    [ -x target/provers/bin/python ] || python3 -m venv target/provers
    target/provers/bin/pip install --quiet --disable-pip-version-check -r tests/proofs/requirements.txt
}

# The version decides which mutants there are. Built without optimization, which takes longer than it gains.
install_mutants() {
    local version=27.1.0
    [ "$(cargo mutants --version 2>/dev/null)" = "cargo-mutants $version" ] ||
        cargo install --quiet --locked --debug "cargo-mutants@$version"
}

prepare() {
    step 'Debian packages' install_packages
    export PATH="$PATH:/usr/sbin:/sbin"
    step 'Linux guests' fetch_guests
    step 'Rust toolchain' rustup toolchain install
    step 'Nightly toolchain' install_nightly
    step 'Provers' install_provers
    step 'cargo-mutants' install_mutants
}
