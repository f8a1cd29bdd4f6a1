#!/usr/bin/env bash
# The long versions of what run.sh bounds. `bash tests/long.sh` runs all of them, the quickest first; the mutants of the
# firmware and of host-sim take more than a day each. `bash tests/long.sh STEP...` runs some:
#   proof        the machine code and all that must refute its proof, 6 minutes
#   frames       a hundred million nearly right frames, and as many hostile PPPoE exchanges, 40 minutes
#   damaged      ten minutes of damaged frames in QEMU
#   networks     ten minutes of random networks
#   interpreter  the core and the whole corpus in Miri, on both byte orders, half an hour
#   fuzz         ten minutes a target, 80 minutes
#   coverage     lines and branches
#   mutants      all of the core, hours; then of the firmware and of host-sim
# What each said last, and on which commit, is in PROOF.md.
source "$(dirname "$0")/prepare.sh"

all=(proof frames damaged networks interpreter fuzz coverage mutants)

prove() {
    local prover=(target/provers/bin/python tests/proofs/machine_code)
    "${prover[@]}"
    "${prover[@]}" control
    "${prover[@]}" control loops
}

send_frames() {
    FRAMES=100000000 cargo test --quiet --release -p clamp-firmware --test router chaos
    EXCHANGES=100000000 cargo test --quiet --release -p clamp-firmware --test pppoe hostile -- --nocapture
}

damage_frames() {
    FUZZING_SECONDS=600 cargo test --quiet -p tests --test firmware_in_qemu damaged -- --nocapture
}

simulate_networks() {
    cargo run --quiet --release -p host-sim -- simulate --swarm --runs 1000000000 --seconds 600 \
        --seed "${SEED:-$RANDOM}" --smallest target/smallest.toml
}

interpret() {
    local target
    for target in x86_64-unknown-linux-gnu s390x-unknown-linux-gnu; do
        cargo +nightly miri test --quiet -p clamp-core --target "$target" --lib
        WHOLE_CORPUS=1 cargo +nightly miri test --quiet -p reference --target "$target" --test conformance -- \
            --test-threads=1
    done
}

measure_coverage() {
    rustup +nightly component add llvm-tools
    command -v cargo-llvm-cov >/dev/null || cargo install --quiet --locked cargo-llvm-cov
    as_some_root cargo +nightly llvm-cov --branch -p clamp-core -p reference -p clamp-firmware -p host-sim
}

judge_mutants() {
    local list
    for list in core firmware; do
        cargo run --quiet -p tests --bin mutants -- "$list.txt"
    done
    for list in tests/mutants/host_sim_*.txt; do
        cargo run --quiet -p tests --bin mutants -- "$(basename "$list")"
    done
}

take() {
    case "$1" in
        proof) step 'The machine code, by symbolic execution' prove ;;
        frames) step 'Nearly right frames, and hostile PPPoE peers' send_frames ;;
        damaged) step 'Damaged frames in QEMU' damage_frames ;;
        networks) step 'Random networks' simulate_networks ;;
        fuzz) step 'Fuzzing, ten minutes a target' bash tests/fuzz/run.sh 600 ;;
        interpreter) step 'The core and the corpus in an interpreter' interpret ;;
        coverage) step 'Coverage' measure_coverage ;;
        mutants) step 'All mutants' judge_mutants ;;
    esac
}

[ $# -gt 0 ] || set -- "${all[@]}"
for step; do
    if [[ " ${all[*]} " != *" $step "* ]]; then
        echo "long.sh: no step $step; there are: ${all[*]}" >&2
        exit 2
    fi
done
prepare
for step; do
    take "$step"
done
printf '\nAll of it at %s, in %d s.\n' "$(git describe --always --dirty)" "$SECONDS"
