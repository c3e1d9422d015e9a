# shellcheck shell=bash
# Installs that are made once: Debian packages on the machine, and the tree of a newer Debian for a newer Slurm.

# What a host needs, by Debian release; 22.05 takes them from the machine itself.
HOST_PACKAGES="slurmctld slurmd slurmdbd slurm-client slurm-wlm slurm-wlm-basic-plugins slurm-wlm-mysql-plugin
    mariadb-server mariadb-client munge openssh-server openssh-client lmod python3 iproute2 iputils-ping
    procps curl util-linux ca-certificates less"
# What the scripts need on the machine, whichever Slurm runs.
MACHINE_PACKAGES="iproute2 nftables procps util-linux openssh-client python3 python3-venv mmdebstrap
    debian-archive-keyring shellcheck"

# Excludes other installs on this machine; unlike a second lab, a second install only has to wait.
with_install_lock() {
    local lock
    mkdir -p "$LOCKS"
    exec {lock}>"$LOCKS/slurmray-lab-install.lock"
    if ! flock -n "$lock"; then
        say "another install is at work: waiting for it"
        flock "$lock"
    fi
    "$@"
    exec {lock}>&-
}

install_all() {
    require_root
    check_machine
    mkdir -p "$STATE"
    with_install_lock install_steps
}

install_steps() {
    mkdir -p "$STATE/log" "$STATE/cache" "$STATE/mnt"
    install_machine_packages
    [ "$LOWER" = / ] || install_debian13_tree
    install_appl
}

check_machine() {
    local controller path
    # shellcheck source=/dev/null
    [ "$(. /etc/os-release && echo "${VERSION_CODENAME:-}")" = bookworm ] ||
        die "the machine must be Debian 12 (bookworm): its packages are Slurm 22.05"
    case $STATE in
        /) die "the state directory can't be /" ;;
        /*) ;;
        *) die "the state directory must be an absolute path, but is $STATE" ;;
    esac
    # the kernel reads "," and ":" in an overlay's options as separators
    case $STATE in *[!A-Za-z0-9/._-]*) die "the state directory may hold only letters, digits and / . _ -, but is $STATE" ;; esac
    for controller in freezer memory; do
        path=/sys/fs/cgroup/$controller
        [ -e "$path/cgroup.procs" ] || die "no cgroup v1 hierarchy at $path: Slurm's process tracking and memory limits" \
            "need freezer and memory in version 1 (a machine with cgroup v2 only has to boot with" \
            "systemd.unified_cgroup_hierarchy=0 or mount them there)"
    done
}

missing_packages() {
    local package
    for package in "$@"; do
        dpkg-query -W -f='${Status}\n' "$package" 2>/dev/null | grep -q 'ok installed' || echo "$package"
    done
}

install_machine_packages() {
    local wanted="$MACHINE_PACKAGES" missing
    [ "$LOWER" != / ] || wanted="$wanted $HOST_PACKAGES"
    # shellcheck disable=SC2086  # a list of words
    missing=$(missing_packages $wanted | tr '\n' ' ')
    [ -n "$missing" ] || return 0
    progress "installing Debian packages: $missing"
    start_nothing_during apt_install "$missing" || die "apt-get failed: see $STATE/log/apt.log"
}

apt_install() {
    {
        apt-get update -q
        # shellcheck disable=SC2086  # a list of words
        DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends -o DPkg::Lock::Timeout=120 $1
    } >>"$STATE/log/apt.log" 2>&1 </dev/null
}

# Debian starts a daemon when its package is installed, unless this policy forbids it.
start_nothing_during() {
    local policy=/usr/sbin/policy-rc.d made='' status=0
    if [ ! -e "$policy" ]; then
        printf '#!/bin/sh\n# put here by the lab while it installs packages\nexit 101\n' >"$policy"
        chmod 755 "$policy"
        made=1
    fi
    "$@" || status=$?
    [ -z "$made" ] || rm -f "$policy"
    return $status
}

# ---------------------------------------------------------------- the tree of Debian 13, for Slurm 24.11

# "URI FILE" of the machine's own Debian mirror and the file that names it: no host name stands in the project.
debian_source() {
    # shellcheck disable=SC2016  # apt's own placeholders
    apt-get indextargets --format '$(ORIGIN)|$(CODENAME)|$(REPO_URI)|$(SOURCESENTRY)' 'Created-By: Packages' |
        awk -F'|' '$1 == "Debian" && $2 == "bookworm" { sub(/:[0-9]+$/, "", $4); print $3, $4; exit }'
}

# The keyring that the machine trusts this mirror by; Debian's own where it names none.
keyring_of() {
    local named
    named=$(grep -m1 -oiE 'signed-by[:=] *[^] ]+' "$1" | sed 's/^[^:=]*[:=] *//') || true
    echo "${named:-/usr/share/keyrings/debian-archive-keyring.gpg}"
}

# The tree's name holds a hash of what it is made of, so another list of packages makes another tree.
debian13_tree() {
    printf '%s/debian13-%s\n' "$STATE" "$(printf '%s\n' trixie "$HOST_PACKAGES" tree-1 | fingerprint)"
}

install_debian13_tree() {
    local mirror file old
    [ ! -d "$LOWER" ] || return 0
    progress "building the tree of Debian 13 (once; some minutes)"
    # apt knows the origin of a source only after an update
    [ -n "$(debian_source)" ] || apt-get update -q >>"$STATE/log/apt.log" 2>&1
    read -r mirror file <<<"$(debian_source)"
    [ -n "$mirror" ] || die "no Debian mirror found in the machine's apt sources"
    rm -rf "$LOWER.new"
    # in namespaces of its own, so that an interrupted build leaves no mount and no process
    # shellcheck disable=SC2016,SC2086  # $1 is for the hook; the packages are a list of words
    unshare --mount --propagation private --pid --fork --kill-child=KILL \
        mmdebstrap --mode=root --variant=minbase --include="$(printf '%s,' $HOST_PACKAGES)" \
        --keyring="$(keyring_of "$file")" \
        --aptopt='APT::Install-Recommends "false"' --dpkgopt=force-unsafe-io \
        --essential-hook='printf "#!/bin/sh\nexit 101\n" >"$1/usr/sbin/policy-rc.d"; chmod 755 "$1/usr/sbin/policy-rc.d"' \
        trixie "$LOWER.new" "deb $mirror trixie main" >"$STATE/log/debian13.log" 2>&1 </dev/null ||
        die "the tree of Debian 13 could not be built: see $STATE/log/debian13.log"
    for old in "$STATE"/debian13-*; do
        [ "$old" = "$LOWER.new" ] || rm -rf "$old"
    done
    mv "$LOWER.new" "$LOWER"
}
