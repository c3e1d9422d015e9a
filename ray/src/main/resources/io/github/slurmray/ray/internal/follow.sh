# shellcheck shell=bash
# follow RUN TOLD SILENCE: prints the lines of RUN/events.jsonl after the first TOLD, as they come, and "!owner HANDLE" for
# whoever owns the cluster: first after the events that are there already, then whenever it changes. A line of the file that
# begins with ! gets another one before it. A line on standard input renews the lease, an empty one is a sign of life, and "?N"
# is answered by "!told N" after what was there then. It ends with standard input, after SILENCE seconds without a line (a
# connection that was cut doesn't end here), or when RUN is gone. It asks four times a second, twenty times for a second after
# news, which seldom come alone, and starts no process, so it can run on a login node for as long as the cluster does. Opening the file anew each time is what makes a network file
# system look for news.
run=$1 told=$2 silence=$3 owner='?' heard=0 asked='' order='' more='' quick=20
while [ -d "$run" ] && [ $((SECONDS - heard)) -lt "$silence" ]; do
  lines=() now=''
  { mapfile -s "$told" lines <"$run/events.jsonl"; } 2>/dev/null
  for line in "${lines[@]}"; do
    [[ $line == *$'\n' ]] || break # still being written
    printf '%s' "${line/#!/!!}"
    told=$((told + 1)) quick=20
  done
  { IFS= read -r now <"$run/owner"; } 2>/dev/null
  if [ "$now" != "$owner" ]; then
    owner=$now
    printf '!owner %s\n' "$owner"
  fi
  [ -z "$asked" ] || printf '!told %s\n' "$asked"
  asked=''
  if [ $((quick--)) -gt 0 ]; then pause=0.05; else pause=0.25; fi
  IFS= read -r -t "$pause" more
  case $? in
    0)
      order+=$more heard=$SECONDS
      case $order in
        '') ;;
        '?'*) asked=${order#?} ;;
        # over the old text: once that is thrown away, another program may fill the last of the disk before the new one
        *) printf '%s\n' "$order" 1<>"$run/lease" ;;
      esac
      order=''
      ;;
    1) exit 0 ;;
    *) order+=$more ;; # the rest of the line is still to come
  esac
done
