# shellcheck shell=bash
# What sshd's child does: runs what was asked for in the user's login shell, after the start-up files. Arguments: the
# directory of the emulation's commands; then "command" and the file that holds it, which is removed, or "shell"; and
# the size of the terminal, if there is to be one: rows, columns.
_bin=$1 _kind=$2 _file=$3
if [ "$#" -eq 5 ]; then
  # once more, as what script(1) runs on a terminal of its own
  printf -v _again '%q ' bash -c "$BASH_EXECUTION_STRING" bash "$1" "$2" "$3"
  SHLVL=2
  exec script -qec "stty rows $4 cols $5; exec $_again" /dev/null
fi
# the limit is real: no process from here on can write to a file
[ ! -e "$_bin/over-quota" ] || { trap '' XFSZ && ulimit -f 0; }
if [ "$_kind" = shell ]; then
  SHLVL=1
  exec -a -bash bash
fi
IFS= read -r -d '' _command <"$_file"
rm -f "$_file"
set --
SHLVL=1
# bash reads these for sshd's commands too, where it was built so (all but the smallest distributions do)
# shellcheck source=/dev/null
for _file in "$_bin/bashrc" ~/.bashrc; do [ ! -f "$_file" ] || . "$_file"; done
unset _bin _kind _file
eval "$_command"
