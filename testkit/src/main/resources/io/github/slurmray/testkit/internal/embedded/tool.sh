#!/bin/bash -p
# A tool of the system, whose messages are put into the words that they would have where the user has no space left, or
# where the user's language is German and the machine knows it.
here=${0%/*}
PATH=${PATH//"$here":/}
words=()
[ ! -e "${here%/*}/over-quota" ] || words+=(-e 's/File too large/Disk quota exceeded/')
case ${LC_ALL:-${LC_MESSAGES:-${LANG:-}}} in
  de*)
    words+=(-e "s/cannot access \(.*\): No such/Zugriff auf \1 nicht möglich: No such/"
      -e 's/No such file or directory/Datei oder Verzeichnis nicht gefunden/'
      -e 's/Permission denied/Keine Berechtigung/'
      -e 's/File exists/Die Datei existiert bereits/'
      -e 's/Is a directory/Ist ein Verzeichnis/'
      -e 's/Not a directory/Ist kein Verzeichnis/'
      -e 's/write error/Schreibfehler/'
      -e 's/Disk quota exceeded/Der zulässige Plattenplatz ist überschritten/'
      -e 's/No space left on device/Auf dem Gerät ist kein Speicherplatz mehr verfügbar/')
    ;;
esac
[ "${#words[@]}" -gt 0 ] || exec "${0##*/}" "$@"
exec 3>&1
"${0##*/}" "$@" 2>&1 >&3 3>&- | LC_ALL=C sed -u "${words[@]}" >&2 3>&-
exit "${PIPESTATUS[0]}"
