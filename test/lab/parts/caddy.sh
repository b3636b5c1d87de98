# Two Caddys, both on the machine itself (the binary runs on Debian 12 as it is): "caddy" with its admin API on TCP, and,
# only when a test asks for it, "caddy-unix" with its admin API on a unix socket. Neither opens any other port by itself.

CADDY_UNIX_SOCKET=$RUN/caddy-admin.socket

caddy_admin() {
  case $1 in
    caddy) echo "$LAB_CADDY_ADMIN" ;;
    caddy-unix) echo "unix/$CADDY_UNIX_SOCKET" ;;
  esac
}

caddy_answers() {
  case $1 in
    caddy) curl -sf -m 2 -o /dev/null "http://$LAB_CADDY_ADMIN/config/" ;;
    caddy-unix) curl -sf -m 2 -o /dev/null --unix-socket "$CADDY_UNIX_SOCKET" http://127.0.0.1/config/ ;;
  esac
}

# start_caddy caddy|caddy-unix [--resume]: with --resume it takes up the configuration that it had, else it is empty.
# Two Caddys can share an admin port without an error (SO_REUSEPORT), so one that is not ours has to be seen beforehand.
start_caddy() {
  local name=$1 home=$STATE/$1
  shift
  running "$name" && return
  ! caddy_answers "$name" || fail "another Caddy listens on $(caddy_admin "$name"); choose SANDPIPER_LAB_CADDY_ADMIN"
  mkdir -p "$home"
  spawn "$name" env XDG_DATA_HOME="$home/data" XDG_CONFIG_HOME="$home/config" HOME="$home" \
    CADDY_ADMIN="$(caddy_admin "$name")" "$ROOT/usr/bin/caddy" run "$@"
  wait_for 10 caddy_answers "$name" || fail "Caddy does not answer: $(tail -n 5 "$LOG/$name.out")"
}
