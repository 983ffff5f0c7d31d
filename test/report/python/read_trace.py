"""Reads a trace of Perfetto from standard input with its published types, and writes its packets as JSON, one a line.

A field that the published types do not know is an error: protobuf keeps such bytes apart, so the message is compared with
what it is without them.
"""

import sys

from google.protobuf import json_format
from perfetto.protos.perfetto.trace.perfetto_trace_pb2 import Trace

trace = Trace.FromString(sys.stdin.buffer.read())
known = Trace()
known.CopyFrom(trace)
known.DiscardUnknownFields()
if known.SerializeToString() != trace.SerializeToString():
    sys.exit("The trace has fields that the published types do not know")
for packet in trace.packet:
    print(json_format.MessageToJson(packet, indent=None))
