/** The path of the file, which stands in the executable. */
declare module "*.wasm" {
  const path: string;
  export default path;
}
