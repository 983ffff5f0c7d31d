/** Put in by the build; not there when the source runs as it is. */
declare const BUILD_VERSION: string;

export const IS_COMPILED = typeof BUILD_VERSION === "string";
export const VERSION = typeof BUILD_VERSION === "string" ? BUILD_VERSION : "0.0.0-dev";
