#!/bin/sh
# Puts a backup in place, where there is neither a database nor a media store. Run it as the service's user, with the service stopped.
# Usage: restore.sh BACKUP DATABASE MEDIA_STORE
set -eu
umask 077
backup=$1 database=$2 media=$3
for path in "$database" "$media"; do
  if [ -e "$path" ]; then
    echo "$path is there: move it away first" >&2
    exit 1
  fi
done
mkdir -p "$(dirname "$database")" "$media"
cp -a "$backup/media/." "$media/"
# Last: without it the service starts empty, and not with rows whose files are missing.
cp -a "$backup/media.db" "$database"
