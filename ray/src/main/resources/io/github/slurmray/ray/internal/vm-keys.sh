# shellcheck shell=sh
# Manages the ephemeral keys of clusters in ~/.ssh/authorized_keys of a cloud VM; each line ends with slurmray:ID.
#   vm-keys host-keys                         prints the VM's public host keys
#   vm-keys add ID LISTEN EXPIRES PUBLIC_KEY  allows the key one reverse forward until EXPIRES, in seconds since 1970
#   vm-keys remove ID...                      takes them away, and prints which were there
set -eu
umask 077
export LC_ALL=C # the user's own lines may be in any encoding
keys=$HOME/.ssh/authorized_keys

# The lock keeps two programs from losing each other's lines.
lock() {
  exec 9>"$HOME/.ssh/.slurmray.lock"
  flock -w 20 9 || {
    echo "another program has held $HOME/.ssh/.slurmray.lock for 20 s" >&2
    exit 1
  }
}

# change ID [LINE]: puts LINE in the place of ID's. Nobody ever sees half a file, and a full disk changes nothing. The
# new line goes first, so that the user's lines stay as they are, with or without a line break at their end.
change() {
  file=$(readlink -f "$keys")
  new=$(mktemp "$file.XXXXXX")
  trap 'rm -f "$new"' EXIT
  trap 'exit 1' HUP INT TERM
  cp -p "$file" "$new" # for its mode and owner
  {
    if [ $# -gt 1 ]; then printf '%s\n' "$2"; fi
    sed "/ slurmray:$1\$/d" "$file"
  } >"$new"
  mv -f "$new" "$file"
}

case $1 in
  host-keys) cat /etc/ssh/ssh_host_*_key.pub ;;
  add)
    mkdir -p "$HOME/.ssh"
    lock
    [ -e "$keys" ] || : >>"$keys"
    # sshd reads the time in the VM's own time zone, which needn't be this shell's
    until=$(unset TZ && date -d "@$4" +%Y%m%d%H%M%S)
    change "$2" "restrict,port-forwarding,permitlisten=\"$3\",expiry-time=\"$until\" $5 slurmray:$2"
    ;;
  remove)
    [ -e "$keys" ] || exit 0
    lock
    shift
    for id; do
      if grep -q " slurmray:$id\$" "$keys"; then change "$id" && echo "$id"; fi
    done
    ;;
esac
