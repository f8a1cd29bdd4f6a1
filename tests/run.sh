#!/usr/bin/env bash
# Passes every test of the workspace, and installs what they need first. Debian and Ubuntu packages
# are installed when this runs as root or sudo needs no password; otherwise it says what is missing.
# Without root, the tests that need namespaces run as root of a user namespace.
set -euo pipefail
cd "$(dirname "$0")/.."

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

# What is only compiled for a board, too.
check_with_clippy() {
    cargo clippy --quiet --workspace --all-targets -- -D warnings
    cargo clippy --quiet -p clamp-firmware --lib --bins --target thumbv7em-none-eabihf -- -D warnings
}

build_for_bare_metal() {
    local target
    for target in thumbv6m-none-eabi thumbv7em-none-eabihf riscv32imac-unknown-none-elf; do
        cargo build --quiet -p clamp-core --target "$target"
    done
    cargo build --quiet -p clamp-firmware --lib --target thumbv6m-none-eabi
    cargo build --quiet -p clamp-firmware --lib --target riscv32imac-unknown-none-elf
}

build_images() {
    local build=(cargo build --quiet --profile firmware -p clamp-firmware)
    "${build[@]}" --bin mps2-an500 --target thumbv7em-none-eabihf
    "${build[@]}" --bin emcraft-sf2 --target thumbv7m-none-eabi
    "${build[@]}" --bin nucleo-h743zi --features nucleo-h743zi --target thumbv7em-none-eabihf
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

# And that the proof can fail.
prove_machine_code() {
    target/provers/bin/python tests/proofs/machine_code
    target/provers/bin/python tests/proofs/machine_code control
}

# s390x reads the other end of a word first.
interpret_core() {
    cargo +nightly miri test --quiet -p clamp-core
    cargo +nightly miri test --quiet -p reference --test conformance -- --test-threads=1
    cargo +nightly miri test --quiet -p clamp-core --target s390x-unknown-linux-gnu --lib
}

# The version decides which mutants there are. Built without optimization, which takes longer than it gains.
install_mutants() {
    local version=27.1.0
    [ "$(cargo mutants --version 2>/dev/null)" = "cargo-mutants $version" ] ||
        cargo install --quiet --locked --debug "cargo-mutants@$version"
}

step 'Debian packages' install_packages
export PATH="$PATH:/usr/sbin:/sbin"
step 'Linux guests' fetch_guests
step 'Rust toolchain' rustup toolchain install
step 'Nightly toolchain' install_nightly
step 'Format' cargo fmt --all --check
step 'Format of the fuzz targets' cargo fmt --manifest-path tests/fuzz/Cargo.toml --check
step 'Clippy' check_with_clippy
step 'Bare-metal targets' build_for_bare_metal
step 'Images of the boards' build_images
step 'Documentation' env RUSTDOCFLAGS=-Dwarnings cargo doc --quiet --workspace --no-deps
step 'Packages' cargo package --quiet --workspace --exclude tests --exclude peers --exclude reference \
    --allow-dirty
step 'Tests' as_some_root cargo test --workspace
step 'A million nearly right frames' env FRAMES=1000000 \
    cargo test --quiet --release -p clamp-firmware --test router chaos
step 'A million exchanges with hostile PPPoE peers' env EXCHANGES=1000000 \
    cargo test --quiet --release -p clamp-firmware --test pppoe hostile -- --nocapture
step 'A minute of damaged frames in QEMU' env FUZZING_SECONDS=60 \
    cargo test --quiet -p tests --test firmware_in_qemu mps2_an500::damaged
step 'Fuzzing, 20 s a target' bash tests/fuzz/run.sh 20
step 'Every sum and every MSS' cargo test --quiet --release -p clamp-core checksum
step 'Every option at every place' cargo test --quiet --release -p reference --test option_walk
step 'Provers' install_provers
step 'The checksum, by a theorem prover' target/provers/bin/python tests/proofs/checksum.py
step 'The machine code, by symbolic execution' prove_machine_code
step 'The core in an interpreter, on both byte orders' interpret_core
step 'Eleven broken cores' cargo run --quiet -p tests --bin broken_cores
step 'cargo-mutants' install_mutants
step 'Mutants of the core, 100 s' cargo run --quiet -p tests --bin mutants -- --seconds 100
step 'Mutants of the firmware, 100 s' cargo run --quiet -p tests --bin mutants -- firmware.txt --seconds 100
step 'A panic is a link error' cargo bench --quiet -p tests --bench panic_free
step 'Instructions a call' cargo bench --quiet -p tests --bench instructions
step 'Side by side with others' cargo bench --quiet -p tests --bench side_by_side
step 'Flash' cargo bench --quiet -p tests --bench footprint
step 'The router'"'"'s cost' cargo bench --quiet -p tests --bench router
step 'A packet in a PPPoE session' cargo bench --quiet -p tests --bench pppoe_session
step 'The simulator'"'"'s speed' cargo bench --quiet -p tests --bench simulator
step 'Side by side with a clamp in C (bound: a minute)' \
    as_some_root cargo bench --quiet -p tests --bench c_peer
step 'The time of a SYN in the Linux kernel (bound: a minute)' \
    as_some_root cargo bench --quiet -p tests --bench kernel
step 'A large capture, beside plain copies (bound: a minute)' \
    cargo bench --quiet -p tests --bench capture_copy
step 'A minute of random networks' cargo run --quiet --release -p host-sim -- \
    simulate --swarm --runs 1000000 --seconds 60 --seed "${SEED:-1}" --smallest target/smallest.toml
printf '\nAll passed in %d s.\n' "$SECONDS"
