"""Frames of the RPC and a capture of them, made from the protocol's description alone (Frame.swift, RPCMetadata.swift)."""
import json
import struct
import zlib

HELLO, HELLO_ACK, REQUEST, RESPONSE, STREAM_ITEM, STREAM_END, CANCEL, CREDIT, PING, PONG, DRAIN, GOODBYE = range(1, 13)
ZLIB, CRC, IDEMPOTENT, WANTS_STREAM, NOT_EXECUTED, DO_NOT_RETRY = (1 << bit for bit in range(6))
CLIENT, SERVER = ("10.0.0.1", 40000), ("10.0.0.2", 7999)
# On a port that the script takes without being told.
DEALS = ("10.0.0.2", 7102)


def frame(kind, flags=0, id=0, a=0, method=0, meta=b"", body=b"", crc=None):
    body = json.dumps(body, separators=(",", ":")).encode() if isinstance(body, dict) else body
    head = struct.pack(">BBHIIHH", 1, kind, flags, id, a, method, len(meta))
    if flags & CRC and crc is None:
        crc = zlib.crc32(head + meta + body)
    return struct.pack(">I", 20 + len(meta) + len(body)) + head + struct.pack(">I", crc or 0) + meta + body


def entry(key, value):
    return struct.pack(">BH", key, len(value)) + value


def packed(body):
    plain = json.dumps(body, separators=(",", ":")).encode()
    return struct.pack(">I", len(plain)) + zlib.compress(plain)


class Capture:
    """A pcap file of one TCP connection over raw IPv4; each segment comes 10 ms after the one before."""

    def __init__(self, server=SERVER):
        self.server = server
        self.bytes = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101)
        self.packets = 0
        self.sequence = {CLIENT: 1000, server: 5000}
        self.segment(CLIENT, b"", flags=0x02)
        self.segment(server, b"", flags=0x12)

    def segment(self, source, payload, flags=0x18):
        """Returns the packet's number."""
        target = self.server if source == CLIENT else CLIENT
        acknowledged = self.sequence[target] if flags != 0x02 else 0
        tcp = struct.pack(">HHIIBBHHH", source[1], target[1], self.sequence[source], acknowledged, 0x50, flags, 65535, 0, 0)
        address = [bytes(map(int, end[0].split("."))) for end in (source, target)]
        ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 40 + len(payload), self.packets, 0, 64, 6, 0, *address)
        packet = ip + tcp + payload
        self.sequence[source] += len(payload) + (1 if flags & 0x02 else 0)
        self.bytes += struct.pack("<IIII", 1_700_000_000, self.packets * 10_000, len(packet), len(packet)) + packet
        self.packets += 1
        return self.packets
