#!/usr/bin/env python3
"""Stand-in for a service in a sandbox: answers HTTP with what arrived as JSON, and echoes WebSockets. No dependencies.

stand-in PORT NAME
"""
import base64
import hashlib
import json
import socket
import struct
import sys
import threading

PORT, NAME = int(sys.argv[1]), sys.argv[2]
WEBSOCKET_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, 1.3


class Connection:
    def __init__(self, sock):
        self.sock = sock
        self.buffer = b""

    def fill(self):
        data = self.sock.recv(65536)
        if not data:
            raise EOFError
        self.buffer += data

    def take(self, count):
        while len(self.buffer) < count:
            self.fill()
        taken, self.buffer = self.buffer[:count], self.buffer[count:]
        return taken

    def head(self):
        while b"\r\n\r\n" not in self.buffer:
            self.fill()
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        first, *rest = head.decode("latin1").split("\r\n")
        method, path, _ = first.split(" ", 2)
        pairs = (line.split(":", 1) for line in rest if ":" in line)
        return method, path, {name.strip().lower(): value.strip() for name, value in pairs}

    def body(self, headers):
        if headers.get("transfer-encoding", "").lower() != "chunked":
            return self.take(int(headers.get("content-length", "0")))
        body = b""
        while True:
            while b"\r\n" not in self.buffer:
                self.fill()
            size, self.buffer = self.buffer.split(b"\r\n", 1)
            chunk = self.take(int(size.split(b";")[0], 16))
            self.take(2)
            if not chunk:
                return body
            body += chunk


def echo_websocket(connection, key):
    accept = base64.b64encode(hashlib.sha1(key.encode() + WEBSOCKET_GUID).digest())
    connection.sock.sendall(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
    )
    while True:
        first, second = connection.take(2)
        opcode, length = first & 15, second & 127
        if length == 126:
            (length,) = struct.unpack(">H", connection.take(2))
        elif length == 127:
            (length,) = struct.unpack(">Q", connection.take(8))
        mask = connection.take(4) if second & 128 else b"\0\0\0\0"
        payload = bytes(byte ^ mask[i % 4] for i, byte in enumerate(connection.take(length)))
        if opcode == 8:  # close
            connection.sock.sendall(b"\x88\0")
            return
        if opcode == 10:  # pong
            continue
        reply = bytes([0x80 | (10 if opcode == 9 else opcode)])
        if length < 126:
            reply += bytes([length])
        elif length < 65536:
            reply += b"\x7e" + struct.pack(">H", length)
        else:
            reply += b"\x7f" + struct.pack(">Q", length)
        connection.sock.sendall(reply + payload)


def serve(sock):
    connection = Connection(sock)
    try:
        while True:
            method, path, headers = connection.head()
            if headers.get("upgrade", "").lower() == "websocket":
                return echo_websocket(connection, headers["sec-websocket-key"])
            arrived = {
                "service": NAME,
                "host": socket.gethostname(),
                "method": method,
                "path": path,
                "headers": headers,
                "body": connection.body(headers).decode("utf8", "replace"),
            }
            out = b"" if method == "HEAD" else json.dumps(arrived).encode()
            head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(out)
            sock.sendall(head + out)
            if headers.get("connection", "").lower() == "close":
                return
    except (EOFError, OSError, ValueError, KeyError):
        pass
    finally:
        sock.close()


# "::" takes IPv4 too.
listener = socket.create_server(("::", PORT), family=socket.AF_INET6, dualstack_ipv6=True, backlog=128)
while True:
    client, _ = listener.accept()
    threading.Thread(target=serve, args=(client,), daemon=True).start()
