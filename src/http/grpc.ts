/** Whether a Content-Type is one of gRPC, or of gRPC-Web. */
export function isGrpc(contentType: string | null): boolean {
  return contentType !== null && /^\s*application\/grpc\b/i.test(contentType);
}

/**
 * Whether a client of gRPC waits for the answer. Each of them announces that it reads trailers; whoever sends the
 * Content-Type alone is a program of HTTP, and reads the status of HTTP.
 */
export function isGrpcCall({ headers }: Request): boolean {
  return isGrpc(headers.get("content-type")) && /\btrailers\b/i.test(headers.get("te") ?? "");
}

/**
 * An error as gRPC has it: a 200 without a body, whose headers are the trailers ("Trailers-Only" in PROTOCOL-HTTP2).
 * With any other status of HTTP the clients would show that status and not the message.
 */
export function grpcError(code: number, message: string): Response {
  const headers = {
    "content-type": "application/grpc",
    "grpc-status": String(code),
    "grpc-message": percentEncoded(message),
  };
  return new Response(null, { headers });
}

/** As PROTOCOL-HTTP2 has it for Status-Message: printable ASCII but for the percent sign stays. */
function percentEncoded(message: string): string {
  return message.toWellFormed().replace(/[^\x20-\x24\x26-\x7e]+/g, encodeURIComponent);
}
