# PowerDNS (HTTP API, key "labkey") and BIND (TSIG updates of lab.test), unprivileged, on high loopback ports.

as_nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups)

start_pdns() {
  running pdns && return
  install -d -o 65534 -g 65534 "$STATE/pdns"
  cat >"$STATE/pdns/pdns.conf" <<CONFIG
launch=gsqlite3
gsqlite3-database=/lab/state/pdns/pdns.sqlite3
local-address=127.0.0.1
local-port=$LAB_PDNS_PORT
socket-dir=/lab/state/pdns
api=yes
api-key=labkey
webserver=yes
webserver-address=127.0.0.1
webserver-port=$LAB_PDNS_API_PORT
webserver-allow-from=127.0.0.1
dnsupdate=no
daemon=no
guardian=no
security-poll-suffix=
CONFIG
  [ -e "$STATE/pdns/pdns.sqlite3" ] || inside "${as_nobody[@]}" \
    sh -c 'sqlite3 /lab/state/pdns/pdns.sqlite3 </usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql'
  spawn_inside pdns "${as_nobody[@]}" pdns_server --config-dir=/lab/state/pdns
}

start_named() {
  running named && return
  local folder=$STATE/named
  install -d -o 65534 -g 65534 "$folder"
  [ -e "$folder/key.conf" ] || inside tsig-keygen -a hmac-sha256 labkey >"$folder/key.conf"
  cat >"$folder/named.conf" <<CONFIG
include "/lab/state/named/key.conf";
options {
  directory "/lab/state/named"; pid-file "/lab/state/named/named.pid"; session-keyfile "/lab/state/named/session.key";
  listen-on port $LAB_NAMED_PORT { 127.0.0.1; }; listen-on-v6 { none; };
  recursion no; dnssec-validation no; notify no;
};
controls { };
zone "lab.test" { type primary; file "lab.test.zone"; update-policy { grant labkey zonesub ANY; }; };
CONFIG
  [ -e "$folder/lab.test.zone" ] || cat >"$folder/lab.test.zone" <<'ZONE'
$TTL 60
@ IN SOA ns1.lab.test. hostmaster.lab.test. 1 3600 600 86400 60
@ IN NS ns1
ns1 IN A 127.0.0.1
ZONE
  chown -R 65534:65534 "$folder"
  spawn_inside named "${as_nobody[@]}" named -g -c /lab/state/named/named.conf -n 1
}

dns_answers() {
  curl -sf -o /dev/null -H 'X-API-Key: labkey' "http://127.0.0.1:$LAB_PDNS_API_PORT/api/v1/servers/localhost" &&
    dig +short +time=1 +tries=1 @127.0.0.1 -p "$LAB_NAMED_PORT" ns1.lab.test | grep -q 127
}

start_dns() {
  start_pdns
  start_named
  wait_for 10 dns_answers || fail "DNS does not answer: $(tail -n 3 "$LOG/pdns.out" "$LOG/named.out")"
}
