# shellcheck shell=bash
# What bin/demo and bin/test have in common: they say at once what they need, and install what is missing.

say() { printf '\n== %s\n' "$*"; }

die() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 2
}

# no_lab_here: why the lab can't run on this machine; fails if it can. It is namespaces, overlay mounts and packages of
# Debian 12.
no_lab_here() {
  local id='' version=''
  if [ -r /etc/os-release ]; then
    id=$(. /etc/os-release && printf '%s' "${ID:-}")
    version=$(. /etc/os-release && printf '%s' "${VERSION_ID:-}")
  fi
  if [ "$id $version" != 'debian 12' ]; then
    echo "the lab (a real Slurm on one machine) needs Debian 12, and this is ${id:-an unknown system} $version"
  elif [ "$(id -u)" != 0 ]; then
    echo 'the lab needs root, for its namespaces and packages: run this with sudo, or in a virtual machine'
  else
    return 1
  fi
}

# need_packages PACKAGE...: installs those that are missing, as root on Debian and its kin; else it says how. Services are
# not started.
need_packages() {
  local missing=() package
  command -v dpkg-query >/dev/null || die "needs what Debian calls $*: install it with your system's own tools"
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  [ "$(id -u)" = 0 ] || die "needs ${missing[*]}: sudo apt-get install ${missing[*]}"
  say "installing ${missing[*]}"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# need_java: a JDK of 17 or later and Maven of 3.8.7 or later, which Debian 12 has.
need_java() {
  local version=0
  if command -v javac >/dev/null; then version=$(javac -version 2>&1 | sed 's/javac \([0-9]*\).*/\1/'); fi
  [ "$version" -ge 17 ] || need_packages openjdk-17-jdk-headless
  command -v mvn >/dev/null || need_packages maven
}

# need_procps: pkill and pgrep, with which a cluster's own script finds what Ray left.
need_procps() {
  command -v pgrep >/dev/null || need_packages procps
}

# need_ray: sets ray_environment to a virtual environment with Ray, which is made once and kept in the user's cache.
need_ray() {
  local version=2.60.0
  python3 -c 'import ensurepip, venv' 2>/dev/null || need_packages python3 python3-venv
  ray_environment=${XDG_CACHE_HOME:-$HOME/.cache}/slurmray/ray-$version
  [ ! -e "$ray_environment/complete" ] || return 0
  say "installing Ray $version in $ray_environment"
  rm -rf "$ray_environment"
  python3 -m venv "$ray_environment"
  "$ray_environment/bin/pip" install -q "ray[default]==$version"
  touch "$ray_environment/complete"
}

# at_exit COMMAND: also does this when the script ends, however it does.
at_exit() {
  exit_commands="$1; ${exit_commands:-}"
  trap 'eval "$exit_commands"' EXIT
}

# need_lab VERSION: brings the lab up with this Slurm, and takes it down at the script's end if it was down before.
need_lab() {
  if ! lab/lab status >/dev/null 2>&1; then
    say "bringing the lab up with Slurm $1"
    at_exit 'lab/lab down'
  fi
  lab/lab up --slurm "$1"
}
