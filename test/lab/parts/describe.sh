# lab.json: what lab.ts and everybody else need to know of the lab.

describe() {
  jq -n \
    --arg lab "$LAB" --arg state "$STATE" --arg run "$RUN" --arg root "$ROOT" --arg tls "$TLS" --arg socket "$SOCKET" \
    --arg incus "https://127.0.0.1:$LAB_INCUS_PORT" --arg admin "http://$LAB_CADDY_ADMIN" \
    --arg adminSocket "$CADDY_UNIX_SOCKET" --arg http "$LAB_CADDY_HTTP" --arg https "$LAB_CADDY_HTTPS" \
    --arg bridge "$LAB_BRIDGE" --arg net "$LAB_NET" --arg net6 "$LAB_NET6" \
    --arg ociServer "$OCI_SERVER" --arg ociAlias "$OCI_ALIAS" \
    --arg pdns "127.0.0.1:$LAB_PDNS_PORT" --arg pdnsApi "http://127.0.0.1:$LAB_PDNS_API_PORT" \
    --arg named "127.0.0.1:$LAB_NAMED_PORT" '{
      folder: $lab,
      run: $run,
      client: "\($lab)/incus",
      incusSocket: $socket,
      incusHttps: {
        url: $incus,
        cert: "\($tls)/client.crt",
        key: "\($tls)/client.key",
        serverCert: "\($state)/incus/server.crt"
      },
      caddy: {
        admin: $admin,
        adminSocket: $adminSocket,
        http: $http,
        https: $https,
        binary: "\($root)/usr/bin/caddy"
      },
      network: {
        name: $bridge,
        cidr: "\($net).0/24",
        gateway: "\($net).1",
        cidr6: (if $net6 == "none" then null else "\($net6)::/64" end),
        pins: { from: "\($net).10", to: "\($net).199" },
        dynamic: { from: "\($net).200", to: "\($net).250" }
      },
      pools: { btrfs: "default", dir: "plain" },
      images: { system: "sb/trixie", oci: { server: $ociServer, alias: $ociAlias, protocol: "oci" } },
      dns: {
        powerdns: { address: $pdns, api: $pdnsApi, key: "labkey" },
        bind: {
          address: $named,
          zone: "lab.test",
          customZone: "example.co.uk",
          keyFile: "\($state)/named/key.conf",
          idleKeyFile: "\($state)/named/idle-key.conf"
        }
      },
      pebble: "\($root)/usr/bin/pebble"
    }' >"$LAB/lab.json.part"
  mv "$LAB/lab.json.part" "$LAB/lab.json"
}
