# shellcheck shell=sh
# owner RUN take|give HANDLE: changes whose the cluster of RUN is. RUN/owner lists the handles that have taken it over, the
# latest first, and that one may end it. `take` puts HANDLE on top; `give` takes it out, wherever it stands, so that the
# one below the top is the owner again. Ends with status 3 if RUN is gone, or goes meanwhile.
set -eu
umask 077
cd "$1" 2>/dev/null || exit 3
new=''
trap 'rm -f "$new"; [ -e owner ] || exit 3' EXIT
trap 'exit 1' HUP INT TERM
[ -e owner ] || exit 3
# Two changes at once would lose one of them. Where the file system has no locks, that is the worst that can happen.
exec 9>>owner.lock
flock -w 10 9 2>/dev/null || :
new=$(mktemp owner.XXXXXX)
if [ "$2" = take ]; then printf '%s\n' "$3" >"$new"; fi
grep -vxF -e "$3" owner >>"$new" || [ $? -eq 1 ] # 1 is: nobody else
mv -f "$new" owner
