#!/usr/bin/env python3
# simulated agent: @FACTS@
"""Stand-in for Shelley: what its API.md and its server's routes say, as far as the tests ask. No dependencies.

shelley -db FILE -config FILE serve -systemd-activation -require-header NAME
shelley version
"""
import base64
import hashlib
import http.server
import json
import os
import socket
import struct
import sys
import threading
import time
import urllib.parse

FACTS = json.loads('@FACTS@')
WEBSOCKET_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, 1.3
VERSION = {"version": FACTS["tag"].lstrip("v"), "tag": FACTS["tag"], "commit": "0123456", "capabilities": []}


def options(words):
    named, plain = {}, []
    words = iter(words)
    for word in words:
        if word == "-systemd-activation":
            named[word] = True
        elif word.startswith("-"):
            named[word] = next(words)
        else:
            plain.append(word)
    return named, plain


class Store:
    """Conversations, as the database keeps them: what works, and whether the next process is to go on with it."""

    def __init__(self, path):
        self.path, self.lock = path, threading.Lock()
        self.data = {"resume": False, "conversations": []}
        if os.path.exists(path):
            with open(path) as file:
                self.data = json.load(file)
        for one in self.data["conversations"]:
            one["resumed"] = one["resumed"] or (self.data["resume"] and one["working"])
            one["working"] = one["working"] and self.data["resume"]
        self.data["resume"] = False
        self.save()

    def save(self):
        with open(self.path + ".next", "w") as file:
            json.dump(self.data, file)
        os.replace(self.path + ".next", self.path)

    def begin(self, message):
        with self.lock:
            identifier = "c%d" % (len(self.data["conversations"]) + 1)
            one = {"conversation_id": identifier, "working": True, "resumed": False, "messages": [message]}
            self.data["conversations"].append(one)
            self.save()
            return identifier

    def find(self, identifier):
        return next((one for one in self.data["conversations"] if one["conversation_id"] == identifier), None)

    def mark_resume(self):
        with self.lock:
            self.data["resume"] = True
            self.save()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    store, header = None, None

    def log_message(self, *_):
        pass

    def say(self, body, status=200):
        out = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(out)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(out)

    def handle_any(self):
        url = urllib.parse.urlsplit(self.path)
        query = urllib.parse.parse_qs(url.query)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        asked = self.command + " " + url.path
        # Shelley asks for the header on its API alone.
        if url.path.startswith("/api/") and self.header and not self.headers.get(self.header):
            return self.say({"error": "missing required header"}, 403)
        if asked == "GET /version":
            return self.say(VERSION)
        if asked == "POST /exit":
            return self.exit(query.get("resume") == ["true"])
        if asked == "GET /api/conversations":
            return self.say(self.store.data["conversations"])
        if asked == "POST /api/conversations/new":
            identifier = self.store.begin(json.loads(body)["message"])
            return self.say({"status": "accepted", "conversation_id": identifier}, 201)
        if asked == "GET /api/stream2":
            return self.stream()
        if asked == "GET /api/exec-ws":
            return self.websocket()
        parts = url.path.split("/")
        if parts[:3] == ["", "api", "conversation"] and len(parts) > 3:
            return self.conversation(parts[3], parts[4:], body)
        headers = [[name.lower(), value] for name, value in self.headers.items()]
        self.say({"agent": FACTS["tag"], "method": self.command, "path": self.path, "headers": headers})

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = handle_any

    def conversation(self, identifier, rest, body):
        one = self.store.find(identifier)
        if one is None:
            return self.say({"error": "not found"}, 404)
        asked = [self.command] + rest
        if asked == ["GET", "stream"]:
            return self.stream()
        if asked == ["POST", "chat"]:
            one["messages"].append(json.loads(body)["message"])
            one["working"] = True
            self.store.save()
            return self.say({"status": "accepted"}, 202)
        if asked == ["POST", "cancel"]:
            one["working"] = False
            self.store.save()
            return self.say({"status": "cancelled"})
        self.say(one)

    def exit(self, resume):
        if resume:
            self.store.mark_resume()
        self.say({"status": "ok", "message": "Exiting..."})
        self.wfile.flush()

        def end():
            time.sleep(0.1)
            os._exit(1 if resume else 0)

        threading.Thread(target=end).start()

    def stream(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        frames = [{"conversation_list_patch": {"reset": True}}, {"snapshot_complete": True}]
        while True:
            for frame in frames:
                event = b"data: " + json.dumps(frame).encode() + b"\n\n"
                self.wfile.write(b"%x\r\n%s\r\n" % (len(event), event))
                self.wfile.flush()
            frames = [{"heartbeat": True}]
            time.sleep(0.2)

    def websocket(self):
        key = self.headers["Sec-WebSocket-Key"]
        accept = base64.b64encode(hashlib.sha1(key.encode() + WEBSOCKET_GUID).digest()).decode()
        self.send_response(101)
        for name, value in (("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Accept", accept)):
            self.send_header(name, value)
        self.end_headers()
        self.close_connection = True
        while True:
            first, second = self.rfile.read(2)
            length = second & 127
            if length == 126:
                (length,) = struct.unpack(">H", self.rfile.read(2))
            mask = self.rfile.read(4)
            payload = bytes(byte ^ mask[i % 4] for i, byte in enumerate(self.rfile.read(length)))
            if first & 15 == 8:
                return
            size = bytes([length]) if length < 126 else b"\x7e" + struct.pack(">H", length)
            self.wfile.write(bytes([first]) + size + payload)
            self.wfile.flush()


class ActivatedServer(http.server.ThreadingHTTPServer):
    """On the listener that systemd hands over as descriptor 3."""

    def __init__(self):
        super().__init__(("", 0), Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = socket.socket(fileno=3)

    def handle_error(self, *_):
        pass


named, plain = options(sys.argv[1:])
if plain == ["version"]:
    print(json.dumps(VERSION))
    sys.exit(0)
if plain != ["serve"] or "-systemd-activation" not in named:
    sys.exit("usage: see above")
if os.environ.get("LISTEN_FDS") != "1" or os.environ.get("LISTEN_PID") != str(os.getpid()):
    sys.exit("not running under systemd socket activation")
if not FACTS["starts"]:
    sys.exit("this one does not start")
with open(named["-config"]) as file:
    json.load(file)
Handler.store, Handler.header = Store(named["-db"]), named.get("-require-header")
ActivatedServer().serve_forever()
