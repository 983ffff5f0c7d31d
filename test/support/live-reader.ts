/** One message of `/live/events`. */
export interface LiveMessage {
  readonly name: string;
  readonly data: unknown;
}

/** Reads the events of an agent's live page, as a browser does. */
export class LiveReader {
  readonly messages: LiveMessage[] = [];
  /** Resolves when the agent has ended the stream. */
  readonly ended: Promise<void>;

  private constructor(body: ReadableStream<Uint8Array>) {
    this.ended = this.#read(body).catch(() => {});
  }

  /** Rejects when the agent refuses. */
  static async connect(origin: string): Promise<LiveReader> {
    const { status, body } = await fetch(`${origin}/live/events`, { keepalive: false });
    if (status !== 200 || body === null) throw new Error(`Cannot read the live events: status ${status}`);
    return new LiveReader(body);
  }

  named(name: string): readonly unknown[] {
    return this.messages.filter((message) => message.name === name).map(({ data }) => data);
  }

  async #read(body: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    let rest = "";
    for await (const chunk of body) {
      const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n\n");
      rest = parts.pop() ?? "";
      for (const part of parts) {
        const [name, data] = [/^event: (.*)$/m.exec(part)?.[1], /^data: (.*)$/m.exec(part)?.[1]];
        if (name !== undefined && data !== undefined) this.messages.push({ name, data: JSON.parse(data) });
      }
    }
  }
}
