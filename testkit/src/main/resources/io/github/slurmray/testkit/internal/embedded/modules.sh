# shellcheck shell=bash
# Defines module, as Lmod's start-up file does: the modules are the files in the directory beside this one.
module() {
  local dir name
  dir=$(cd "${BASH_SOURCE[0]%/*}/../modules" && pwd) || return
  case ${1:-} in
    load | add)
      shift
      for name in "$@"; do
        if [ ! -f "$dir/$name" ]; then
          printf '%s\n' 'Lmod has detected the following error: The following module(s) are unknown:' "\"$name\"" '' \
            'Please check the spelling or version number. Also try "module spider ..."' \
            'It is also possible your cache file is out-of-date; it may help to try:' \
            "  \$ module --ignore_cache load \"$name\"" '' \
            'Also make sure that all modulefiles written in TCL start with the string' '#%Module' '' '' '' >&2
          return 1
        fi
        case :${LOADEDMODULES:-}: in *":$name:"*) continue ;; esac
        # shellcheck source=/dev/null
        . "$dir/$name" || return
        export LOADEDMODULES=${LOADEDMODULES:+$LOADEDMODULES:}$name
      done
      ;;
    purge) [ -z "${LOADEDMODULES:-}" ] || { echo "module: emulated Slurm doesn't support module purge of what is loaded" >&2 && return 255; } ;;
    *) echo "module: emulated Slurm doesn't support module $*" >&2 && return 255 ;;
  esac
}
