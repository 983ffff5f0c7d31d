export { checkJson } from "./json";
export * from "./kinds";
export { transcode } from "./protobuf";
export { enumMax, hasTelemetry, items } from "./request";
export { addField, addMessage, TABLES_END } from "./tables";
export { SLACK_BYTES } from "./text";
