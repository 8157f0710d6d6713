#!/bin/sh
# Copies database and media into a folder, while the service runs. Run again, it adds what is new.
# Usage: backup.sh DATABASE MEDIA_STORE BACKUP
set -eu
umask 077
database=$1 media=$2 backup=$3
mkdir -p "$backup/media"

# The database first: a file is always there before its row is. The other way round, rows would lack their files.
python3 - "$database" "$backup/media.db.new" <<'PYTHON'
import sqlite3, sys
source, target = (sqlite3.connect(path) for path in sys.argv[1:])
with target:
    source.backup(target)
target.close()
PYTHON
mv "$backup/media.db.new" "$backup/media.db"

# A file that goes away meanwhile, that of an upload which is refused, makes cp fail: the second pass is without it.
cp -a -u "$media/." "$backup/media/" || cp -a -u "$media/." "$backup/media/"
sync -f "$backup"
