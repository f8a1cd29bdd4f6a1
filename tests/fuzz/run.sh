#!/usr/bin/env bash
# Fuzzes: `run.sh [SECONDS [TARGET...]]` gives each target that long, 20 s unless told; the long run is
# `run.sh 600`. Inputs that once crashed a target (regressions/TARGET) go first. Fails on a crash, and where under half
# of the inputs got past the outermost header.
set -euo pipefail
cd "$(dirname "$0")"

seconds="${1:-20}"
shift || true
if [[ ! "$seconds" =~ ^[1-9][0-9]*$ ]]; then
    echo "run.sh: no number of seconds: $seconds" >&2
    exit 2
fi
targets=("$@")
[ ${#targets[@]} -gt 0 ] || mapfile -t targets < <(cargo +nightly fuzz list --fuzz-dir .)

# The code has no unsafe to speak of, so that an address sanitizer would find nothing and cost half the speed;
# debug assertions and overflow checks are on.
fuzz() {
    cargo +nightly fuzz "$1" --fuzz-dir . --sanitizer none "${@:2}"
}

(cd .. && cargo run --quiet -p tests --bin fuzz_seeds -- fuzz/corpus traces ../../shared/traces)
fuzz build 2>/dev/null || fuzz build
for target in "${targets[@]}"; do
    log="$(mktemp)"
    mkdir -p "corpus/$target"
    regressions=(regressions/"$target"/*)
    if [ -e "${regressions[0]}" ]; then
        fuzz run "$target" "${regressions[@]}" >"$log" 2>&1 || { cat "$log"; exit 1; }
    fi
    # A frame of 1500 bytes and a policy fit; the seed is printed by libFuzzer and taken back by -seed=N.
    if ! fuzz run "$target" -- -max_total_time="$seconds" -max_len=1600 -timeout=10 ${SEED:+-seed="$SEED"} \
        >"$log" 2>&1; then
        cat "$log"
        exit 1
    fi
    runs="$(sed -n 's/^Done \([0-9]*\) runs.*/\1/p' "$log")"
    share="$(sed -n 's/^SHARE \([0-9]*\) %.*/\1/p' "$log" | tail -n 1)"
    seed="$(sed -n 's/^INFO: Seed: //p' "$log")"
    echo "$target: $runs inputs, ${share:-0} % past the outermost header, no crash (SEED=$seed)"
    rm -f "$log"
    if [ "${share:-0}" -lt 50 ]; then
        echo "$target: under half of the inputs got anywhere" >&2
        exit 1
    fi
done
