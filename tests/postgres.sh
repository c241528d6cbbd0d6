#!/bin/sh
# A PostgreSQL for the tests, on a Unix socket, private to this checkout.
#
#   eval "$(tests/postgres.sh)"    starts it, or finds it running, and sets BATON_TEST_POSTGRES
#   tests/postgres.sh stop         ends it and removes its files
#
# If BATON_TEST_POSTGRES is set already, that server is used and nothing is started.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
# A short path, because a socket's may have 100 characters; named by the checkout, so that each has its own.
home=/tmp/baton-postgres-$(id -u)-$(printf '%s' "$root" | cksum | cut -d' ' -f1)
data=$home/data

say() { printf '%s\n' "$*" >&2; }
die() { say "tests/postgres.sh: $*"; exit 1; }

# PostgreSQL refuses to run as root.
as_owner() {
    if [ "$(id -u)" = 0 ]; then (cd / && runuser -u postgres -- "$@"); else "$@"; fi
}

find_bin() {
    for dir in /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /opt/homebrew/opt/postgresql*/bin; do
        if [ -x "$dir/initdb" ]; then bin=$dir; fi
    done
    if [ -z "${bin:-}" ] && command -v initdb >/dev/null; then bin=$(dirname "$(command -v initdb)"); fi
    [ -n "${bin:-}" ]
}

install() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null ||
        die "no PostgreSQL here; install it (Debian: apt-get install postgresql) or set BATON_TEST_POSTGRES"
    say "installing PostgreSQL"
    { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y postgresql; } >&2 ||
        die "PostgreSQL could not be installed"
}

running() { as_owner "$bin/pg_ctl" -D "$data" status >/dev/null 2>&1; }

start() {
    if [ ! -f "$data/PG_VERSION" ]; then
        mkdir -m 700 "$home" || die "$home is in the way; remove it"
        if [ "$(id -u)" = 0 ]; then chown postgres "$home"; fi
        as_owner "$bin/initdb" -D "$data" -U baton -A trust -E UTF8 --locale=C >&2
    fi
    # What the tests write need not survive the machine.
    # No TCP: the socket's directory is open to its owner only, and to root.
    as_owner "$bin/pg_ctl" -D "$data" -w -t 60 -l "$home/log" \
        -o "-c listen_addresses='' -c unix_socket_directories='$home' -c max_connections=300 -c fsync=off -c synchronous_commit=off -c full_page_writes=off" start >&2 ||
        { cat "$home/log" >&2; die "PostgreSQL did not start"; }
}

case ${1:-start} in
start)
    if [ -z "${BATON_TEST_POSTGRES:-}" ]; then
        find_bin || { install && find_bin; } || die "PostgreSQL's initdb is not where it should be"
        running || start
        BATON_TEST_POSTGRES="postgres://baton@localhost/postgres?host=$home"
    fi
    printf "export BATON_TEST_POSTGRES='%s'\n" "$BATON_TEST_POSTGRES"
    ;;
stop)
    [ -d "$home" ] || exit 0
    find_bin || die "PostgreSQL's pg_ctl is not where it should be"
    if running; then as_owner "$bin/pg_ctl" -D "$data" -w -m fast stop >&2; fi
    rm -rf "$home"
    ;;
*)
    die "start or stop?"
    ;;
esac
