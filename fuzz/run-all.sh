#!/usr/bin/env bash
# Runs every fuzz target for a number of seconds, one after the other, and stops at the first finding.
#
#     fuzz/run-all.sh            # 300 seconds each
#     fuzz/run-all.sh 60         # 60 seconds each
#     fuzz/run-all.sh 60 query   # only these
#
# MAX_LEN=200000 tries longer inputs: what is slow shows there, where what panics takes longer to find.
# SANITIZER=address looks into the unsafe code of dependencies too, at half the speed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

seconds=${1:-300}
targets=("${@:2}")
if [ ${#targets[@]} -eq 0 ]; then
    mapfile -t targets < <(cargo +nightly fuzz list)
fi

for target in "${targets[@]}"; do
    printf '\n==> %s, %s seconds\n' "$target" "$seconds"
    mkdir -p "fuzz/corpus/$target"
    # What is new goes into the first folder; the seeds are only read.
    cargo +nightly fuzz run --sanitizer "${SANITIZER:-none}" "$target" \
        "fuzz/corpus/$target" "fuzz/seeds/$target" -- \
        -dict="fuzz/dictionaries/$target.dict" -max_len="${MAX_LEN:-4096}" \
        -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -print_final_stats=1
done
