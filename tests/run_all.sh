#!/bin/sh
# Builds every test and runs every suite: tests/run_all.sh [BUILD]
#
# A suite is an executable in BUILD/tests/bin, built with doctest. Two run at a time; each one's
# output is kept in BUILD/tests/logs and shown if it fails. The last line is the sum of the suites'
# test cases, "N passed, N failed" (", N skipped" when some were); the exit status is 0 when none
# failed. A suite that crashes, hangs or runs no case counts as one failure. A case that cannot run
# here prints one line "SKIP: why"; it counts as skipped, not as passed. Environment:
#   PAGELAB_TEST_JOBS     suites at a time (default: 2)
#   PAGELAB_TEST_TIMEOUT  seconds a suite may take (default: 600)
set -u
LC_ALL=C
export LC_ALL

# One suite: sh run_all.sh --suite EXECUTABLE LOGS. Writes LOGS/NAME.log and LOGS/NAME.count.
run_suite()
{
    executable=$1 logs=$2
    name=${executable##*/}
    started=$(date +%s)
    timeout "${PAGELAB_TEST_TIMEOUT:-600}" "$executable" >"$logs/$name.log" 2>&1 </dev/null
    status=$?
    seconds=$(($(date +%s) - started))

    # "[doctest] test cases:  5 |  4 passed | 1 failed | 0 skipped"
    counts=$(awk -v status="$status" '
        /^\[doctest\] test cases:/ { cases += $4; passed += $6; failed += $9; skipped += $12 }
        /^SKIP:/ { absent++ }
        END {
            if (absent > passed) absent = passed
            if (failed == 0 && (status != 0 || cases == 0)) failed = 1
            print passed - absent, failed + 0, skipped + absent
        }' "$logs/$name.log")
    printf '%s\n' "$counts" >"$logs/$name.count"

    # shellcheck disable=SC2086
    set -- $counts
    [ "$2" -eq 0 ] && verdict=ok || verdict=FAILED
    note=
    [ "$status" -eq 124 ] && note=' (timed out)'
    [ "$status" -gt 128 ] && note=" (signal $((status - 128)))"
    printf '%-6s %-16s %4d passed %3d failed %3d skipped %4d s%s\n' \
        "$verdict" "$name" "$1" "$2" "$3" "$seconds" "$note"
}

if [ "${1-}" = --suite ]; then
    run_suite "$2" "$3"
    exit 0
fi

build=${1:-build}
build=$(CDPATH='' cd -- "$build" && pwd -P) || exit 125
logs=$build/tests/logs
rm -rf "$logs"
mkdir -p "$logs"

build_tests() # a person sees ninja's own progress; a log gets what matters
{
    if [ -t 1 ]; then
        ninja -C "$build" tests
        return
    fi
    ninja -C "$build" tests >"$logs/build.txt" 2>&1 && return
    grep -v '^\[' "$logs/build.txt" | head -n 100
    echo "the whole output is in $logs/build.txt"
    return 1
}

echo 'building the tests'
if ! build_tests; then
    echo 'the tests do not build'
    echo '0 passed, 1 failed'
    exit 1
fi

suites=$(find "$build/tests/bin" -maxdepth 1 -type f -perm -u+x 2>/dev/null | sort)
if [ -z "$suites" ]; then
    echo "no test suites in $build/tests/bin"
    echo '0 passed, 1 failed'
    exit 1
fi
echo "running $(printf '%s\n' "$suites" | wc -l) suites"
printf '%s\n' "$suites" | tr '\n' '\0' |
    xargs -0 -n 1 -P "${PAGELAB_TEST_JOBS:-2}" sh -c 'sh "$0" --suite "$2" "$1"' "$0" "$logs"

for count in "$logs"/*.count; do
    read -r _ failed _ <"$count"
    [ "$failed" -eq 0 ] && continue
    log=${count%.count}.log
    printf '\n--- %s ---\n' "$log"
    tail -n 200 "$log"
done

# A suite without a count file was killed together with its runner.
lost=$(($(printf '%s\n' "$suites" | wc -l) - $(find "$logs" -name '*.count' | wc -l)))
skips=$(cat "$logs"/*.log | grep '^SKIP:' | sort -u)
[ -n "$skips" ] && printf '\n%s\n' "$skips"
cat "$logs"/*.count | awk -v lost="$lost" '
    { passed += $1; failed += $2; skipped += $3 }
    END {
        failed += lost
        printf "%d passed, %d failed", passed, failed
        if (skipped > 0) printf ", %d skipped", skipped
        printf "\n"
        exit failed > 0
    }'
