# PowerDNS (HTTP API, key "labkey"; updates) and BIND (TSIG updates), unprivileged, on high loopback ports.

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
dnsupdate=yes
daemon=no
guardian=no
security-poll-suffix=
CONFIG
  [ -e "$STATE/pdns/pdns.sqlite3" ] || inside "${as_nobody[@]}" \
    sh -c 'sqlite3 /lab/state/pdns/pdns.sqlite3 </usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql'
  spawn_inside pdns "${as_nobody[@]}" pdns_server --config-dir=/lab/state/pdns
}

# A zone for a base, and one for a domain of a person's own under a suffix of two parts.
NAMED_ZONES=(lab.test example.co.uk)

start_named() {
  running named && return
  local folder=$STATE/named zone
  install -d -o 65534 -g 65534 "$folder"
  [ -e "$folder/key.conf" ] || inside tsig-keygen -a hmac-sha256 labkey >"$folder/key.conf"
  # Known to the server, and without any right.
  [ -e "$folder/idle-key.conf" ] || inside tsig-keygen -a hmac-sha256 idlekey >"$folder/idle-key.conf"
  cat >"$folder/named.conf" <<CONFIG
include "/lab/state/named/key.conf";
include "/lab/state/named/idle-key.conf";
options {
  directory "/lab/state/named"; pid-file "/lab/state/named/named.pid"; session-keyfile "/lab/state/named/session.key";
  listen-on port $LAB_NAMED_PORT { 127.0.0.1; }; listen-on-v6 { none; };
  recursion no; dnssec-validation no; notify no; allow-transfer { 127.0.0.1; };
};
controls { };
CONFIG
  for zone in "${NAMED_ZONES[@]}"; do
    echo "zone \"$zone\" { type primary; file \"$zone.zone\"; update-policy { grant labkey zonesub ANY; }; };" \
      >>"$folder/named.conf"
    [ -e "$folder/$zone.zone" ] || cat >"$folder/$zone.zone" <<ZONE
\$TTL 60
@ IN SOA ns1.$zone. hostmaster.$zone. 1 3600 600 86400 60
@ IN NS ns1
ns1 IN A 127.0.0.1
ZONE
  done
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
