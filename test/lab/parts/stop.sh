# Everything down, in the order in which it can end cleanly. What the daemons keep stays in the state folder.

stop_all() {
  if running world; then
    # An incusd that a test killed left its containers running: only incusd can stop them and unmount the pools.
    start_incusd
    halt incusd PWR 60 # SIGPWR: the host goes down, so containers are stopped and pools are unmounted
    inside nft delete table inet incus 2>/dev/null || true
  fi
  local name
  for name in caddy caddy-unix registry pdns named world; do halt "$name" TERM 5; done
  ! ip link show "$LAB_BRIDGE" >/dev/null 2>&1 || ip link delete "$LAB_BRIDGE"
}
