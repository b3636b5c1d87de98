#!/bin/sh
# Keeps an IPv6 address of eth0 by DHCPv6, where the bridge has IPv6.
# It waits for the link-local address to be settled (about 1.5 s): to a client whose address is not, dnsmasq sends
# neighbour solicitations for half a second before it answers anybody, and so would hold up everyone's DHCPv4.
until ip -6 addr show dev eth0 scope link -tentative | grep -q inet6; do sleep 0.2; done
exec busybox udhcpc6 -f -i eth0 -t 20 -T 1 -s /usr/local/bin/dhcp6-script
