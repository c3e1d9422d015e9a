# shellcheck shell=bash
# What the start-up files of some sites say at every login, commands included.
echo '*** Maintenance: all partitions are drained on Monday from 8:00. ***'
printf '\033[1;31mYou use 91%% of your quota.\033[0m Type "quota" for more'
echo 'The following have been reloaded with a version change:  1) gcc/11 => gcc/12' >&2
printf 'stty: standard input: Inappropriate ioctl for device' >&2
