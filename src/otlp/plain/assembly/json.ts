/**
 * Checks that a JSON text is a plain OTLP request. Each function takes the position of a token and returns the one
 * after it, or NOT_PLAIN. Zero bytes follow the text. No token may hold
 * one, so no function asks where the text ends.
 */
import { CLOSE_BRACE, CLOSE_BRACKET, COMMA, LOWER_E, OPEN_BRACE, OPEN_BRACKET, QUOTE, SPACE, TAB } from "../../ascii";
import { byteAt } from "./bytes";
import { checkDouble, checkEnum, checkInteger } from "./json-number";
import { checkBase64, checkId, checkString } from "./json-string";
import { BOOL, BYTES, DOUBLE, ENUM, ID, MESSAGE, STRINDEX, STRING } from "./kinds";
import { begin, enter, NOT_PLAIN } from "./request";
import { Field, fieldOfKey, isKeyAt, Message } from "./tables";

/** "true", "fals" as little-endian words. */
const TRUE: u32 = 0x65757274;
const FALS: u32 = 0x736c6166;

/** True when `text`, valid UTF-8 with 64 zero bytes after it, is a plain request of `message`. */
export function checkJson(message: Message, text: usize, bytes: usize, nestingMax: u32): bool {
  begin(nestingMax);
  if (byteAt(text) !== OPEN_BRACE) return false;
  const close = checkObject(message, text, 1);
  return close !== NOT_PLAIN && token(close) === text + bytes;
}

function checkObject(message: Message, open: usize, level: u32): usize {
  if (!enter(message.isItem, message.isTelemetry, level)) return NOT_PLAIN;
  let at = token(open + 1);
  if (byteAt(at) === CLOSE_BRACE) return at + 1;
  let seen: u32 = 0;
  let before: Field | null = null;
  while (true) {
    // Senders write the keys of a message in the same order every time.
    let field = before === null ? message.first : before.next;
    if (field === null || !isKeyAt(at, field)) {
      field = fieldOfKey(message, at);
      if (field === null) return NOT_PLAIN;
      if (before === null) message.first = field;
      else before.next = field;
    }
    before = field;
    if ((seen & field.bit) !== 0) return NOT_PLAIN;
    seen |= field.bit;
    at = token(at + field.keyBytes);
    at = field.isRepeated ? checkArray(field, at, level) : checkValue(field, at, level);
    if (at === NOT_PLAIN) return NOT_PLAIN;
    at = token(at);
    const byte = byteAt(at);
    if (byte === CLOSE_BRACE) return at + 1;
    if (byte !== COMMA) return NOT_PLAIN;
    at = token(at + 1);
  }
}

function checkArray(field: Field, open: usize, level: u32): usize {
  if (byteAt(open) !== OPEN_BRACKET) return NOT_PLAIN;
  let at = token(open + 1);
  if (byteAt(at) === CLOSE_BRACKET) return at + 1;
  while (true) {
    at = checkValue(field, at, level);
    if (at === NOT_PLAIN) return NOT_PLAIN;
    at = token(at);
    const byte = byteAt(at);
    if (byte === CLOSE_BRACKET) return at + 1;
    if (byte !== COMMA) return NOT_PLAIN;
    at = token(at + 1);
  }
}

function checkValue(field: Field, at: usize, level: u32): usize {
  switch (field.kind) {
    case MESSAGE: {
      const message = field.message;
      if (message === null || byteAt(at) !== OPEN_BRACE) return NOT_PLAIN;
      return checkObject(message, at, level + 1);
    }
    case STRING:
      return checkString(at);
    case BOOL:
      return checkBool(at);
    case DOUBLE:
      return checkDouble(at);
    case ID:
      return checkId(at, field.idBytes);
    case BYTES:
      return checkBase64(at);
    case STRINDEX:
      return NOT_PLAIN;
    case ENUM:
      return byteAt(at) === QUOTE ? NOT_PLAIN : checkEnum(field, at);
    default:
      return checkInteger(field, at);
  }
}

/** Over white space. A line break would have to be changed. */
function token(at: usize): usize {
  return byteAt(at) > SPACE ? at : space(at);
}

function space(at: usize): usize {
  while (byteAt(at) === SPACE || byteAt(at) === TAB) at++;
  return at;
}

function checkBool(at: usize): usize {
  const word = load<u32>(at);
  if (word === TRUE) return at + 4;
  return word === FALS && byteAt(at + 4) === LOWER_E ? at + 5 : NOT_PLAIN;
}
