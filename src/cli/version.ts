/** Defined by the build; absent when the source runs uncompiled. */
declare const BUILD_VERSION: string;

export const IS_COMPILED = typeof BUILD_VERSION === "string";
export const VERSION = typeof BUILD_VERSION === "string" ? BUILD_VERSION : "0.0.0-dev";
