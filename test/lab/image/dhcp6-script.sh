#!/bin/sh
# What udhcpc6 calls with the address that it was given. The routes come with the bridge's router advertisements.
# Duplicate address detection would keep the address unusable for a second: its owner is known to be the only one.
case $1 in
  bound | renew) ip -6 addr replace "$ipv6/128" dev "$interface" nodad ;;
  deconfig) ip link set "$interface" up ;;
esac
