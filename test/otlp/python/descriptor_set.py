"""The messages of OTLP/HTTP as the published Python packages carry them: a FileDescriptorSet on standard output, with
the files that its requests, responses and google.rpc.Status are made of, as `protoc --descriptor_set_out` writes it.
"""

import sys

from google.protobuf import descriptor_pb2
from google.rpc import error_details_pb2, status_pb2
from opentelemetry.proto.collector.logs.v1 import logs_service_pb2
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2

MODULES = [logs_service_pb2, metrics_service_pb2, trace_service_pb2, status_pb2, error_details_pb2]


def add(file, files):
    """Adds `file` behind those that it imports."""
    for imported in file.dependencies:
        add(imported, files)
    if file.name not in files:
        files[file.name] = descriptor_pb2.FileDescriptorProto.FromString(file.serialized_pb)
        for message in files[file.name].message_type:
            name_fields(message, file.message_types_by_name[message.name])


def name_fields(message, descriptor):
    """Gives the fields their JSON names, which Python's generated code leaves out."""
    for field in message.field:
        field.json_name = descriptor.fields_by_name[field.name].json_name
    for nested in message.nested_type:
        name_fields(nested, descriptor.nested_types_by_name[nested.name])


files = {}
for module in MODULES:
    add(module.DESCRIPTOR, files)
descriptor_set = descriptor_pb2.FileDescriptorSet(file=files.values())
sys.stdout.buffer.write(descriptor_set.SerializeToString(deterministic=True))
