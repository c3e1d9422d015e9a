#!/bin/bash
# A throw-away copy of the hosts' root, on the machine's network: workshop.sh LOWER STATE DIR PLACE STEP
# Runs in a mount namespace of its own, so nothing has to be unmounted.
set -euo pipefail
lower=$1 state=$2 dir=$3 place=$4 step=$5

build_venv() {
    "$1/uv" venv --no-cache --python /usr/bin/python3 --allow-existing "$place"
    "$1/uv" pip install --no-cache --link-mode=copy --compile-bytecode --python "$place/bin/python" \
        -r "$place/.requirements.txt"
    "$place/bin/ray" --version
}

if [ "$step" != inside ]; then
    mount -t tmpfs -o mode=755 workshop "$state/mnt"
    cd "$state/mnt"
    mkdir upper work root tools
    cp "$state/uv/bin/uv" "$0" tools/
    mount -t overlay -o "lowerdir=$lower,upperdir=upper,workdir=work" workshop root
    mount -t proc proc root/proc
    mount --rbind /dev root/dev
    mkdir -p "root$place" root/workshop
    mount --bind "$dir" "root$place"
    mount --bind tools root/workshop
    # names and certificates of the machine: another Debian's tree has none of its own
    rm -f root/etc/resolv.conf
    for file in /etc/resolv.conf /etc/hosts "${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}"; do
        [ ! -e "$file" ] || install -D -m 644 "$file" "root$file"
    done
    exec chroot root bash /workshop/workshop.sh "$lower" "$state" "$dir" "$place" "inside" "$step"
fi
[ -n "${SSL_CERT_FILE:-}" ] || unset SSL_CERT_FILE
[ -n "${UV_DEFAULT_INDEX:-}" ] || unset UV_DEFAULT_INDEX
"$6" /workshop
