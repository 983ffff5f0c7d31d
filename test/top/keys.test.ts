import { describe, expect, test } from "bun:test";
import { keysIn } from "../../src/top/keys.ts";
import { afterKey, FIRST_VIEW, type View } from "../../src/top/view.ts";

/** The view after these keys; "quit" or "suspend" when one of them means that. */
function after(input: string, view: View = FIRST_VIEW, scrollMax = 100): View | "quit" | "suspend" {
  let now = view;
  for (const key of keysIn(input)) {
    const wish = afterKey(now, key, scrollMax);
    if (wish.kind !== "view") return wish.kind;
    now = wish.view;
  }
  return now;
}

const viewAfter = (input: string, view?: View, scrollMax?: number): View => {
  const found = after(input, view, scrollMax);
  if (typeof found === "string") throw new Error(`${JSON.stringify(input)} means ${found}`);
  return found;
};

describe("keysIn()", () => {
  test("tells characters, keys and sequences apart, and leaves out what it does not know", () => {
    expect(
      keysIn("a\u001B[A\r中\u001B[15~\u0001\u001BOB\u001B").map((key) => ("text" in key ? key.text : key.kind)),
    ).toEqual(["a", "up", "enter", "中", "down", "escape"]);
  });
});

describe("a key", () => {
  test("ends it, or goes to the shell", () => {
    for (const input of ["q", "Q", "\u0003", "\u0004", "?q\u0003"]) expect(after(input)).toBe("quit");
    expect(after("\u001A")).toBe("suspend");
    expect(after("/\u0003")).toBe("quit");
  });

  test("chooses what is large", () => {
    expect(viewAfter("2").large).toBe("machine");
    expect(viewAfter("22").large).toBeUndefined();
    expect(viewAfter("20").large).toBeUndefined();
    expect(viewAfter("\t\t").large).toBe("machine");
    expect(viewAfter("\t\t\t\t\t").large).toBeUndefined();
    expect(viewAfter("\u001B[Z").large).toBe("log");
    expect(viewAfter("4\u001B").large).toBeUndefined();
    expect(viewAfter("9x")).toEqual(FIRST_VIEW);
  });

  test("types a filter, in which q is a letter", () => {
    expect(viewAfter("/q1中")).toMatchObject({ draft: "q1中", filter: "" });
    expect(viewAfter("/abc\u007F\r")).toMatchObject({ draft: undefined, filter: "ab" });
    expect(viewAfter("/abc\r/\u001B").filter).toBe("abc");
    expect(viewAfter("/abc\r\u001B").filter).toBe("");
    expect(viewAfter(`/${"x".repeat(1000)}\r`).filter).toHaveLength(200);
  });

  test("pauses, and any key leaves the help", () => {
    expect(viewAfter("p").isPaused).toBe(true);
    expect(viewAfter("pp").isPaused).toBe(false);
    expect(viewAfter("?").isHelp).toBe(true);
    expect(viewAfter("?2")).toEqual(FIRST_VIEW);
  });

  test("scrolls as far as there is something; away from its end the log stands still until p", () => {
    expect(viewAfter("4\u001B[A\u001B[A")).toMatchObject({ scroll: 2, isPaused: true });
    expect(viewAfter("4\u001B[5~\u001B[5~", FIRST_VIEW, 12).scroll).toBe(12);
    expect(viewAfter("4\u001B[Hp")).toMatchObject({ scroll: 0, isPaused: false });
    expect(viewAfter("4\u001B[B")).toMatchObject({ scroll: 0, isPaused: false });
    expect(viewAfter("1\u001B[B\u001B[B\u001B[A")).toMatchObject({ scroll: 1, isPaused: false });
    expect(viewAfter("1\u001B[F").scroll).toBe(100);
  });
});
