# shellcheck shell=bash
# What the benchmarks' scripts have in common: they say what they need, build what is stale, and run one Java program.
# The caller has set -euo pipefail and is in the repository's root.

die() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 2
}

need_lab() {
  [ "$(id -u)" = 0 ] || die 'needs root: the lab is namespaces of this machine'
  lab/lab status >/dev/null 2>&1 || die "the lab isn't up: run lab/lab up first (see lab/README.md)"
}

# bench PROGRAM ARGUMENT...: builds if a source is newer than the last build, and becomes the program.
bench() {
  local classpath=target/bench.classpath program=$1
  shift
  command -v mvn >/dev/null || die 'needs Maven and a JDK of 17 or later on the PATH'
  if [ ! -e "$classpath" ] || [ ! -d bench/target/classes ] || [ -n "$(find . -name target -prune -o \
    \( -name '*.java' -o -name pom.xml -o -path '*/src/main/resources/*' \) -newer "$classpath" -print -quit)" ]; then
    echo 'building' >&2
    mvn -q -B -pl bench -am -Dmaven.test.skip -Dspotless.check.skip package dependency:build-classpath \
      -Dmdep.outputFile="$PWD/$classpath" -Dmdep.includeScope=runtime >&2
  fi
  exec java -Dslurmray.root="$PWD" -cp "bench/target/classes:$(cat "$classpath")" \
    "io.github.slurmray.bench.$program" "$@"
}
