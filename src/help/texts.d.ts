/** The text of the file, which is inside the executable. */
declare module "*.md" {
  const text: string;
  export default text;
}

declare module "*.service" {
  const text: string;
  export default text;
}

declare module "*.sql" {
  const text: string;
  export default text;
}
