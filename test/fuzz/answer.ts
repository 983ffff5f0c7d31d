/** Answers of HTTP/1.1, read strictly. */
export interface Answer {
  readonly status: number;
  readonly contentType: string | undefined;
  /** It says that the connection ends with it. */
  readonly closes: boolean;
  readonly body: Uint8Array;
}

/** Bun's own, to what it cannot read, perhaps while a request before has no answer yet. The agent's failures have a type. */
export function isOfBun({ status, contentType, body }: Answer): boolean {
  return status >= 400 && contentType === undefined && body.length === 0;
}

const HEAD = /^HTTP\/1\.1 (\d{3}) [\w ]+\r\n((?:[\w-]+: [^\r\n]*\r\n)*)\r\n$/;

/** The answer at the beginning of `bytes` and where it ends; undefined when there is no whole one. */
export function takeAnswer(
  bytes: Buffer,
  isToHead: boolean,
): { readonly answer: Answer; readonly end: number } | undefined {
  const headEnd = bytes.indexOf("\r\n\r\n") + 4;
  if (headEnd < 4) return undefined;
  const match = HEAD.exec(bytes.toString("latin1", 0, headEnd));
  if (match === null) return undefined;
  const [, status, lines = ""] = match;
  const headers = new Headers(
    lines
      .split("\r\n")
      .slice(0, -1)
      .map((line): [string, string] => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]),
  );
  const length = isToHead ? 0 : Number(headers.get("content-length") ?? 0);
  const end = headEnd + length;
  if (bytes.length < end) return undefined;
  const answer = {
    status: Number(status),
    contentType: headers.get("content-type") ?? undefined,
    closes: headers.get("connection") === "close",
    body: bytes.subarray(headEnd, end),
  };
  return { answer, end };
}
