"""Judges OTLP/JSON lines with the official Python types, as long as standard input lasts.

A question is a signal, a protobuf body, and the line that was made of it. The answer is what is wrong with the line
(nothing, or words), the same message as Python serialises it, and as Python writes it in OTLP/JSON. Each of them is a
frame: four bytes of length, little-endian, and that many bytes.

OTLP/JSON is ProtoJSON but for the ids, which are hex instead of base64: those alone are mapped here.
"""

import base64
import json
import struct
import sys

from google.protobuf import json_format
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

REQUESTS = {
    b"logs": ExportLogsServiceRequest,
    b"metrics": ExportMetricsServiceRequest,
    b"traces": ExportTraceServiceRequest,
}
ID_NAMES = {"traceId", "spanId", "parentSpanId"}


def judge(signal, body, line):
    sent = REQUESTS[signal].FromString(body)
    # No JSON has them, and they are kept and serialised otherwise.
    sent.DiscardUnknownFields()
    again = sent.SerializeToString(deterministic=True)
    return difference(sent, again, line), again, otlp_json(sent)


def difference(sent, serialised, line):
    """Compares bytes: messages with a NaN in them do not even equal themselves, and -0.0 equals 0.0."""
    try:
        read = json_format.ParseDict(proto_json(line), type(sent)())
    except (json_format.ParseError, TypeError, ValueError) as error:
        return f"{type(error).__name__}: {error}"
    if read.SerializeToString(deterministic=True) == serialised:
        return ""
    return f"sent:\n{sent}\nread back from the line:\n{read}"


def proto_json(line):
    return json.loads(
        line.decode("utf-8"), object_pairs_hook=members, parse_int=integer, parse_constant=refuse_constant
    )


def members(pairs):
    """An object as a dictionary, its id in base64. json_format.Parse() refuses duplicates like this, too."""
    members = {key: from_hex(value) if key in ID_NAMES else value for key, value in pairs}
    if len(members) != len(pairs):
        raise ValueError(f"a key stands there twice: {[key for key, _ in pairs]}")
    return members


def from_hex(value):
    return base64.b64encode(bytes.fromhex(value)).decode("ascii")


def integer(digits):
    """Python has no integer -0: where JSON writes the double -0.0 so, it would lose the sign."""
    return -0.0 if digits == "-0" else int(digits)


def refuse_constant(word):
    """Python's reader takes NaN and Infinity, which are not JSON."""
    raise ValueError(f"not JSON: {word}")


def otlp_json(message):
    value = json_format.MessageToDict(message, use_integers_for_enums=True)
    return json.dumps(with_hex_ids(value), separators=(",", ":")).encode("ascii")


def with_hex_ids(value):
    if isinstance(value, list):
        return [with_hex_ids(element) for element in value]
    if isinstance(value, dict):
        return {key: to_hex(member) if key in ID_NAMES else with_hex_ids(member) for key, member in value.items()}
    return value


def to_hex(value):
    return base64.b64decode(value).hex()


def read_frame():
    """The bytes of the next frame, or None at the end."""
    header = sys.stdin.buffer.read(4)
    return sys.stdin.buffer.read(struct.unpack("<I", header)[0]) if len(header) == 4 else None


def write_frame(payload):
    sys.stdout.buffer.write(struct.pack("<I", len(payload)))
    sys.stdout.buffer.write(payload)


while (signal := read_frame()) is not None:
    words, body, text = judge(signal, read_frame(), read_frame())
    for frame in (words.encode("utf-8"), body, text):
        write_frame(frame)
    sys.stdout.buffer.flush()
