# shellcheck shell=sh
# Manages the ephemeral keys of clusters in ~/.ssh/authorized_keys of a cloud VM; each line ends with slurmray:ID.
#   vm-keys host-keys                         prints the VM's public host keys
#   vm-keys add ID LISTEN EXPIRES PUBLIC_KEY  allows the key one reverse forward until EXPIRES, in seconds since 1970
#   vm-keys remove ID                         takes it away
#   vm-keys list                              prints the ids of all keys
set -eu
umask 077
keys=$HOME/.ssh/authorized_keys
mkdir -p "$HOME/.ssh"
touch "$keys"

# The file keeps its inode, owner and mode; the lock keeps two programs from losing each other's lines.
without() {
  kept=$(grep -v " slurmray:$1\$" "$keys" || true)
  if [ -n "$kept" ]; then printf '%s\n' "$kept" >"$keys"; else : >"$keys"; fi
}

exec 9>"$HOME/.ssh/.slurmray.lock"
flock 9
case $1 in
  host-keys) cat /etc/ssh/ssh_host_*_key.pub ;;
  add)
    # sshd reads the time in the VM's own time zone
    until=$(date -d "@$4" +%Y%m%d%H%M%S)
    without "$2"
    printf 'restrict,port-forwarding,permitlisten="%s",expiry-time="%s" %s slurmray:%s\n' "$3" "$until" "$5" "$2" >>"$keys"
    ;;
  remove) without "$2" ;;
  list) sed -n 's/.* slurmray:\([a-z0-9-]*\)$/\1/p' "$keys" ;;
esac
