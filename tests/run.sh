#!/usr/bin/env bash
# Passes every test of the workspace, each bounded, and installs what they need first; long.sh is for those that have
# no end of their own. Without root, the tests that need namespaces run as root of a user namespace.
source "$(dirname "$0")/prepare.sh"

if [ $# -gt 0 ]; then
    echo "run.sh takes no word: $*; long.sh takes the names of its steps" >&2
    exit 2
fi

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
    cargo +nightly miri test --quiet -p reference --target s390x-unknown-linux-gnu --test conformance -- \
        --test-threads=1
}

prepare
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
step 'The checksum, by a theorem prover' target/provers/bin/python tests/proofs/checksum.py
step 'The machine code, by symbolic execution' prove_machine_code
step 'The core in an interpreter, on both byte orders' interpret_core
step 'Eleven broken cores' cargo run --quiet -p tests --bin broken_cores
step 'Mutants of the core, 100 s' cargo run --quiet -p tests --bin mutants -- --seconds 100
step 'Mutants of the firmware, 100 s' cargo run --quiet -p tests --bin mutants -- firmware.txt --seconds 100
step 'Mutants of host-sim: verdicts, 40 s' \
    cargo run --quiet -p tests --bin mutants -- host_sim_verdicts.txt --seconds 40
step 'Mutants of host-sim: networks, 40 s' \
    cargo run --quiet -p tests --bin mutants -- host_sim_networks.txt --seconds 40
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
