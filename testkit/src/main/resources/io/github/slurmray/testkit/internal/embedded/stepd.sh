# shellcheck shell=bash disable=SC2154
# Runs a batch script as slurmstepd does. Reports on standard output: the script's process id, then how it ended, then
# the times that it took. The file that is its argument sets umask, workdir, stdin, stdout, stderr, append,
# over_quota and command.
# shellcheck source=/dev/null
. "$1"
umask "$umask"
# caught, not ignored: the script has them as they were
trap : TERM INT HUP QUIT USR1 USR2
exec 9>&1
if [ "$append" = no ]; then { : >"$stdout" && : >"$stderr"; }; else { : >>"$stdout" && : >>"$stderr"; }; fi 2>/dev/null ||
  { echo failed && exit; }
said=$1.said
exec 2>"$said"
(
  echo "pid $BASHPID" >&9
  cd -- "$workdir" 2>/dev/null || {
    echo "slurmstepd: error: couldn't chdir to \`$workdir': No such file or directory: going to /tmp instead" >&2
    cd /tmp || exit 1
  }
  [ "$over_quota" = no ] || { trap '' XFSZ && ulimit -f 0; }
  exec 9>&- "${command[@]}"
) <"$stdin" >>"$stdout" 2>>"$stderr"
status=$?
# the shell itself says something only if the script was ended by a signal
signaled=no
[ "$status" -le 128 ] || [ ! -s "$said" ] || signaled=yes
echo "end $status $signaled"
times
